import Glibc
import Logging

extension ServerConfiguration {
    /// The folders that certificates and challenges are read from while the server runs.
    ///
    /// certbot's `live` holds links into the folder `archive` beside it; what else is there, such as the key of an
    /// account, is not read.
    func securityFolders(_ logger: Logger) -> [String] {
        var folders = [certificates, challenges].compactMap { $0 }
        guard let certificates, let live = realpath(certificates, nil) else { return folders }
        defer { free(live) }
        let place = String(cString: live)
        guard place.hasSuffix("/live") else { return folders }
        let archive = String(place.dropLast(4)) + "archive"
        folders.append(archive)
        if access(archive, F_OK) != 0 {
            logger.warning(
                "certificates: \(LogEscaping.escape(archive)) is not there yet; links into it are readable once it is and the server is started again"
            )
        }
        return folders
    }
}

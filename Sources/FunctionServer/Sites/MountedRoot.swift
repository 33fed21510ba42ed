import CRuntime
import Glibc

extension DNSRoot {
    /// Opens the folder beneath the one that stands for `/keybase`.
    ///
    /// No link is followed below the top-level folder, so what is checked on the way is what leads there: a
    /// `.kbp_config` above the site's folder, with `checksParents`, is somebody's wish that the rest not be served without
    /// it. (Names of top-level folders may be links: that is how KBFS says that one has another name.)
    func open(in mount: OpenFolder, checksParents: Bool) throws(ServedFolder.Failure) -> OpenFolder {
        var folder = try mount.folder(kind.rawValue).folder(self.folder)
        for name in path {
            if checksParents, try folder.hasAccessRules() { throw .refused }
            folder = try folder.ownFolder(name)
        }
        return folder
    }
}

extension OpenFolder {
    /// A folder that lies in this one, and is no link.
    fileprivate func ownFolder(_ name: String) throws(ServedFolder.Failure) -> OpenFolder {
        let folder = tf_open_own_folder(descriptor, name)
        guard folder >= 0 else { throw ServedFolder.Failure(errno: -folder) }
        return OpenFolder(owning: folder)
    }

    /// Whether something is there by the name of access rules, whatever it is.
    func hasAccessRules() throws(ServedFolder.Failure) -> Bool {
        var status = stat()
        if fstatat(descriptor, AccessRules.fileName, &status, AT_SYMLINK_NOFOLLOW) == 0 { return true }
        guard errno == ENOENT else { throw ServedFolder.Failure(errno: errno) }
        return false
    }
}

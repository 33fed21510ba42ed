import Glibc

/// The two files of a certificate.
struct CertificateFiles: Equatable, Sendable {
    /// The certificate and those between it and a root, as PEM.
    var chain: String
    /// Its private key, as PEM.
    var key: String
}

/// Which certificates lie in a folder, by the names that they are for.
///
/// certbot's way: `example.com/fullchain.pem` and `example.com/privkey.pem`. lego's: `example.com.crt` and
/// `example.com.key`. In front of wildcards is `*.` or `_.`; `default` is for names that have none.
struct CertificateIndex: Sendable {
    /// A certificate that may be the one for a name.
    struct Candidate: Equatable, Sendable {
        /// What it is called in the folder, in the form of a site's name: `example.com`, `*.example.com`, `default`.
        var name: String
        /// Whether it is only if the certificate itself says so.
        var mustCover = false
    }

    /// The certificate for names that have none.
    static let fallback = "default"
    /// More are not looked at.
    private static let mostEntries = 100_000

    /// By name.
    private(set) var files: [String: CertificateFiles] = [:]

    /// Nothing.
    init() {}

    /// Those among the names in a folder.
    init(folder: String, entries: [String]) {
        let all = Set(entries)
        for entry in entries {
            if entry.hasSuffix(".crt") {
                let name = String(entry.dropLast(4))
                guard all.contains(name + ".key") else { continue }
                add(name, CertificateFiles(chain: "\(folder)/\(entry)", key: "\(folder)/\(name).key"))
            } else if !entry.hasSuffix(".key") {
                let place = "\(folder)/\(entry)"
                add(entry, CertificateFiles(chain: place + "/fullchain.pem", key: place + "/privkey.pem"))
            }
        }
    }

    /// The names in a folder, without those that are hidden; nil if it cannot be read.
    static func entries(of folder: String) -> [String]? {
        guard let stream = opendir(folder) else { return nil }
        defer { closedir(stream) }
        var names: [String] = []
        while names.count < mostEntries, let entry = readdir(stream) {
            let bytes = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if bytes.first != UInt8(ascii: "."), let name = String(validating: bytes, as: UTF8.self) {
                names.append(name)
            }
        }
        return names
    }

    /// A file of lego's comes before a folder of that name, whichever is listed first.
    private mutating func add(_ name: String, _ found: CertificateFiles) {
        let isWildcard = name.hasPrefix("*.") || name.hasPrefix("_.")
        let host = String(isWildcard ? name.dropFirst(2) : name[...])
        guard let site = SiteName(host: host), site.description == host else { return }
        let key = isWildcard ? "*." + host : host
        if files[key] == nil || found.chain.hasSuffix(".crt") { files[key] = found }
    }

    /// The certificates that may be the one for a name, the best first.
    ///
    /// Its own, a wildcard's, that of the domain above (certbot names a certificate of several names after one of
    /// them), the one for all others.
    func candidates(for name: SiteName?) -> [Candidate] {
        var found: [Candidate] = []
        if let name {
            let text = name.description
            if files[text] != nil { found.append(Candidate(name: text)) }
            if let dot = text.firstIndex(of: ".") {
                let above = String(text[text.index(after: dot)...])
                if files["*." + above] != nil { found.append(Candidate(name: "*." + above)) }
                if files[above] != nil { found.append(Candidate(name: above, mustCover: true)) }
            }
        }
        if files[Self.fallback] != nil { found.append(Candidate(name: Self.fallback)) }
        return found
    }
}

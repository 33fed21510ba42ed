import Glibc
import NIOCore

/// The page that shows what is in a folder.
package enum FolderListing {
    /// One line of it.
    package struct Entry: Equatable, Sendable {
        /// The name, without slash.
        package var name: String
        /// Whether it is a folder.
        package var isFolder: Bool
        /// Bytes, of files.
        package var size: Int?
        /// Seconds since the epoch, of the last change.
        package var modified: Int

        /// Puts a line together.
        package init(name: String, isFolder: Bool, size: Int?, modified: Int) {
            self.name = name
            self.isFolder = isFolder
            self.size = size
            self.modified = modified
        }
    }

    /// Names shown at most; also those looked at.
    private static let maximumEntries = 10_000

    /// The page of an open folder.
    static func page(of folder: OpenFile) -> FunctionResponse {
        let (entries, isWhole) = read(folder)
        let headers = [
            (name: "content-type", value: "text/html; charset=utf-8"),
            (name: "content-security-policy", value: "default-src 'none'"),
            (name: "x-content-type-options", value: "nosniff"),
        ]
        return FunctionResponse(headers: headers, body: ByteBuffer(string: text(entries, isWhole: isWhole)))
    }

    private static func read(_ folder: OpenFile) -> (entries: [Entry], isWhole: Bool) {
        guard let descriptor = folder.duplicate(), let stream = fdopendir(descriptor) else { return ([], true) }
        defer { closedir(stream) }
        var entries: [Entry] = []
        var seen = 0
        while let entry = readdir(stream) {
            seen += 1
            guard seen <= maximumEntries else { return (entries, false) }
            let bytes = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if let name = servedName(bytes), let entry = look(at: name, in: descriptor) { entries.append(entry) }
        }
        return (entries, true)
    }

    /// A name that a request can ask for: not hidden, and none that is refused for what is in it.
    private static func servedName(_ bytes: [UInt8]) -> String? {
        let isPlain = bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") }
        guard isPlain, bytes.first != UInt8(ascii: "."), !PercentDecoding.hasEscape(bytes) else { return nil }
        // Settings are never handed out.
        guard let name = String(validating: bytes, as: UTF8.self), !name.lowercased().endsInBytes(".toml") else {
            return nil
        }
        return name
    }

    /// Links are shown as what they are, whether they lead anywhere or not.
    private static func look(at name: String, in folder: Int32) -> Entry? {
        var status = stat()
        guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
        let modified = status.st_mtim.tv_sec
        switch status.st_mode & S_IFMT {
        case S_IFDIR: return Entry(name: name, isFolder: true, size: nil, modified: modified)
        case S_IFREG: return Entry(name: name, isFolder: false, size: Int(status.st_size), modified: modified)
        case S_IFLNK: return Entry(name: name, isFolder: false, size: nil, modified: modified)
        default: return nil
        }
    }

    /// The page, its lines in the order of their names.
    package static func text(_ entries: [Entry], isWhole: Bool = true) -> String {
        var page = "<!doctype html>\n<meta charset=\"utf-8\">\n<title>Files</title>\n<table>\n"
        page += "<tr><th>Name</th><th>Bytes</th><th>Changed</th></tr>\n"
        for entry in entries.sorted(by: { $0.name < $1.name }) {
            let slash = entry.isFolder ? "/" : ""
            let link = "<a href=\"./\(escapedForPath(entry.name))\(slash)\">\(HTMLText.escape(entry.name))\(slash)</a>"
            let size = entry.size.map { String($0) } ?? ""
            page += "<tr><td>\(link)</td><td>\(size)</td><td>\(HTTPDate.format(entry.modified))</td></tr>\n"
        }
        return page + "</table>\n" + (isWhole ? "" : "<p>There are more.</p>\n")
    }

    private static func escapedForPath(_ name: String) -> String {
        var text = ""
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x30...0x39,
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                text.unicodeScalars.append(UnicodeScalar(byte))
            default: text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return text
    }
}

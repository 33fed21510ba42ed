/// A folder that a domain's record names: `/keybase/team/keybase.bots/static`.
package struct DNSRoot: Hashable, Sendable, CustomStringConvertible {
    /// The folders there are beneath `/keybase`.
    package enum Kind: String, Sendable {
        case `private`
        case `public`
        case team
    }

    /// Whose it may be.
    package let kind: Kind
    /// The name of the top-level folder, as it was written.
    package let folder: String
    /// The names that lead from there to the site's folder.
    package let path: [String]

    private static let maximumPath = 4000
    private static let maximumName = 255

    /// Reads what follows `kbp=`.
    package init(record: String) throws(DNSSiteFailure) {
        guard !record.hasPrefix("git@keybase:") else {
            throw .invalid("roots in git (git@keybase:) are not served; check the repository out, and name that folder")
        }
        let names = record.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard names.count >= 4, names[0].isEmpty, names[1] == "keybase", let kind = Kind(rawValue: names[2]),
            record.utf8.count <= Self.maximumPath
        else { throw .invalid("expected /keybase/private|public|team/FOLDER[/PATH]") }
        self.kind = kind
        folder = names[3]
        // Slashes that are doubled, or at the end, mean nothing.
        path = names[4...].filter { !$0.isEmpty }
        guard ([folder] + path).allSatisfy(Self.isName) else {
            throw .invalid("a name in it is empty, hidden, too long, or holds what no name does")
        }
    }

    /// Neither hidden, which `.` and `..` are too, nor with bytes that end a name or a line.
    private static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.first != UInt8(ascii: ".") && name.utf8.count <= maximumName
            && name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control && $0 != "\u{FFFD}" }
    }

    package var description: String {
        (["/keybase", kind.rawValue, folder] + path).joined(separator: "/")
    }
}

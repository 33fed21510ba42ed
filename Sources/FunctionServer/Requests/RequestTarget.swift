/// What a request's target asks for: a function with what follows it, or a file.
///
/// Everything that a client can write there is decided here, before any file is touched: the path is decoded once,
/// and what could mean another file to somebody else (dot segments, encoded separators, backslashes, control
/// characters) is refused instead of repaired.
///
/// One object, since a request hands it on many times.
package final class RequestTarget: Sendable {
    /// What the path leads to.
    package enum Place: Equatable, Sendable {
        /// A function: its file, relative to the served folder, and the decoded rest of the path.
        case function(name: String, pathInfo: String)
        /// A file or folder, relative to the served folder; the empty path is the folder itself.
        case file(path: String, isFolder: Bool)
    }

    /// Why a target is not answered.
    package enum Refusal: Error, Equatable, Sendable {
        /// Not a target at all, or one that smuggles something: 400.
        case malformed
        /// Nothing that is ever served: 404.
        case hidden
        /// Longer than anybody needs: 414.
        case tooLong
        /// The rules of access themselves: 403.
        case forbidden

        var status: Int {
            switch self {
            case .malformed: 400
            case .hidden: 404
            case .tooLong: 414
            case .forbidden: 403
            }
        }
    }

    /// Where it leads.
    package let place: Place
    /// Path and query as they were sent, without scheme and authority.
    package let original: String
    /// The path up to the function, as it was sent; empty for files.
    package let script: String
    /// The rest of the path as it was sent.
    package let rawPathInfo: String
    /// What follows the question mark, as it was sent.
    package let query: String
    /// Whom an absolute URL names; nil if the target is a path.
    package let authority: String?

    /// Bytes of the longest target accepted.
    package static let maximumLength = 16 * 1024
    private static let maximumName = 255
    private static let maximumPath = 4000

    /// Reads the target of a request line: a path (`/hello.wasm/more?query`) or an absolute URL.
    package init(parsing target: String) throws(Refusal) {
        guard target.utf8.count <= Self.maximumLength else { throw .tooLong }
        let (authority, origin) = try Self.originForm(target)
        self.authority = authority.map(String.init)
        let end = origin.utf8.firstIndex(of: UInt8(ascii: "?"))
        let path = origin[..<(end ?? origin.endIndex)]
        guard !AccessRules.isFile(path) else { throw .forbidden }
        query = end.map { String(origin[origin.utf8.index(after: $0)...]) } ?? ""
        original = String(origin)
        (place, script, rawPathInfo) = try Self.walk(path)
    }

    /// Goes along the path, up to the first module or to its end.
    private static func walk(_ path: Substring) throws(Refusal) -> (place: Place, script: String, rest: String) {
        var names: [String] = []
        var at = path.utf8.index(after: path.startIndex)
        while at < path.endIndex {
            let stop = path.utf8[at...].firstIndex(of: UInt8(ascii: "/")) ?? path.endIndex
            let name = try name(path[at..<stop])
            names.append(name)
            if name.endsInBytes(".wasm") {
                let rest = path[stop...]
                let place = Place.function(name: try join(names), pathInfo: try pathInfo(rest))
                return (place, String(path[..<stop]), String(rest))
            }
            guard stop < path.endIndex else {
                // A module is run, never handed out, however its name is spelled; settings may hold secrets.
                let lower = name.lowercased()
                guard !lower.endsInBytes(".wasm"), !lower.endsInBytes(".toml") else { throw .hidden }
                return (.file(path: try join(names), isFolder: false), "", "")
            }
            at = path.utf8.index(after: stop)
        }
        return (.file(path: try join(names), isFolder: true), "", "")
    }

    /// Strips scheme and authority of the absolute form, and refuses bytes that no target has.
    static func originForm(
        _ target: String
    ) throws(Refusal) -> (authority: Substring?, origin: Substring) {
        let isClean = target.utf8.allSatisfy { byte in
            byte > 0x20 && byte != 0x7f && byte != UInt8(ascii: "\\") && byte != UInt8(ascii: "#")
        }
        guard isClean, !target.isEmpty else { throw .malformed }
        if target.utf8.first == UInt8(ascii: "/") { return (nil, target[...]) }
        for scheme in ["http://", "https://"] where target.lowercased().hasPrefix(scheme) {
            let rest = target.dropFirst(scheme.count)
            guard let slash = rest.utf8.firstIndex(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }) else {
                guard !rest.isEmpty else { throw .malformed }
                return (rest, "/")
            }
            guard slash > rest.startIndex else { throw .malformed }
            let path = rest[slash...]
            return (rest[..<slash], path.utf8.first == UInt8(ascii: "/") ? path : "/" + path)
        }
        throw .malformed
    }

    /// One decoded segment of a file's path.
    private static func name(_ segment: Substring) throws(Refusal) -> String {
        guard let bytes = PercentDecoding.decode(segment.utf8) else { throw .malformed }
        let isPlain = bytes.allSatisfy { byte in
            byte >= 0x20 && byte != 0x7f && byte != UInt8(ascii: "/") && byte != UInt8(ascii: "\\")
        }
        guard isPlain, let name = String(validating: bytes, as: UTF8.self), name != ".", name != ".." else {
            throw .malformed
        }
        guard !bytes.isEmpty, bytes.first != UInt8(ascii: "."), bytes.count <= maximumName else { throw .hidden }
        guard !PercentDecoding.hasEscape(bytes) else { throw .hidden }
        return name
    }

    /// The decoded rest of the path behind a function.
    ///
    /// A slash may be escaped there; going up may not be spelled.
    private static func pathInfo(_ rest: Substring) throws(Refusal) -> String {
        guard !rest.isEmpty else { return "" }
        guard let bytes = PercentDecoding.decode(rest.utf8), let text = String(validating: bytes, as: UTF8.self),
            bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "\\") })
        else { throw .malformed }
        let climbs = text.utf8.split(separator: UInt8(ascii: "/")).contains { segment in
            segment.elementsEqual(".".utf8) || segment.elementsEqual("..".utf8)
        }
        guard !climbs else { throw .malformed }
        return text
    }

    private static func join(_ names: [String]) throws(Refusal) -> String {
        let path = names.joined(separator: "/")
        guard path.utf8.count <= maximumPath else { throw .hidden }
        return path
    }
}

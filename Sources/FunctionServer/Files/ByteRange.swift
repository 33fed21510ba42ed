import NIOHTTP1

/// Which bytes a request asks for.
enum ByteRange: Equatable {
    /// All of them: it asks for no part, for several, or in a way that nobody knows.
    case all
    case part(Range<Int>)
    /// None of those that there are.
    case unsatisfiable

    /// Reads `Range`: `bytes=0-99`, `bytes=100-`, `bytes=-100`.
    init(_ request: HTTPHeaders, size: Int) {
        let fields = request["range"]
        self = fields.count == 1 ? Self.read(fields[0], size) : .all
    }

    private static func read(_ text: String, _ size: Int) -> ByteRange {
        let unit = "bytes="
        guard text.lowercased().hasPrefix(unit) else { return .all }
        // Several parts may be answered with the whole.
        let spec = text.dropFirst(unit.count).filter { $0 != " " && $0 != "\t" }
        let ends = spec.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, !spec.contains(",") else { return .all }
        if ends[0].isEmpty {
            guard let count = number(ends[1]) else { return .all }
            return count > 0 && size > 0 ? .part(max(0, size - count)..<size) : .unsatisfiable
        }
        guard let first = number(ends[0]) else { return .all }
        let last = ends[1].isEmpty ? Int.max : number(ends[1])
        guard let last, last >= first else { return .all }
        return first < size ? .part(first..<min(size, last == .max ? size : last + 1)) : .unsatisfiable
    }

    /// Digits alone; what is too large for a number is as large as one can be.
    private static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text) ?? .max
    }
}

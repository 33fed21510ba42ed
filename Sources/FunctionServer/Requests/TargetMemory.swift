/// The last target of a connection and what it means: most clients ask for the same again.
struct TargetMemory {
    /// Bytes of the longest target that is remembered: what idle connections keep has to be little.
    static let longest = 256

    private var last: (text: String, target: RequestTarget)?

    /// Whether anything is remembered.
    var isEmpty: Bool { last == nil }

    /// Reads a target, or remembers it.
    mutating func target(of text: String) throws(RequestTarget.Refusal) -> RequestTarget {
        if let last, last.text == text { return last.target }
        let target = try RequestTarget(parsing: text)
        last = text.utf8.count <= Self.longest ? (text, target) : nil
        return target
    }
}

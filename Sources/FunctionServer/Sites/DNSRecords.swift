/// Looks up TXT records.
///
/// Blocks; called on threads for that, on several at once.
package protocol TextLookup: Sendable {
    /// The records of a name, the strings of each in one. An error is one that nobody could say more about.
    func texts(of name: String, deadline: MonotonicTime) throws(TextLookupFailure) -> [String]
}

/// Why there are no TXT records.
package enum TextLookupFailure: Error, Equatable, Sendable {
    /// There is no such name, or it has none.
    case noSuchName
    /// No answer, or none that can be used.
    case unanswered(String)
}

/// Which records make a domain a site.
package enum DNSRecords {
    /// The names that have the record: the second counts only if there is nothing at the first.
    static let prefixes = ["_keybase_pages.", "_keybasepages."]
    private static let mark = "kbp="
    private static let maximumName = 253

    /// The root that a domain names.
    package static func root(
        of domain: String, by lookup: any TextLookup, deadline: MonotonicTime
    ) throws(DNSSiteFailure) -> DNSRoot {
        var failure = TextLookupFailure.noSuchName
        for prefix in prefixes where prefix.utf8.count + domain.utf8.count <= maximumName {
            let texts: [String]
            do throws(TextLookupFailure) {
                texts = try lookup.texts(of: prefix + domain, deadline: deadline)
            } catch {
                // A name that nobody could look up may be there: that says more than one that is not.
                if failure == .noSuchName { failure = error }
                continue
            }
            return try root(in: texts)
        }
        switch failure {
        case .noSuchName: throw .noSuchName
        case .unanswered(let reason): throw .unanswered(reason)
        }
    }

    /// The one record among a name's that is for us.
    package static func root(in texts: [String]) throws(DNSSiteFailure) -> DNSRoot {
        let ours = texts.map(trimmed).filter { $0.hasPrefix(mark) }
        guard ours.count <= 1 else { throw .tooMany }
        guard let record = ours.first else { throw .notFound }
        return try DNSRoot(record: String(record.dropFirst(mark.utf8.count)))
    }

    private static func trimmed(_ text: String) -> Substring {
        let isSpace = { (character: Character) in character.isWhitespace }
        return text.drop(while: isSpace).reversedDrop(while: isSpace)
    }
}

extension Substring {
    fileprivate func reversedDrop(while condition: (Character) -> Bool) -> Substring {
        var end = endIndex
        while end > startIndex, condition(self[index(before: end)]) { end = index(before: end) }
        return self[..<end]
    }
}

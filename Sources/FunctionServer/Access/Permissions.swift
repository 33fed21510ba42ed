/// What somebody may do in a part of a site.
package struct Permissions: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Get files, and the answers of functions.
    package static let read = Permissions(rawValue: 1)
    /// Get the names in a folder that has no page of its own.
    package static let list = Permissions(rawValue: 2)

    /// Reads `read`, `list`, `read,list`, or nothing at all; nil if it says something else.
    package init?(_ text: String) {
        self = []
        guard !text.isEmpty else { return }
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            switch word {
            case "read": insert(.read)
            case "list": insert(.list)
            default: return nil
            }
        }
    }
}

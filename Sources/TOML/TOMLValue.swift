/// What a key of a document means.
package enum TOMLValue: Equatable, Sendable {
    case string(String)
    case integer(Int64)
    case float(Double)
    case boolean(Bool)
    case array([TOMLNode])
    case table(TOMLTable)

    /// What it is, for people.
    package var kind: String {
        switch self {
        case .string: "a string"
        case .integer: "a whole number"
        case .float: "a number"
        case .boolean: "true or false"
        case .array: "a list"
        case .table: "a table"
        }
    }
}

/// A value, and where it is.
package struct TOMLNode: Equatable, Sendable {
    /// The value.
    package var value: TOMLValue
    /// The line that it begins in, or its key; the first is 1.
    package var line: Int

    /// Puts a value in its place.
    package init(_ value: TOMLValue, line: Int) {
        self.value = value
        self.line = line
    }
}

/// Keys and their values, in the order they were written.
package struct TOMLTable: Equatable, Sendable {
    /// One key and what it means.
    package struct Entry: Equatable, Sendable {
        /// The key, unquoted.
        package var key: String
        /// What it means.
        package var node: TOMLNode
    }

    /// All of them, each key once.
    package var entries: [Entry] = []

    /// A table of nothing.
    package init() {}

    /// What a key means; nil: it is not there.
    package subscript(key: String) -> TOMLNode? { entries.first { $0.key == key }?.node }
}

/// What is wrong with a document, and in which line.
package struct TOMLError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The first is 1.
    package let line: Int
    /// What is wrong.
    package let message: String

    /// Says what is wrong.
    package init(line: Int, _ message: String) {
        self.line = line
        self.message = message
    }

    package var description: String { "\(line): \(message)" }
}

package import TOML

/// A table of settings, read by people's rules: what is not known, or of another type, is an error with its line.
package struct SettingsTable {
    private let table: TOMLTable
    /// What the keys are in, with a dot behind it: `limits.`.
    private let place: String

    /// Takes a table whose keys are these and no others.
    package init(_ table: TOMLTable, in place: String = "", keys: [String]) throws(TOMLError) {
        self.table = table
        self.place = place
        for entry in table.entries where !keys.contains(entry.key) {
            let name = LogEscaping.escape(place + entry.key)
            throw TOMLError(
                line: entry.node.line, "there is no setting \(name)\(Suggestion.question(entry.key, in: keys))")
        }
    }

    /// What a key means, and where.
    package subscript(key: String) -> TOMLNode? { table[key] }

    package func string(_ key: String) throws(TOMLError) -> String? {
        guard let node = table[key] else { return nil }
        guard case .string(let text) = node.value else { throw mismatch(node, key, "a string") }
        return text
    }

    package func boolean(_ key: String) throws(TOMLError) -> Bool? {
        guard let node = table[key] else { return nil }
        guard case .boolean(let value) = node.value else { throw mismatch(node, key, "true or false") }
        return value
    }

    /// The strings of a list, each with its line.
    package func strings(_ key: String) throws(TOMLError) -> [(text: String, line: Int)]? {
        guard let node = table[key] else { return nil }
        guard case .array(let nodes) = node.value else { throw mismatch(node, key, "a list of strings") }
        var strings: [(text: String, line: Int)] = []
        for node in nodes {
            guard case .string(let text) = node.value else { throw mismatch(node, key, "a list of strings") }
            strings.append((text, node.line))
        }
        return strings
    }

    package func table(_ key: String) throws(TOMLError) -> TOMLTable? {
        guard let node = table[key] else { return nil }
        guard case .table(let inner) = node.value else { throw mismatch(node, key, "a table") }
        return inner
    }

    /// The tables of a list, each with its line.
    package func tables(_ key: String) throws(TOMLError) -> [(table: TOMLTable, line: Int)] {
        guard let node = table[key] else { return [] }
        guard case .array(let nodes) = node.value else { throw mismatch(node, key, "a list of tables, [[\(key)]]") }
        var tables: [(table: TOMLTable, line: Int)] = []
        for node in nodes {
            guard case .table(let inner) = node.value else { throw mismatch(node, key, "a list of tables") }
            tables.append((inner, node.line))
        }
        return tables
    }

    private func mismatch(_ node: TOMLNode, _ key: String, _ expected: String) -> TOMLError {
        TOMLError(line: node.line, "\(place)\(key) is \(node.value.kind), and has to be \(expected)")
    }
}

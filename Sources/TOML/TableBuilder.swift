/// A table while the document is read: later lines may add to it, within the rules.
///
/// > Note: <https://toml.io/en/v1.0.0#table>
final class TableBuilder {
    /// How it came to be, which decides who may still add to it.
    enum Origin {
        /// Named by a header, or the document itself.
        case header
        /// On the way to a header's table; a header of its own may come later.
        case implied
        /// On the way to a key with dots.
        case dotted
        /// In braces: complete.
        case inline
    }

    /// Grows in place, however many refer to it.
    final class TableList {
        var tables: [TableBuilder]

        init(_ first: TableBuilder) {
            tables = [first]
        }
    }

    enum Slot {
        case value(TOMLNode)
        case table(TableBuilder)
        case tables(TableList)
    }

    var origin: Origin
    let line: Int
    private var keys: [String] = []
    private var slots: [String: Slot] = [:]

    init(_ origin: Origin, line: Int) {
        self.origin = origin
        self.line = line
    }

    /// The table that a header names: `[a.b]`.
    func table(at path: [String], line: Int) throws(TOMLError) -> TableBuilder {
        let parent = try walk(path.dropLast(), line: line)
        let key = path[path.count - 1]
        switch parent.slots[key] {
        case nil: return parent.add(TableBuilder(.header, line: line), at: key)
        case .table(let table) where table.origin == .implied:
            table.origin = .header
            return table
        default: throw Self.twice(path, line)
        }
    }

    /// The next table of a list: `[[a.b]]`.
    func nextTable(at path: [String], line: Int) throws(TOMLError) -> TableBuilder {
        let parent = try walk(path.dropLast(), line: line)
        let key = path[path.count - 1]
        let table = TableBuilder(.header, line: line)
        switch parent.slots[key] {
        case nil:
            parent.keys.append(key)
            parent.slots[key] = .tables(TableList(table))
        case .tables(let list): list.tables.append(table)
        default: throw Self.twice(path, line)
        }
        return table
    }

    /// Gives a key, with dots or without, its value.
    func set(_ path: [String], to value: TOMLNode) throws(TOMLError) {
        var at = self
        for key in path.dropLast() {
            switch at.slots[key] {
            case nil: at = at.add(TableBuilder(.dotted, line: value.line), at: key)
            case .table(let table) where table.origin == .dotted: at = table
            default: throw Self.twice(path, value.line)
            }
        }
        let key = path[path.count - 1]
        guard at.slots[key] == nil else { throw Self.twice(path, value.line) }
        at.keys.append(key)
        at.slots[key] = .value(value)
    }

    /// The finished table.
    var table: TOMLTable {
        var table = TOMLTable()
        for key in keys {
            switch slots[key] {
            case .value(let node): table.entries.append(.init(key: key, node: node))
            case .table(let inner):
                table.entries.append(.init(key: key, node: TOMLNode(.table(inner.table), line: inner.line)))
            case .tables(let list):
                let nodes = list.tables.map { TOMLNode(.table($0.table), line: $0.line) }
                table.entries.append(.init(key: key, node: TOMLNode(.array(nodes), line: list.tables[0].line)))
            case nil: break
            }
        }
        return table
    }

    private func walk(_ path: ArraySlice<String>, line: Int) throws(TOMLError) -> TableBuilder {
        var at = self
        for key in path {
            switch at.slots[key] {
            case nil: at = at.add(TableBuilder(.implied, line: line), at: key)
            case .table(let table): at = table
            case .tables(let list): at = list.tables[list.tables.count - 1]
            case .value: throw Self.twice(Array(path), line)
            }
        }
        return at
    }

    private func add(_ table: TableBuilder, at key: String) -> TableBuilder {
        keys.append(key)
        slots[key] = .table(table)
        return table
    }

    private static func twice(_ path: [String], _ line: Int) -> TOMLError {
        TOMLError(line: line, "\(path.joined(separator: ".")) is there already")
    }
}

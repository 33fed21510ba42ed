/// How many entries of each index space are imported.
package struct ImportCounts: Hashable, Sendable {
    package private(set) var functions = 0
    package private(set) var tables = 0
    package private(set) var memories = 0
    package private(set) var globals = 0
    package private(set) var tags = 0

    package init(_ imports: [Import]) {
        for item in imports {
            switch item.kind {
            case .function: functions += 1
            case .table: tables += 1
            case .memory: memories += 1
            case .global: globals += 1
            case .tag: tags += 1
            }
        }
    }
}

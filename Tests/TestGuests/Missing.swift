/// What a test cannot go on without.
package struct Missing: Error, CustomStringConvertible {
    package var what: String

    package var description: String { "there is no \(what)" }
}

func needed<T>(_ value: T?, _ what: String) throws -> T {
    guard let value else { throw Missing(what: what) }
    return value
}

/// A section of the binary format; the raw value is its id.
///
/// <https://webassembly.github.io/spec/core/binary/modules.html#sections>
package enum Section: UInt8, Hashable, Sendable, CaseIterable {
    case custom = 0
    case type = 1
    case `import` = 2
    case function = 3
    case table = 4
    case memory = 5
    case global = 6
    case export = 7
    case start = 8
    case element = 9
    case code = 10
    case data = 11
    case dataCount = 12
    case tag = 13
}

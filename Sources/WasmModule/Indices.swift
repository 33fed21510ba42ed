/// An index into one of a module's index spaces.
///
/// Distinct types, so that one can't be used on another's space.
///
/// <https://webassembly.github.io/spec/core/syntax/modules.html#indices>
package protocol ModuleIndex: Hashable, Comparable, Sendable, CustomStringConvertible {
    var rawValue: UInt32 { get }
    init(_ rawValue: UInt32)
}

extension ModuleIndex {
    @inlinable
    package init(_ value: Int) { self.init(UInt32(value)) }
    /// The index as an array subscript.
    @inlinable
    package var offset: Int { Int(rawValue) }
    @inlinable
    package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
    package var description: String { String(rawValue) }
}

/// An index into the types.
package struct TypeIndex: ModuleIndex {
    package let rawValue: UInt32
    @inlinable
    package init(_ rawValue: UInt32) { self.rawValue = rawValue }
}

/// An index into the functions, imported ones first.
package struct FunctionIndex: ModuleIndex {
    package let rawValue: UInt32
    @inlinable
    package init(_ rawValue: UInt32) { self.rawValue = rawValue }
}

/// An index into the tables, imported ones first.
package struct TableIndex: ModuleIndex {
    package let rawValue: UInt32
    @inlinable
    package init(_ rawValue: UInt32) { self.rawValue = rawValue }
}

/// An index into the memories, imported ones first.
package struct MemoryIndex: ModuleIndex {
    package let rawValue: UInt32
    @inlinable
    package init(_ rawValue: UInt32) { self.rawValue = rawValue }
}

/// An index into the globals, imported ones first.
package struct GlobalIndex: ModuleIndex {
    package let rawValue: UInt32
    @inlinable
    package init(_ rawValue: UInt32) { self.rawValue = rawValue }
}

/// An index into the tags, imported ones first.
package struct TagIndex: ModuleIndex {
    package let rawValue: UInt32
    @inlinable
    package init(_ rawValue: UInt32) { self.rawValue = rawValue }
}

/// A module as plain values: every section decoded, function bodies and data left where they are in the bytes.
///
/// All index spaces include the imports, which come first.
/// <https://webassembly.github.io/spec/core/syntax/modules.html>
package struct Module: Sendable {
    package var types: [SubType] = []
    /// The recursive types of which `types` consists: ranges of it, in order, without gaps.
    package var recursionGroups: [Range<Int>] = []
    package var imports: [Import] = []
    /// The type of every function, imported ones first.
    package var functions: [TypeIndex] = []
    package var tables: [Table] = []
    package var memories: [MemoryType] = []
    package var globals: [Global] = []
    /// The function type of every tag, imported ones first.
    package var tags: [TypeIndex] = []
    package var exports: [Export] = []
    package var start: FunctionIndex?
    package var elements: [ElementSegment] = []
    package var dataSegments: [DataSegment] = []
    /// The data count section's value, if the section is there.
    package var dataCount: UInt32?
    /// One for each function that is not imported.
    package var bodies: [FunctionBody] = []
    package var names = NameSection()
    package var customSections: [CustomSection] = []

    /// Where each section's contents start in the bytes, by ``Section``; for messages.
    package var sectionOffsets: [Section: Int] = [:]

    package var importedFunctionCount = 0
    package var importedTableCount = 0
    package var importedMemoryCount = 0
    package var importedGlobalCount = 0
    package var importedTagCount = 0

    package init() {}

    /// The type of a function.
    ///
    /// Only for a module whose indices are validated.
    @inlinable
    package func type(of function: FunctionIndex) -> FunctionType {
        functionType(functions[function.offset])
    }

    /// The function type at an index.
    ///
    /// Only for a module whose indices are validated; empty if the type is none of a function.
    @inlinable
    package func functionType(_ index: TypeIndex) -> FunctionType {
        types[index.offset].function ?? FunctionType(parameters: [], results: [])
    }
}

/// <https://webassembly.github.io/spec/core/syntax/modules.html#imports>
/// .
package struct Import: Hashable, Sendable {
    package var module: String
    package var name: String
    package var kind: ImportKind

    package init(module: String, name: String, kind: ImportKind) {
        self.module = module
        self.name = name
        self.kind = kind
    }
}

/// What an import wants.
///
/// A function or tag by its type, the others by their own.
package enum ImportKind: Hashable, Sendable {
    case function(TypeIndex)
    case table(TableType)
    case memory(MemoryType)
    case global(GlobalType)
    case tag(TypeIndex)
}

/// <https://webassembly.github.io/spec/core/syntax/modules.html#exports>
/// .
package struct Export: Hashable, Sendable {
    package var name: String
    package var kind: ExportKind

    package init(name: String, kind: ExportKind) {
        self.name = name
        self.kind = kind
    }
}

/// What an export names.
package enum ExportKind: Hashable, Sendable {
    case function(FunctionIndex)
    case table(TableIndex)
    case memory(MemoryIndex)
    case global(GlobalIndex)
    case tag(TagIndex)
}

/// A minimum and, optionally, a maximum: pages for memories, elements for tables.
///
/// <https://webassembly.github.io/spec/core/syntax/types.html#limits>
package struct Limits: Hashable, Sendable {
    package var minimum: UInt64
    package var maximum: UInt64?

    package init(minimum: UInt64, maximum: UInt64? = nil) {
        self.minimum = minimum
        self.maximum = maximum
    }
}

/// <https://webassembly.github.io/spec/core/syntax/types.html#memory-types>
/// .
package struct MemoryType: Hashable, Sendable {
    /// In pages.
    package var limits: Limits
    /// Addresses are i64.
    package var is64: Bool
    package var isShared: Bool
    /// Logarithm of a page's size in bytes: 16, or 0.
    ///
    /// <https://github.com/WebAssembly/custom-page-sizes>
    package var pageSizeExponent: UInt8

    package init(limits: Limits, is64: Bool = false, isShared: Bool = false, pageSizeExponent: UInt8 = 16) {
        self.limits = limits
        self.is64 = is64
        self.isShared = isShared
        self.pageSizeExponent = pageSizeExponent
    }
}

/// <https://webassembly.github.io/spec/core/syntax/types.html#table-types>
/// .
package struct TableType: Hashable, Sendable {
    package var element: ValueType
    package var limits: Limits
    /// Indices are i64.
    package var is64: Bool

    package init(element: ValueType, limits: Limits, is64: Bool = false) {
        self.element = element
        self.limits = limits
        self.is64 = is64
    }
}

/// A table of the index space; `initializer` is nil for imported tables and for those filled with null.
package struct Table: Hashable, Sendable {
    package var type: TableType
    package var initializer: ConstantExpression?

    package init(type: TableType, initializer: ConstantExpression? = nil) {
        self.type = type
        self.initializer = initializer
    }
}

/// <https://webassembly.github.io/spec/core/syntax/types.html#global-types>
/// .
package struct GlobalType: Hashable, Sendable {
    package var value: ValueType
    package var isMutable: Bool

    package init(value: ValueType, isMutable: Bool) {
        self.value = value
        self.isMutable = isMutable
    }
}

/// A global of the index space; `initializer` is nil for imported ones.
package struct Global: Hashable, Sendable {
    package var type: GlobalType
    package var initializer: ConstantExpression?

    package init(type: GlobalType, initializer: ConstantExpression? = nil) {
        self.type = type
        self.initializer = initializer
    }
}

/// The instructions of a constant expression, without the closing `end`.
///
/// <https://webassembly.github.io/spec/core/valid/instructions.html#constant-expressions>
package struct ConstantExpression: Hashable, Sendable {
    package var instructions: [Instruction]
    /// Where it starts in the module's bytes.
    package var offset: Int

    package init(_ instructions: [Instruction], offset: Int = 0) {
        self.instructions = instructions
        self.offset = offset
    }
}

/// <https://webassembly.github.io/spec/core/syntax/modules.html#element-segments>
/// .
package struct ElementSegment: Hashable, Sendable {
    /// When its references are copied: by instructions, at instantiation, never.
    package enum Mode: Hashable, Sendable {
        case passive
        case active(TableIndex, offset: ConstantExpression)
        case declarative
    }
    /// Its references, in one of the two forms that the binary format has.
    package enum Items: Hashable, Sendable {
        case functions([FunctionIndex])
        case expressions([ConstantExpression])
    }

    package var type: ValueType
    package var mode: Mode
    package var items: Items

    package init(type: ValueType, mode: Mode, items: Items) {
        self.type = type
        self.mode = mode
        self.items = items
    }

    package var count: Int {
        switch items {
        case .functions(let list): list.count
        case .expressions(let list): list.count
        }
    }
}

/// <https://webassembly.github.io/spec/core/syntax/modules.html#data-segments>
/// .
package struct DataSegment: Hashable, Sendable {
    /// When its bytes are copied: by instructions, or at instantiation.
    package enum Mode: Hashable, Sendable {
        case passive
        case active(MemoryIndex, offset: ConstantExpression)
    }

    package var mode: Mode
    /// The contents, as a range of the module's bytes.
    package var bytes: Range<Int>

    package init(mode: Mode, bytes: Range<Int>) {
        self.mode = mode
        self.bytes = bytes
    }
}

/// A function body as a range of the module's bytes: the locals' declarations and the expression with its `end`.
package struct FunctionBody: Hashable, Sendable {
    package var bytes: Range<Int>

    package init(bytes: Range<Int>) { self.bytes = bytes }
}

/// What of the custom section `name` is used: for backtraces and messages only.
///
/// <https://webassembly.github.io/spec/core/appendix/custom.html#name-section>
package struct NameSection: Hashable, Sendable {
    package var module: String?
    package var functions: [FunctionIndex: String] = [:]

    package init() {}
}

/// A custom section other than `name`: its contents are a range of the module's bytes.
///
/// <https://webassembly.github.io/spec/core/appendix/custom.html>
package struct CustomSection: Hashable, Sendable {
    package var name: String
    package var bytes: Range<Int>

    package init(name: String, bytes: Range<Int>) {
        self.name = name
        self.bytes = bytes
    }
}

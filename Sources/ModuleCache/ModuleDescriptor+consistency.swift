import WasmModule

// What the runtime takes for granted of a descriptor. Constant expressions, and functions that are named by
// reference, are looked at when the module is loaded.

extension ModuleDescriptor {
    /// Whether the types are well-formed and every index is in range.
    var isConsistent: Bool {
        areTypesConsistent && areImportsConsistent && areDefinitionsConsistent && areExportsConsistent
            && areSegmentsConsistent && isLayoutConsistent
    }

    private var areTypesConsistent: Bool {
        recursionGroups.allSatisfy { group in
            group.allSatisfy { isConsistent(types[$0], at: $0, groupEnd: group.upperBound) }
        }
    }

    private func isConsistent(_ type: SubType, at index: Int, groupEnd: Int) -> Bool {
        if let supertype = type.supertype {
            guard supertype.offset < index, !types[supertype.offset].isFinal,
                types[supertype.offset].composite.kind == type.composite.kind
            else { return false }
        }
        switch type.composite {
        case .function(let function):
            return (function.parameters + function.results).allSatisfy { isValueType($0, typeCount: groupEnd) }
        case .structure(let fields): return fields.allSatisfy { isStorage($0.storage, typeCount: groupEnd) }
        case .array(let element): return isStorage(element.storage, typeCount: groupEnd)
        }
    }

    private func isStorage(_ type: ValueType, typeCount: Int) -> Bool {
        type.isPacked || isValueType(type, typeCount: typeCount)
    }

    private func isValueType(_ type: ValueType, typeCount: Int) -> Bool {
        if let index = type.typeIndex { return index.offset < typeCount && type.code == 0 }
        return type.isNumber || type == .v128 || isAbstractReference(type)
    }

    private func isAbstractReference(_ type: ValueType) -> Bool {
        type.rawValue <= 0x1FF && (0x69...0x74).contains(type.code)
    }

    private func isReference(_ type: ValueType) -> Bool {
        type.isReference && isValueType(type, typeCount: types.count)
    }

    private func isFunctionType(_ index: TypeIndex) -> Bool {
        index.offset < types.count && types[index.offset].function != nil
    }

    private func isConsistent(_ type: MemoryType) -> Bool {
        type.pageSizeExponent == 16 || type.pageSizeExponent == 0
    }

    private var areImportsConsistent: Bool {
        let counts = importCounts
        guard counts.functions <= functions.count, counts.tables <= tables.count, counts.memories <= memories.count,
            counts.globals <= globals.count, counts.tags <= tags.count
        else { return false }
        return imports.allSatisfy { item in
            switch item.kind {
            case .function(let type), .tag(let type): isFunctionType(type)
            case .table(let type): isReference(type.element)
            case .memory(let type): isConsistent(type)
            case .global(let type): isValueType(type.value, typeCount: types.count)
            }
        }
    }

    private var areDefinitionsConsistent: Bool {
        functions.allSatisfy(isFunctionType) && tags.allSatisfy(isFunctionType)
            && tables.allSatisfy { isReference($0.type.element) } && memories.allSatisfy(isConsistent)
            && globals.allSatisfy { isValueType($0.type.value, typeCount: types.count) }
    }

    private var areExportsConsistent: Bool {
        exports.allSatisfy { export in
            switch export.kind {
            case .function(let index): index.offset < functions.count && layout.position(of: index) != nil
            case .table(let index): index.offset < tables.count
            case .memory(let index): index.offset < memories.count
            case .global(let index): index.offset < globals.count
            case .tag(let index): index.offset < tags.count
            }
        }
    }

    private var areSegmentsConsistent: Bool {
        let imported = importCounts.memories
        let areElementsConsistent = elements.allSatisfy { segment in
            if case .active(let table, _) = segment.mode, table.offset >= tables.count { return false }
            return isReference(segment.type)
        }
        let isDataConsistent = data.allSatisfy { placement in
            if case .active(let memory, _) = placement.mode { memory.offset < memories.count } else { true }
        }
        return areElementsConsistent && isDataConsistent
            && image.allSatisfy { $0.memory.offset >= imported && isConsistent($0) }
            && zip(image, image.dropFirst()).allSatisfy(Self.areInOrder)
    }

    /// One behind the other: what restores a memory goes through them once.
    private static func areInOrder(_ extent: ImageExtent, _ next: ImageExtent) -> Bool {
        extent.memory < next.memory
            || extent.memory == next.memory && extent.memoryOffset + extent.length <= next.memoryOffset
    }

    /// Within the minimum of its memory.
    private func isConsistent(_ extent: ImageExtent) -> Bool {
        guard extent.memory.offset < memories.count, extent.memoryOffset >= 0, extent.fileOffset >= 0,
            extent.length >= 0
        else { return false }
        let type = memories[extent.memory.offset]
        let pages = min(type.limits.minimum, 1 << 32)
        let (end, overflow) = extent.memoryOffset.addingReportingOverflow(extent.length)
        return !overflow && UInt64(end) <= pages << type.pageSizeExponent
            && !extent.fileOffset.addingReportingOverflow(extent.length).overflow
    }

    /// Whether everything lies in the instance, behind its header.
    private var isLayoutConsistent: Bool {
        let areas: [(start: UInt32, count: Int, size: UInt32)] = [
            (layout.importedFunctions, importCounts.functions, 16), (layout.memories, memories.count, 8),
            (layout.tables, tables.count, 8), (layout.tags, tags.count, 8),
            (layout.references, layout.referenced.count, InstanceLayout.functionReferenceSize),
        ]
        let isInside = { (start: UInt32, size: UInt64) in
            start >= InstanceLayout.headerSize && start % 8 == 0 && UInt64(start) + size <= UInt64(layout.size)
        }
        return layout.size >= InstanceLayout.headerSize && layout.globals.count == globals.count
            && areas.allSatisfy { isInside($0.start, UInt64($0.count) * UInt64($0.size)) }
            && zip(layout.globals, globals).allSatisfy { isInside($0, $1.type.value == .v128 ? 16 : 8) }
            && zip(layout.referenced, layout.referenced.dropFirst()).allSatisfy { $0 < $1 }
            && (layout.referenced.last.map { $0.offset < functions.count } ?? true)
    }

    private var importCounts: ImportCounts { ImportCounts(imports) }
}

extension CompositeType {
    fileprivate var kind: Int {
        switch self {
        case .function: 0
        case .structure: 1
        case .array: 2
        }
    }
}

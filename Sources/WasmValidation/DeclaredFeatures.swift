import WasmModule

/// What the sections outside of bodies tell of the features that a module uses.
func declaredFeatures(_ module: Module) -> Set<Feature> {
    var found = module.constantFeatures
    for type in module.declaredValueTypes { found.formUnion(type.features) }
    if module.hasMutableGlobalsOutside { found.insert(.mutableGlobals) }
    if module.hasMultipleResults { found.insert(.multiValue) }
    if module.hasReferenceTypes { found.insert(.referenceTypes) }
    if module.hasPassiveSegments { found.insert(.bulkMemory) }
    if !module.tags.isEmpty { found.insert(.exceptions) }
    if module.tables.contains(where: { $0.initializer != nil }) { found.insert(.functionReferences) }
    if module.hasHeapTypes { found.insert(.garbageCollection) }
    if module.memories.count > 1 { found.insert(.multipleMemories) }
    if module.has64BitAddresses { found.insert(.memory64) }
    if module.memories.contains(where: { $0.pageSizeExponent != 16 }) { found.insert(.customPageSizes) }
    if module.memories.contains(where: \.isShared) { found.insert(.threads) }
    return found
}

extension ValueType {
    /// The features that brought the type.
    var features: Set<Feature> {
        if self == .v128 { return [.simd] }
        guard isReference else { return [] }
        var found: Set<Feature> = [.referenceTypes]
        if typeIndex != nil || !isNullable { found.insert(.functionReferences) }
        switch nullable {
        case .exnref, .nullexnref: found.insert(.exceptions)
        case .anyref, .eqref, .i31ref, .structref, .arrayref, .nullref, .nullexternref, .nullfuncref:
            found.insert(.garbageCollection)
        default: break
        }
        return found
    }
}

extension Module {
    fileprivate var hasMutableGlobalsOutside: Bool {
        globals[..<importedGlobalCount].contains { $0.type.isMutable }
            || exports.contains {
                guard case .global(let index) = $0.kind else { return false }
                return globals[index.offset].type.isMutable
            }
    }

    fileprivate var hasMultipleResults: Bool {
        types.contains { $0.function.map { $0.results.count > 1 } ?? false }
    }

    fileprivate var hasReferenceTypes: Bool {
        tables.count > 1
            || elements.contains {
                if case .expressions = $0.items { true } else { false }
            }
    }

    fileprivate var hasPassiveSegments: Bool {
        dataCount != nil
            || dataSegments.contains { $0.mode == .passive }
            || elements.contains {
                if case .active = $0.mode { false } else { true }
            }
    }

    /// Structures, arrays, subtypes or types that refer to each other.
    fileprivate var hasHeapTypes: Bool {
        recursionGroups.contains { $0.count > 1 }
            || types.contains { $0.function == nil || $0.supertype != nil || !$0.isFinal }
    }

    fileprivate var has64BitAddresses: Bool {
        memories.contains(where: \.is64) || tables.contains { $0.type.is64 }
    }

    /// The types of everything declared, each once.
    ///
    /// Tables of `funcref`, and segments that list functions, have been there from the first version.
    fileprivate var declaredValueTypes: Set<ValueType> {
        var found = Set(globals.map(\.type.value))
        for table in tables where table.type.element != .funcref { found.insert(table.type.element) }
        for segment in elements where segment.type != .funcref {
            if case .expressions = segment.items { found.insert(segment.type) }
        }
        for type in types {
            switch type.composite {
            case .function(let function):
                found.formUnion(function.parameters)
                found.formUnion(function.results)
            case .structure(let fields): found.formUnion(fields.map(\.storage))
            case .array(let field): found.insert(field.storage)
            }
        }
        return found
    }
}

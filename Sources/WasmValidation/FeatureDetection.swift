import WasmBinary
package import WasmModule

/// The steps beyond the first version of WebAssembly that a module uses, always with ``Feature/mvp``.
///
/// Bodies are looked at as far as they are valid.
package func featuresUsed(by module: ValidatedModule, bytes: UnsafeBufferPointer<UInt8>) -> Set<Feature> {
    var found: Set<Feature> = [.mvp]
    found.formUnion(declaredFeatures(module.module))
    // By opcode first, so that a large module costs an array access per instruction.
    var isUsed = [Bool](repeating: false, count: InstructionTable.byCode.count)
    var usesOtherTable = false
    var usesBlockParameters = false
    try? walkBodies(module, bytes: bytes) { instruction in
        isUsed[Int(instruction.opcode.rawValue)] = true
        if instruction.opcode == .callIndirect, instruction.b != 0 { usesOtherTable = true }
        if instruction.opcode.beginsBlock, instruction.b == 2 { usesBlockParameters = true }
    }
    for row in InstructionTable.allRows where isUsed[Int(row.opcode.rawValue)] { found.insert(row.feature) }
    if usesOtherTable { found.insert(.referenceTypes) }
    if usesBlockParameters { found.insert(.multiValue) }
    return found
}

/// What the sections outside of bodies tell.
private func declaredFeatures(_ module: Module) -> Set<Feature> {
    var found: Set<Feature> = []
    if module.hasMutableGlobalsOutside { found.insert(.mutableGlobals) }
    if module.types.contains(where: { $0.results.count > 1 }) { found.insert(.multiValue) }
    if module.hasReferenceTypes { found.insert(.referenceTypes) }
    if module.hasVectorTypes { found.insert(.simd) }
    if module.hasPassiveSegments { found.insert(.bulkMemory) }
    if module.constantExpressions.contains(where: { $0.instructions.count > 1 }) { found.insert(.extendedConstants) }
    return found
}

extension Opcode {
    fileprivate var beginsBlock: Bool { self == .block || self == .loop || self == .`if` }
}

extension Module {
    fileprivate var hasMutableGlobalsOutside: Bool {
        globals[..<importedGlobalCount].contains { $0.type.isMutable }
            || exports.contains {
                guard case .global(let index) = $0.kind else { return false }
                return globals[index.offset].type.isMutable
            }
    }

    fileprivate var hasReferenceTypes: Bool {
        tables.count > 1
            || tables.contains { $0.type.element != .funcref }
            || globals.contains { $0.type.value.isReference }
            || types.contains { ($0.parameters + $0.results).contains(where: \.isReference) }
            || elements.contains {
                if case .expressions = $0.items { true } else { false }
            }
    }

    fileprivate var hasVectorTypes: Bool {
        globals.contains { $0.type.value == .v128 } || types.contains { ($0.parameters + $0.results).contains(.v128) }
    }

    fileprivate var hasPassiveSegments: Bool {
        dataCount != nil
            || dataSegments.contains { $0.mode == .passive }
            || elements.contains {
                if case .active = $0.mode { false } else { true }
            }
    }

    /// The constant expressions that may compute: globals and offsets.
    fileprivate var constantExpressions: [ConstantExpression] {
        var all = globals.compactMap(\.initializer)
        for segment in elements {
            if case .active(_, let offset) = segment.mode { all.append(offset) }
        }
        for segment in dataSegments {
            if case .active(_, let offset) = segment.mode { all.append(offset) }
        }
        return all
    }
}

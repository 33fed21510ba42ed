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
    var types: Set<ValueType> = []
    try? walkBodies(module, bytes: bytes, visitLocals: { types.insert($0) }) { instruction in
        isUsed[Int(instruction.opcode.rawValue)] = true
        if instruction.opcode == .callIndirect, instruction.b != 0 { usesOtherTable = true }
        guard instruction.opcode.beginsBlock else { return }
        if case .result(let type) = instruction.blockType { types.insert(type) }
        if instruction.b == 2 { usesBlockParameters = true }
    }
    for type in types { found.formUnion(type.features) }
    for row in InstructionTable.allRows where isUsed[Int(row.opcode.rawValue)] { found.insert(row.feature) }
    if usesOtherTable { found.insert(.referenceTypes) }
    if usesBlockParameters { found.insert(.multiValue) }
    return found
}

extension Opcode {
    fileprivate var beginsBlock: Bool {
        switch self {
        case .block, .loop, .`if`, .`try`, .tryTable: true
        default: false
        }
    }
}

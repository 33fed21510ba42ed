import WasmModule

extension Module {
    /// The features that constant expressions use.
    var constantFeatures: Set<Feature> {
        // By opcode first: there may be millions of expressions.
        var isUsed = [Bool](repeating: false, count: InstructionTable.byCode.count)
        forEachConstantExpression {
            for instruction in $0.instructions { isUsed[Int(instruction.opcode.rawValue)] = true }
        }
        var found: Set<Feature> = []
        for row in InstructionTable.allRows where isUsed[Int(row.opcode.rawValue)] {
            found.insert(row.opcode.computes ? .extendedConstants : row.feature)
        }
        return found
    }

    private func forEachConstantExpression(_ body: (ConstantExpression) -> Void) {
        globals.lazy.compactMap(\.initializer).forEach(body)
        tables.lazy.compactMap(\.initializer).forEach(body)
        for segment in elements {
            if case .active(_, let offset) = segment.mode { body(offset) }
            if case .expressions(let list) = segment.items { list.forEach(body) }
        }
        for segment in dataSegments {
            if case .active(_, let offset) = segment.mode { body(offset) }
        }
    }
}

extension Opcode {
    /// Arithmetic of constant expressions.
    fileprivate var computes: Bool {
        switch self {
        case .i32Add, .i32Sub, .i32Mul, .i64Add, .i64Sub, .i64Mul: true
        default: false
        }
    }
}

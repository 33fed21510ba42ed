import WasmModule

// Tables. <https://webassembly.github.io/spec/core/valid/instructions.html#table-instructions>

extension FunctionValidator {
    mutating func checkTable(_ instruction: Instruction) throws(ValidationError) {
        let table = try tableShape(instruction.a)
        switch instruction.opcode {
        case .tableGet:
            try pop(table.address)
            push(table.element)
        case .tableSet:
            try pop(table.element)
            try pop(table.address)
        case .tableGrow:
            try pop(table.address)
            try pop(table.element)
            push(table.address)
        case .tableFill: try pop(table.address, table.element, table.address)
        default: push(table.address)
        }
    }

    mutating func tableShape(_ index: UInt32) throws(ValidationError) -> ValidationContext.TableShape {
        guard Int(index) < context.tables.count else { throw failure("unknown table \(index)") }
        return context.tables[Int(index)]
    }

    mutating func elementType(_ index: UInt32) throws(ValidationError) -> ValueType {
        guard Int(index) < context.elements.count else { throw failure("unknown elem segment \(index)") }
        return context.elements[Int(index)]
    }

    mutating func tableCopy(from source: UInt32, to destination: UInt32) throws(ValidationError) {
        let target = try tableShape(destination)
        let source = try tableShape(source)
        guard context.types.matches(source.element, target.element) else {
            throw failure("type mismatch: copy of \(source.element) to a table of \(target.element)")
        }
        try pop(.smaller(target.address, source.address), source.address, target.address)
    }

    mutating func tableInit(segment: UInt32, table: UInt32) throws(ValidationError) {
        let table = try tableShape(table)
        let type = try elementType(segment)
        guard context.types.matches(type, table.element) else {
            throw failure("type mismatch: \(type) elements for a table of \(table.element)")
        }
        try pop(.i32, .i32, table.address)
    }
}

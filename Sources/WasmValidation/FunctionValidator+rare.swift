import WasmModule

// References, tables and bulk operations.
// <https://webassembly.github.io/spec/core/valid/instructions.html#table-instructions>

extension FunctionValidator {
    mutating func checkRare(_ instruction: Instruction) throws(ValidationError) {
        switch instruction.opcode {
        case .refNull: push(ValueType(rawValue: instruction.a))
        case .refIsNull: try refIsNull()
        case .refFunc: try refFunc(instruction.a)
        case .tableGet, .tableSet, .tableGrow, .tableSize, .tableFill: try checkTable(instruction)
        case .tableCopy: try tableCopy(from: instruction.b, to: instruction.a)
        case .tableInit: try tableInit(segment: instruction.a, table: instruction.b)
        case .elemDrop: _ = try elementType(instruction.a)
        case .memoryInit:
            try checkMemoryExists(instruction.b)
            try checkData(instruction.a)
            try pop(.i32, .i32, .address)
        case .dataDrop: try checkData(instruction.a)
        case .memoryCopy:
            try checkMemoryExists(instruction.a)
            try checkMemoryExists(instruction.b)
            try pop(.address, .address, .address)
        case .memoryFill:
            try checkMemoryExists(instruction.a)
            try pop(.address, .i32, .address)
        default: preconditionFailure("every opcode has a signature or a rule")
        }
    }

    mutating func tableType(_ index: UInt32) throws(ValidationError) -> ValueType {
        guard Int(index) < context.tables.count else { throw failure("unknown table \(index)") }
        return context.tables[Int(index)]
    }

    private mutating func elementType(_ index: UInt32) throws(ValidationError) -> ValueType {
        guard Int(index) < context.elements.count else { throw failure("unknown elem segment \(index)") }
        return context.elements[Int(index)]
    }

    private mutating func checkMemoryExists(_ index: UInt32) throws(ValidationError) {
        guard Int(index) < context.memoryCount else { throw failure("unknown memory \(index)") }
    }

    /// Data segments come after the code; so code may name them only if their number was said before.
    private mutating func checkData(_ index: UInt32) throws(ValidationError) {
        guard let count = context.dataCount else { throw failure("data count section required") }
        guard index < count else { throw failure("unknown data segment \(index)") }
    }

    /// Pops three operands, the topmost first.
    private mutating func pop(_ top: ValueType, _ next: ValueType, _ last: ValueType) throws(ValidationError) {
        try pop(top)
        try pop(next)
        try pop(last)
    }

    private mutating func refIsNull() throws(ValidationError) {
        let type = try popAny()
        guard type.isReference || type == .bottom else {
            throw failure("type mismatch: expected a reference, found \(type)")
        }
        push(.i32)
    }

    private mutating func refFunc(_ index: UInt32) throws(ValidationError) {
        guard Int(index) < context.functions.count else { throw failure("unknown function \(index)") }
        guard context.isDeclared[Int(index)] else { throw failure("undeclared function reference \(index)") }
        push(.funcref)
    }

    private mutating func checkTable(_ instruction: Instruction) throws(ValidationError) {
        let type = try tableType(instruction.a)
        switch instruction.opcode {
        case .tableGet:
            try pop(.address)
            push(type)
        case .tableSet:
            try pop(type)
            try pop(.address)
        case .tableGrow:
            try pop(.address)
            try pop(type)
            push(.address)
        case .tableFill: try pop(.address, type, .address)
        default: push(.address)
        }
    }

    private mutating func tableCopy(from source: UInt32, to destination: UInt32) throws(ValidationError) {
        let type = try tableType(destination)
        let sourceType = try tableType(source)
        guard sourceType == type else { throw failure("type mismatch: copy of \(sourceType) to a table of \(type)") }
        try pop(.address, .address, .address)
    }

    private mutating func tableInit(segment: UInt32, table: UInt32) throws(ValidationError) {
        let type = try tableType(table)
        let segmentType = try elementType(segment)
        guard segmentType == type else {
            throw failure("type mismatch: \(segmentType) elements for a table of \(type)")
        }
        try pop(.i32, .i32, .address)
    }
}

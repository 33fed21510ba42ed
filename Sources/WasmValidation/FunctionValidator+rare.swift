import WasmModule

extension FunctionValidator {
    /// What is seldom in code: references, bulk operations, exceptions, tail calls, wide arithmetic.
    mutating func checkRare(_ instruction: Instruction) throws(ValidationError) {
        switch instruction.opcode {
        case .refNull, .refIsNull, .refFunc, .refEq, .refAsNonNull, .brOnNull, .brOnNonNull:
            try checkReference(instruction)
        case .tableGet, .tableSet, .tableGrow, .tableSize, .tableFill: try checkTable(instruction)
        case .tableCopy: try tableCopy(from: instruction.b, to: instruction.a)
        case .tableInit: try tableInit(segment: instruction.a, table: instruction.b)
        case .elemDrop: _ = try elementType(instruction.a)
        case .dataDrop: try checkData(instruction.a)
        case .memorySize, .memoryGrow, .memoryInit, .memoryCopy, .memoryFill: try checkMemory(instruction)
        case .callRef: try apply(callReference(instruction.a))
        case .returnCall, .returnCallIndirect, .returnCallRef: try tailCall(instruction)
        case .`throw`: try `throw`(instruction.a)
        case .throwRef:
            try pop(.exnref)
            becomeUnreachable()
        case .`try`: try block(instruction)
        case .`catch`, .catchAll, .rethrow, .delegate: try checkLegacyException(instruction)
        case .i64Add128, .i64Sub128: try wide(operands: 4)
        case .i64MulWideS, .i64MulWideU: try wide(operands: 2)
        default: preconditionFailure("every opcode has a signature or a rule")
        }
    }
}

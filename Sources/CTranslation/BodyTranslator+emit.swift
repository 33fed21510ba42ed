import WasmModule

/// From instruction to operation: one line per opcode.
extension BodyTranslator {
    /// Emits a validated instruction at a point that is reached.
    mutating func emit(_ instruction: Instruction, labels: [UInt32]) {
        forgetNodes()
        switch instruction.opcode {
        case .unreachable: trap()
        case .nop: break
        case .block: beginBlock(instruction.blockType)
        case .loop: beginLoop(instruction.blockType)
        case .if: beginIf(instruction.blockType)
        case .else: otherwise()
        case .end: end()
        case .br: branch(instruction.a)
        case .brIf: branchIf(instruction.a)
        case .brTable: branchTable(labels)
        case .return: returnFromFunction()
        case .call: call(instruction.a)
        case .callIndirect: callIndirect(type: instruction.a, table: instruction.b)
        case .drop: drop()
        case .select, .selectTyped: select()
        case .localGet: pushLocal(instruction.a)
        case .localSet: setLocal(instruction.a)
        case .localTee: teeLocal(instruction.a)
        case .globalGet: pushGlobal(instruction.a)
        case .globalSet: setGlobal(instruction.a)
        case .tableGet: pushTableGet(instruction.a)
        case .tableSet: perform("A.table_set", [.table(instruction.a)], operands: 2)
        case .memorySize: pushMemorySize(instruction.a)
        case .memoryGrow: growMemory(instruction.a)
        case .i32Const: pushConstant(.u32, instruction.bits)
        case .i64Const: pushConstant(.u64, instruction.bits)
        case .f32Const: pushFloatConstant(.f32, instruction.bits)
        case .f64Const: pushFloatConstant(.f64, instruction.bits)
        case .refNull: pushConstant(cType(ValueType(rawValue: instruction.a)), 0)
        case .refIsNull: pushIsNull()
        case .refFunc: pushFunctionReference(instruction.a)
        case .memoryInit: perform("A.memory_init", [.memory(instruction.b), .segment(instruction.a)], operands: 3)
        case .dataDrop: perform("A.data_drop", [.segment(instruction.a)], operands: 0)
        case .memoryCopy:
            perform("A.memory_copy", [.memory(instruction.a), .memory(instruction.b)], operands: 3)
        case .memoryFill: perform("A.memory_fill", [.memory(instruction.a)], operands: 3)
        case .tableInit: perform("A.table_init", [.table(instruction.b), .segment(instruction.a)], operands: 3)
        case .elemDrop: perform("A.elem_drop", [.segment(instruction.a)], operands: 0)
        case .tableCopy: perform("A.table_copy", [.table(instruction.a), .table(instruction.b)], operands: 3)
        case .tableGrow: growTable(instruction.a)
        case .tableSize: pushTableSize(instruction.a)
        case .tableFill: perform("A.table_fill", [.table(instruction.a)], operands: 3)
        default: emitNumeric(instruction)
        }
    }

    /// Follows the structure of code that is not reached.
    mutating func skip(_ instruction: Instruction) {
        switch instruction.opcode {
        case .block, .loop, .if:
            frames.append(ControlFrame(.dead, parameters: [], results: [], height: stack.count))
        case .else:
            if frames.last?.kind != .dead { otherwise() }
        case .end:
            if frames.last?.kind == .dead { frames.removeLast() } else { end() }
        default: break
        }
    }

    private mutating func trap() {
        flushBeforeBranch(below: stack.count)
        body.write("A.trap((p)i,1)")
        endStatement()
        die()
    }

    private mutating func pushIsNull() {
        var node = Expression(.not, .s32)
        let operand = pop()
        node.a = operand
        inherit(operand, into: &node)
        push(add(node))
    }

    private mutating func emitNumeric(_ instruction: Instruction) {
        switch instruction.opcode {
        case .i32Load: pushLoad(instruction, .u32, .u32)
        case .i64Load: pushLoad(instruction, .u64, .u64)
        case .f32Load: pushLoad(instruction, .f32, .f32)
        case .f64Load: pushLoad(instruction, .f64, .f64)
        case .i32Load8S: pushLoad(instruction, .s8, .s32)
        case .i32Load8U: pushLoad(instruction, .u8, .s32)
        case .i32Load16S: pushLoad(instruction, .s16, .s32)
        case .i32Load16U: pushLoad(instruction, .u16, .s32)
        case .i64Load8S: pushLoad(instruction, .s8, .s64)
        case .i64Load8U: pushLoad(instruction, .u8, .u64)
        case .i64Load16S: pushLoad(instruction, .s16, .s64)
        case .i64Load16U: pushLoad(instruction, .u16, .u64)
        case .i64Load32S: pushLoad(instruction, .s32, .s64)
        case .i64Load32U: pushLoad(instruction, .u32, .u64)
        case .i32Store: store(instruction, .u32)
        case .i64Store: store(instruction, .u64)
        case .f32Store: store(instruction, .f32)
        case .f64Store: store(instruction, .f64)
        case .i32Store8: store(instruction, .u8)
        case .i32Store16: store(instruction, .u16)
        case .i64Store8: store(instruction, .u8)
        case .i64Store16: store(instruction, .u16)
        case .i64Store32: store(instruction, .u32)
        default: emitInteger(instruction)
        }
    }

    private mutating func emitInteger(_ instruction: Instruction) {
        switch instruction.opcode {
        case .i32Eqz: pushIsZero()
        case .i32Eq: pushComparison(.eq)
        case .i32Ne: pushComparison(.ne)
        case .i32LtS: pushComparison(.lt, .signed)
        case .i32LtU: pushComparison(.lt, .unsigned)
        case .i32GtS: pushComparison(.gt, .signed)
        case .i32GtU: pushComparison(.gt, .unsigned)
        case .i32LeS: pushComparison(.le, .signed)
        case .i32LeU: pushComparison(.le, .unsigned)
        case .i32GeS: pushComparison(.ge, .signed)
        case .i32GeU: pushComparison(.ge, .unsigned)
        case .i32Clz: pushRuntimeCall(.clz4, 1, .u32)
        case .i32Ctz: pushRuntimeCall(.ctz4, 1, .u32)
        case .i32Popcnt: pushRuntimeCall(.popcnt4, 1, .u32)
        case .i32Add: pushInfix(.add, .u32)
        case .i32Sub: pushInfix(.sub, .u32)
        case .i32Mul: pushInfix(.mul, .u32)
        case .i32And: pushInfix(.and, .u32)
        case .i32Or: pushInfix(.or, .u32)
        case .i32Xor: pushInfix(.xor, .u32)
        case .i32DivS: pushDivision(.macroDivideSigned4, checked: .divs4, .div, .s32)
        case .i32DivU: pushDivision(.macroDivideUnsigned4, checked: .divu4, .div, .u32)
        case .i32RemS: pushDivision(.rems4, checked: .rems4, .rem, .s32)
        case .i32RemU: pushDivision(.macroRemainderUnsigned4, checked: .remu4, .rem, .u32)
        case .i32Shl: pushShift(.shl, .any, isWide: false)
        case .i32ShrS: pushShift(.shr, .signed, isWide: false)
        case .i32ShrU: pushShift(.shr, .unsigned, isWide: false)
        case .i32Rotl: pushRotate(.rotl4, left: true, .u32)
        case .i32Rotr: pushRotate(.rotr4, left: false, .u32)
        case .i64Eqz: pushIsZero()
        case .i64Eq: pushComparison(.eq)
        case .i64Ne: pushComparison(.ne)
        case .i64LtS: pushComparison(.lt, .signed)
        case .i64LtU: pushComparison(.lt, .unsigned)
        case .i64GtS: pushComparison(.gt, .signed)
        case .i64GtU: pushComparison(.gt, .unsigned)
        case .i64LeS: pushComparison(.le, .signed)
        case .i64LeU: pushComparison(.le, .unsigned)
        case .i64GeS: pushComparison(.ge, .signed)
        case .i64GeU: pushComparison(.ge, .unsigned)
        case .i64Clz: pushRuntimeCall(.clz8, 1, .u64)
        case .i64Ctz: pushRuntimeCall(.ctz8, 1, .u64)
        case .i64Popcnt: pushRuntimeCall(.popcnt8, 1, .u64)
        case .i64Add: pushInfix(.add, .u64)
        case .i64Sub: pushInfix(.sub, .u64)
        case .i64Mul: pushInfix(.mul, .u64)
        case .i64And: pushInfix(.and, .u64)
        case .i64Or: pushInfix(.or, .u64)
        case .i64Xor: pushInfix(.xor, .u64)
        case .i64DivS: pushDivision(.macroDivideSigned8, checked: .divs8, .div, .s64)
        case .i64DivU: pushDivision(.macroDivideUnsigned8, checked: .divu8, .div, .u64)
        case .i64RemS: pushDivision(.rems8, checked: .rems8, .rem, .s64)
        case .i64RemU: pushDivision(.macroRemainderUnsigned8, checked: .remu8, .rem, .u64)
        case .i64Shl: pushShift(.shl, .any, isWide: true)
        case .i64ShrS: pushShift(.shr, .signed, isWide: true)
        case .i64ShrU: pushShift(.shr, .unsigned, isWide: true)
        case .i64Rotl: pushRotate(.rotl8, left: true, .u64)
        case .i64Rotr: pushRotate(.rotr8, left: false, .u64)
        case .i32WrapI64: pushWrap()
        case .i64ExtendI32S: pushWidening(signed: true)
        case .i64ExtendI32U: pushWidening(signed: false)
        case .i32Extend8S: pushExtension(.s8, .s32)
        case .i32Extend16S: pushExtension(.s16, .s32)
        case .i64Extend8S: pushExtension(.s8, .s64)
        case .i64Extend16S: pushExtension(.s16, .s64)
        case .i64Extend32S: pushExtension(.s32, .s64)
        default: emitFloat(instruction)
        }
    }

    private mutating func emitFloat(_ instruction: Instruction) {
        switch instruction.opcode {
        case .f32Eq: pushComparison(.eq)
        case .f32Ne: pushComparison(.ne)
        case .f32Lt: pushComparison(.lt)
        case .f32Gt: pushComparison(.gt)
        case .f32Le: pushComparison(.le)
        case .f32Ge: pushComparison(.ge)
        case .f32Abs: pushSignChange(.f32, "&=0x7fffffff")
        case .f32Neg: pushSignChange(.f32, "^=0x80000000u")
        case .f32Ceil: pushRuntimeCall(.ceilf, 1, .f32)
        case .f32Floor: pushRuntimeCall(.floorf, 1, .f32)
        case .f32Trunc: pushRuntimeCall(.truncf, 1, .f32)
        case .f32Nearest: pushRuntimeCall(.nearestf, 1, .f32)
        case .f32Sqrt: pushRuntimeCall(.sqrtf, 1, .f32)
        case .f32Add: pushInfix(.add, .f32)
        case .f32Sub: pushInfix(.sub, .f32)
        case .f32Mul: pushInfix(.mul, .f32)
        case .f32Div: pushInfix(.div, .f32)
        case .f32Min: pushRuntimeCall(.minf, 2, .f32)
        case .f32Max: pushRuntimeCall(.maxf, 2, .f32)
        case .f32Copysign: pushRuntimeCall(.copysignf, 2, .f32)
        case .f64Eq: pushComparison(.eq)
        case .f64Ne: pushComparison(.ne)
        case .f64Lt: pushComparison(.lt)
        case .f64Gt: pushComparison(.gt)
        case .f64Le: pushComparison(.le)
        case .f64Ge: pushComparison(.ge)
        case .f64Abs: pushSignChange(.f64, "&=0x7fffffffffffffffull")
        case .f64Neg: pushSignChange(.f64, "^=0x8000000000000000ull")
        case .f64Ceil: pushRuntimeCall(.ceild, 1, .f64)
        case .f64Floor: pushRuntimeCall(.floord, 1, .f64)
        case .f64Trunc: pushRuntimeCall(.truncd, 1, .f64)
        case .f64Nearest: pushRuntimeCall(.nearestd, 1, .f64)
        case .f64Sqrt: pushRuntimeCall(.sqrtd, 1, .f64)
        case .f64Add: pushInfix(.add, .f64)
        case .f64Sub: pushInfix(.sub, .f64)
        case .f64Mul: pushInfix(.mul, .f64)
        case .f64Div: pushInfix(.div, .f64)
        case .f64Min: pushRuntimeCall(.mind, 2, .f64)
        case .f64Max: pushRuntimeCall(.maxd, 2, .f64)
        case .f64Copysign: pushRuntimeCall(.copysignd, 2, .f64)
        default: emitConversion(instruction)
        }
    }

    private mutating func emitConversion(_ instruction: Instruction) {
        switch instruction.opcode {
        case .i32TruncF32S: pushRuntimeCall(.i4sf, 1, .u32, effects: .trapsOtherwise)
        case .i32TruncSatF32S: pushRuntimeCall(.t4sf, 1, .u32)
        case .i32TruncF32U: pushRuntimeCall(.i4uf, 1, .u32, effects: .trapsOtherwise)
        case .i32TruncSatF32U: pushRuntimeCall(.t4uf, 1, .u32)
        case .i32TruncF64S: pushRuntimeCall(.i4sd, 1, .u32, effects: .trapsOtherwise)
        case .i32TruncSatF64S: pushRuntimeCall(.t4sd, 1, .u32)
        case .i32TruncF64U: pushRuntimeCall(.i4ud, 1, .u32, effects: .trapsOtherwise)
        case .i32TruncSatF64U: pushRuntimeCall(.t4ud, 1, .u32)
        case .i64TruncF32S: pushRuntimeCall(.i8sf, 1, .u64, effects: .trapsOtherwise)
        case .i64TruncSatF32S: pushRuntimeCall(.t8sf, 1, .u64)
        case .i64TruncF32U: pushRuntimeCall(.i8uf, 1, .u64, effects: .trapsOtherwise)
        case .i64TruncSatF32U: pushRuntimeCall(.t8uf, 1, .u64)
        case .i64TruncF64S: pushRuntimeCall(.i8sd, 1, .u64, effects: .trapsOtherwise)
        case .i64TruncSatF64S: pushRuntimeCall(.t8sd, 1, .u64)
        case .i64TruncF64U: pushRuntimeCall(.i8ud, 1, .u64, effects: .trapsOtherwise)
        case .i64TruncSatF64U: pushRuntimeCall(.t8ud, 1, .u64)
        case .f32ConvertI32S: pushCast(.f32, from: .s32)
        case .f32ConvertI32U:
            pushWidening(signed: false)
            pushCast(.f32, from: .s64)
        case .f64ConvertI32S: pushCast(.f64, from: .s32)
        case .f64ConvertI32U:
            pushWidening(signed: false)
            pushCast(.f64, from: .s64)
        case .f32ConvertI64S: pushRuntimeCall(.f8s, 1, .f32)
        case .f32ConvertI64U: pushRuntimeCall(.f8u, 1, .f32)
        case .f64ConvertI64S: pushCast(.f64, from: .s64)
        case .f64ConvertI64U: pushRuntimeCall(.d8u, 1, .f64)
        case .f32DemoteF64: pushCast(.f32, from: nil)
        case .f64PromoteF32: pushCast(.f64, from: nil)
        case .i32ReinterpretF32: pushReinterpretation(.u32)
        case .i64ReinterpretF64: pushReinterpretation(.u64)
        case .f32ReinterpretI32: pushReinterpretation(.f32)
        case .f64ReinterpretI64: pushReinterpretation(.f64)
        default: emitVector(instruction)
        }
    }
}

import WasmModule

/// Vector instructions.
///
/// A vector on the operand stack is always a variable, a local or a constant, never an operation that waits: libtcc
/// has no vector types, so there are no expressions of them. Only what is made of a vector (a lane, a test) may wait.
extension BodyTranslator {
    mutating func emitVector(_ instruction: Instruction) {
        switch instruction.opcode {
        case .v128Const: pushVector(VectorBits(low: instruction.bits, high: instruction.bits2))
        case .i8x16Shuffle:
            pushVector(VectorBits(low: instruction.bits, high: instruction.bits2))
            operate(.i8x16Shuffle, operands: 3)
        case .v128Not: bitwise("~", nil, operands: 1)
        case .v128And: bitwise("", "&", operands: 2)
        case .v128Andnot: bitwise("", "&~", operands: 2)
        case .v128Or: bitwise("", "|", operands: 2)
        case .v128Xor: bitwise("", "^", operands: 2)
        case .i64x2Add: bitwise("", "+", operands: 2)
        case .i64x2Sub: bitwise("", "-", operands: 2)
        case .i64x2Mul: bitwise("", "*", operands: 2)
        case .i8x16Splat: splat(.u8)
        case .i16x8Splat: splat(.u16)
        case .i32x4Splat: splat(.u32)
        case .i64x2Splat: splat(.u64)
        case .f32x4Splat: splat(.f32)
        case .f64x2Splat: splat(.f64)
        case .i8x16ExtractLaneS: extractLane(instruction.a, .s8, .s32)
        case .i8x16ExtractLaneU: extractLane(instruction.a, .u8, .s32)
        case .i16x8ExtractLaneS: extractLane(instruction.a, .s16, .s32)
        case .i16x8ExtractLaneU: extractLane(instruction.a, .u16, .s32)
        case .i32x4ExtractLane: extractLane(instruction.a, .u32, .u32)
        case .i64x2ExtractLane: extractLane(instruction.a, .u64, .u64)
        case .f32x4ExtractLane: extractLane(instruction.a, .f32, .f32)
        case .f64x2ExtractLane: extractLane(instruction.a, .f64, .f64)
        case .i8x16ReplaceLane: replaceLane(instruction.a, .u8)
        case .i16x8ReplaceLane: replaceLane(instruction.a, .u16)
        case .i32x4ReplaceLane: replaceLane(instruction.a, .u32)
        case .i64x2ReplaceLane: replaceLane(instruction.a, .u64)
        case .f32x4ReplaceLane: replaceLane(instruction.a, .f32)
        case .f64x2ReplaceLane: replaceLane(instruction.a, .f64)
        default: emitVectorAccess(instruction)
        }
    }

    private mutating func emitVectorAccess(_ instruction: Instruction) {
        switch instruction.opcode {
        case .v128Load: loadVector(instruction)
        case .v128Store: storeVector(instruction)
        case .v128Load8x8S: loadAndExtend(instruction, .i16x8ExtendLowI8x16S)
        case .v128Load8x8U: loadAndExtend(instruction, .i16x8ExtendLowI8x16U)
        case .v128Load16x4S: loadAndExtend(instruction, .i32x4ExtendLowI16x8S)
        case .v128Load16x4U: loadAndExtend(instruction, .i32x4ExtendLowI16x8U)
        case .v128Load32x2S: loadAndExtend(instruction, .i64x2ExtendLowI32x4S)
        case .v128Load32x2U: loadAndExtend(instruction, .i64x2ExtendLowI32x4U)
        case .v128Load8Splat: loadAndSplat(instruction, .u8, .s32)
        case .v128Load16Splat: loadAndSplat(instruction, .u16, .s32)
        case .v128Load32Splat: loadAndSplat(instruction, .u32, .u32)
        case .v128Load64Splat: loadAndSplat(instruction, .u64, .u64)
        case .v128Load32Zero: loadZero(instruction, .u32, .u32)
        case .v128Load64Zero: loadZero(instruction, .u64, .u64)
        case .v128Load8Lane: loadLane(instruction, .u8, .s32)
        case .v128Load16Lane: loadLane(instruction, .u16, .s32)
        case .v128Load32Lane: loadLane(instruction, .u32, .u32)
        case .v128Load64Lane: loadLane(instruction, .u64, .u64)
        case .v128Store8Lane: storeLane(instruction, .u8, .s32)
        case .v128Store16Lane: storeLane(instruction, .u16, .s32)
        case .v128Store32Lane: storeLane(instruction, .u32, .u32)
        case .v128Store64Lane: storeLane(instruction, .u64, .u64)
        default: emitVectorOperation(instruction.opcode)
        }
    }

    /// What is a function of the runtime, by its signature.
    private mutating func emitVectorOperation(_ opcode: Opcode) {
        guard let signature = InstructionTable.row(opcode).signature, signature.first == .v128 else {
            preconditionFailure("every opcode of the instruction table is translated")
        }
        if signature.result == .i32 {
            testVector(opcode)
        } else if signature.second == .i32 {
            shiftVector(opcode)
        } else {
            operate(opcode, operands: signature.third == .v128 ? 3 : signature.second == .v128 ? 2 : 1)
        }
    }

    // MARK: Operations

    mutating func pushVector(_ bits: VectorBits) {
        let position: Int32
        if let known = vectorConstantPositions[bits] {
            position = known
        } else {
            position = Int32(floatConstants.count)
            floatConstants.append(bits.low)
            floatConstants.append(bits.high)
            vectorConstantPositions[bits] = position
        }
        var node = Expression(.vectorConstant, .vector)
        node.a = position
        push(add(node))
    }

    /// `Q(i8x16_add)(&z2,&z0,&z1);`.
    private mutating func operate(_ opcode: Opcode, operands count: Int) {
        let variable = temporaries.take(.vector)
        let start = textMark
        beginOperation(opcode, into: variable)
        for index in (stack.count - count)..<stack.count {
            body.write(byte: UInt8(ascii: ","))
            writeVectorAddress(stack[index])
        }
        for _ in 0..<count { _ = pop() }
        body.write(byte: UInt8(ascii: ")"))
        endStatement()
        pushFresh(variable, since: start)
    }

    private mutating func beginOperation(_ opcode: Opcode, into variable: Int32) {
        writeOperationName(opcode)
        body.write("(&")
        writeTemporary(variable)
    }

    private mutating func shiftVector(_ opcode: Opcode) {
        let count = pop()
        let value = pop()
        precede(nodes[Int(count)].effects, below: stack.count)
        let variable = temporaries.take(.vector)
        let start = textMark
        beginOperation(opcode, into: variable)
        body.write(byte: UInt8(ascii: ","))
        writeVectorAddress(value)
        body.write(byte: UInt8(ascii: ","))
        write(count, in: .ternary, exactly: nil)
        body.write(byte: UInt8(ascii: ")"))
        endStatement()
        pushFresh(variable, since: start)
    }

    private mutating func testVector(_ opcode: Opcode) {
        let value = pop()
        var node = Expression(.vectorTest, .u32)
        node.a = value
        node.c = Int32(opcode.rawValue)
        inherit(value, into: &node)
        push(add(node))
    }

    /// Pushes a vector whose halves are written one after the other: `z2.a=…;z2.b=…;`.
    mutating func pushHalves(_ writeHalf: (inout BodyTranslator, _ isUpper: Bool) -> Void) {
        let variable = temporaries.take(.vector)
        let start = textMark
        for isUpper in [false, true] {
            writeTemporary(variable)
            body.write(isUpper ? ".b=" : ".a=")
            writeHalf(&self, isUpper)
            if !isUpper { body.write(byte: UInt8(ascii: ";")) }
        }
        endStatement()
        pushFresh(variable, since: start)
    }

    /// Halves in plain C: `z2.a=z0.a&z1.a;z2.b=z0.b&z1.b;`.
    private mutating func bitwise(_ prefix: StaticString, _ infix: StaticString?, operands count: Int) {
        if isOptimizing {
            bitwiseWhole(prefix, infix, operands: count)
            return
        }
        let last = pop()
        let first = count > 1 ? pop() : last
        pushHalves { translator, isUpper in
            translator.body.write(prefix)
            translator.writeHalf(first, isUpper: isUpper)
            guard let infix else { return }
            translator.body.write(infix)
            translator.writeHalf(last, isUpper: isUpper)
        }
    }

    /// C evaluates one arm only; both are variables.
    mutating func selectVector() {
        let condition = pop()
        let second = pop()
        let first = pop()
        precede(nodes[Int(condition)].effects, below: stack.count)
        let variable = temporaries.take(.vector)
        let start = textMark
        let number = temporaries.number(variable)
        body.beginStatement()
        body.write("if(")
        writeCondition(condition)
        body.write("){")
        writeVectorCopy(CType.vector.temporaryLetter, number, first)
        body.write(";}else{")
        writeVectorCopy(CType.vector.temporaryLetter, number, second)
        body.write(";}\n")
        endCondition()
        pushFresh(variable, since: start)
    }

    // MARK: Lanes

    private mutating func splat(_ access: Access) {
        settleLongLoad(stack.count - 1, used: access.bytes)
        let operand = pop()
        if let bits = constantBits(operand) ?? floatConstantBits(operand) {
            pushVector(VectorBits(repeating: bits, width: access.bytes))
            return
        }
        precede(nodes[Int(operand)].effects, below: stack.count)
        let variable = temporaries.take(.vector)
        let start = textMark
        writeSplat(operand, access, into: variable)
        endStatement()
        pushFresh(variable, since: start)
    }

    private mutating func floatConstantBits(_ position: Int32) -> UInt64? {
        let node = nodes[Int(position)]
        return node.shape == .floatConstant ? floatConstants[Int(node.a)] : nil
    }

    private mutating func extractLane(_ lane: UInt32, _ access: Access, _ type: CType) {
        let value = pop()
        push(add(laneNode(value, lane, access, type)))
    }

    private mutating func laneNode(_ value: Int32, _ lane: UInt32, _ access: Access, _ type: CType) -> Expression {
        var node = Expression(.lane, type)
        node.a = value
        node.bits = UInt64(Int(lane) * access.bytes)
        node.access = access
        inherit(value, into: &node)
        return node
    }

    private mutating func replaceLane(_ lane: UInt32, _ access: Access) {
        settleLongLoad(stack.count - 1, used: access.bytes)
        let scalar = pop()
        let value = pop()
        replaceLane(lane, access, of: value, with: scalar)
    }

    /// In place, if nothing else can see the variable.
    private mutating func replaceLane(_ lane: UInt32, _ access: Access, of value: Int32, with scalar: Int32) {
        precede(nodes[Int(scalar)].effects, below: stack.count)
        let variable: Int32
        if nodes[Int(value)].shape == .temporary && !temporaries.isPinned(nodes[Int(value)].a) {
            variable = nodes[Int(value)].a
        } else {
            variable = temporaries.take(.vector)
            writeAssignment(temporary: variable, value)
        }
        let target = add(temporaryNode(variable))
        releasesTemporaries = false
        writeLane(laneNode(target, lane, access, .u64))
        releasesTemporaries = true
        body.write(byte: UInt8(ascii: "="))
        write(scalar)
        endStatement()
        push(target)
    }

    // MARK: Memory

    private mutating func loadVector(_ instruction: Instruction) {
        flushCalls(operands: 1)
        makeRepeatable(stack.count - 1)
        let address = pop()
        precede(.trapsOnLoad, below: stack.count)
        guard check(address, Span(instruction, bytes: 16), addressForm(instruction.a)) else {
            pushVector(VectorBits(low: 0, high: 0))
            return
        }
        if isOptimizing {
            pushWholeLoad(instruction, address)
            return
        }
        pushHalves { $0.writeHalfLocation(instruction, address, isUpper: $1) }
    }

    /// The upper half first: if that is within the memory, so is the lower, and nothing is written before a trap.
    private mutating func storeVector(_ instruction: Instruction) {
        makeRepeatable(stack.count - 2)
        let value = pop()
        let address = pop()
        flush(Effects.ordered.union(.readsMemory))
        guard check(address, Span(instruction, bytes: 16), addressForm(instruction.a)) else { return }
        if isOptimizing {
            writeWholeStore(instruction, address, value)
            return
        }
        for isUpper in [true, false] {
            writeHalfLocation(instruction, address, isUpper: isUpper)
            body.write(byte: UInt8(ascii: "="))
            writeHalf(value, isUpper: isUpper)
            if isUpper { body.write(byte: UInt8(ascii: ";")) }
        }
        endStatement()
    }

    private mutating func writeHalfLocation(_ instruction: Instruction, _ address: Int32, isUpper: Bool) {
        let offset = instruction.bits + (isUpper ? 8 : 0)
        writeLocation(access: .u64, memory: instruction.a, address: address, offset: offset)
    }

    private mutating func loadAndSplat(_ instruction: Instruction, _ access: Access, _ type: CType) {
        pushLoad(instruction, access, type)
        splat(access)
    }

    private mutating func loadZero(_ instruction: Instruction, _ access: Access, _ type: CType) {
        pushLoad(instruction, access, type)
        let value = pop()
        precede(nodes[Int(value)].effects, below: stack.count)
        let variable = temporaries.take(.vector)
        let start = textMark
        writeTemporary(variable)
        body.write(".a=")
        write(value, in: .lowest, exactly: type)
        body.write(byte: UInt8(ascii: ";"))
        writeTemporary(variable)
        body.write(".b=0")
        endStatement()
        pushFresh(variable, since: start)
    }

    private mutating func loadAndExtend(_ instruction: Instruction, _ widening: Opcode) {
        loadZero(instruction, .u64, .u64)
        operate(widening, operands: 1)
    }

    private mutating func loadLane(_ instruction: Instruction, _ access: Access, _ type: CType) {
        let value = pop()
        pushLoad(instruction, access, type)
        let scalar = pop()
        replaceLane(UInt32(truncatingIfNeeded: instruction.bits2), access, of: value, with: scalar)
    }

    private mutating func storeLane(_ instruction: Instruction, _ access: Access, _ type: CType) {
        let value = pop()
        push(add(laneNode(value, UInt32(truncatingIfNeeded: instruction.bits2), access, type)))
        store(instruction, access)
    }

    // MARK: Globals

    /// Read at once: two halves are no expression.
    mutating func pushVectorGlobal(_ index: UInt32) {
        flushCalls(operands: 0)
        pushHalves { $0.writeGlobalHalf(index, isUpper: $1) }
    }

    mutating func writeVectorGlobal(_ index: UInt32, _ value: Int32) {
        for isUpper in [false, true] {
            writeGlobalHalf(index, isUpper: isUpper)
            body.write(byte: UInt8(ascii: "="))
            writeHalf(value, isUpper: isUpper)
            if !isUpper { body.write(byte: UInt8(ascii: ";")) }
        }
        endStatement()
    }
}

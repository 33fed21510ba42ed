import WasmModule

/// Branches and returns: what leaves a structured instruction before its end.
extension BodyTranslator {
    mutating func branch(_ depth: UInt32) {
        let target = frames.count - 1 - Int(depth)
        if frames[target].kind == .function {
            returnFromFunction()
            return
        }
        prepareTarget(target)
        let count = frames[target].labelTypes.count
        flushBeforeBranch(below: stack.count - count)
        settleForParallelMove(count)
        assignLanding(frames[target])
        writeStateChange(to: target)
        writeGoto(frames[target].label)
        die()
    }

    mutating func branchIf(_ depth: UInt32) {
        let condition = pop()
        if let bits = constantBits(condition) {
            if bits != 0 { branch(depth) }
            return
        }
        precede(nodes[Int(condition)].effects, below: stack.count)
        flushBeforeBranch(below: stack.count)
        let target = frames.count - 1 - Int(depth)
        let kind = frames[target].kind
        let count = frames[target].labelTypes.count
        if depth == 0 && count == 0 && kind != .function, writesBlockBranch(target, condition) { return }
        if count > 0 { settleCopies(count) }
        if kind != .function { prepareTarget(target) }
        body.beginStatement()
        body.write("if(")
        writeCondition(condition)
        body.write(byte: UInt8(ascii: ")"))
        endCondition()
        writeTaken(target)
    }

    /// The branches that become C blocks.
    private mutating func writesBlockBranch(_ target: Int, _ condition: Int32) -> Bool {
        if frames[target].kind == .loop {
            guard frames[target].hasDo else { return false }
            body.beginStatement()
            body.endLabel()
            body.write("}while(")
            writeCondition(condition)
            body.write(byte: UInt8(ascii: ")"))
            endStatement()
            frames[target].hasDo = false
            openBraces -= 1
            return true
        }
        guard openBraces < Self.mostBraces else { return false }
        body.beginStatement()
        body.write("if(")
        writeCondition(condition, negated: true)
        body.write("){\n")
        endCondition()
        frames[target].braces += 1
        openBraces += 1
        return true
    }

    /// The statement of a branch that is taken, its values staying on the stack for when it is not.
    mutating func writeTaken(_ target: Int) {
        releasesTemporaries = false
        if frames[target].kind == .function {
            body.write(byte: UInt8(ascii: "{"))
            writeReturnStatement()
            body.write("}\n")
        } else if frames[target].labelTypes.isEmpty && !changesState(to: target) {
            writeGoto(frames[target].label)
        } else {
            body.write(byte: UInt8(ascii: "{"))
            assignLanding(frames[target])
            writeStateChange(to: target)
            writeGoto(frames[target].label)
            body.write("}\n")
        }
        releasesTemporaries = true
    }

    /// Before a conditional branch that carries values: they are needed twice.
    mutating func settleCopies(_ count: Int) {
        for index in (stack.count - count)..<stack.count where !nodes[Int(stack[index])].isRepeatable {
            settle(index)
            if !nodes[Int(stack[index])].isRepeatable { settle(index) }
        }
        settleForParallelMove(count)
    }

    /// Several values move at once, in wasm; one after another, in C: none may read what another has replaced.
    private mutating func settleForParallelMove(_ count: Int) {
        guard count > 1 else { return }
        for index in (stack.count - count)..<stack.count {
            let node = nodes[Int(stack[index])]
            if node.shape == .temporary && temporaries.isPinned(node.a) {
                copyTemporary(at: index)
            } else if !node.isSettled {
                settle(index)
                settle(index)
            }
        }
    }

    /// Moves a pinned temporary's value to a variable of its own.
    private mutating func copyTemporary(at index: Int) {
        let variable = temporaries.take(nodes[Int(stack[index])].type)
        writeAssignment(temporary: variable, stack[index])
        stack[index] = add(temporaryNode(variable))
    }

    mutating func assignLanding(_ frame: ControlFrame) {
        let first = stack.count - frame.landing.count
        for (index, variable) in frame.landing.enumerated() {
            writeAssignment(temporary: variable, stack[first + index])
        }
    }

    mutating func writeGoto(_ label: Int) {
        body.beginStatement()
        body.write("goto L")
        body.write(label)
        endStatement()
    }

    /// Nothing after this point is reached before the frame's end or else.
    mutating func die() {
        isDead = true
        guard let frame = frames.last else { return }
        truncate(to: min(stack.count, frame.height))
    }

    // MARK: Return

    mutating func returnFromFunction() {
        flushBeforeBranch(below: stack.count - type.results.count)
        writeReturn()
        die()
    }

    mutating func writeReturn() {
        let count = type.results.count
        flushBeforeBranch(below: stack.count - count)
        if count > 1 {
            for index in (stack.count - count)..<stack.count {
                settle(index)
                settle(index)
            }
        }
        writeReturnStatement()
    }

    /// Results beyond the first go through the scratch area (`tf_abi.h`).
    private mutating func writeReturnStatement() {
        let count = type.results.count
        guard count > 0 else {
            writeHole(.leave)
            body.write("return")
            endStatement()
            return
        }
        var cell = 1
        for index in 1..<max(count, 1) {
            writeScratchAssignment(cell, type.results[index], stack[stack.count - count + index])
            cell += type.results[index].cells
        }
        let first = stack[stack.count - count]
        if type.results[0] == .v128 {
            writeScratch(0, as: .u64)
            body.write(byte: UInt8(ascii: "="))
            writeHalf(first, isUpper: true)
            endStatement()
            writeHole(.leave)
            body.write("return ")
            writeHalf(first, isUpper: false)
        } else {
            let mayCollect = nodes[Int(first)].effects.contains(.calls)
            writeHole(mayCollect ? .beginReturn : .leave)
            if !mayCollect { body.write("return ") }
            write(first)
            if mayCollect { writeHole(.endReturn) }
        }
        endStatement()
    }

    /// Writes `*(mu*)(i->x+1)=…;`, or two of these for a vector.
    mutating func writeScratchAssignment(_ cell: Int, _ type: ValueType, _ value: Int32) {
        guard type == .v128 else {
            writeScratch(cell, as: cType(type))
            body.write(byte: UInt8(ascii: "="))
            write(value)
            endExpression()
            return
        }
        for isUpper in [false, true] {
            writeScratch(cell + (isUpper ? 1 : 0), as: .u64)
            body.write(byte: UInt8(ascii: "="))
            writeHalf(value, isUpper: isUpper)
            if !isUpper { body.write(byte: UInt8(ascii: ";")) }
        }
        endStatement()
    }

    /// A cell of the scratch area as a variable of a type.
    mutating func writeScratch(_ index: Int, as type: CType) {
        body.write(Access.cellPointer(type))
        body.write("(i->x+")
        body.write(index)
        body.write(byte: UInt8(ascii: ")"))
    }
}

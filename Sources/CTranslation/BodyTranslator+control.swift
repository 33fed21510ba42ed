import WasmModule

/// Structured control as labels, gotos and, where that is cheaper, C's own blocks.
///
/// libtcc turns `if (c) goto L` into a branch over a jump, but `if (c) { … }` and `do { … } while (c)` into one
/// branch. So the first kinds of branch below become blocks, up to a bounded depth:
/// - `br_if 0` in a block: what follows it up to the block's end goes into `if (!c) { … }`;
/// - `br_if 0` in a loop: the end of `do { … } while (c)`, whatever follows it;
/// - `if`: `if (c) { … } else { … }`.
extension BodyTranslator {
    /// C parsers recurse over blocks; libtcc overflows the stack at some tens of thousands.
    private static let mostBraces = 100

    // MARK: Entering

    mutating func beginBlock(_ type: BlockType) {
        flushAll()
        let frame = makeFrame(.block, type)
        frames.append(frame)
    }

    mutating func beginLoop(_ type: BlockType) {
        flushAll()
        var frame = makeFrame(.loop, type)
        for (index, type) in frame.parameters.enumerated() {
            let variable = temporaries.take(CType(type), pinned: true)
            writeAssignment(temporary: variable, stack[frame.height + index])
            frame.landing.append(variable)
        }
        for (index, variable) in frame.landing.enumerated() {
            stack[frame.height + index] = add(temporaryNode(variable))
        }
        frame.label = takeLabel()
        writeLabel(frame.label)
        if openBraces < Self.mostBraces {
            body.write("do{\n")
            openBraces += 1
            frame.hasDo = true
        }
        frames.append(frame)
    }

    mutating func beginIf(_ type: BlockType) {
        let condition = pop()
        precede(nodes[Int(condition)].effects, below: stack.count)
        flushAll()
        var frame = makeFrame(.then, type)
        for (index, type) in frame.parameters.enumerated() {
            // Both arms read them.
            let variable = temporaries.take(CType(type), pinned: true)
            writeAssignment(temporary: variable, stack[frame.height + index])
            frame.inputs.append(variable)
            stack[frame.height + index] = add(temporaryNode(variable))
        }
        prepareLanding(&frame)
        frame.usesBraces = openBraces < Self.mostBraces
        body.write("if(")
        if frame.usesBraces {
            writeCondition(condition)
            body.write("){\n")
            temporaries.releaseRead()
            openBraces += 1
        } else {
            frame.elseLabel = takeLabel()
            writeCondition(condition, negated: true)
            body.write(")goto L")
            body.write(frame.elseLabel)
            endStatement()
        }
        frames.append(frame)
    }

    private func makeFrame(_ kind: ControlFrame.Kind, _ type: BlockType) -> ControlFrame {
        let signature = signature(type)
        return ControlFrame(
            kind, parameters: signature.parameters, results: signature.results,
            height: stack.count - signature.parameters.count)
    }

    private func signature(_ type: BlockType) -> FunctionType {
        switch type {
        case .empty: FunctionType(parameters: [], results: [])
        case .result(let result): FunctionType(parameters: [], results: [result])
        case .type(let index): module.types[index.offset]
        }
    }

    // MARK: Labels

    mutating func takeLabel() -> Int {
        nextLabel += 1
        return nextLabel
    }

    mutating func writeLabel(_ label: Int) {
        body.write(byte: UInt8(ascii: "L"))
        body.write(label)
        body.write(":;\n")
    }

    /// Makes sure that a branch to the frame has a label and variables for what it carries.
    mutating func prepareTarget(_ index: Int) {
        if frames[index].label < 0 { frames[index].label = takeLabel() }
        var frame = frames[index]
        prepareLanding(&frame)
        frames[index].landing = frame.landing
    }

    private mutating func prepareLanding(_ frame: inout ControlFrame) {
        guard frame.landing.isEmpty, frame.kind != .loop, frame.kind != .function else { return }
        for type in frame.results { frame.landing.append(temporaries.take(CType(type), pinned: true)) }
    }

    // MARK: Leaving

    mutating func otherwise() {
        var frame = frames.removeLast()
        if !isDead { fallThrough(&frame) }
        closeBraces(&frame)
        if frame.usesBraces {
            body.write("}else{\n")
        } else {
            if !isDead {
                if frame.label < 0 { frame.label = takeLabel() }
                writeGoto(frame.label)
            }
            writeLabel(frame.elseLabel)
        }
        truncate(to: frame.height)
        for variable in frame.inputs { push(add(temporaryNode(variable))) }
        frame.kind = .otherwise
        isDead = false
        frames.append(frame)
    }

    mutating func end() {
        var frame = frames.removeLast()
        switch frame.kind {
        case .function:
            if !isDead { writeReturn() }
            truncate(to: 0)
            return
        case .loop: endLoop(&frame)
        case .then, .otherwise: endIf(&frame)
        default: endBlock(&frame)
        }
    }

    private mutating func endBlock(_ frame: inout ControlFrame) {
        let isTarget = frame.label >= 0 || frame.braces > 0
        guard isTarget else {
            // Nothing branches here: the results stay what they are.
            if isDead { truncate(to: frame.height) }
            return
        }
        if !isDead { fallThrough(&frame) }
        finish(&frame)
    }

    private mutating func endLoop(_ frame: inout ControlFrame) {
        if frame.hasDo {
            body.write("}while(0);\n")
            openBraces -= 1
        }
        if isDead { truncate(to: frame.height) }
        // What the body left may still read the parameters' variables: they are free after that.
        for variable in frame.landing { temporaries.unpin(variable, afterReading: !isDead) }
    }

    private mutating func endIf(_ frame: inout ControlFrame) {
        let hadElse = frame.kind == .otherwise
        if !isDead { fallThrough(&frame) }
        closeBraces(&frame)
        if hadElse {
            if frame.usesBraces { closeBrace() }
        } else {
            endWithoutElse(&frame)
        }
        let isReached = !isDead || !hadElse || frame.label >= 0 || frame.braces > 0 || frame.isEntered
        finish(frame: &frame, isReached: isReached)
    }

    /// An `if` without `else` passes its parameters on.
    private mutating func endWithoutElse(_ frame: inout ControlFrame) {
        if frame.usesBraces {
            guard !frame.landing.isEmpty else {
                closeBrace()
                return
            }
            body.write("}else{\n")
        } else {
            if !frame.landing.isEmpty && !isDead {
                if frame.label < 0 { frame.label = takeLabel() }
                writeGoto(frame.label)
            }
            writeLabel(frame.elseLabel)
        }
        for (variable, input) in zip(frame.landing, frame.inputs) {
            writeAssignment(temporary: variable, add(temporaryNode(input)))
        }
        if frame.usesBraces { closeBrace() }
    }

    /// At the end of an arm or a block that is also jumped to: the results go where branches put theirs.
    private mutating func fallThrough(_ frame: inout ControlFrame) {
        flushBeforeBranch(below: stack.count - frame.results.count)
        prepareLanding(&frame)
        assignLanding(frame)
        frame.isEntered = true
    }

    private mutating func finish(_ frame: inout ControlFrame) {
        closeBraces(&frame)
        finish(frame: &frame, isReached: true)
    }

    private mutating func finish(frame: inout ControlFrame, isReached: Bool) {
        if frame.label >= 0 { writeLabel(frame.label) }
        truncate(to: frame.height)
        isDead = !isReached
        for variable in frame.inputs { temporaries.unpin(variable, afterReading: false) }
        for variable in frame.landing {
            temporaries.unpin(variable, afterReading: isReached)
            if isReached { push(add(temporaryNode(variable))) }
        }
    }

    private mutating func closeBraces(_ frame: inout ControlFrame) {
        for _ in 0..<frame.braces { closeBrace() }
        if frame.braces > 0 { frame.isEntered = true }
        frame.braces = 0
    }

    private mutating func closeBrace() {
        body.write("}\n")
        openBraces -= 1
    }

    // MARK: Branches

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
        body.write("if(")
        writeCondition(condition)
        body.write(byte: UInt8(ascii: ")"))
        temporaries.releaseRead()
        writeTaken(target)
    }

    /// The branches that become C blocks.
    private mutating func writesBlockBranch(_ target: Int, _ condition: Int32) -> Bool {
        if frames[target].kind == .loop {
            guard frames[target].hasDo else { return false }
            body.write("}while(")
            writeCondition(condition)
            body.write(byte: UInt8(ascii: ")"))
            endStatement()
            frames[target].hasDo = false
            openBraces -= 1
            return true
        }
        guard openBraces < Self.mostBraces else { return false }
        body.write("if(")
        writeCondition(condition, negated: true)
        body.write("){\n")
        temporaries.releaseRead()
        frames[target].braces += 1
        openBraces += 1
        return true
    }

    /// The statement of a branch that is taken, its values staying on the stack for when it is not.
    mutating func writeTaken(_ target: Int) {
        let count = frames[target].labelTypes.count
        releasesTemporaries = false
        if frames[target].kind == .function {
            let isBlock = type.results.cells > 1
            if isBlock { body.write(byte: UInt8(ascii: "{")) }
            writeReturnStatement()
            if isBlock { body.write("}\n") }
        } else if count == 0 {
            writeGoto(frames[target].label)
        } else {
            body.write(byte: UInt8(ascii: "{"))
            assignLanding(frames[target])
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

    private mutating func assignLanding(_ frame: ControlFrame) {
        let first = stack.count - frame.landing.count
        for (index, variable) in frame.landing.enumerated() {
            writeAssignment(temporary: variable, stack[first + index])
        }
    }

    private mutating func writeGoto(_ label: Int) {
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

    private mutating func writeReturn() {
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
            body.write("return")
            endStatement()
            return
        }
        var cell = 1
        for index in 1..<max(count, 1) {
            writeScratchAssignment(cell, type.results[index], stack[stack.count - count + index])
            cell += type.results[index] == .v128 ? 2 : 1
        }
        let first = stack[stack.count - count]
        if type.results[0] == .v128 {
            writeScratch(0, as: .u64)
            body.write(byte: UInt8(ascii: "="))
            writeHalf(first, isUpper: true)
            body.write(";return ")
            writeHalf(first, isUpper: false)
        } else {
            body.write("return ")
            write(first)
        }
        endStatement()
    }

    /// Writes `*(mu*)(i->x+1)=…;`, or two of these for a vector.
    mutating func writeScratchAssignment(_ cell: Int, _ type: ValueType, _ value: Int32) {
        guard type == .v128 else {
            writeScratch(cell, as: CType(type))
            body.write(byte: UInt8(ascii: "="))
            write(value)
            endStatement()
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
        body.write("*(")
        body.write(type == .reference ? "p" : Access(type).name)
        body.write("*)(i->x+")
        body.write(index)
        body.write(byte: UInt8(ascii: ")"))
    }
}

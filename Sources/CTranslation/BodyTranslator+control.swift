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
    static let mostBraces = 100

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
            let variable = temporaries.take(cType(type), pinned: true)
            writeAssignment(temporary: variable, stack[frame.height + index])
            frame.landing.append(variable)
        }
        for (index, variable) in frame.landing.enumerated() {
            stack[frame.height + index] = add(temporaryNode(variable))
        }
        frame.label = takeLabel()
        writeLabel(frame.label)
        facts.beginLoop(at: body.count)
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
            let variable = temporaries.take(cType(type), pinned: true)
            writeAssignment(temporary: variable, stack[frame.height + index])
            frame.inputs.append(variable)
            stack[frame.height + index] = add(temporaryNode(variable))
        }
        prepareLanding(&frame)
        frame.usesBraces = openBraces < Self.mostBraces
        body.beginStatement()
        body.write("if(")
        if frame.usesBraces {
            writeCondition(condition)
            body.write("){\n")
            endCondition()
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

    mutating func makeFrame(_ kind: ControlFrame.Kind, _ type: BlockType) -> ControlFrame {
        let signature = signature(type)
        var frame = ControlFrame(
            kind, parameters: signature.parameters, results: signature.results,
            height: stack.count - signature.parameters.count)
        frame.state = state
        frame.outerState = state
        frame.facts = facts.mark
        return frame
    }

    private mutating func signature(_ type: BlockType) -> FunctionType {
        switch type {
        case .empty: FunctionType(parameters: [], results: [])
        case .result(.i32): FunctionType(parameters: [], results: Self.i32)
        case .result(let result): FunctionType(parameters: [], results: [result])
        case .type(let index): module.functionType(index)
        }
    }

    /// Not made anew for every block.
    private static let i32: [ValueType] = [.i32]

    // MARK: Labels

    mutating func takeLabel() -> Int {
        nextLabel += 1
        return nextLabel
    }

    mutating func writeLabel(_ label: Int) {
        body.beginStatement()
        body.write(byte: UInt8(ascii: "L"))
        body.write(label)
        body.write(":\n")
    }

    /// Makes sure that a branch to the frame has a label and variables for what it carries.
    mutating func prepareTarget(_ index: Int) {
        if frames[index].label < 0 { frames[index].label = takeLabel() }
        var frame = frames[index]
        prepareLanding(&frame)
        frames[index].landing = frame.landing
    }

    mutating func prepareLanding(_ frame: inout ControlFrame) {
        guard frame.landing.isEmpty, frame.kind != .loop, frame.kind != .function else { return }
        for type in frame.results { frame.landing.append(temporaries.take(cType(type), pinned: true)) }
    }

    // MARK: Leaving

    mutating func otherwise() {
        var frame = frames.removeLast()
        if !isDead { fallThrough(&frame) }
        closeBraces(&frame)
        if frame.usesBraces {
            body.beginStatement()
            body.endLabel()
            body.write("}else{\n")
        } else {
            if !isDead {
                if frame.label < 0 { frame.label = takeLabel() }
                writeGoto(frame.label)
            }
            writeLabel(frame.elseLabel)
        }
        facts.forget(since: frame.facts)
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
            writeLandingPad()
            return
        case .loop: endLoop(&frame)
        case .then, .otherwise: endIf(&frame)
        case .tryTable, .tryBody, .tryCatch: endTry(&frame)
        default: endBlock(&frame)
        }
    }

    mutating func endBlock(_ frame: inout ControlFrame) {
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
        facts.endLoop()
        if frame.hasDo {
            body.beginStatement()
            body.endLabel()
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
            body.beginStatement()
            body.endLabel()
            body.write("}else{\n")
        } else {
            if !frame.landing.isEmpty && !isDead {
                if frame.label < 0 { frame.label = takeLabel() }
                writeGoto(frame.label)
            }
            writeLabel(frame.elseLabel)
        }
        facts.forget(since: frame.facts)
        for (variable, input) in zip(frame.landing, frame.inputs) {
            writeAssignment(temporary: variable, add(temporaryNode(input)))
        }
        if frame.usesBraces { closeBrace() }
    }

    /// At the end of an arm or a block that is also jumped to: the results go where branches put theirs.
    mutating func fallThrough(_ frame: inout ControlFrame) {
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
        facts.forget(since: frame.facts)
        truncate(to: frame.height)
        isDead = !isReached
        for variable in frame.inputs { temporaries.unpin(variable, afterReading: false) }
        for variable in frame.landing {
            temporaries.unpin(variable, afterReading: isReached)
            if isReached { push(add(temporaryNode(variable))) }
        }
    }

    mutating func closeBraces(_ frame: inout ControlFrame) {
        for _ in 0..<frame.braces { closeBrace() }
        if frame.braces > 0 { frame.isEntered = true }
        frame.braces = 0
    }

    private mutating func closeBrace() {
        body.beginStatement()
        body.endLabel()
        body.write("}\n")
        openBraces -= 1
    }
}

import WasmModule

/// Exceptions: a function with handlers links one `tf_handler` while it runs; its `state` says which `try` is in force.
///
/// A `try` costs two stores. What is thrown comes back out of `protect` and lands on one pad at the function's end,
/// which goes from the `try` in force outwards, to the first clause that fits, or throws on.
extension BodyTranslator {
    /// The handler of this function that is in force here, 0 without one.
    var state: Int {
        mutating get { frames.last?.state ?? 0 }
    }

    /// Whether something thrown here is asked of a handler of this function, which sees its locals.
    var isProtected: Bool {
        mutating get { state > 0 }
    }

    // MARK: Throwing

    mutating func throwNew(_ tag: UInt32) {
        let parameters = module.functionType(module.tags[Int(tag)]).parameters
        flushBeforeBranch(below: stack.count - parameters.count)
        for index in (stack.count - parameters.count)..<stack.count {
            settle(index)
            settle(index)
        }
        var cell = 0
        for (index, type) in parameters.enumerated() {
            writeScratchAssignment(cell, type, stack[stack.count - parameters.count + index])
            cell += type.cells
        }
        noteCollection()
        body.write("A.throw_new(i,")
        writeTag(tag)
        body.write(byte: UInt8(ascii: ")"))
        endStatement()
        die()
    }

    mutating func throwReference() {
        flushBeforeBranch(below: stack.count - 1)
        if nodes[Int(stack[stack.count - 1])].localsSet != 0 { settle(stack.count - 1) }
        let exception = pop()
        body.write("A.throw_ref(i,")
        write(exception)
        body.write(byte: UInt8(ascii: ")"))
        endStatement()
        die()
    }

    // MARK: try_table

    mutating func beginTryTable(_ type: BlockType, _ catches: [CatchClause]) {
        guard !catches.isEmpty else {
            beginBlock(type)
            return
        }
        flushAll()
        var frame = makeFrame(.tryTable, type)
        var handler = Handler(outer: state)
        for clause in catches { handler.clauses.append(resolve(clause)) }
        enter(&frame, handler)
        frames.append(frame)
    }

    /// The label counts from outside the `try_table`.
    private mutating func resolve(_ clause: CatchClause) -> Handler.Clause {
        let target = frames.count - 1 - Int(clause.label)
        guard frames[target].kind != .function else {
            return Handler.Clause(tag: clause.tag, label: -1, returnsException: clause.hasReference)
        }
        prepareTarget(target)
        var resolved = Handler.Clause(tag: clause.tag, label: frames[target].label, values: frames[target].landing)
        // It stays among the values, so that clauses with one label share the list of a thousand.
        if clause.hasReference, let last = resolved.values.last { resolved.exception = last }
        if !frames[target].isTry { resolved.state = frames[target].state }
        return resolved
    }

    /// Makes a handler the one in force.
    mutating func enter(_ frame: inout ControlFrame, _ handler: Handler) {
        frame.handler = handlers.count
        handlers.append(handler)
        frame.state = handlers.count
        writeState(frame.state)
    }

    mutating func endTry(_ frame: inout ControlFrame) {
        if frame.caught >= 0 { temporaries.unpin(frame.caught, afterReading: false) }
        endBlock(&frame)
        if !isDead { writeState(frame.outerState) }
    }

    // MARK: State

    mutating func writeState(_ state: Int) {
        body.write("H.state=")
        body.write(state)
        endStatement()
    }

    /// Whether another handler, or none, is in force where a branch to a frame goes.
    mutating func changesState(to target: Int) -> Bool { !frames[target].isTry && frames[target].state != state }

    mutating func writeStateChange(to target: Int) {
        if changesState(to: target) { writeState(frames[target].state) }
    }

    // MARK: Landing

    /// Declares the handler and links it.
    mutating func writeHandler(into out: inout CText) {
        guard !handlers.isEmpty else { return }
        out.write("tf_handler H;H.outer=G.handlers;H.state=0;G.handlers=&H;if(A")
        out.write(isOptimizing ? "_" : ".")
        out.write("protect(&H))goto C;")
    }

    /// What is thrown comes here: each state's clauses in order, then those of the state around it.
    mutating func writeLandingPad() {
        guard !handlers.isEmpty else { return }
        body.beginStatement()
        body.write("C:;switch((u)H.state){\n")
        for index in handlers.indices {
            body.write("case ")
            body.write(index + 1)
            body.write(":P")
            body.write(index + 1)
            body.write(":;\n")
            let handler = handlers[index]
            for clause in handler.clauses where !body.isOverflowing { writeClause(clause) }
            if handler.clauses.contains(where: { $0.tag == nil }) { continue }
            if handler.outer == 0 {
                body.write("break;\n")
            } else {
                body.write("goto P")
                body.write(handler.outer)
                body.write(";\n")
            }
        }
        body.write("}\n")
        writeHole(.leave)
        body.write("A.throw_ref(i,G.exception);\n")
    }

    private mutating func writeClause(_ clause: Handler.Clause) {
        if let tag = clause.tag {
            body.write("if(G.exception->tag==")
            writeTag(tag.rawValue)
            body.write(byte: UInt8(ascii: ")"))
        }
        body.write(byte: UInt8(ascii: "{"))
        if clause.label < 0 {
            writeReturnOfException(clause)
        } else {
            let types = clause.tag.map { module.functionType(module.tags[$0.offset]).parameters } ?? []
            writePayload(types, to: clause.values)
            if clause.exception >= 0 {
                writeTemporary(clause.exception)
                body.write("=G.exception;")
            }
            if let state = clause.state {
                body.write("H.state=")
                body.write(state)
                body.write(byte: UInt8(ascii: ";"))
            }
            body.write("goto L")
            body.write(clause.label)
        }
        body.write(";}\n")
    }

    private mutating func writePayload(_ types: [ValueType], to variables: [Int32]) {
        var cell = 0
        for (variable, type) in zip(variables, types) {
            for half in 0..<type.cells {
                writeTemporary(variable)
                if type == .v128 { body.write(half == 0 ? ".a" : ".b") }
                body.write(byte: UInt8(ascii: "="))
                writePayload(cell + half, type == .v128 ? .u64 : cType(type))
                body.write(byte: UInt8(ascii: ";"))
            }
            cell += type.cells
        }
    }

    /// `*(mu*)(G.exception->payload+1)`.
    private mutating func writePayload(_ cell: Int, _ type: CType) {
        body.write(Access.cellPointer(type))
        body.write("(G.exception->payload+")
        body.write(cell)
        body.write(byte: UInt8(ascii: ")"))
    }

    /// The clause's label is the function's: the first result is returned, the others go to the scratch area.
    private mutating func writeReturnOfException(_ clause: Handler.Clause) {
        let types = clause.tag.map { module.functionType(module.tags[$0.offset]).parameters } ?? []
        let cells = types.cells
        // A vector's upper half takes the cell before those of the other results.
        let shift = types.first == .v128 ? 1 : 0
        for cell in 1..<max(1, cells) {
            writeScratch(cell - shift, as: .u64)
            body.write(byte: UInt8(ascii: "="))
            writePayload(cell, .u64)
            body.write(byte: UInt8(ascii: ";"))
        }
        if clause.returnsException && cells > 0 {
            writeScratch(cells - shift, as: .object)
            body.write("=G.exception;")
        }
        writeHole(.leave)
        body.write("return")
        if let first = types.first {
            body.write(byte: UInt8(ascii: " "))
            writePayload(0, first == .v128 ? .u64 : cType(first))
        } else if clause.returnsException {
            body.write(" G.exception")
        }
    }
}

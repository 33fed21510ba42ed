import WasmModule

/// The instructions that came before `try_table`: `try` with `catch` or `delegate`, and `rethrow`.
///
/// <https://github.com/WebAssembly/exception-handling/blob/main/proposals/exception-handling/legacy/Exceptions.md>
extension BodyTranslator {
    mutating func beginTry(_ type: BlockType) {
        flushAll()
        var frame = makeFrame(.tryBody, type)
        enter(&frame, Handler(outer: state))
        frames.append(frame)
    }

    /// Ends the body, or the catch before, and begins another; `tag` is nil for `catch_all`.
    mutating func beginCatch(_ tag: UInt32?) {
        var frame = frames.removeLast()
        let isReached = !isDead || frame.braces > 0
        if !isDead { fallThrough(&frame) }
        closeBraces(&frame)
        if frame.label < 0 { frame.label = takeLabel() }
        prepareLanding(&frame)
        if isReached { writeGoto(frame.label) }
        facts.forget(since: frame.facts)
        truncate(to: frame.height)
        if frame.caught >= 0 { temporaries.unpin(frame.caught, afterReading: false) }
        isDead = false
        frame.kind = .tryCatch
        frame.state = frame.outerState
        let entry = takeLabel()
        writeLabel(entry)
        var clause = Handler.Clause(tag: tag.map(TagIndex.init(_:)), label: entry)
        clause.state = frame.outerState
        frame.caught = temporaries.take(.object, pinned: true)
        clause.exception = frame.caught
        if let tag {
            for type in module.functionType(module.tags[Int(tag)]).parameters {
                let variable = temporaries.take(cType(type))
                clause.values.append(variable)
                push(add(temporaryNode(variable)))
            }
        }
        handlers[frame.handler].clauses.append(clause)
        frames.append(frame)
    }

    /// Ends a `try` without clauses of its own: the handler in force at the label, counted from outside, is asked.
    mutating func delegate(_ depth: UInt32) {
        var frame = frames.removeLast()
        handlers[frame.handler].outer = frames[frames.count - 1 - Int(depth)].state
        endTry(&frame)
    }

    /// Throws again what the `catch` at a label has caught.
    mutating func rethrow(_ depth: UInt32) {
        flushBeforeBranch(below: stack.count)
        let caught = frames[frames.count - 1 - Int(depth)].caught
        body.write("A.throw_ref(i,")
        writeTemporary(caught)
        body.write(byte: UInt8(ascii: ")"))
        endStatement()
        die()
    }
}

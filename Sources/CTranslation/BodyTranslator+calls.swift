import WasmModule

/// Calls: of functions, through tables, through references.
extension BodyTranslator {
    mutating func call(_ function: UInt32) {
        let type = module.type(of: FunctionIndex(function))
        beginCall(type.parameters.count)
        let overflow = moveToScratch(type)
        var node = callNode(type, overflow)
        node.c = Int32(function)
        finishCall(node, type)
    }

    /// The callee is found and checked in statements of their own; calling through null faults on reading its type.
    mutating func callIndirect(type index: UInt32, table: UInt32) {
        let type = module.functionType(TypeIndex(index))
        beginCall(type.parameters.count + 1)
        settleBelowCallee(type)
        writeCallee(type: index, table: table)
        let overflow = moveToScratch(type)
        var node = callNode(type, overflow)
        node.isIndirect = true
        node.c = Int32(index)
        finishCall(node, type)
    }

    /// A call through a reference: null is found out after the arguments are evaluated.
    mutating func callReference(_ index: UInt32) {
        if let function = takeKnownCallee() {
            call(function)
            return
        }
        let type = module.functionType(TypeIndex(index))
        beginCall(type.parameters.count + 1)
        settleBelowCallee(type)
        writeReferenceCallee()
        let overflow = moveToScratch(type)
        var node = callNode(type, overflow)
        node.isIndirect = true
        node.c = Int32(index)
        finishCall(node, type)
    }

    /// The function that the reference on top names itself, if it does: it takes it then.
    mutating func takeKnownCallee() -> UInt32? {
        let callee = nodes[Int(stack[stack.count - 1])]
        guard callee.shape == .functionReference else { return nil }
        _ = pop()
        return UInt32(callee.a)
    }

    /// Writes `if(!(F=…))A.trap(i,16);`: the callee of a call through the reference on top, which it takes.
    mutating func writeReferenceCallee() {
        usesIndirectCall = true
        let callee = pop()
        let node = nodes[Int(callee)]
        precede(node.effects, below: stack.count)
        if node.localsSet != 0 { flush(Effects.all) }
        body.beginStatement()
        body.write("if(!(F=")
        write(callee)
        body.write("))")
        writeTrap(.nullFunction)
        endStatement()
    }

    /// What may trap among the arguments comes before the checks of the callee, which is on top of them.
    mutating func settleBelowCallee(_ type: FunctionType) {
        let first = stack.count - 1 - type.parameters.count
        for argument in first..<(stack.count - 1)
        where !nodes[Int(stack[argument])].effects.isDisjoint(with: Effects.ordered.union(.reads)) {
            settle(argument)
        }
    }

    mutating func writeCallee(type: UInt32, table: UInt32) {
        usesIndirectCall = true
        let index = pop()
        let localsSet = nodes[Int(index)].localsSet
        precede(nodes[Int(index)].effects, below: stack.count)
        if localsSet != 0 { flush(Effects.all) }
        // Of a table of 64-bit indices all bits count.
        let isWide = module.tables[Int(table)].type.is64
        let variable: StaticString = isWide ? "W" : "X"
        if isWide { usesWideIndex = true }
        body.beginStatement()
        body.write("if((")
        body.write(variable)
        body.write(byte: UInt8(ascii: "="))
        write(index)
        body.write(")>=")
        writeTableBound(table, \.self, "->size")
        body.write(byte: UInt8(ascii: ")"))
        writeTrap(.undefinedElement)
        body.write(";if((F=")
        writeTable(table)
        body.write("->elements[")
        body.write(variable)
        // A processor that guesses the check's outcome wrongly stays within the table.
        body.write(byte: UInt8(ascii: "&"))
        writeTableBound(table, InstanceLayout.tableMask(size:), "->mask")
        body.write("])->type!=J[")
        body.write(type)
        body.write("])A.check_callee(i,F,J[")
        body.write(type)
        body.write("])")
        endStatement()
    }

    /// A number that follows from the size: of a table that can't change, or else a member of the table.
    private mutating func writeTableBound(_ table: UInt32, _ bound: (UInt64) -> UInt64, _ member: StaticString) {
        let limits = module.tables[Int(table)].type.limits
        guard Int(table) >= module.importedTableCount, limits.maximum == limits.minimum,
            limits.minimum <= UInt32.max
        else {
            writeTable(table)
            body.write(member)
            return
        }
        body.write(Int(bound(limits.minimum)))
        body.write(byte: UInt8(ascii: "u"))
    }

    /// Whatever is below the operands happens before the call, which may change anything but locals.
    mutating func beginCall(_ operands: Int) {
        orderOperands(operands)
        flush(Effects.all, below: stack.count - operands)
        // Whoever catches what the call throws sees the locals as they are set by then.
        if isProtected { flushBeforeBranch(below: stack.count - operands) }
        noteCollection()
    }

    /// Parameters that are not passed natively go to the scratch area, in order.
    ///
    /// Returns how many.
    mutating func moveToScratch(_ type: FunctionType) -> Int {
        let count = type.parameters.count
        let native = type.nativeParameterCount
        guard count > native else { return 0 }
        for index in (stack.count - count)..<stack.count {
            settle(index)
            settle(index)
        }
        var cell = 0
        for index in native..<count {
            writeScratchAssignment(cell, type.parameters[index], stack[stack.count - count + index])
            cell += type.parameters[index].cells
        }
        for _ in native..<count { _ = pop() }
        return count - native
    }

    mutating func callNode(_ type: FunctionType, _ overflow: Int) -> Expression {
        let count = type.parameters.count - overflow
        var node = Expression(.call, type.results.first.map { $0 == .v128 ? .u64 : cType($0) } ?? .u32)
        node.a = Int32(arguments.count)
        node.b = Int32(count)
        for index in (stack.count - count)..<stack.count {
            let position = stack[index]
            arguments.append(position)
            inherit(position, into: &node)
        }
        for _ in 0..<count { _ = pop() }
        node.effects = .all
        node.registers = Self.allRegisters
        return node
    }

    /// One result waits to be used, as the last effect before whatever uses it; several are taken at once, and so is
    /// one that a handler might be asked for instead.
    mutating func finishCall(_ node: Expression, _ type: FunctionType) {
        let position = add(node)
        switch type.results.count {
        case 0:
            write(position)
            endExpression()
        case 1 where type.results[0] != .v128 && !isProtected:
            push(position)
        default:
            takeResults(of: position, type.results)
        }
    }

    private mutating func takeResults(of position: Int32, _ results: [ValueType]) {
        let variables = results.map { temporaries.take(cType($0)) }
        writeTemporary(variables[0])
        body.write(results[0] == .v128 ? ".a=" : "=")
        write(position)
        endExpression()
        if results[0] == .v128 { writeResult(half: ".b=", of: variables[0], .u64, at: 0) }
        var cell = 1
        for (variable, type) in zip(variables, results).dropFirst() {
            if type == .v128 {
                writeResult(half: ".a=", of: variable, .u64, at: cell)
                cell += 1
            }
            writeResult(half: type == .v128 ? ".b=" : "=", of: variable, type == .v128 ? .u64 : cType(type), at: cell)
            cell += 1
        }
        for variable in variables { push(add(temporaryNode(variable))) }
    }

    /// `x3=*(mu*)(i->x+1);`.
    private mutating func writeResult(half: StaticString, of variable: Int32, _ type: CType, at cell: Int) {
        writeTemporary(variable)
        body.write(half)
        writeScratch(cell, as: type)
        endExpression()
    }
}

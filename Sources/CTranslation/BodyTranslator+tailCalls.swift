import WasmModule

/// Calls that take the place of their caller: the runtime's `tail` does this function's epilogue and jumps.
///
/// The arguments fit registers or are in the scratch area (`tf_abi.h`), so that nothing of this frame is needed.
extension BodyTranslator {
    mutating func returnCall(_ function: UInt32) {
        let type = module.type(of: FunctionIndex(function))
        let node = tailCallNode(type)
        beginTailCall(type: module.functions[Int(function)].rawValue)
        if Int(function) < module.importedFunctionCount {
            writeImportedCode(function)
            body.write(")(")
            writeImportedArgument(function)
        } else {
            body.write("f")
            body.write(function)
            body.write(")(i")
        }
        finishTailCall(node)
    }

    mutating func returnCallIndirect(type index: UInt32, table: UInt32) {
        let type = module.functionType(TypeIndex(index))
        beginTailCall(operands: type.parameters.count + 1)
        settleBelowCallee(type)
        writeCallee(type: index, table: table)
        returnThroughCallee(index, type)
    }

    mutating func returnCallReference(type index: UInt32) {
        if let function = takeKnownCallee() {
            returnCall(function)
            return
        }
        let type = module.functionType(TypeIndex(index))
        beginTailCall(operands: type.parameters.count + 1)
        settleBelowCallee(type)
        writeReferenceCallee()
        returnThroughCallee(index, type)
    }

    private mutating func returnThroughCallee(_ index: UInt32, _ type: FunctionType) {
        let node = tailCallNode(type)
        beginTailCall(type: index)
        // The instance is the callee's, never this one's.
        body.write("F->code)(F->instance")
        finishTailCall(node)
    }

    /// Takes the arguments from the stack: evaluated so far that they may be written after the function is left.
    private mutating func tailCallNode(_ type: FunctionType) -> Expression {
        let count = type.parameters.count
        beginTailCall(operands: count)
        for index in (stack.count - count)..<stack.count
        where nodes[Int(stack[index])].effects.contains(.calls) {
            settle(index)
        }
        let overflow = moveToScratch(type)
        return callNode(type, overflow)
    }

    /// What waits below the operands happens before anything of the call, its callee's checks included.
    private mutating func beginTailCall(operands: Int) {
        orderOperands(operands)
        flushBeforeBranch(below: stack.count - operands)
    }

    private mutating func beginTailCall(type: UInt32) {
        usesTailCalls = true
        writeHole(.leave)
        if isOptimizing {
            body.write("Z(")
            body.write(module.resultType(self.type))
        } else {
            body.write("Z(Y")
            body.write(type)
        }
        body.write(byte: UInt8(ascii: ","))
    }

    private mutating func finishTailCall(_ node: Expression) {
        if isOptimizing {
            writeWideArguments(node)
        } else {
            writeArguments(node)
        }
        body.write(byte: UInt8(ascii: ")"))
        endStatement()
        die()
    }
}

import WasmModule
import WasmValidation

/// Tests and casts, and the branches that they decide.
///
/// A reference to a type without subtypes is recognized by its object's type alone; if there may be subtypes, that
/// is tried first. A cast is a test and a trap: the value stays what it is.
extension BodyTranslator {
    mutating func testReference(_ target: ValueType) {
        let index = stack.count - 1
        let isObject = holdsObject(stack[index])
        if let known = decided(target) {
            discard(pop())
            pushConstant(.u32, known ? 1 : 0)
            return
        }
        makeVariable(index)
        let reference = pop()
        let node = testNode(reference, target, isObject: isObject)
        push(add(node))
    }

    mutating func castReference(_ target: ValueType) {
        let index = stack.count - 1
        let isObject = holdsObject(stack[index])
        let known = decided(target)
        guard known != true else { return }
        makeVariable(index)
        precede(.trapsOtherwise, below: index)
        if known == nil {
            let test = add(testNode(stack[index], target, isObject: isObject))
            body.beginStatement()
            body.write("if(")
            releasesTemporaries = false
            writeCondition(test, negated: true)
            releasesTemporaries = true
            body.write(byte: UInt8(ascii: ")"))
        }
        writeTrap(.castFailure)
        endStatement()
    }

    /// The reference goes along with a taken branch, and stays when it is not taken.
    mutating func branchOnCast(_ instruction: Instruction, whenFailing: Bool) {
        let target = ValueType(rawValue: UInt32(truncatingIfNeeded: instruction.bits2))
        let source = ValueType(rawValue: UInt32(truncatingIfNeeded: instruction.bits))
        if let known = decided(target) {
            if known != whenFailing { branch(instruction.a) }
            return
        }
        makeVariable(stack.count - 1)
        let reference = stack[stack.count - 1]
        var condition = add(testNode(reference, target, isObject: isOfObjects(source)))
        if whenFailing { condition = add(negation(condition)) }
        let variable = keep(reference)
        push(condition)
        branchIf(instruction.a)
        letGo(variable)
    }

    mutating func negation(_ position: Int32) -> Expression {
        var node = Expression(.not, .s32)
        node.a = position
        inherit(position, into: &node)
        return node
    }

    private mutating func testNode(_ reference: Int32, _ target: ValueType, isObject: Bool) -> Expression {
        var node = Expression(.referenceTest, .s32)
        node.a = reference
        node.b = isObject ? 1 : 0
        node.bits = UInt64(target.rawValue)
        inherit(reference, into: &node)
        return node
    }

    // MARK: What is known

    /// What a test gives for every reference: the tops of the hierarchies match, the bottoms don't.
    private mutating func decided(_ target: ValueType) -> Bool? {
        guard target.typeIndex == nil else { return nil }
        switch target.nullable {
        case .anyref, .funcref, .externref, .exnref: return target.isNullable ? true : nil
        case .nullref, .nullfuncref, .nullexternref, .nullexnref: return target.isNullable ? nil : false
        default: return nil
        }
    }

    /// Whether a reference is null or points to an object or a function, by the type of the local that it is.
    private mutating func holdsObject(_ position: Int32) -> Bool {
        let node = nodes[Int(position)]
        guard node.shape == .local || node.shape == .tee else { return false }
        return isOfObjects(validator.localType(UInt32(node.a)))
    }

    /// Whether references of a type carry no tags in their lowest bits.
    private mutating func isOfObjects(_ type: ValueType) -> Bool {
        type.typeIndex != nil || type.nullable == .structref || type.nullable == .arrayref
    }

    // MARK: Variables that outlive a condition

    /// Keeps a temporary's value though a statement reads it.
    ///
    /// Returns the variable to let go of; nil if it stays anyway.
    mutating func keep(_ position: Int32) -> Int32? {
        let node = nodes[Int(position)]
        guard node.shape == .temporary, !temporaries.isPinned(node.a) else { return nil }
        temporaries.pin(node.a)
        return node.a
    }

    /// Lets a kept variable go: when it is next read if it is the operand on top, at once otherwise.
    mutating func letGo(_ variable: Int32?) {
        guard let variable else { return }
        let isOnTop = !isDead && !stack.isEmpty && isTemporary(stack[stack.count - 1], variable)
        temporaries.unpin(variable, afterReading: isOnTop)
    }

    private mutating func isTemporary(_ position: Int32, _ variable: Int32) -> Bool {
        nodes[Int(position)].shape == .temporary && nodes[Int(position)].a == variable
    }
}

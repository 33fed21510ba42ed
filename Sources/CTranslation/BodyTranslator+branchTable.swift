import WasmModule

/// `br_table`: a `switch` of few targets, a table of labels for many.
extension BodyTranslator {
    mutating func branchTable(_ labels: [UInt32]) {
        let selector = pop()
        flushBeforeBranch(below: stack.count)
        precede(nodes[Int(selector)].effects, below: stack.count)
        let count = frames[frames.count - 1 - Int(labels[labels.count - 1])].labelTypes.count
        let index = constantBits(selector).map { Int(min($0, UInt64(labels.count - 1))) }
        if labels.count == 1 || index != nil {
            discard(selector)
            branch(labels[index ?? 0])
            return
        }
        push(selector)
        settleSelector()
        let settled = pop()
        if count > 0 { settleCopies(count) }
        if labels.count > 9 && !isOptimizing {
            writeJumpTable(settled, labels)
        } else {
            writeSwitch(settled, labels)
        }
        die()
    }

    private mutating func settleSelector() {
        let index = stack.count - 1
        if !nodes[Int(stack[index])].isRepeatable { settle(index) }
    }

    private mutating func writeSwitch(_ selector: Int32, _ labels: [UInt32]) {
        body.beginStatement()
        body.write("switch(")
        write(selector, in: .lowest, exactly: .u32)
        body.write("){\n")
        endCondition()
        for (index, depth) in labels.enumerated() {
            if index == labels.count - 1 {
                body.write("default:")
            } else {
                body.write("case ")
                body.write(index)
                body.write(byte: UInt8(ascii: ":"))
            }
            writeCase(depth)
        }
        body.write("}\n")
    }

    private mutating func writeCase(_ depth: UInt32) {
        let target = frames.count - 1 - Int(depth)
        if frames[target].kind != .function { prepareTarget(target) }
        writeTaken(target)
    }

    /// More than a few targets: libtcc searches a `switch` by halves, so the jump is through a table of labels.
    private mutating func writeJumpTable(_ selector: Int32, _ labels: [UInt32]) {
        var landings: [UInt32: Int] = [:]
        var trampolines: [(label: Int, depth: UInt32)] = []
        for depth in labels where landings[depth] == nil {
            let target = frames.count - 1 - Int(depth)
            if frames[target].kind == .function || !frames[target].labelTypes.isEmpty || changesState(to: target) {
                let label = takeLabel()
                trampolines.append((label, depth))
                landings[depth] = label
            } else {
                prepareTarget(target)
                landings[depth] = frames[target].label
            }
        }
        // As long as a power of two, so that a mask keeps a processor that guesses the comparison wrongly within it.
        var size = 16
        while size < labels.count { size *= 2 }
        let isNarrow = writeLabelTable(labels.map { landings[$0] ?? 0 }, size: size)
        body.write(isNarrow ? "goto*k" : "goto*j")
        body.write(jumpTables)
        body.write(byte: UInt8(ascii: "["))
        if isNarrow {
            body.write("j")
            body.write(jumpTables)
            body.write("[")
        }
        releasesTemporaries = false
        body.write(byte: UInt8(ascii: "("))
        write(selector, in: .relational, exactly: .u32)
        body.write(byte: UInt8(ascii: "<"))
        body.write(labels.count - 1)
        body.write("u?")
        releasesTemporaries = true
        write(selector, in: .lowest, exactly: .u32)
        body.write(byte: UInt8(ascii: ":"))
        body.write(labels.count - 1)
        body.write("u)&")
        body.write(size - 1)
        body.write("u]")
        if isNarrow { body.write("-35]") }
        endStatement()
        for trampoline in trampolines {
            writeLabel(trampoline.label)
            writeCase(trampoline.depth)
        }
    }

    /// Declares a table of labels, and says whether it has two steps.
    ///
    /// Of many targets most are often the same few. Then a string says by a character which one of them, since every
    /// label in a table is an expression to libtcc, and a relocation to the loader.
    private mutating func writeLabelTable(_ labels: [Int], size: Int) -> Bool {
        jumpTables += 1
        body.beginStatement()
        body.endLabel()
        // What is out of bounds goes where the last one does.
        let padding = Array(repeating: labels[labels.count - 1], count: size - labels.count)
        var characters: [Int: UInt8] = [:]
        var distinct: [Int] = []
        for label in labels where characters[label] == nil {
            while let unfit = Self.unfit(35 + distinct.count) { distinct.append(distinct[unfit]) }
            characters[label] = UInt8(truncatingIfNeeded: 35 + distinct.count)
            distinct.append(label)
            if distinct.count > 90 { break }
        }
        guard labels.count >= Self.manyLabels, distinct.count <= 90, labels.count > 2 * distinct.count else {
            writeLabelArray("j", labels + padding)
            return false
        }
        body.write("static B const j")
        body.write(jumpTables)
        body.write("[]=\"")
        for label in labels + padding { body.write(byte: characters[label] ?? 35) }
        body.write("\";")
        writeLabelArray("k", distinct)
        return true
    }

    /// From so many on: the second step is one more load for every jump, which a small table in a hot loop would feel.
    private static let manyLabels = 40

    /// For a character that means something else in a string: the first label's place, whose label stands in for it.
    private static func unfit(_ character: Int) -> Int? {
        character == Int(UInt8(ascii: "?")) || character == Int(UInt8(ascii: "\\")) ? 0 : nil
    }

    private mutating func writeLabelArray(_ name: StaticString, _ labels: [Int]) {
        body.write("static p const ")
        body.write(name)
        body.write(jumpTables)
        body.write("[]={")
        for label in labels {
            body.write("&&L")
            body.write(label)
            body.write(byte: UInt8(ascii: ","))
        }
        body.write("}")
        body.write(";\n")
    }
}

import WasmModule

/// References that the collector must find, and what a function undoes before it is left.
///
/// Variables of type ``CType/object`` are members of one structure in the C frame, `R.l3`, `R.o0`: to libtcc the same
/// as variables. It looks members up one by one, though, so beyond some (``mostNamedRoots``) they are elements of
/// arrays, `R.L[3]`, `R.O[0]`; locals by their index, whatever the types of those between. If anything in the function may collect, the structure is linked into `tf_shared.roots` while the
/// function runs.
extension BodyTranslator {
    /// Text that is known only at the end of the body, when it is known what the function links.
    enum Hole: Equatable {
        /// Unlinks; nothing may collect or throw from here on.
        case leave
        /// Around the value of a `return` that itself may do that.
        case beginReturn, endReturn
        /// Around the text of an access through a local: its base is made there.
        case beginBase(UInt32), endBase
    }

    /// Notes that what is written next may collect, for statements; nodes say so by ``Effects/calls``.
    mutating func noteCollection() { mayCollect = true }

    mutating func writeHole(_ hole: Hole) {
        if hole != .endReturn { body.beginStatement() }
        holes.append((body.count, hole))
    }

    /// So many locals, and so many temporaries, are members with names.
    static let mostNamedRoots = 256

    /// Writes a member of `R`: `R.l3`, or `R.L[3]` for local 259.
    static func writeRoot(_ name: StaticString, _ array: StaticString, _ number: Int, into out: inout CText) {
        out.write("R.")
        if number < mostNamedRoots {
            out.write(name)
            out.write(number)
        } else {
            out.write(array)
            out.write("[")
            out.write(number - mostNamedRoots)
            out.write("]")
        }
    }

    /// At the end of the body: what the function links.
    mutating func findRoots() {
        rootLocals = facts.sortedLocals().filter { localType($0) == .object }
        linksRoots = mayCollect && (!rootLocals.isEmpty || temporaries.count(of: .object) > 0)
    }

    /// Whether something is to be undone before the function is left.
    private var undoes: Bool { linksRoots || !handlers.isEmpty }

    /// Whether a returned value is computed before that.
    var returnsThroughVariable: Bool { undoes && holes.contains { $0.hole == .beginReturn } }

    /// Declares the references' variables, gives them their first values, links them.
    mutating func writeRoots(into out: inout CText) {
        let variables = Int(temporaries.count(of: .object))
        guard !rootLocals.isEmpty || variables > 0 else { return }
        let named = rootLocals.filter { $0 < Self.mostNamedRoots }
        let elements = rootLocals.last.map { max(Int($0) + 1 - Self.mostNamedRoots, 0) } ?? 0
        out.write(linksRoots ? "struct{p o;U n;" : "struct{")
        for index in named { writeDeclaration("p l", Int(index), ";", into: &out) }
        if elements > 0 { writeDeclaration("p L[", elements, "];", into: &out) }
        for number in 0..<min(variables, Self.mostNamedRoots) { writeDeclaration("p o", number, ";", into: &out) }
        if variables > Self.mostNamedRoots {
            writeDeclaration("p O[", variables - Self.mostNamedRoots, "];", into: &out)
        }
        out.write("}R;")
        if elements > 0 { writeClearing("L", elements, into: &out) }
        for index in rootLocals { writeRootLocal(Int(index), into: &out) }
        guard linksRoots else { return }
        for number in 0..<min(variables, Self.mostNamedRoots) { writeDeclaration("R.o", number, "=0;", into: &out) }
        if variables > Self.mostNamedRoots { writeClearing("O", variables - Self.mostNamedRoots, into: &out) }
        out.write("R.o=G.roots;R.n=")
        out.write(named.count + elements + variables)
        out.write(";G.roots=(p)&R;")
    }

    private mutating func writeDeclaration(
        _ start: StaticString, _ number: Int, _ end: StaticString, into out: inout CText
    ) {
        out.write(start)
        out.write(number)
        out.write(end)
    }

    /// Writes `{u k;for(k=0;k<9;k++)R.L[k]=0;}`.
    private mutating func writeClearing(_ array: StaticString, _ count: Int, into out: inout CText) {
        out.write("{u k;for(k=0;k<")
        out.write(count)
        out.write(";k++)R.")
        out.write(array)
        out.write("[k]=0;}")
    }

    /// Writes `R.l3=l3;`: what a local starts with.
    private mutating func writeRootLocal(_ index: Int, into out: inout CText) {
        Self.writeRoot("l", "L", index, into: &out)
        out.write(byte: UInt8(ascii: "="))
        if index >= type.parameters.count {
            out.write("0")
        } else if index < type.nativeParameterCount {
            out.write("l")
            out.write(index)
        } else {
            writeScratchParameter(index, 0, .object, into: &out)
        }
        out.write(byte: UInt8(ascii: ";"))
    }

    /// Writes the body, its holes filled.
    mutating func writeBody(into out: inout CText) {
        // Where a base is made is found out later.
        if facts.baseCount > 0 { holes.sort { $0.offset < $1.offset } }
        let text = body.bytes
        var start = 0
        for (offset, hole) in holes {
            out.write(UnsafeBufferPointer(rebasing: text[start..<offset]))
            fill(hole, into: &out)
            start = offset
        }
        out.write(UnsafeBufferPointer(rebasing: text[start...]))
    }

    private mutating func fill(_ hole: Hole, into out: inout CText) {
        switch hole {
        case .leave: writeUnlinking(into: &out)
        case .beginBase(let local):
            out.write("(p")
            out.write(local)
            out.write(byte: UInt8(ascii: "="))
        case .endBase: out.write(byte: UInt8(ascii: ")"))
        case .beginReturn:
            out.write(undoes ? "r=" : "return ")
        case .endReturn:
            guard undoes else { return }
            out.write(byte: UInt8(ascii: ";"))
            writeUnlinking(into: &out)
            out.write("return r")
        }
    }

    private mutating func writeUnlinking(into out: inout CText) {
        if linksRoots { out.write("G.roots=R.o;") }
        if !handlers.isEmpty { out.write("G.handlers=H.outer;") }
    }
}

import WasmModule

/// References that the collector must find, and what a function undoes before it is left.
///
/// Variables of type ``CType/object`` are members of one structure in the C frame, `R.l3`, `R.o0`: to libtcc the same
/// as variables. If anything in the function may collect, the structure is linked into `tf_shared.roots` while the
/// function runs.
extension BodyTranslator {
    /// Text that is known only at the end of the body, when it is known what the function links.
    enum Hole {
        /// Unlinks; nothing may collect or throw from here on.
        case leave
        /// Around the value of a `return` that itself may do that.
        case beginReturn, endReturn
    }

    /// Notes that what is written next may collect, for statements; nodes say so by ``Effects/calls``.
    mutating func noteCollection() { mayCollect = true }

    mutating func writeHole(_ hole: Hole) { holes.append((body.count, hole)) }

    /// At the end of the body: what the function links.
    mutating func findRoots() {
        rootLocals = usedLocals.sorted().filter { localType($0) == .object }
        linksRoots = mayCollect && (!rootLocals.isEmpty || temporaries.count(of: .object) > 0)
    }

    /// Whether something is to be undone before the function is left.
    private var undoes: Bool { linksRoots || !handlers.isEmpty }

    /// Whether a returned value is computed before that.
    var returnsThroughVariable: Bool { undoes && holes.contains { $0.hole == .beginReturn } }

    /// Declares the references' variables, gives them their first values, links them.
    func writeRoots(into out: inout CText) {
        let locals = rootLocals
        let variables = Int(temporaries.count(of: .object))
        guard !locals.isEmpty || variables > 0 else { return }
        out.write(linksRoots ? "struct{p o;U n;p " : "struct{p ")
        for (position, index) in locals.enumerated() {
            out.write(position == 0 ? "l" : ",l")
            out.write(index)
        }
        for number in 0..<variables {
            out.write(locals.isEmpty && number == 0 ? "o" : ",o")
            out.write(number)
        }
        out.write(";}R;")
        for index in locals { writeRootLocal(Int(index), into: &out) }
        guard linksRoots else { return }
        for number in 0..<variables {
            out.write("R.o")
            out.write(number)
            out.write("=0;")
        }
        out.write("R.o=G.roots;R.n=")
        out.write(locals.count + variables)
        out.write(";G.roots=(p)&R;")
    }

    /// Writes `R.l3=l3;`: what a local starts with.
    private func writeRootLocal(_ index: Int, into out: inout CText) {
        out.write("R.l")
        out.write(index)
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
    func writeBody(into out: inout CText) {
        let text = body.bytes
        var start = 0
        for (offset, hole) in holes {
            out.write(UnsafeBufferPointer(rebasing: text[start..<offset]))
            fill(hole, into: &out)
            start = offset
        }
        out.write(UnsafeBufferPointer(rebasing: text[start...]))
    }

    private func fill(_ hole: Hole, into out: inout CText) {
        switch hole {
        case .leave: writeUnlinking(into: &out)
        case .beginReturn:
            out.write(undoes ? "r=" : "return ")
        case .endReturn:
            guard undoes else { return }
            out.write(byte: UInt8(ascii: ";"))
            writeUnlinking(into: &out)
            out.write("return r")
        }
    }

    private func writeUnlinking(into out: inout CText) {
        if linksRoots { out.write("G.roots=R.o;") }
        if !handlers.isEmpty { out.write("G.handlers=H.outer;") }
    }
}

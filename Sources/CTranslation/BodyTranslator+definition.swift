import WasmModule

/// The C function around a body: its head, its variables, its constants.
extension BodyTranslator {
    /// Appends the definition of the function whose body was just translated.
    mutating func writeDefinition(_ function: FunctionIndex, into out: inout CText) {
        findRoots()
        if usesVectors && !hasVectorPrelude {
            options.vectorPrelude.withUnsafeBufferPointer { out.write($0) }
            hasVectorPrelude = true
        }
        out.write("/* function ")
        out.write(function.rawValue)
        out.write(" */\n")
        if !isOptimizing { out.write("static ") }
        if usesTailCalls && isOptimizing {
            writeWideHead(function, into: &out)
        } else {
            writeHead(function, into: &out)
            out.write("{")
        }
        if usesMemory { writeBases(into: &out) }
        if usesBounds {
            out.write("U*const n=&")
            out.write(memoryMember(0), in: layout)
            out.write("->bytes;")
        }
        if usesIndirectCall { out.write("u X;tf_function*F;") }
        if usesWideIndex { out.write("U W;") }
        if returnsThroughVariable {
            out.write(module.resultType(type))
            out.write(" r;")
        }
        writeConstants(into: &out)
        writeLocals(into: &out)
        writeTemporaries(into: &out)
        writeRoots(into: &out)
        if isOptimizing { writeEscapes(into: &out) }
        writeHandler(into: &out)
        out.write(byte: 10)
        writeBody(into: &out)
        out.write("}\n")
    }

    private mutating func writeHead(_ function: FunctionIndex, into out: inout CText) {
        out.write(module.resultType(type))
        out.write(" f")
        out.write(function.rawValue)
        out.write("(I*i")
        for index in 0..<type.nativeParameterCount {
            guard type.parameters[index] != .v128 else {
                out.write(",U a")
                out.write(index)
                out.write(",U b")
                out.write(index)
                continue
            }
            out.write(byte: UInt8(ascii: ","))
            out.write(cType(type.parameters[index]).name)
            out.write(" l")
            out.write(index)
        }
        out.write(")")
    }

    /// Writes `M m=(M)i->m,p3;`: the memory's base, and the bases of accesses through locals.
    private mutating func writeBases(into out: inout CText) {
        out.write("M m=(M)i->m")
        if facts.baseCount > 0 {
            for local in facts.sortedLocals() where facts.declaresBase(local) {
                out.write(",p")
                out.write(local)
            }
        }
        out.write(byte: UInt8(ascii: ";"))
    }

    private mutating func writeConstants(into out: inout CText) {
        guard !floatConstants.isEmpty else { return }
        out.write("static const U K[]={")
        for bits in floatConstants {
            out.write(hexadecimal: bits)
            out.write("ull,")
        }
        out.write("};")
    }

    /// Parameters beyond the native ones are locals that start with what the caller left in the scratch area.
    private mutating func writeLocals(into out: inout CText) {
        let parameters = type.parameters.count
        let native = type.nativeParameterCount
        let locals = facts.sortedLocals().filter { localType($0) != .object }
        var declared: CType?
        for index in locals where index >= native || localType(index) == .vector {
            let type = localType(index)
            if declared == type {
                out.write(byte: UInt8(ascii: ","))
            } else {
                if declared != nil { out.write(byte: UInt8(ascii: ";")) }
                out.write(type.name)
                out.write(byte: UInt8(ascii: " "))
                declared = type
            }
            out.write("l")
            out.write(index)
            if type == .vector { continue }
            if index < parameters {
                out.write(byte: UInt8(ascii: "="))
                writeScratchParameter(Int(index), 0, type, into: &out)
            } else if facts.needsZero(index) {
                out.write("=0")
            }
        }
        if declared != nil { out.write(byte: UInt8(ascii: ";")) }
        for index in locals where localType(index) == .vector { writeVectorLocal(Int(index), into: &out) }
    }

    /// Writes `l3.a=a3;l3.b=b3;`: what a vector starts with, half by half.
    private mutating func writeVectorLocal(_ index: Int, into out: inout CText) {
        for half in 0..<2 {
            out.write("l")
            out.write(index)
            out.write(half == 0 ? ".a=" : ".b=")
            if index >= type.parameters.count {
                out.write("0")
            } else if index < type.nativeParameterCount {
                out.write(half == 0 ? "a" : "b")
                out.write(index)
            } else {
                writeScratchParameter(index, half, .u64, into: &out)
            }
            out.write(byte: UInt8(ascii: ";"))
        }
    }

    mutating func writeScratchParameter(_ index: Int, _ half: Int, _ type: CType, into out: inout CText) {
        out.write(Access.cellPointer(type))
        out.write("(i->x+")
        out.write(self.type.parameters[self.type.nativeParameterCount..<index].cells + half)
        out.write(")")
    }

    private mutating func writeTemporaries(into out: inout CText) {
        for type in [CType.u32, .u64, .f32, .f64, .reference, .vector] {
            let count = temporaries.count(of: type)
            guard count > 0 else { continue }
            out.write(type.name)
            for number in 0..<count {
                out.write(byte: number == 0 ? 32 : UInt8(ascii: ","))
                out.write(byte: type.temporaryLetter)
                out.write(number)
            }
            out.write(byte: UInt8(ascii: ";"))
        }
    }
}

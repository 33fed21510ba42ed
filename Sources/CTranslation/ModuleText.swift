import WasmModule

/// The parts of a generated source around the functions: types and instance before, the table of code after.
struct ModuleText {
    let module: Module
    let layout: InstanceLayout
    let dialect: Dialect

    /// In front of what a unit of the module's source names: an optimizing compiler's may be one of several.
    private var scope: StaticString { dialect == .quick ? "static " : "" }

    // MARK: Before the functions

    func writeOpening(into out: inout CText) {
        for index in module.types.indices where module.types[index].function != nil {
            writeFunctionType(index, into: &out)
        }
        writeInstance(into: &out)
        writeTypeIds(into: &out)
        writePrototypes(into: &out)
    }

    /// Writes `typedef u Y3(I*,u,U);`.
    private func writeFunctionType(_ index: Int, into out: inout CText) {
        let type = module.functionType(TypeIndex(index))
        out.write("typedef ")
        out.write(module.resultType(type))
        out.write(" Y")
        out.write(index)
        out.write("(I*")
        for parameter in type.nativeParameterTypes(in: module) {
            out.write(byte: UInt8(ascii: ","))
            out.write(parameter.name)
        }
        out.write(");\n")
    }

    /// The instance as generated code sees it: `InstanceLayout` in C.
    private func writeInstance(into out: inout CText) {
        out.write("struct tf_instance{B*m;U*x;p h[6];\n")
        if layout.declaresMembers { writeMembers(into: &out) }
        if layout.declaresReferences { writeReferences(into: &out) }
        out.write("};\n")
    }

    private func writeMembers(into out: inout CText) {
        for (index, global) in module.globals.enumerated() { writeGlobal(index, global.type.value, into: &out) }
        for index in 0..<module.importedFunctionCount {
            out.write("p c")
            out.write(index)
            out.write(",n")
            out.write(index)
            out.write(";\n")
        }
        for index in module.memories.indices {
            out.write("tf_memory*M")
            out.write(index)
            out.write(";\n")
        }
        for index in module.tables.indices {
            out.write("tf_table*T")
            out.write(index)
            out.write(";\n")
        }
        for index in module.tags.indices {
            out.write("tf_tag*E")
            out.write(index)
            out.write(";\n")
        }
    }

    private func writeReferences(into out: inout CText) {
        for function in layout.referenced {
            out.write("tf_function r")
            out.write(function.rawValue)
            out.write(";\n")
        }
    }

    private func writeGlobal(_ index: Int, _ type: ValueType, into out: inout CText) {
        let cType = CType(type, in: module)
        let isPointer = index < module.importedGlobalCount
        out.write(isPointer ? "p" : cType.name)
        out.write(" g")
        out.write(index)
        if !isPointer && (cType == .u32 || cType == .f32) {
            // Every cell has eight bytes.
            out.write(";u G")
            out.write(index)
        }
        out.write(";\n")
    }

    private func writeTypeIds(into out: inout CText) {
        out.write(dialect == .quick ? "static u J[" : "extern u J[")
        out.write(max(module.types.count, 1))
        out.write("];\n")
    }

    private func writePrototypes(into out: inout CText) {
        for index in module.importedFunctionCount..<module.functions.count {
            out.write(scope)
            out.write("Y")
            out.write(module.functions[index].rawValue)
            out.write(" f")
            out.write(index)
            out.write(";\n")
        }
    }

    // MARK: After the functions

    func writeClosing(into out: inout CText) {
        if dialect == .optimizing {
            out.write("TF_CLOSING u J[")
            out.write(max(module.types.count, 1))
            out.write("];\n")
        }
        let entered = Set(layout.referenced.map { module.functions[$0.offset] })
        let left = Set(module.functions.prefix(module.importedFunctionCount))
        for index in module.types.indices {
            if entered.contains(TypeIndex(index)) { writeEnter(index, into: &out) }
            if left.contains(TypeIndex(index)) { writeLeave(index, into: &out) }
        }
        writeFunctionTable(into: &out)
        writeTypeTable("static const tf_enter es", "e", entered, into: &out)
        writeTypeTable("static p const hs", "h", left, into: &out)
        writeAttach(into: &out)
    }

    /// Uniform entry: arguments from an array of cells, results back into it.
    private func writeEnter(_ index: Int, into out: inout CText) {
        let type = module.functionType(TypeIndex(index))
        let native = type.nativeParameterTypes(in: module)
        out.write("static void e")
        out.write(index)
        out.write("(p c,p n,U*a){")
        writeCopies("((I*)n)->x[", "]=a[", scratchParameters(type).map { ($0.scratch, $0.cell) }, into: &out)
        if let result = type.returned(in: module) { writeCell(0, result, into: &out, suffix: "=") }
        out.write("((Y")
        out.write(index)
        out.write("*)c)(n")
        for (cell, parameter) in native.enumerated() {
            out.write(byte: UInt8(ascii: ","))
            writeCell(cell, parameter, into: &out)
        }
        out.write(");")
        writeCopies("a[", "]=((I*)n)->x[", scratchResults(type), into: &out)
        out.write("}\n")
    }

    /// Writes `to[0]=from[1];` for each pair of positions.
    private func writeCopies(
        _ to: StaticString, _ from: StaticString, _ positions: [(Int, Int)], into out: inout CText
    ) {
        for (target, source) in positions {
            out.write(to)
            out.write(target)
            out.write(from)
            out.write(source)
            out.write("];")
        }
    }

    /// The cells of parameters that are not passed natively, and where in the scratch area each is.
    private func scratchParameters(_ type: FunctionType) -> [(cell: Int, scratch: Int)] {
        let native = type.nativeParameterTypes(in: module).count
        return (native..<max(native, type.parameters.cells)).map { ($0, $0 - native) }
    }

    /// The cells of results that are not returned, and where in the scratch area each is.
    private func scratchResults(_ type: FunctionType) -> [(cell: Int, scratch: Int)] {
        // The upper half of a vector that is the first result comes before the others' first cell.
        let shift = type.results.first == .v128 ? 1 : 0
        return (1..<max(1, type.results.cells)).map { ($0, $0 - shift) }
    }

    /// Native code in front of a host function: arguments into an array of cells, results out of it.
    private func writeLeave(_ index: Int, into out: inout CText) {
        let type = module.functionType(TypeIndex(index))
        let native = type.nativeParameterTypes(in: module)
        out.write("static ")
        out.write(module.resultType(type))
        out.write(" h")
        out.write(index)
        out.write("(tf_host*h")
        for (position, parameter) in native.enumerated() {
            out.write(byte: UInt8(ascii: ","))
            out.write(parameter.name)
            out.write(" p")
            out.write(position)
        }
        out.write("){U a[")
        out.write(max(type.parameters.cells, type.results.cells, 1))
        out.write("];")
        for (position, parameter) in native.enumerated() {
            writeCell(position, parameter, into: &out, suffix: "=p")
            out.write(position)
            out.write(byte: UInt8(ascii: ";"))
        }
        writeCopies("a[", "]=h->scratch[", scratchParameters(type), into: &out)
        out.write("A.host(h,a);")
        writeCopies("h->scratch[", "]=a[", scratchResults(type).map { ($0.scratch, $0.cell) }, into: &out)
        if let result = type.returned(in: module) {
            out.write("return ")
            writeCell(0, result, into: &out, suffix: ";")
        }
        out.write("}\n")
    }

    /// A cell of an array as a variable of a type.
    private func writeCell(_ index: Int, _ type: CType, into out: inout CText, suffix: StaticString = "") {
        out.write(Access.cellPointer(type))
        out.write("(a+")
        out.write(index)
        out.write(byte: UInt8(ascii: ")"))
        out.write(suffix)
    }

    private func writeFunctionTable(into out: inout CText) {
        out.write("static p const fs[]={")
        for index in module.importedFunctionCount..<module.functions.count {
            out.write("(p)f")
            out.write(index)
            out.write(",\n")
        }
        out.write("0};\n")
    }

    private func writeTypeTable(
        _ declaration: StaticString, _ letter: StaticString, _ present: Set<TypeIndex>, into out: inout CText
    ) {
        out.write(declaration)
        out.write("[]={")
        for index in module.types.indices {
            if present.contains(TypeIndex(index)) {
                out.write(letter)
                out.write(index)
            } else {
                out.write("0")
            }
            out.write(",")
        }
        out.write("0};\n")
    }

    /// Writes the one symbol, `tf_attach`.
    ///
    /// Copies word by word, since a C compiler would call `memcpy` for a structure.
    private func writeAttach(into out: inout CText) {
        out.write("static const tf_code_exports E={TF_ABI_VERSION,")
        out.write(module.functions.count - module.importedFunctionCount)
        out.write(",")
        out.write(module.types.count)
        out.write(",0,fs,es,hs};\n")
        out.write(dialect == .quick ? "" : "__attribute__((visibility(\"default\")))")
        out.write("const tf_code_exports*tf_attach(const tf_api*a,const u*t){u k;")
        out.write("for(k=0;k<sizeof A/sizeof(p);k++)((p*)&A)[k]=((p const*)a)[k];")
        out.write("for(k=0;k<")
        out.write(module.types.count)
        out.write("u;k++)J[k]=t[k];")
        if dialect == .optimizing { out.write("tf_protect_at=(p)A.protect;") }
        out.write("return&E;}\n")
    }
}

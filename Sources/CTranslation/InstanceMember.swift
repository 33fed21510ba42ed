import WasmModule

/// How C names what an instance has.
///
/// A C compiler looks a structure's members up one by one. So the members of few are declared and named, `i->g5`; of
/// many (modules may have a million globals) they are found by their offsets.
struct InstanceMember {
    /// More members than this are not declared.
    static let mostDeclared = 256

    /// Before the number, if members have names.
    let name: StaticString
    let number: Int
    let type: StaticString
    let offset: UInt32
    var isReference = false
}

extension InstanceLayout {
    /// Whether the members of the instance in front of the function references have names in C.
    var declaresMembers: Bool { (references - Self.headerSize) / 8 <= UInt32(InstanceMember.mostDeclared) }

    /// Whether the function references have names too.
    var declaresReferences: Bool { (size - Self.headerSize) / 8 <= UInt32(InstanceMember.mostDeclared) }
}

extension CText {
    /// Writes `i->g5`, or `O(U,i,104)`.
    mutating func write(_ member: InstanceMember, in layout: InstanceLayout) {
        if member.isReference ? layout.declaresReferences : layout.declaresMembers {
            write("i->")
            write(member.name)
            write(member.number)
        } else {
            write("O(")
            write(member.type)
            write(",i,")
            write(member.offset)
            write(")")
        }
    }
}

extension BodyTranslator {
    /// An imported function's code.
    mutating func writeImportedCode(_ function: UInt32) {
        let offset = layout.importedFunctions + 16 * function
        body.write(InstanceMember(name: "c", number: Int(function), type: "p", offset: offset), in: layout)
    }

    /// An imported function's first argument.
    mutating func writeImportedArgument(_ function: UInt32) {
        let offset = layout.importedFunctions + 16 * function + 8
        body.write(InstanceMember(name: "n", number: Int(function), type: "p", offset: offset), in: layout)
    }

    /// A tag, a `tf_tag *`.
    mutating func writeTag(_ index: UInt32) {
        let offset = layout.tags + 8 * index
        body.write(InstanceMember(name: "E", number: Int(index), type: "tf_tag*", offset: offset), in: layout)
    }

    /// A memory, a `tf_memory *`.
    mutating func writeMemory(_ index: UInt32) {
        body.write(memoryMember(index), in: layout)
    }

    mutating func memoryMember(_ index: UInt32) -> InstanceMember {
        InstanceMember(name: "M", number: Int(index), type: "tf_memory*", offset: layout.memories + 8 * index)
    }

    /// A table, a `tf_table *`.
    mutating func writeTable(_ index: UInt32) {
        let offset = layout.tables + 8 * index
        body.write(InstanceMember(name: "T", number: Int(index), type: "tf_table*", offset: offset), in: layout)
    }

    /// The cell of a global, or the pointer to it if it is imported.
    mutating func writeGlobalMember(_ index: UInt32) {
        let isImported = Int(index) < module.importedGlobalCount
        let type: StaticString = isImported ? "p" : cType(module.globals[Int(index)].type.value).name
        body.write(
            InstanceMember(name: "g", number: Int(index), type: type, offset: layout.globals[Int(index)]), in: layout)
    }

    /// The `tf_function` of a function that has one.
    mutating func writeReferenceMember(_ function: UInt32) {
        let position = referencePositions[Int(function)]
        let offset = layout.references + InstanceLayout.functionReferenceSize * position
        body.write(
            InstanceMember(name: "r", number: Int(function), type: "tf_function", offset: offset, isReference: true),
            in: layout)
    }
}

import WasmModule

/// A module with something of everything that a descriptor holds.
func sampleModule() -> Module {
    var module = Module()
    addSampleTypes(to: &module)
    addSampleImports(to: &module)
    addSampleDefinitions(to: &module)
    addSampleSegments(to: &module)
    module.exports = [
        Export(name: "f", kind: .function(FunctionIndex(1))), Export(name: "t", kind: .table(TableIndex(0))),
        Export(name: "m", kind: .memory(MemoryIndex(1))), Export(name: "g", kind: .global(GlobalIndex(1))),
        Export(name: "e", kind: .tag(TagIndex(1))),
    ]
    module.start = FunctionIndex(1)
    module.names.module = "sample"
    module.names.functions = [FunctionIndex(0): "größe", FunctionIndex(1): "main"]
    return module
}

private let one = ConstantExpression([Instruction(.i32Const, bits: 1)], offset: 77)

/// 0 and 1 are functions, 2 and 3 refer to each other, 4 is a subtype of 2, 5 an array of packed elements.
private func addSampleTypes(to module: inout Module) {
    let fields = [
        FieldType(.i8, isMutable: true),
        FieldType(ValueType(reference: TypeIndex(3), isNullable: true), isMutable: false),
    ]
    module.types = [
        SubType(parameters: [.i32, .i64], results: [.f32]), SubType(parameters: [], results: []),
        SubType(.structure(fields), isFinal: false),
        SubType(.array(FieldType(ValueType(reference: TypeIndex(2), isNullable: false), isMutable: true))),
        SubType(.structure(fields + [FieldType(.v128, isMutable: false)]), supertype: TypeIndex(2)),
        SubType(.array(FieldType(.i16, isMutable: true))),
        SubType(parameters: [.exnref, .anyref], results: [.i31ref.nonNull]),
    ]
    module.recursionGroups = [0..<1, 1..<2, 2..<2, 2..<4, 4..<5, 5..<6, 6..<7]
}

private func addSampleImports(to module: inout Module) {
    module.imports = [
        Import(module: "env", name: "größe", kind: .function(TypeIndex(0))),
        Import(
            module: "env", name: "t",
            kind: .table(TableType(element: .funcref, limits: Limits(minimum: 1), is64: true))),
        Import(module: "", name: "m", kind: .memory(sampleSharedMemory)),
        Import(module: "env", name: "g", kind: .global(GlobalType(value: .i64, isMutable: true))),
        Import(module: "env", name: "e", kind: .tag(TypeIndex(1))),
    ]
    module.importedFunctionCount = 1
    module.importedTableCount = 1
    module.importedMemoryCount = 1
    module.importedGlobalCount = 1
    module.importedTagCount = 1
}

private let sampleSharedMemory = MemoryType(limits: Limits(minimum: 1, maximum: 65536), isShared: true)

private func addSampleDefinitions(to module: inout Module) {
    let structure = ValueType(reference: TypeIndex(2), isNullable: false)
    let vector = Instruction(.v128Const, bits: 0x1234_5678_9ABC_DEF0, bits2: .max)
    module.functions = [TypeIndex(0), TypeIndex(1)]
    module.tables = [
        Table(type: TableType(element: .funcref, limits: Limits(minimum: 1), is64: true)),
        Table(type: TableType(element: .externref, limits: Limits(minimum: 0, maximum: .max)), initializer: one),
    ]
    module.memories = [
        sampleSharedMemory, MemoryType(limits: Limits(minimum: 2), is64: true),
        MemoryType(limits: Limits(minimum: 100), pageSizeExponent: 0),
    ]
    module.globals = [
        Global(type: GlobalType(value: .i64, isMutable: true)),
        Global(
            type: GlobalType(value: .f64, isMutable: false),
            initializer: ConstantExpression([Instruction(.f64Const, bits: .max)])),
        Global(type: GlobalType(value: .v128, isMutable: false), initializer: ConstantExpression([vector])),
        Global(
            type: GlobalType(value: structure, isMutable: true),
            initializer: ConstantExpression(
                one.instructions + [Instruction(.refNull, a: structure.rawValue), Instruction(.structNew, a: 2)])),
        Global(
            type: GlobalType(value: ValueType(reference: TypeIndex(5), isNullable: true), isMutable: false),
            initializer: ConstantExpression(one.instructions + [Instruction(.arrayNewFixed, a: 5, b: 1)])),
    ]
    module.tags = [TypeIndex(1), TypeIndex(6)]
}

private func addSampleSegments(to module: inout Module) {
    module.elements = [
        ElementSegment(
            type: .funcref, mode: .active(TableIndex(0), offset: one), items: .functions([FunctionIndex(1)])),
        ElementSegment(type: .i31ref, mode: .passive, items: .expressions([one, one])),
        ElementSegment(type: .funcref, mode: .declarative, items: .functions([])),
    ]
    module.dataSegments = [DataSegment(mode: .passive, bytes: 0..<1)]
}

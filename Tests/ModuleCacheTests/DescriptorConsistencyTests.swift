import Testing
import WasmModule

@testable import ModuleCache

/// Descriptors whose bytes are whole, but which say what the runtime must not believe.
@Suite("Descriptor consistency")
struct DescriptorConsistencyTests {
    /// One change of a good descriptor that makes it a bad one.
    struct Damage: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let apply: @Sendable (inout ModuleDescriptor) -> Void

        init(_ description: String, _ apply: @escaping @Sendable (inout ModuleDescriptor) -> Void) {
            testDescription = description
            self.apply = apply
        }
    }

    private let good = {
        let module = sampleModule()
        return ModuleDescriptor(module: module, image: MemoryImage(module: module))
    }()

    private static let beyond = ValueType(reference: TypeIndex(99), isNullable: true)

    static let types: [Damage] = [
        Damage("groups that miss a type") { $0.recursionGroups.removeLast() },
        Damage("a type of no later group") {
            $0.types[0] = SubType(parameters: [ValueType(reference: TypeIndex(2), isNullable: true)], results: [])
        },
        Damage("a supertype that comes later") { $0.types[2].supertype = TypeIndex(3) },
        Damage("a type that is its own supertype") { $0.types[2].supertype = TypeIndex(2) },
        Damage("a supertype of another kind") { $0.types[4].supertype = TypeIndex(3) },
        Damage("a final supertype") { $0.types[2].isFinal = true },
        Damage("a packed parameter") { $0.types[0] = SubType(parameters: [.i8], results: []) },
        Damage("a field of no type") { $0.types[5] = SubType(.array(FieldType(.bottom, isMutable: true))) },
        Damage("a concrete type with an abstract one's code") {
            let type = ValueType(rawValue: ValueType(reference: TypeIndex(0), isNullable: true).rawValue | 0x70)
            $0.types[5] = SubType(.array(FieldType(type, isMutable: true)))
        },
    ]

    static let indices: [Damage] = [
        Damage("a function of a structure's type") { $0.functions[1] = TypeIndex(2) },
        Damage("a tag of an array's type") { $0.tags[1] = TypeIndex(5) },
        Damage("a tag of no type") { $0.tags[0] = TypeIndex(7) },
        Damage("an imported tag of no type") { $0.imports[4].kind = .tag(TypeIndex(2)) },
        Damage("fewer tags than imported") { $0.tags = [] },
        Damage("fewer memories than imported") { $0.memories = [] },
        Damage("a table of numbers") { $0.tables[0].type.element = .i32 },
        Damage("a table of unknown references") { $0.tables[1].type.element = beyond },
        Damage("a global of an unknown type") { $0.globals[3].type.value = beyond },
        Damage("a memory of odd pages") { $0.memories[1].pageSizeExponent = 12 },
        Damage("an export of no tag") { $0.exports[4].kind = .tag(TagIndex(2)) },
        Damage("an exported function without a reference") { $0.exports[0].kind = .function(FunctionIndex(0)) },
        Damage("elements for no table") {
            $0.elements[0].mode = .active(TableIndex(2), offset: ConstantExpression([]))
        },
        Damage("elements that are numbers") { $0.elements[0].type = .i64 },
        Damage("data for no memory") { $0.data.append(.inImage(MemoryIndex(3))) },
    ]

    static let places: [Damage] = [
        Damage("an extent of an imported memory") { $0.image = [extent(0, at: 0)] },
        Damage("an extent behind a memory's minimum") { $0.image = [extent(1, at: 2 << 16)] },
        Damage("an extent of a memory smaller than a page") { $0.image = [extent(2, at: 0)] },
        Damage("an extent without end") { $0.image = [extent(1, at: Int.max & ~4095)] },
        Damage("an instance smaller than its header") { $0.layout.size = 32 },
        Damage("tags outside of the instance") { $0.layout.tags = $0.layout.size - 8 },
        Damage("a global in the header") { $0.layout.globals[1] = 16 },
        Damage("a vector half outside of the instance") { $0.layout.globals[2] = $0.layout.size - 8 },
        Damage("a reference at an odd place") { $0.layout.references += 4 },
        Damage("references out of order") { $0.layout.referenced = [FunctionIndex(1), FunctionIndex(1)] },
        Damage("a reference to no function") { $0.layout.referenced = [FunctionIndex(2)] },
    ]

    private static func extent(_ memory: Int, at offset: Int) -> ImageExtent {
        ImageExtent(memory: MemoryIndex(memory), memoryOffset: offset, fileOffset: 0, length: 4096)
    }

    @Test("A descriptor with something wrong about it is an error", arguments: types + indices + places)
    func damaged(_ damage: Damage) throws {
        #expect(try ModuleDescriptor.decode(good.encode()) == good)
        var bad = good
        damage.apply(&bad)
        #expect(throws: DamagedFile.self) { try ModuleDescriptor.decode(bad.encode()) }
    }
}

import CRuntime
import Testing
import WasmModule

@testable import NativeCode

/// Types of different modules that are the same, or look so.
@Suite("Canonical types")
struct CanonicalTypesTests {
    private func reference(_ index: Int, isNullable: Bool = true) -> ValueType {
        ValueType(reference: TypeIndex(index), isNullable: isNullable)
    }

    private func structure(_ types: ValueType..., supertype: Int? = nil, isFinal: Bool = false) -> SubType {
        SubType(
            .structure(types.map { FieldType($0, isMutable: false) }), supertype: supertype.map { TypeIndex($0) },
            isFinal: isFinal)
    }

    private func identifiers(_ groups: [SubType]...) throws -> [UInt32] {
        var ends = 0
        let ranges = groups.map { group in
            defer { ends += group.count }
            return ends..<(ends + group.count)
        }
        return try CanonicalTypes(types: Array(groups.joined()), recursionGroups: ranges).identifiers
    }

    @Test("Equal groups have equal ids, wherever they are in their modules")
    func equalGroups() throws {
        let filler = SubType(parameters: [.f32, .f32, .f32], results: [])
        let first = try identifiers([structure(reference(1)), structure(reference(0), .i8)], [structure(reference(0))])
        let second = try identifiers(
            [filler], [], [structure(reference(2)), structure(reference(1), .i8)], [structure(reference(1))], [filler])
        #expect(Array(second[1...3]) == first)
        #expect(second[0] == second[4])
        #expect(Set(second).count == 4)
        #expect(!second.contains(0))
    }

    @Test("A type that refers to itself is another than one that refers to an equal type of an earlier group")
    func recursion() throws {
        let ids = try identifiers([structure(reference(0))], [structure(reference(0))], [structure(reference(2))])
        #expect(ids[0] == ids[2])
        #expect(ids[0] != ids[1])
    }

    @Test("The position in a group is part of a type")
    func position() throws {
        let ids = try identifiers([structure(), structure()], [structure()], [structure(), structure()])
        #expect(ids[0] != ids[1])
        #expect(Set(ids[0...1]).isDisjoint(with: [ids[2]]))
        #expect(Array(ids[0...1]) == Array(ids[3...4]))
    }

    @Test("Whatever differs makes another type")
    func differences() throws {
        let field = FieldType(.i32, isMutable: true)
        let ids = try identifiers(
            [structure(.i32)], [structure(.i32, isFinal: true)], [SubType(.structure([field]), isFinal: false)],
            [SubType(.array(FieldType(.i32, isMutable: false)), isFinal: false)], [structure(.i8)],
            [structure(.i32, supertype: 0)], [structure(reference(0))], [structure(reference(0, isNullable: false))],
            [SubType(parameters: [.i32], results: [])], [SubType(parameters: [], results: [.i32])])
        #expect(Set(ids).count == ids.count)
    }

    @Test("Value types get the id where they had the index, and keep the rest")
    func packing() throws {
        let types = try CanonicalTypes(
            types: [SubType(parameters: [.i64, .f64], results: []), structure(.i16)], recursionGroups: [0..<1, 1..<2])
        #expect(types.packed(reference(1)) == types.identifiers[1] << 9 | 0x100)
        #expect(types.packed(reference(1, isNullable: false)) == types.identifiers[1] << 9)
        #expect(types.packed(.externref) == ValueType.externref.rawValue)
        #expect(types.packed(.v128) == ValueType.v128.rawValue)
    }

    @Test("Subtypes are found through all their supertypes, also those of other groups")
    func subtypes() throws {
        let ids = try identifiers(
            [structure(.i32)], [structure(.i32, .i32, supertype: 0), structure(.i32, .i32, .f32, supertype: 1)])
        #expect(tf_type_is_subtype(ids[2], ids[0]))
        #expect(tf_type_is_subtype(ids[2], ids[1]))
        #expect(!tf_type_is_subtype(ids[0], ids[2]))
        #expect(tf_value_type_matches(ids[2] << 9, ids[0] << 9 | 0x100))
        #expect(!tf_value_type_matches(ids[2] << 9 | 0x100, ids[0] << 9))
        #expect(tf_value_type_matches(ids[2] << 9 | 0x100, ValueType.structref.rawValue))
    }

    @Test("A host function's type is that of a module's final function type without supertypes")
    func hostFunctions() throws {
        let type = FunctionType(parameters: [.i32, .externref], results: [.v128])
        let open = SubType(.function(type), isFinal: false)
        let ids = try identifiers([SubType(.function(type))], [open])
        #expect(type.canonicalIdentifier == ids[0])
        #expect(type.canonicalIdentifier != ids[1])
    }

    @Test("Groups that no valid module has are an error")
    func damaged() {
        let type = structure(reference(1))
        #expect(throws: LoadError.self) { try CanonicalTypes(types: [type], recursionGroups: [0..<1]) }
        #expect(throws: LoadError.self) { try CanonicalTypes(types: [type, type], recursionGroups: [0..<1]) }
        #expect(throws: LoadError.self) { try CanonicalTypes(types: [type], recursionGroups: [0..<2]) }
        #expect(throws: LoadError.self) { try CanonicalTypes(types: [type, type], recursionGroups: [1..<2, 0..<1]) }
        #expect(throws: LoadError.self) {
            try CanonicalTypes(types: [structure(supertype: 1), structure()], recursionGroups: [0..<1, 1..<2])
        }
    }
}

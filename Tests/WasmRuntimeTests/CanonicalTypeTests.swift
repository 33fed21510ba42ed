import CRuntime
import Testing

/// Recursive groups of types, and which types' values are values of which other types.
@Suite struct CanonicalTypeTests {
    private static let relative: UInt32 = 0x400000

    /// A type whose one field is of this type.
    private struct Shape {
        var field: UInt32
        var kind = TF_TYPE_STRUCTURE
        var supertype: UInt32 = 0
    }

    /// The nullable reference to a type of the own group.
    private static func own(_ position: UInt32) -> UInt32 { (relative + position) << 9 | 0x100 }

    private func intern(_ shapes: [Shape]) -> [UInt32] {
        let fields = shapes.map { tf_field(type: $0.field, is_mutable: 0) }
        var identifiers = [UInt32](repeating: 0, count: shapes.count)
        let interned = fields.withUnsafeBufferPointer { fields in
            let definitions = shapes.enumerated().map { position, shape in
                tf_type_definition(
                    kind: shape.kind.rawValue, is_final: 0, supertype: shape.supertype, parameter_count: 0,
                    result_count: 0, field_count: 1, parameters: nil, results: nil,
                    fields: fields.baseAddress?.advanced(by: position))
            }
            return tf_type_intern_group(definitions, UInt32(definitions.count), &identifiers)
        }
        #expect(interned)
        return identifiers
    }

    @Test("groups are equal if their types are, in the same order and with the same references")
    func groups() {
        let alone = intern([Shape(field: Self.own(0))])
        #expect(alone == intern([Shape(field: Self.own(0))]))
        #expect(alone != intern([Shape(field: Self.own(0), kind: TF_TYPE_ARRAY)]))
        let pair = intern([Shape(field: Self.own(1)), Shape(field: Self.own(0))])
        #expect(pair == intern([Shape(field: Self.own(1)), Shape(field: Self.own(0))]))
        #expect(Set(pair + alone).count == 3)
        let toAlone = intern([Shape(field: alone[0] << 9 | 0x100)])
        #expect(toAlone != alone)
    }

    @Test("a type is a subtype of all its supertypes, of this group and of earlier ones, and of no others")
    func subtypes() {
        let base = intern([Shape(field: 0x7F)])[0]
        var chain = [base]
        for _ in 0..<62 { chain.append(intern([Shape(field: 0x7F, supertype: chain[chain.count - 1])])[0]) }
        for (depth, type) in chain.enumerated() {
            for (other, supertype) in chain.enumerated() {
                #expect(tf_type_is_subtype(type, supertype) == (other <= depth))
            }
        }
        let group = intern([Shape(field: 0x7E), Shape(field: 0x7E, supertype: Self.relative)])
        #expect(tf_type_is_subtype(group[1], group[0]))
        #expect(!tf_type_is_subtype(group[0], group[1]))
        #expect(!tf_type_is_subtype(group[1], base))
    }

    @Test("concrete references match the abstract types above them, and bottom types match them")
    func references() {
        let structure = intern([Shape(field: 0x7F)])[0] << 9
        let array = intern([Shape(field: 0x7F, kind: TF_TYPE_ARRAY)])[0] << 9
        let function = tf_type_intern(nil, 0, nil, 0) << 9
        let below: [(UInt32, [UInt32])] = [
            (structure, [0x6B, 0x6D, 0x6E]), (array, [0x6A, 0x6D, 0x6E]), (function, [0x70]), (0x6C, [0x6D, 0x6E]),
        ]
        let abstract: [UInt32] = [0x69, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x6F, 0x70]
        for (type, above) in below {
            for wanted in abstract where wanted != type {
                #expect(tf_value_type_matches(type, wanted) == above.contains(wanted))
                #expect(tf_value_type_matches(type, wanted | 0x100) == above.contains(wanted))
                #expect(!tf_value_type_matches(type | 0x100, wanted))
            }
        }
        #expect(tf_value_type_matches(0x171, structure | 0x100))
        #expect(!tf_value_type_matches(0x171, structure))
        #expect(!tf_value_type_matches(0x173, structure | 0x100))
        #expect(tf_value_type_matches(0x173, function | 0x100))
        #expect(!tf_value_type_matches(0x171, function | 0x100))
    }
}

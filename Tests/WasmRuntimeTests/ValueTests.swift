import CRuntime
import NativeCode
import Testing
import WasmModule

@testable import WasmRuntime

/// Values outside of guests, and the cells that guests have them in.
@Suite struct ValueTests {
    @Test("an external reference is its number and a tag, and null is zero")
    func externalReferences() {
        for number: UInt64 in [0, 1, 0xFFFF_FFFF, Value.externalLimit - 1] {
            let value = Value.externref(number)
            #expect(value.cells == [number << 2 | 2])
            #expect(Value(cell: value.cells[0], type: .externref) == value)
            #expect(Value(cell: value.cells[0], type: .externref.nonNull) == value)
            #expect(value.referenceKind == .external)
            #expect(value.externalNumber == number)
        }
        #expect(Value.externref(nil).cells == [0])
        #expect(Value(cell: 0, type: .nullexternref) == .externref(nil))
        #expect(Value.externref(nil).externalNumber == nil)
    }

    @Test("numbers of more than 62 bits are no external references")
    func largeNumbers() {
        let wanted = ValueType.externref.rawValue
        #expect(Value.externref(Value.externalLimit - 1).isOf(wanted))
        #expect(!Value.externref(Value.externalLimit).isOf(wanted))
        #expect(!Value.externref(.max).isOf(wanted))
    }

    @Test("an i31 keeps its 31 bits, whatever it was declared as")
    func smallNumbers() {
        for number: UInt32 in [0, 1, 0x7FFF_FFFF] {
            let value = Value.i31(number)
            #expect(value.cells == [UInt64(number) << 1 | 1])
            #expect(value.referenceKind == .i31)
            #expect(value.i31 == number)
            #expect(Value(cell: value.cells[0], type: .externref) == .reference(value.cells[0], type: .externref))
        }
        #expect(Value.i31(.max).i31 == 0x7FFF_FFFF)
        #expect(Value.i64(3).i31 == nil)
    }

    @Test("a host's object keeps its number when it becomes a guest's")
    func internalized() {
        let value = Value.internalized(7)
        #expect(value.type == .anyref)
        #expect(value.externalNumber == 7)
        #expect(value.referenceKind == .external)
        #expect(value.isOf(ValueType.anyref.rawValue))
        #expect(!value.isOf(ValueType.eqref.rawValue))
        #expect(!value.isOf(ValueType.externref.rawValue))
    }

    @Test("no type is left out of the values in cells")
    func allTypes() {
        let types: [ValueType] = [.i32, .v128, .anyref, .exnref, .structref.nonNull, .funcref, .f64]
        let values = Value.values([1, 2, 3, 0, 0, 17, 0, 5], types)
        let expected: [Value] = [
            .i32(1), .v128(low: 2, high: 3), .reference(0, type: .anyref), .reference(0, type: .exnref),
            .reference(17, type: .structref.nonNull), .funcref(nil), .f64(5),
        ]
        #expect(values == expected)
        #expect(values.map(\.type) == types)
        #expect(values.flatMap(\.cells) == [1, 2, 3, 0, 0, 17, 0, 5])
        #expect(Value.cellCount(types) == 8)
    }

    @Test("a concrete type is of functions if its module says so")
    func concreteTypes() {
        let types = [SubType(parameters: [], results: []), SubType(.structure([]))]
        let function = ValueType(reference: TypeIndex(0), isNullable: true)
        let structure = ValueType(reference: TypeIndex(1), isNullable: true)
        #expect(Value(cell: 0, type: function, in: types) == .funcref(nil))
        #expect(Value(cell: 0, type: structure, in: types) == .reference(0, type: structure))
    }

    @Test("null is of the nullable types of its own hierarchy, and of no other")
    func null() {
        let nulls: [(Value, [ValueType])] = [
            (.funcref(nil), [.funcref, .nullfuncref]), (.externref(nil), [.externref, .nullexternref]),
            (.reference(0, type: .anyref), [.anyref, .eqref, .i31ref, .structref, .arrayref, .nullref]),
            (.reference(0, type: .exnref), [.exnref, .nullexnref]),
        ]
        for (value, types) in nulls {
            #expect(value.referenceKind == .null)
            for (_, all) in nulls {
                for type in all {
                    #expect(value.isOf(type.rawValue) == types.contains(type), "\(value) as \(type)")
                    #expect(!value.isOf(type.nonNull.rawValue))
                }
            }
        }
    }

    @Test("a function is of its own type and of all types above it")
    func functions() throws {
        let parent = SubType(.function(FunctionType(parameters: [.f32], results: [])), isFinal: false)
        let child = SubType(parent.composite, supertype: TypeIndex(0))
        let types = try CanonicalTypes(types: [parent, child], recursionGroups: [0..<1, 1..<2])
        var function = tf_function()
        function.type = types.identifiers[1]
        withUnsafePointer(to: &function) { pointer in
            let value = Value.funcref(pointer)
            #expect(value.referenceKind == .function)
            #expect(value.isOf(types.packed(ValueType(reference: TypeIndex(0), isNullable: false))))
            #expect(value.isOf(types.packed(ValueType(reference: TypeIndex(1), isNullable: true))))
            #expect(value.isOf(ValueType.funcref.rawValue))
            #expect(!value.isOf(ValueType.anyref.rawValue))
        }
        function.type = types.identifiers[0]
        withUnsafePointer(to: &function) { pointer in
            #expect(!Value.funcref(pointer).isOf(types.packed(ValueType(reference: TypeIndex(1), isNullable: true))))
        }
    }

    @Test("every trap has the wording of the specification's tests")
    func trapTexts() {
        let texts: [(tf_trap, String)] = [
            (TF_TRAP_NULL_REFERENCE, "null reference"), (TF_TRAP_NULL_FUNCTION, "null function reference"),
            (TF_TRAP_NULL_STRUCTURE, "null structure reference"), (TF_TRAP_NULL_ARRAY, "null array reference"),
            (TF_TRAP_NULL_I31, "null i31 reference"), (TF_TRAP_CAST_FAILURE, "cast failure"),
            (TF_TRAP_ARRAY_BOUNDS, "out of bounds array access"), (TF_TRAP_UNALIGNED_ATOMIC, "unaligned atomic"),
            (TF_TRAP_EXPECTED_SHARED, "expected shared memory"), (TF_TRAP_UNCAUGHT_EXCEPTION, "uncaught exception"),
        ]
        for (trap, text) in texts { #expect(Trap.Kind(trap, exitCode: 0)?.text == text) }
        for code in TF_OK.rawValue..<TF_EXIT.rawValue where code != TF_TRAP_HOST.rawValue {
            #expect(Trap.Kind(tf_trap(rawValue: code), exitCode: 0) != .host)
        }
    }
}

import Testing
import WasmBinary
import WasmModule

@Suite("Element segments")
struct ElementSegmentTests {
    static let offset = ConstantExpression([Instruction(.i32Const, bits: 5)], offset: 12)

    private func segment(_ content: [UInt8]) throws -> ElementSegment {
        try decode(module(section(.element, [1] + content))).elements[0]
    }

    @Test("Segments of function indices hold functions, never null")
    func functions() throws {
        let items = ElementSegment.Items.functions([FunctionIndex(3), FunctionIndex(4)])
        let type = ValueType.funcref.nonNull
        let list: [UInt8] = [2, 3, 4]
        #expect(
            try segment([0, 0x41, 5, 0x0B] + list)
                == ElementSegment(type: type, mode: .active(TableIndex(0), offset: Self.offset), items: items))
        #expect(try segment([1, 0] + list) == ElementSegment(type: type, mode: .passive, items: items))
        let explicit = try segment([2, 9, 0x41, 5, 0x0B, 0] + list)
        guard case .active(let table, let offset) = explicit.mode else {
            Issue.record("not active")
            return
        }
        #expect(table == TableIndex(9) && offset.instructions == Self.offset.instructions)
        #expect(try segment([3, 0] + list) == ElementSegment(type: type, mode: .declarative, items: items))
    }

    @Test("Segments of expressions")
    func expressions() throws {
        let list: [UInt8] = [3, 0xD2, 7, 0x0B, 0xD0, 0x70, 0x0B, 0xD0, 0x70, 0x0B]
        func expected(_ start: Int) -> ElementSegment.Items {
            let null = [Instruction(.refNull, a: ValueType.funcref.rawValue)]
            return .expressions([
                ConstantExpression([Instruction(.refFunc, a: 7)], offset: start),
                ConstantExpression(null, offset: start + 3), ConstantExpression(null, offset: start + 6),
            ])
        }
        #expect(
            try segment([4, 0x41, 5, 0x0B] + list)
                == ElementSegment(
                    type: .funcref, mode: .active(TableIndex(0), offset: Self.offset), items: expected(16)))
        #expect(
            try segment([5, 0x70] + list) == ElementSegment(type: .funcref, mode: .passive, items: expected(14)))
        #expect(try segment([6, 1, 0x41, 5, 0x0B, 0x70] + list).items == expected(18))
        #expect(
            try segment([7, 0x6F] + list) == ElementSegment(type: .externref, mode: .declarative, items: expected(14)))
    }

    @Test("Kinds that don't exist are refused")
    func malformed() {
        #expect(refusal(module(section(.element, [1, 8, 0])))?.message == "malformed elements segment kind")
        #expect(refusal(module(section(.element, [1, 1, 1, 0])))?.message == "malformed element kind")
        #expect(refusal(module(section(.element, [1, 5, 0x7F, 0])))?.message == "malformed reference type 0x7f")
    }
}

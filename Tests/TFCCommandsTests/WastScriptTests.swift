import Testing
import WasmRuntime

@testable import TFCCommands

@Suite("A test script")
struct WastScriptTests {
    private func steps(_ json: String) throws -> [WastStep] {
        try WastScript(json: Array("{\"commands\":[\(json)]}".utf8)).commands.map(\.step)
    }

    @Test("is refused with a message when it is not JSON of the right form")
    func malformed() {
        for text in [
            "", "{", "[]", "{\"commands\":[{\"type\":\"module\"}]}",
            "{\"commands\":[{\"type\":\"assert_luck\",\"line\":1}]}",
        ] {
            #expect(throws: CommandFailure.self) { try WastScript(json: Array(text.utf8)) }
        }
    }

    @Test("names a module by its binary form, and says when there is none")
    func modules() throws {
        let found = try steps(
            """
            {"type":"module","line":1,"filename":"a.0.wasm","module_type":"binary","name":"A"},
            {"type":"module","line":2,"filename":"a.1.wat","module_type":"text","binary_filename":"a.1.wasm"},
            {"type":"module","line":3,"filename":"a.2.wat","module_type":"text"}
            """)
        let files = found.map { step -> String? in if case .module(let module, _) = step { module.file } else { "?" } }
        #expect(files == ["a.0.wasm", "a.1.wasm", nil])
    }

    @Test("keeps the bits of numbers, signed or unsigned, and of references")
    func values() {
        #expect(WastValue(type: "i32", text: "-1") == .i32(.max))
        #expect(WastValue(type: "i32", text: "4294967295") == .i32(.max))
        #expect(WastValue(type: "i32", text: "4294967296") == nil)
        #expect(WastValue(type: "f64", text: "9223372036854775808") == .f64(1 << 63))
        #expect(WastValue(type: "externref", text: "0") == .extern(0))
        #expect(WastValue(type: "funcref", text: "null") == .null(.funcref))
        #expect(WastValue(type: "anyref", text: "3") == .host(3))
        #expect(WastValue(type: "exnref", text: "null") == .null(.exnref))
        #expect(WastValue(type: "funcref", text: "3") == nil)
        #expect(WastValue(type: "v128", text: "0") == nil)
    }

    @Test("tells canonical from arithmetic NaNs, and neither from infinity")
    func nans() {
        let quiet = WastResult.value(.f32(0xFFC0_0000))
        let payload = WastResult.value(.f32(0x7FC0_0001))
        let signalling = WastResult.value(.f32(0x7FA0_0000))
        let infinity = WastResult.value(.f64(0x7FF0_0000_0000_0000))
        #expect(WastExpectation.canonicalNaN(isDouble: false).matches(quiet))
        #expect(!WastExpectation.canonicalNaN(isDouble: false).matches(payload))
        #expect(WastExpectation.arithmeticNaN(isDouble: false).matches(payload))
        #expect(!WastExpectation.arithmeticNaN(isDouble: false).matches(signalling))
        #expect(!WastExpectation.arithmeticNaN(isDouble: true).matches(infinity))
        #expect(!WastExpectation.arithmeticNaN(isDouble: true).matches(quiet))
    }

    @Test("reads vectors lane by lane, and matches each lane by its own pattern")
    func vectors() throws {
        let found = try steps(
            """
            {"type":"assert_return","line":1,"action":{"type":"invoke","field":"f","args":[
               {"type":"v128","lane_type":"i16","value":["1","-1","0","0","0","0","0","32768"]}]},"expected":[
              {"type":"v128","lane_type":"f32","value":["nan:canonical","nan:arithmetic","0","2147483648"]},
              {"type":"either","values":[{"type":"v128","lane_type":"i64","value":["1","2"]},
                {"type":"v128","lane_type":"i64","value":["3","4"]}]}]}
            """)
        guard case .assertReturn(let action, let expected) = try #require(found.first) else {
            Issue.record("not an assertion")
            return
        }
        #expect(action.arguments == [.v128(low: 0xFFFF_0001, high: 0x8000_0000_0000_0000)])
        let result = { (low: UInt64, high: UInt64) in WastResult.value(.v128(low: low, high: high)) }
        #expect(expected[0].matches(result(0x7FC0_0001_FFC0_0000, 0x8000_0000_0000_0000)))
        #expect(!expected[0].matches(result(0x7FC0_0001_FFC0_0001, 0x8000_0000_0000_0000)))
        #expect(!expected[0].matches(result(0x7F80_0001_FFC0_0000, 0x8000_0000_0000_0000)))
        #expect(!expected[0].matches(result(0x7FC0_0001_FFC0_0000, 0)))
        #expect(expected[1].matches(result(3, 4)))
        #expect(!expected[1].matches(result(3, 2)))
    }

    @Test("takes a result without a value as any reference but null, and one of several for either")
    func alternatives() throws {
        let found = try steps(
            """
            {"type":"assert_return","line":1,"action":{"type":"invoke","field":"f","args":[]},"expected":[
              {"type":"funcref"},{"either":[{"type":"i32","value":"1"},{"type":"i32","value":"2"}]}]}
            """)
        guard case .assertReturn(_, let expected) = try #require(found.first) else {
            Issue.record("not an assertion")
            return
        }
        #expect(expected[0].matches(.reference(.function, number: nil, .function)))
        #expect(!expected[0].matches(.reference(.null, number: nil, .function)))
        #expect(expected[1].matches(.value(.i32(2))))
        #expect(!expected[1].matches(.value(.i32(3))))
    }

    @Test("tells references by what they refer to, and by the family of their type")
    func references() throws {
        let result = { (kind: ReferenceKind, number: UInt64?, family: WastReference.Family) in
            WastResult.reference(kind, number: number, family)
        }
        let i31 = result(.i31, nil, .any)
        for type in [WastReference.anyref, .eqref, .i31ref] { #expect(i31.isOf(type), "\(type)") }
        for type in [WastReference.structref, .arrayref, .nullref, .null, .externref, .exnref, .funcref] {
            #expect(!i31.isOf(type), "\(type)")
        }
        let null = result(.null, nil, .any)
        for type in [WastReference.nullref, .null] { #expect(null.isOf(type), "\(type)") }
        for type in [WastReference.anyref, .nullfuncref, .nullexnref] { #expect(!null.isOf(type), "\(type)") }
        #expect(null.equals(.null(.anyref)) && null.equals(.null(.nullref)) && !null.equals(.null(.externref)))
        #expect(result(.structure, nil, .external).isOf(.externref))
        #expect(!result(.external, 1, .any).isOf(.eqref))
        #expect(result(.external, 1, .any).equals(.host(1)) && !result(.external, 1, .any).equals(.extern(1)))
        #expect(
            result(.external, 1, .external).equals(.extern(1)) && !result(.external, 1, .external).equals(.extern(2)))
        #expect(!i31.equals(.null(.i31ref)))
    }

    @Test("takes a number's type without a value as any number of it")
    func anyNumber() throws {
        let found = try steps(
            """
            {"type":"assert_return","line":1,"action":{"type":"invoke","field":"f","args":[]},"expected":[{"type":"i32"}]}
            """)
        guard case .assertReturn(_, let expected) = try #require(found.first) else {
            Issue.record("not an assertion")
            return
        }
        #expect(expected[0].matches(.value(.i32(7))))
        #expect(!expected[0].matches(.value(.i64(7))))
    }
}

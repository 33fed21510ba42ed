import Testing
import WasmBinary
import WasmModule

@Suite("Implementation limits")
struct ImplementationLimitsTests {
    /// Checks that `bytes` is accepted at a limit and refused, with the message, below.
    private func check(
        _ limit: WritableKeyPath<ImplementationLimits, Int>, _ value: Int, _ bytes: [UInt8], _ message: String
    ) {
        var limits = ImplementationLimits()
        limits[keyPath: limit] = value
        #expect(refusal(bytes, limits: limits) == nil)
        limits[keyPath: limit] = value - 1
        #expect(refusal(bytes, limits: limits)?.message.hasPrefix(message) == true)
    }

    @Test("Each limit is the largest that is accepted")
    func limits() {
        let entry: [UInt8] = [0, 0]
        let null: [UInt8] = [0xD0, 0x70, 0x0B]
        let functions = ModuleDecoderTests.oneFunction
        check(\.moduleSize, 8, module(), "module size must be at most 7 bytes")
        check(\.types, 2, module(section(.type, [2, 0x60, 0, 0, 0x60, 0, 0])), "too many types: 2, limit 1")
        check(\.parameters, 2, module(section(.type, [1, 0x60, 2, 0x7F, 0x7F, 0])), "too many parameters: 2")
        check(
            \.types, 3, module(section(.type, [2, 0x60, 0, 0, 0x4E, 2, 0x60, 0, 0, 0x5F, 0])), "too many types: ")
        check(\.fields, 1, module(section(.type, [1, 0x5F, 1, 0x7F, 0])), "too many fields: 1, limit 0")
        check(\.tags, 1, module(section(.tag, [1, 0, 0])), "too many tags: 1, limit 0")
        check(\.results, 1, module(section(.type, [1, 0x60, 0, 1, 0x7F])), "too many results: 1")
        check(\.imports, 1, module(section(.import, [1] + entry + [0, 0])), "too many imports: 1")
        check(\.functions, 1, module(functions[0], functions[1], functions[2]), "too many functions: 1")
        check(\.bodySize, 2, module(functions[0], functions[1], functions[2]), "body size must be at most 1 bytes")
        check(\.tables, 1, module(section(.table, [1, 0x70, 0, 0])), "too many tables: 1")
        check(\.memories, 1, module(section(.memory, [1, 0, 0])), "too many memories: 1")
        check(\.globals, 1, module(section(.global, [1, 0x70, 0] + null)), "too many globals: 1")
        check(\.exports, 1, module(section(.export, [1, 0, 0, 0])), "too many exports: 1")
        check(\.elementSegments, 1, module(section(.element, [1, 1, 0, 0])), "too many element segments: 1")
        check(\.segmentElements, 2, module(section(.element, [1, 1, 0, 2, 0, 0])), "too many elements: 2")
        check(\.segmentElements, 1, module(section(.element, [1, 5, 0x70, 1] + null)), "too many elements: 1")
        check(\.dataSegments, 1, module(section(.data, [1, 1, 0])), "too many data segments: 1")
        check(\.customSections, 1, module(custom("", [])), "too many custom sections: limit 0")
        check(
            \.constantInstructions, 2, module(section(.element, [1, 5, 0x70, 2] + null + null)),
            "too many constant instructions: limit 1")
    }

    @Test("The JavaScript interface's limits are the defaults")
    func defaults() {
        let limits = ImplementationLimits()
        #expect(limits.moduleSize == 1_073_741_824)
        #expect(limits.functions == 1_000_000)
        #expect(limits.locals == 50_000)
        #expect(limits.bodySize == 7_654_321)
        #expect(limits.parameters == 1_000 && limits.results == 1_000)
        #expect(limits.memoryPages == 65_536)
    }
}

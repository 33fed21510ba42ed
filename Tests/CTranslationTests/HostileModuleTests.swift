import CTranslation
import Testing

@Suite("Hostile modules")
struct HostileModuleTests {
    @Test("Locals that are declared and not used cost nothing")
    func unusedLocals() throws {
        let module = TinyModule(results: [0x7F], locals: [(49_999, 0x7F)], body: [0x20, 0x80, 0x80, 0x02])
        let text = try module.function()
        #expect(text.contains("u l32768=0;"))
        #expect(text.utf8.count < 200)
    }

    @Test("Branches that carry a thousand values do not make gigabytes of C")
    func manyValues() throws {
        // block (type 2: () -> 1000 × i32): 1000 constants, then br_if 0 again and again.
        let values: [UInt8] = Array((0..<1000).map { _ in [0x41, 1] as [UInt8] }.joined())
        let branches: [UInt8] = Array((0..<20_000).map { _ in [0x20, 0, 0x0D, 0] as [UInt8] }.joined())
        let body: [UInt8] = [0x02, 2] + values + branches + [0x0B] + Array(repeating: 0x1A, count: 1000)
        let module = TinyModule(
            parameters: [0x7F], body: body,
            furtherType: [0x60, 0] + TinyModule.leb(1000) + values.map { _ in 0x7F }.prefix(1000))
        let error = #expect(throws: TranslationError.self) { _ = try module.function() }
        guard case .textTooLarge = error else {
            Issue.record("not refused for its size: \(String(describing: error))")
            return
        }
    }

    @Test("Nested blocks with a thousand results each do not take all variables there are")
    func manyLandings() throws {
        let depth = 2000
        let begin: [UInt8] = Array((0..<depth).map { _ in [0x02, 2] as [UInt8] }.joined())
        let values: [UInt8] = Array((0..<1000).map { _ in [0x41, 1] as [UInt8] }.joined())
        let branches: [UInt8] = Array((0..<depth).map { [0x20, 0, 0x0D] + TinyModule.leb($0) }.joined())
        let body: [UInt8] =
            begin + values + branches + Array(repeating: 0x0B, count: depth) + Array(repeating: 0x1A, count: 1000)
        let module = TinyModule(
            parameters: [0x7F], body: body,
            furtherType: [0x60, 0] + TinyModule.leb(1000) + values.map { _ in 0x7F }.prefix(1000))
        #expect(throws: TranslationError.self) { _ = try module.function() }
    }
}

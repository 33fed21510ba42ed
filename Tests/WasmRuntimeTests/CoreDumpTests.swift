import CRuntime
import Glibc
import Testing
import WasmModule
import WasmRuntime

/// What a core dump of the process leaves out.
@Suite struct CoreDumpTests {
    @Test("memories, stacks and objects of guests are in no core dump, also when they are used again")
    func guests() throws {
        let instance = try Self.module().instantiate([Self.addressOnStack])
        for _ in 0..<3 {
            let memory = try #require(instance.memory.baseAddress)
            #expect(try Self.isLeftOut(UInt64(UInt(bitPattern: memory))))
            guard case .i64(let stack)? = try instance.invoke("stack").first else { throw Failure.noValue }
            #expect(try Self.isLeftOut(stack))
            guard case .reference(let object, _)? = try instance.invoke("object").first else { throw Failure.noValue }
            #expect(try Self.isLeftOut(object))
        }
        // As much as is mapped anew between two stores instead of overwritten.
        for _ in 0..<3 {
            let large = try Self.module(pages: 512).instantiate([Self.addressOnStack])
            #expect(try Self.isLeftOut(UInt64(UInt(bitPattern: large.memory.baseAddress))))
        }
    }

    private enum Failure: Error { case noValue, noMapping }

    private static func module(pages: UInt32 = 1) -> GuestModule {
        var module = GuestModule()
        module.type([0x5F, 1, 0x7F, 1])
        let address = module.importFunction("host", "address", [], [GuestModule.i64])
        module.memory(pages)
        module.function("stack", [], [GuestModule.i64], Op.call(address))
        module.function("object", [], [0x6E], Op.i32(1) + [0xFB, 0, 0])
        return module
    }

    /// A host function runs on its guest's stack.
    private static var addressOnStack: HostFunction {
        HostFunction(
            module: "host", name: "address", type: FunctionType(parameters: [], results: [.i64]),
            call: { _, values in
                var local = 0
                withUnsafeMutablePointer(to: &local) { values?.pointee = UInt64(UInt(bitPattern: $0)) }
                return TF_OK
            })
    }

    /// Whether the mapping that an address lies in has the flag by which the kernel leaves it out.
    private static func isLeftOut(_ address: UInt64) throws -> Bool {
        let file = try #require(fopen("/proc/self/smaps", "re"))
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 4096)
        var isThere = false
        while fgets(&line, 4096, file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let words = text.split(separator: " ")
            let ends = words[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
            if ends.count == 2 { isThere = ends[0] <= address && address < ends[1] }
            if isThere, text.hasPrefix("VmFlags:") { return words.contains("dd") }
        }
        throw Failure.noMapping
    }
}

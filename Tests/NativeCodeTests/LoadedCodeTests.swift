import CRuntime
import Glibc
import Testing
import WasmModule

@testable import NativeCode

@Suite("Loaded code", .serialized)
struct LoadedCodeTests {
    private let folder = Folder()
    private var path: String { folder.path + "/code.so" }

    private func compile(_ result: UInt64, types: Int = 0) throws {
        unlink(path)
        let text = "static uint64_t probe(uint64_t a, uint64_t b) { return \(result)ull; }"
        try QuickCompiler.compile(source(text, types: types), to: path)
    }

    private func call(_ code: LoadedCode) -> UInt64 {
        unsafeBitCast(code.exports.pointee.functions[0], to: (@convention(c) () -> UInt64).self)()
    }

    /// Lines of this process's memory map that name our file, or another.
    private func mappings(of name: String = "terrafirma-test-") -> [Substring] {
        let file = fopen("/proc/self/maps", "r")
        defer { fclose(file) }
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { text += buffer[..<count] }
        return String(decoding: text, as: UTF8.self).split(separator: "\n").filter { $0.contains(name) }
    }

    @Test("Code runs, within the range it was declared with")
    func runs() throws {
        try compile(42)
        let code = try LoadedCode(path: path, types: CanonicalTypes())
        #expect(call(code) == 42)
        #expect(code.text.contains(UInt(bitPattern: code.exports.pointee.functions[0])))
        #expect(!code.text.contains(UInt(bitPattern: code.exports)))
    }

    @Test("Nothing is ever writable and executable (threat T22)")
    func writeXorExecute() throws {
        try compile(42)
        let code = try LoadedCode(path: path, types: CanonicalTypes())
        let permissions = mappings().filter { $0.contains(folder.path) }.map { $0.split(separator: " ")[1] }
        #expect(permissions.contains { $0.contains("x") })
        #expect(!permissions.contains { $0.contains("x") && $0.contains("w") })
        #expect(call(code) == 42)
    }

    @Test("Loading code leaves the stack not executable (threat T22)")
    func executableStack() throws {
        try compile(42)
        let code = try LoadedCode(path: path, types: CanonicalTypes())
        let stack = mappings(of: "[stack]").map { $0.split(separator: " ")[1] }
        #expect(stack == ["rw-p"])
        #expect(call(code) == 42)
    }

    @Test("Loading works wherever in a page the file's parts happen to end")
    func pageOffsets() throws {
        for size in stride(from: 1, through: 12289, by: 256) {
            unlink(path)
            let text =
                "static char data[\(size)] = {1}, zeroes[4096]; static uint64_t probe(void) { return data[0] + zeroes[4095]; }"
            try QuickCompiler.compile(source(text), to: path)
            #expect(call(try LoadedCode(path: path, types: CanonicalTypes())) == 1)
        }
    }

    @Test("Code of another file is other code, even when a descriptor or path is used again")
    func reusedDescriptors() throws {
        try compile(1)
        let first = try LoadedCode(path: path, types: CanonicalTypes())
        try compile(2)
        let second = try LoadedCode(path: path, types: CanonicalTypes())
        #expect(call(first) == 1)
        #expect(call(second) == 2)
    }

    @Test("A thousand swaps leave no mapping behind (threat T22)")
    func swaps() throws {
        for number in UInt64(0)..<1000 {
            if number % 100 == 0 { try compile(number) }
            #expect(call(try LoadedCode(path: path, types: CanonicalTypes())) == number / 100 * 100)
        }
        #expect(!mappings().contains { $0.contains(folder.path) })
    }

    @Test("Code for another number of types is refused")
    func typeCount() throws {
        try compile(1, types: 2)
        #expect(throws: LoadError.self) { try LoadedCode(path: path, types: CanonicalTypes()) }
        let type = SubType(parameters: [.i32], results: [])
        let types = try CanonicalTypes(types: [type, type], recursionGroups: [0..<1, 1..<2])
        #expect(throws: Never.self) { try LoadedCode(path: path, types: types) }
    }

    @Test("A file that others may write, a link, a folder and what is not code are refused")
    func untrusted() throws {
        try compile(1)
        let link = folder.path + "/link.so"
        symlink(path, link)
        #expect(throws: LoadError.self) { try LoadedCode(path: link, types: CanonicalTypes()) }
        #expect(throws: LoadError.self) { try LoadedCode(path: folder.path, types: CanonicalTypes()) }
        #expect(throws: LoadError.self) { try LoadedCode(path: folder.path + "/missing", types: CanonicalTypes()) }
        chmod(path, 0o666)
        #expect(throws: LoadError.self) { try LoadedCode(path: path, types: CanonicalTypes()) }
        chmod(path, 0o600)
        #expect(throws: Never.self) { try LoadedCode(path: path, types: CanonicalTypes()) }
        truncate(path, 100)
        #expect(throws: LoadError.self) { try LoadedCode(path: path, types: CanonicalTypes()) }
    }
}

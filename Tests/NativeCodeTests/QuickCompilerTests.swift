import Glibc
import Testing

@testable import NativeCode

@Suite("Quick compiler", .serialized)
struct QuickCompilerTests {
    private let folder = Folder()
    private var path: String { folder.path + "/code.so" }

    @Test("An error is told with its line, within a bounded length, and leaves no file")
    func errors() {
        let message = failure("static uint64_t probe(uint64_t a, uint64_t b) { return nothing; }")
        #expect(message?.contains("'nothing' undeclared") == true)
        #expect(throws: CompileError.self) { try QuickCompiler.compile(source("!"), to: path) }
        #expect(access(path, F_OK) != 0)
        let long = failure("#error " + String(repeating: "x", count: 9000)) ?? ""
        #expect(long.utf8.count <= 2 * CompileError.messageLimit)
    }

    @Test("A failed compilation does not spoil the next")
    func recovery() throws {
        for _ in 0..<20 {
            #expect(failure("static uint64_t probe(uint64_t a, uint64_t b) { if (") != nil)
            #expect(try run("static uint64_t probe(uint64_t a, uint64_t b) { return a + b; }", 1, 2) == 3)
        }
    }

    @Test("A source with a NUL is refused")
    func embeddedNUL() {
        #expect(throws: CompileError("the source holds a NUL")) {
            try QuickCompiler.compile(source("") + [0] + Array("#error".utf8), to: path)
        }
    }

    @Test("No header of the system's is found")
    func headers() {
        for header in ["stdio.h", "stddef.h", "stdarg.h", "tcclib.h"] {
            #expect(failure("#include <\(header)>")?.contains("not found") == true)
        }
    }

    @Test("A path that cannot be written is an error")
    func unwritable() {
        #expect(throws: CompileError.self) {
            try QuickCompiler.compile(
                source("static uint64_t probe(void) { return 1; }"), to: folder.path + "/missing/code.so")
        }
    }

    @Test("The locale changes neither numbers in C nor the output (threat T3)")
    func locale() throws {
        let text = """
            static uint64_t probe(uint64_t a, uint64_t b) { union { double d; uint64_t u; } x; x.d = 1.5; x.d = x.d + 0x1.8p1; return x.u; }
            """
        try QuickCompiler.compile(source(text), to: path)
        let before = try #require(readFile(path))
        for name in ["de_DE.UTF-8", "de_DE.utf8", "tr_TR.UTF-8", "C.UTF-8"] {
            // Locales that the machine lacks are passed over; C.UTF-8 is always there.
            guard setlocale(LC_ALL, name) != nil else { continue }
            defer { setlocale(LC_ALL, "C") }
            try QuickCompiler.compile(source(text), to: path)
            let isSame = readFile(path) == before
            #expect(isSame)
        }
        #expect(try run(text) == (4.5).bitPattern)
    }

    @Test("Equal sources give equal files")
    func deterministic() throws {
        let text = source("static uint64_t probe(uint64_t a, uint64_t b) { return a * 3 + b; }")
        try QuickCompiler.compile(text, to: path)
        let first = readFile(path)
        try QuickCompiler.compile(text, to: path)
        let isSame = readFile(path) == first
        #expect(isSame)
    }

    @Test("Many threads may compile at once")
    func threads() async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in UInt64(0)..<32 {
                group.addTask {
                    try run("static uint64_t probe(uint64_t a, uint64_t b) { return a + \(number); }", 1) == number + 1
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
    }

    @Test("What is returned is what is in the file")
    func returned() throws {
        let bytes = try QuickCompiler.compile(source("static uint64_t probe(void) { return 1; }"), to: path)
        #expect(bytes == readFile(path))
    }

    @Test("A file cut anywhere is an error, not a crash")
    func truncated() throws {
        try QuickCompiler.compile(source("static uint64_t probe(void) { return 1; }"), to: path)
        let size = try #require(readFile(path)).count
        for cut in stride(from: size - 1, through: 0, by: -1) {
            truncate(path, cut)
            #expect(throws: CompileError.self) { try SharedObject(path: path).checkIsSelfContained() }
        }
    }
}

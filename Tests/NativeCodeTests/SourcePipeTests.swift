import Glibc
import Synchronization
import Testing

@testable import NativeCode

@Suite("Sources that are compiled while they are written", .serialized)
struct SourcePipeTests {
    private let folder = Folder()
    private var path: String { folder.path + "/code.so" }

    /// More than any pipe holds.
    private static let functions = (0..<40_000).map { "static uint64_t f\($0)(uint64_t a) { return a + \($0); }\n" }

    private func pieces(_ text: [UInt8], of size: Int) -> [ArraySlice<UInt8>] {
        stride(from: 0, to: text.count, by: size).map { text[$0..<min($0 + size, text.count)] }
    }

    private func compile(_ pieces: [ArraySlice<UInt8>], isWhole: Bool = true) throws(CompileError) -> [UInt8]? {
        try QuickCompiler.compile(to: path) { sink in
            for piece in pieces { piece.withUnsafeBufferPointer { sink($0) } }
            return isWhole
        }
    }

    @Test(
        "The code is the same as that of the whole text, wherever it is cut", arguments: [1, 7, 8191, 65536, 1 << 22])
    func pieces(size: Int) throws {
        let text = source(
            Self.functions.prefix(size < 100 ? 20 : 40_000).joined() + "\nstatic uint64_t probe(void) { return f7(1); }"
        )
        let whole = try QuickCompiler.compile(text, to: path)
        #expect(try compile(pieces(text, of: size)) == whole)
    }

    @Test("An error at the start ends the compilation, and the writer, however much it still has to write")
    func earlyError() {
        let text = source("static int broken(void) { return nothing; }\n" + Self.functions.joined())
        #expect {
            _ = try compile(pieces(text, of: 1 << 16))
        } throws: {
            ($0 as? CompileError)?.message.contains("'nothing' undeclared") == true
        }
        #expect(access(path, F_OK) != 0)
    }

    @Test("What the writer gives up is no code, though it may end like some")
    func givenUp() throws {
        let text = source("static uint64_t probe(void) { return 1; }")
        #expect(try compile([text[...]], isWhole: false) == nil)
        #expect(try compile([], isWhole: false) == nil)
        #expect(access(path, F_OK) != 0)
    }

    @Test("A NUL is refused")
    func embeddedNUL() {
        let text = source("") + [0] + Array("#error".utf8)
        #expect(throws: CompileError("the source holds a NUL")) { try compile([text[...]]) }
    }

    @Test("A reader that was interrupted is no end of the source")
    func interrupted() throws {
        let pipe = try #require(
            SourcePipe { sink in
                let text = [UInt8](repeating: 32, count: 1 << 22)
                text.withUnsafeBufferPointer { sink($0) }
                return true
            })
        let reader = open(pipe.path, O_RDONLY | O_CLOEXEC)
        #expect(reader >= 0)
        var byte: UInt8 = 0
        #expect(read(reader, &byte, 1) == 1)
        close(reader)
        let end = pipe.finish()
        #expect(!end.isComplete && !end.wasGivenUp)
    }

    @Test("Where there is no pipe the text is compiled at once")
    func withoutPipe() throws {
        let text = source("static uint64_t probe(void) { return 1; }")
        let code = try QuickCompiler.compileAtOnce(to: path) { sink in
            text.withUnsafeBufferPointer { sink($0) }
            return true
        }
        #expect(try code == QuickCompiler.compile(text, to: path))
        #expect(try QuickCompiler.compileAtOnce(to: path) { _ in false } == nil)
    }
}

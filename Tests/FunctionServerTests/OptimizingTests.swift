import Glibc
import ModuleCache
import Testing

@testable import FunctionServer

@Suite("Optimizing, by its parts")
struct OptimizingTests {
    private func connected() throws -> (CompileConnection, CompileConnection) {
        var ends: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0)
        return (CompileConnection(descriptor: ends[0]), CompileConnection(descriptor: ends[1]))
    }

    @Test("requests and answers arrive as they were sent, and long names and messages are cut")
    func messages() throws {
        let (server, broker) = try connected()
        let contents: [UInt8] = [0, 1, 2, 255]
        let request = CompileRequest(
            name: String(repeating: "n", count: 5000), boundsChecks: .explicit, contents: contents)
        #expect(request.send(to: server))
        let got = try #require(CompileRequest(from: broker, limit: 4))
        #expect(got.contents == contents)
        #expect(got.boundsChecks == .explicit)
        #expect(got.name == String(repeating: "n", count: 1024))
        #expect(CompileAnswer(.late, String(repeating: "m", count: 5000)).send(to: broker))
        let answer = CompileAnswer(from: server, until: .distantFuture)
        #expect(answer == CompileAnswer(.late, String(repeating: "m", count: 2048)))
    }

    @Test("what is larger than it may be, or makes no sense, is no request and no answer")
    func bounds() throws {
        let (server, broker) = try connected()
        let request = CompileRequest(name: "f", boundsChecks: .guardPages, contents: [1, 2, 3, 4, 5])
        #expect(request.send(to: server))
        #expect(CompileRequest(from: broker, limit: 4) == nil)
        let (other, end) = try connected()
        let header: [UInt8] = [0, 0, 0, 0, 255, 255, 255, 127]
        #expect(header.withUnsafeBytes { end.write($0) })
        #expect(CompileAnswer(from: other, until: .distantFuture) == nil)
    }

    @Test("who has gone, or says nothing, is not waited for")
    func ends() throws {
        let (server, broker) = try connected()
        #expect(CompileAnswer(from: server, until: MonotonicTime.now().advanced(by: .millisecond)) == nil)
        #expect(!server.hasEnded)
        broker.end()
        #expect(server.hasEnded)
        #expect(CompileAnswer(from: server, until: .distantFuture) == nil)
    }

    @Test("contents that became no code are remembered, so many of them")
    func hopeless() {
        var contents = HopelessContents()
        contents.insert("first")
        contents.insert("first")
        #expect(contents.contains("first"))
        for number in 0..<4096 { contents.insert("\(number)") }
        #expect(!contents.contains("first"))
        #expect(contents.contains("0") && contents.contains("4095"))
    }
}

import Foundation
import Glibc
import Testing

@Suite("The logs of a whole server")
struct AccessLogProcessTests {
    @Test(
        "a contained server makes and, at SIGHUP, makes anew the file of its access log; its own log is JSON if wanted")
    func reopening() throws {
        let logs = try TestFolder()
        let path = logs.path + "/access.log"
        let server = try ServerProcess(
            ["f.wasm": Modules.say("one")],
            flags: ["--access-log", "text", "--access-log-file", path, "--log-format", "json"])
        func lines(_ path: String) -> [Substring] {
            ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\n")
        }
        let id = try #require(try server.get("/f.wasm")["x-request-id"])
        #expect(eventually { lines(path).count == 1 })
        #expect(lines(path)[0].contains(#/^[0-9T:.Z-]+ 127.0.0.1 - "GET /f.wasm HTTP/1.1" 200 3 0.[0-9]+ - f.wasm /#))
        #expect(lines(path)[0].hasSuffix(" \(id)"))
        #expect(rename(path, path + ".1") == 0)
        // As a service manager does it: to the process it knows.
        kill(server.process, SIGHUP)
        #expect(eventually { access(path, F_OK) == 0 })
        #expect(try server.get("/f.wasm").status == 200)
        #expect(eventually { lines(path).count == 1 })
        #expect(lines(path + ".1").count == 1)
        #expect(server.log.contains("containment: no new privileges") && !server.log.contains("refused"))
        for line in server.log.split(separator: "\n") {
            let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String]
            #expect(object?["message"] != nil && object?["level"] != nil && object?["time"] != nil, "\(line)")
        }
        kill(server.process, SIGTERM)
        #expect(server.end() == 0)
    }

    @Test("lines that are still to be written when a server is told to end are written")
    func lastLines() throws {
        let logs = try TestFolder()
        let path = logs.path + "/access.log"
        let server = try ServerProcess(
            ["f.wasm": Modules.say("one")], flags: ["--access-log", "json", "--access-log-file", path])
        for _ in 0..<20 { #expect(try server.get("/f.wasm").status == 200) }
        kill(server.process, SIGTERM)
        #expect(server.end() == 0)
        #expect(try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").count == 20)
    }

    @Test("a function's lines end in the number of the request")
    func functionLines() throws {
        let server = try ServerProcess(
            ["l.wasm": Modules.loopingCommand(saying: "hello there request=forged")], flags: ["--timeout", "200ms"])
        let id = try #require(try server.get("/l.wasm")["x-request-id"])
        #expect(eventually { server.log.contains("l.wasm: hello there request=forged request=\(id)\n") })
    }
}

import Glibc
import Testing

@Suite("Descriptors of a server")
struct DescriptorTests {
    @Test("a program that the server were made to start would get none of them")
    func closeOnExec() throws {
        let server = try ServerProcess(["f.wasm": Modules.say("one"), "g.wasm": Modules.run("unreachable")])
        #expect(try server.get("/f.wasm").body == "one")
        #expect(try server.get("/g.wasm").status == 500)
        // One that is open, and has been answered.
        let client = try RawClient(port: server.port)
        try client.send("GET /f.wasm HTTP/1.1\r\nHost: test\r\n\r\n")
        #expect(try client.response().body == "one")
        let open = try Self.descriptors(of: server.server)
        #expect(open.count > 5)
        let leaking = open.filter { $0.number > 2 && !$0.closesOnExec }
        #expect(leaking.isEmpty)
    }

    struct Descriptor: CustomStringConvertible {
        var number: Int
        var closesOnExec: Bool
        var description: String
    }

    static func descriptors(of process: pid_t) throws -> [Descriptor] {
        guard let folder = opendir("/proc/\(process)/fdinfo") else { throw TestFailure("no fdinfo") }
        defer { closedir(folder) }
        var found: [Descriptor] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            let text = ServerProcess.read("/proc/\(process)/fdinfo/\(name)")
            // One that was closed meanwhile has no text.
            guard let number = Int(name),
                let line = text.split(separator: "\n").first(where: { $0.hasPrefix("flags:") }),
                let flags = line.split(separator: "\t").last.flatMap({ Int($0, radix: 8) })
            else { continue }
            var target = [CChar](repeating: 0, count: 200)
            readlink("/proc/\(process)/fd/\(name)", &target, 199)
            let place = String(decoding: target.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            found.append(
                Descriptor(
                    number: number, closesOnExec: flags & Int(O_CLOEXEC) != 0, description: "\(number) \(place)"))
        }
        return found
    }
}

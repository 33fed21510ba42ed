import FunctionServer
import Glibc
import Synchronization
import Testing

@Suite("Hot swap")
struct HotSwapTests {
    @Test("the next version serves, however it came (T21)")
    func replacing() throws {
        let server = try TestServer(["f.wasm": "say one"])
        #expect(try server.get("/f.wasm").body == "one")
        try server.folder.write("f.wasm", "say two")
        #expect(try eventually { try server.get("/f.wasm").body == "two" })
        try server.folder.replace("f.wasm", "say tre")
        #expect(try eventually { try server.get("/f.wasm").body == "tre" })
        server.folder.remove("f.wasm")
        #expect(try eventually { try server.get("/f.wasm").status == 404 })
        try server.folder.write("f.wasm", "say four")
        #expect(try eventually { try server.get("/f.wasm").body == "four" })
    }

    @Test("functions in folders that come later are seen, and go with them (T21)")
    func folders() throws {
        let server = try TestServer()
        #expect(try server.get("/a/b/f.wasm").status == 404)
        try server.folder.write("a/b/f.wasm", "say one")
        #expect(try eventually { try server.get("/a/b/f.wasm").body == "one" })
        try server.folder.write("a/b/f.wasm", "say two")
        #expect(try eventually { try server.get("/a/b/f.wasm").body == "two" })
        rename("\(server.folder.path)/a", "\(server.folder.path)/c")
        #expect(try eventually { try server.get("/a/b/f.wasm").status == 404 })
        #expect(try eventually { try server.get("/c/b/f.wasm").body == "two" })
    }

    @Test("a broken or empty version leaves the old one serving, with a line in the log (T21)")
    func broken() throws {
        let server = try TestServer(["f.wasm": "say one"])
        #expect(try server.get("/f.wasm").body == "one")
        for text in ["nonsense", ""] {
            let loads = server.loader.loads.withLock { $0 }
            try server.folder.write("f.wasm", text)
            #expect(eventually { server.loader.loads.withLock { $0 } > loads })
            #expect(try server.get("/f.wasm").body == "one")
        }
        #expect(eventually { server.log.contains("an empty file; the version before it keeps serving") })
        try server.folder.write("f.wasm", "say two")
        #expect(try eventually { try server.get("/f.wasm").body == "two" })
    }

    @Test("a file that somebody still writes is not read (T21)")
    func halfWritten() throws {
        let server = try TestServer(["f.wasm": "say one"])
        #expect(try server.get("/f.wasm").body == "one")
        let file = open("\(server.folder.path)/f.wasm", O_WRONLY | O_TRUNC | O_CLOEXEC)
        _ = write(file, "say half", 8)
        // Attributes change too: an event that does not mean that the writer is done.
        fchmod(file, 0o600)
        usleep(300_000)
        #expect(try server.get("/f.wasm").body == "one")
        _ = write(file, " and whole", 10)
        close(file)
        #expect(try eventually { try server.get("/f.wasm").body == "half and whole" })
    }

    @Test("a change that leaves size and stamps as they were is seen (T21)")
    func sameIdentity() throws {
        let server = try TestServer(["f.wasm": "say one"])
        #expect(try server.get("/f.wasm").body == "one")
        let stamps = [timespec(tv_sec: 1_000_000_000, tv_nsec: 0), timespec(tv_sec: 1_000_000_000, tv_nsec: 0)]
        for text in ["say two", "say ten"] {
            try server.folder.write("f.wasm", text)
            utimensat(AT_FDCWD, "\(server.folder.path)/f.wasm", stamps, 0)
            #expect(try eventually { try server.get("/f.wasm").body == String(text.dropFirst(4)) })
        }
    }

    @Test("under load every answer is wholly one version, none fails, and old code is freed (T21)")
    func load() throws {
        let versions = ["a", "b"].map { "say " + String(repeating: $0, count: 3000) }
        let server = try TestServer(["f.wasm": versions[0]], loader: FakeLoader(delay: 2000)) { $0.loops = 2 }
        #expect(try server.get("/f.wasm").status == 200)
        let isDone = Atomic(false)
        let bad = Mutex<[String]>([])
        let asked = Mutex(0)
        let port = server.port
        let threads = (0..<3).map { _ in
            Thread {
                do {
                    let client = try RawClient(port: port)
                    while !isDone.load(ordering: .relaxed) {
                        try client.send("GET /f.wasm HTTP/1.1\r\nHost: x\r\n\r\n")
                        let response = try client.response()
                        let isWhole = versions.contains("say " + response.body)
                        if response.status != 200 || !isWhole { bad.withLock { $0.append("\(response)") } }
                        asked.withLock { $0 += 1 }
                    }
                } catch {
                    bad.withLock { $0.append("\(error)") }
                }
            }
        }
        for swap in 1...100 {
            let text = swap == 100 ? versions[1] : swap % 7 == 0 ? "nonsense" : versions[swap % 2]
            if swap % 4 < 2 {
                try server.folder.write("f.wasm", text)
            } else {
                try server.folder.replace("f.wasm", text)
            }
            usleep(5000)
        }
        #expect(try eventually { try server.get("/f.wasm").body == String(versions[1].dropFirst(4)) })
        isDone.store(true, ordering: .relaxed)
        for thread in threads { thread.join() }
        #expect(bad.withLock { $0 } == [])
        #expect(asked.withLock { $0 } > 0)
        #expect(eventually { server.loader.alive.value == 1 })
    }

    @Test("requests for a first version wait for it")
    func firstVersion() throws {
        let server = try TestServer(["f.wasm": "say one"], loader: FakeLoader(delay: 100_000))
        #expect(try server.get("/f.wasm").body == "one")
    }

    @Test("a first version that takes for ever is 503 in the end")
    func endlessLoad() throws {
        let server = try TestServer(["f.wasm": "say one"], loader: FakeLoader(delay: 900_000)) {
            $0.loadTimeout = 10 * .millisecond
        }
        #expect(try server.get("/f.wasm").status == 503)
    }

    @Test("folders that come and go, hidden ones too, load nothing again but what was in them")
    func foldersThatGo() throws {
        let loader = FakeLoader()
        let server = try TestServer(["f.wasm": "say f", "inner/g.wasm": "say g"], loader: loader)
        #expect(eventually { loader.loads.withLock { $0 } == 2 })
        // Older than the file system's clock is coarse, so that no look reads it again.
        usleep(2_200_000)
        #expect(try server.get("/f.wasm").body == "f")
        #expect(try server.get("/inner/g.wasm").body == "g")
        let loads = { server.log.all.count { $0.contains("f.wasm: live") || $0.contains("g.wasm: live") } }
        let before = loads()
        for name in [".hidden", "cache", "inner/.build"] {
            let path = server.folder.path + "/" + name
            for _ in 0..<5 { #expect(mkdir(path, 0o700) == 0 && rmdir(path) == 0) }
        }
        // The last event is seen after those before it.
        try server.folder.write("h.wasm", "say h")
        #expect(eventually { (try? server.get("/h.wasm").body) == "h" })
        #expect(loads() == before)
        #expect(rename(server.folder.path + "/inner", server.folder.path + "/outer") == 0)
        #expect(eventually { (try? server.get("/inner/g.wasm").status) == 404 })
        #expect(try server.get("/outer/g.wasm").body == "g")
    }
}

/// A thread that can be waited for.
final class Thread {
    private let done = DoneFlag()

    init(_ body: @escaping @Sendable () -> Void) {
        let done = done
        let start = Unmanaged.passRetained(
            Start {
                body(); done.set()
            })
        var thread = pthread_t()
        pthread_create(&thread, nil, { Thread.enter($0) }, start.toOpaque())
        pthread_detach(thread)
    }

    func join() {
        while !done.isSet { usleep(1000) }
    }

    private static func enter(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let argument else { return nil }
        Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
        return nil
    }

    private final class Start: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}

private final class DoneFlag: Sendable {
    private let flag = Atomic(false)
    var isSet: Bool { flag.load(ordering: .acquiring) }
    func set() { flag.store(true, ordering: .releasing) }
}

import FunctionServer
import Glibc
import Hostcalls
import NIOCore
import Testing
import WasmRuntime

@Suite("A function's own settings, as it is served")
struct SettingsFileTests {
    private func write(_ server: GuestServer, _ text: String, _ name: String = "f.toml") throws {
        try server.folder.replace(name, text)
    }

    private func becomes(_ server: GuestServer, _ body: String, _ target: String = "/f.wasm") -> Bool {
        eventually { (try? server.get(target).body) == body }
    }

    @Test("environment and arguments reach a command; either file changed makes a new version")
    func environment() throws {
        let server = try GuestServer(["f.wasm": WorldGuest.environment])
        let plain = try server.get("/f.wasm?q").body
        #expect(plain.contains("REQUEST_METHOD=POST\n"))
        #expect(!plain.contains("GREETING"))
        try write(server, "arguments = [\"last\"]\n[environment]\nGREETING = \"one\"")
        #expect(try eventually { try server.get("/f.wasm").body.contains("GREETING=one\n") })
        let body = try server.get("/f.wasm?q").body
        #expect(body.hasPrefix("/f.wasm\nq\nlast\n"))
        #expect(body.contains("REQUEST_METHOD=POST\n"))
        try write(server, "[environment]\nGREETING = \"two\"")
        #expect(try eventually { try server.get("/f.wasm").body.contains("GREETING=two\n") })
        server.folder.remove("f.toml")
        #expect(try eventually { try !server.get("/f.wasm").body.contains("GREETING") })
        try write(server, "[environment]\nGREETING = \"three\"")
        #expect(try eventually { try server.get("/f.wasm").body.contains("GREETING=three\n") })
        try server.folder.assemble("f.wasm", Modules.say("other"))
        #expect(becomes(server, "other"))
    }

    @Test("settings that are a link to nowhere, or a pipe, keep a function from running without its limits")
    func noFile() throws {
        let server = try GuestServer(["plain.wasm": Modules.say("plain")])
        #expect(symlink("gone.toml", server.folder.path + "/link.toml") == 0)
        #expect(mkfifo(server.folder.path + "/pipe.toml", 0o644) == 0)
        for name in ["link", "pipe"] {
            try server.folder.assemble(name + ".wasm", Modules.say("without limits"))
            #expect(try server.get("/\(name).wasm").body != "without limits")
        }
        #expect(try server.get("/plain.wasm").body == "plain")
    }

    @Test("settings with a mistake leave the version before them serving; a first version waits for better ones")
    func mistakes() throws {
        let server = try GuestServer(["f.wasm": WorldGuest.environment, "g.wasm": Modules.say("g")])
        try write(server, "[environment]\nGREETING = \"one\"")
        #expect(try eventually { try server.get("/f.wasm").body.contains("GREETING=one\n") })
        try write(server, "[limits]\ntimeuot = 1")
        #expect(
            eventually {
                server.log.contains(
                    "f.wasm: f.toml:2: there is no setting limits.timeuot; did you mean timeout?; the version before it"
                )
            })
        #expect(try server.get("/f.wasm").body.contains("GREETING=one\n"))
        try write(server, "x = ", "new.toml")
        try server.folder.assemble("new.wasm", Modules.say("new"))
        #expect(try eventually { try server.get("/new.wasm").status == 503 })
        try write(server, "", "new.toml")
        #expect(becomes(server, "new", "/new.wasm"))
        try write(server, "# " + String(repeating: "x", count: 70_000), "g.toml")
        #expect(eventually { server.log.contains("its .toml has 70002 bytes, more than 65536") })
        #expect(try server.get("/g.wasm").body == "g")
    }

    @Test("settings alone are no function, and no settings are ever handed out", arguments: [true, false])
    func hidden(hasModule: Bool) throws {
        let server = try GuestServer(hasModule ? ["f.wasm": Modules.say("f")] : [:])
        try write(server, "[environment]\nSECRET = \"s3cret\"")
        try write(server, "[environment]\nSECRET = \"s3cret\"", "f.TOML")
        for target in ["/f.toml", "/f.TOML", "/f.tom%6c", "/f%2etoml", "/f.toml/", "/f.toml?x"] {
            let response = try server.get(target)
            #expect(response.status == 404 || response.status == 405, "\(target)")
            #expect(!response.body.contains("s3cret"))
        }
        #expect(try server.get("/f.wasm").status == (hasModule ? 200 : 404))
    }

    @Test("T22: a file lowers limits, and raises none")
    func limits() throws {
        let grow = """
            (module
              (import "env" "hostcall_resp_set_body" (func $body (param i32 i32 i32) (result i32)))
              (memory (export "memory") 1)
              (data (i32.const 16) "grewrefused")
              (func (export "run")
                (if (i32.eq (memory.grow (i32.const 99)) (i32.const -1))
                  (then (drop (call $body (i32.const 0) (i32.const 20) (i32.const 7))))
                  (else (drop (call $body (i32.const 0) (i32.const 16) (i32.const 4)))))))
            """
        let server = try GuestServer(["f.wasm": grow], memory: 16 << 20)
        #expect(try server.get("/f.wasm").body == "grew")
        try write(server, "[limits]\nmax-memory-size = \"1M\"")
        #expect(becomes(server, "refused"))
        try server.folder.replace("f.toml", "[limits]\nmax-memory-size = \"1G\"")
        #expect(becomes(server, "grew"))
        #expect(try server.get("/f.wasm").body == "grew")
    }

    @Test("a command's own timeout ends it, also while it waits for its input")
    func timeout() throws {
        let server = try GuestServer([:], timeout: 600 * .second)
        try write(server, "[limits]\ntimeout = \"100ms\"")
        try server.folder.assemble("f.wasm", WorldGuest.reading)
        let client = try RawClient(port: server.server.address.port ?? 0)
        // Enough to begin with, and never all of it.
        let head = "POST /f.wasm HTTP/1.1\r\nHost: test\r\nContent-Length: 1000000\r\n\r\n"
        try client.send(head + String(repeating: "x", count: 200_000))
        #expect(try client.head().status == 504)
    }

    @Test("a folder of the site is granted to read, and to write only if the operator allows it")
    func folders() throws {
        let server = try GuestServer(["f.wasm": WorldGuest.touching])
        try server.folder.write("data/here.txt", "x")
        try write(server, "[[folders]]\nhost = \"data\"\nguest = \"/data\"")
        // What it does with the folder: the interface's error numbers of opening here.txt, and of making made.txt.
        #expect(try eventually { try server.get("/f.wasm").body == "00 76" || server.get("/f.wasm").body == "00 63" })
        try write(server, "[[folders]]\nhost = \"data\"\nguest = \"/data\"\nwritable = true")
        #expect(eventually { server.log.contains("f.toml: the folder data is not to be written") })
        #expect(try server.get("/f.wasm").body != "00 00")
        #expect(access(server.folder.path + "/data/made.txt", F_OK) != 0)
    }

    @Test("T18: a granted folder that is a link out of the site is not there")
    func linkedFolder() throws {
        let server = try GuestServer(["f.wasm": WorldGuest.touching])
        #expect(symlink("/etc", server.folder.path + "/data") == 0)
        try write(server, "[[folders]]\nhost = \"data\"\nguest = \"/data\"")
        #expect(try eventually { try server.get("/f.wasm").status == 500 })
        #expect(server.log.contains("the folder data: it is not there"))
    }

    @Test("a guest of the host calls that imports WASI sees its settings there, and writes to the log")
    func callWithWASI() throws {
        let server = try GuestServer(["f.wasm": WorldGuest.call, "plain.wasm": Modules.say("plain")])
        #expect(try server.get("/f.wasm").body == "0")
        #expect(eventually { server.log.contains("f.wasm: said") })
        try write(server, "[environment]\nA = \"1\"\nB = \"2\"")
        #expect(becomes(server, "2"))
        try write(server, "[environment]\nA = \"1\"", "plain.toml")
        #expect(eventually { server.log.contains("plain.wasm: environment, arguments and folders are for programs") })
        #expect(try server.get("/plain.wasm").body == "plain")
    }
}

/// Guests that look at what they were given.
enum WorldGuest {
    /// A command that answers with its arguments and its environment, a line each.
    static let environment = """
        (module
          (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "environ_sizes_get" (func $sizes (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "environ_get" (func $environ (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 4)
          (data (i32.const 64) "Content-Type: text/plain\\n\\n")
          (func $print (param $at i32) (param $size i32)
            (i32.store (i32.const 0) (local.get $at))
            (i32.store (i32.const 4) (local.get $size))
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
          (func $lines (param $at i32) (param $size i32)
            (local $i i32)
            (loop $next
              (if (i32.eqz (i32.load8_u (i32.add (local.get $at) (local.get $i))))
                (then (i32.store8 (i32.add (local.get $at) (local.get $i)) (i32.const 10))))
              (local.set $i (i32.add (local.get $i) (i32.const 1)))
              (br_if $next (i32.lt_u (local.get $i) (local.get $size))))
            (call $print (local.get $at) (local.get $size)))
          (func (export "_start")
            (call $print (i32.const 64) (i32.const 26))
            (drop (call $args_sizes (i32.const 16) (i32.const 20)))
            (drop (call $args (i32.const 1024) (i32.const 8192)))
            (call $lines (i32.const 8192) (i32.load (i32.const 20)))
            (drop (call $sizes (i32.const 16) (i32.const 20)))
            (drop (call $environ (i32.const 1024) (i32.const 65536)))
            (call $lines (i32.const 65536) (i32.load (i32.const 20)))))
        """

    /// A command that reads until there is nothing more.
    static let reading = """
        (module
          (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 2)
          (func (export "_start")
            (i32.store (i32.const 0) (i32.const 1024))
            (i32.store (i32.const 4) (i32.const 65536))
            (loop $again
              (if (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)) (then (return)))
              (br_if $again (i32.load (i32.const 8))))))
        """

    /// A command that opens `here.txt` in its first folder, and makes `made.txt` there; it answers with what it was told.
    static let touching = """
        (module
          (import "wasi_snapshot_preview1" "path_open"
            (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (data (i32.const 64) "Content-Type: text/plain\\n\\n00 00")
          (data (i32.const 128) "here.txtmade.txt")
          (func $digits (param $at i32) (param $number i32)
            (i32.store8 (local.get $at) (i32.add (i32.const 48) (i32.div_u (local.get $number) (i32.const 10))))
            (i32.store8 (i32.add (local.get $at) (i32.const 1))
              (i32.add (i32.const 48) (i32.rem_u (local.get $number) (i32.const 10)))))
          (func (export "_start")
            (call $digits (i32.const 90) (call $open (i32.const 3) (i32.const 0) (i32.const 128) (i32.const 8)
              (i32.const 0) (i64.const 2) (i64.const 2) (i32.const 0) (i32.const 16)))
            (call $digits (i32.const 93) (call $open (i32.const 3) (i32.const 0) (i32.const 136) (i32.const 8)
              (i32.const 1) (i64.const 64) (i64.const 64) (i32.const 0) (i32.const 16)))
            (i32.store (i32.const 0) (i32.const 64))
            (i32.store (i32.const 4) (i32.const 31))
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
        """

    /// A function that writes to its standard output, and answers with how many variables it has.
    static let call = """
        (module
          (import "env" "hostcall_resp_set_body" (func $body (param i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "environ_sizes_get" (func $sizes (param i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (data (i32.const 64) "said\\n")
          (func (export "run")
            (i32.store (i32.const 0) (i32.const 64))
            (i32.store (i32.const 4) (i32.const 5))
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
            (drop (call $sizes (i32.const 16) (i32.const 20)))
            (i32.store8 (i32.const 128) (i32.add (i32.const 48) (i32.load (i32.const 16))))
            (drop (call $body (i32.const 0) (i32.const 128) (i32.const 1)))))
        """
}

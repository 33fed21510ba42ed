import Foundation
import Testing

@Suite("What tfc run grants")
struct RunGrantTests {
    private let exits = """
        (module
          (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
          (memory (export "memory") 1)
          (func (export "_start") (call $exit (i32.const 7))))
        """

    @Test("grants a folder only to read if it is told so")
    func readOnlyGrant() throws {
        try Tool.use { tool throws in
            try tool.module("create", create)
            #expect(try tool.tfc("run", "--dir", ".::/:ro", "create.wasm").code == 63)
            #expect(!FileManager.default.fileExists(atPath: tool.folder.appendingPathComponent("new").path))
            #expect(try tool.tfc("run", "--tmpfs", "/", "create.wasm").code == 0)
            #expect(!FileManager.default.fileExists(atPath: tool.folder.appendingPathComponent("new").path))
            #expect(try tool.tfc("run", "--dir", ".::/", "create.wasm").code == 0)
            #expect(FileManager.default.fileExists(atPath: tool.folder.appendingPathComponent("new").path))
        }
    }

    /// Creates the file `new`, and ends with the error number.
    private let create = """
        (module
          (import "wasi_snapshot_preview1" "path_open"
            (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
          (memory (export "memory") 1)
          (data (i32.const 0) "new")
          (func (export "_start")
            (call $exit (call $open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 3) (i32.const 1)
              (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 16)))))
        """

    @Test("lets a guest accept connections at an address, or at a socket it was started with")
    func listening() throws {
        try Tool.use { tool throws in
            try tool.module("accept", accept)
            let tfc = try Tool.path()
            let python = """
                import atexit, os, socket, subprocess, sys
                def talk(command, port, **rest):
                    guest = subprocess.Popen(command, **rest)
                    atexit.register(guest.kill)
                    while True:
                        try:
                            client = socket.create_connection(("127.0.0.1", port), 10)
                            break
                        except ConnectionRefusedError:
                            if guest.poll() is not None: raise
                    client.settimeout(10)
                    print(client.recv(5).decode(), guest.wait(10))
                free = socket.socket()
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
                free.close()
                talk([sys.argv[1], "run", "--tcplisten", f"127.0.0.1:{port}", "accept.wasm"], port)
                listener = socket.create_server(("127.0.0.1", 0))
                os.dup2(listener.fileno(), 3)
                script = 'exec env LISTEN_PID=$$ LISTEN_FDS=1 "$0" run --listenfd accept.wasm'
                talk(["sh", "-c", script, sys.argv[1]], listener.getsockname()[1], pass_fds=[3])
                """
            let outcome = try tool.launch("/usr/bin/env", ["python3", "-c", python, tfc])
            #expect(outcome.output == "hello 0\nhello 0\n", "\(outcome.errors)")
            let refused = try tool.tfc("run", "--listenfd", "accept.wasm")
            #expect(refused.code == 1)
            #expect(refused.errors.hasPrefix("tfc: --listenfd: LISTEN_PID and LISTEN_FDS are not set"))
            // Who promises a socket and has none must not make ours the guest's twice.
            let lie = "exec env LISTEN_PID=$$ LISTEN_FDS=1 '\(tfc)' run --listenfd --tcplisten 127.0.0.1:0 accept.wasm"
            let outcomeOfLie = try tool.launch("/bin/sh", ["-c", lie + " 3<&-"])
            #expect(outcomeOfLie.code == 1)
            #expect(outcomeOfLie.errors == "tfc: --listenfd: descriptor 3: Bad file descriptor\n")
        }
    }

    /// Accepts a connection at descriptor 3, says hello, and ends.
    private let accept = """
        (module
          (import "wasi_snapshot_preview1" "sock_accept" (func $accept (param i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "sock_send" (func $send (param i32 i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (data (i32.const 0) "\\08\\00\\00\\00\\05\\00\\00\\00hello")
          (func (export "_start")
            (if (call $accept (i32.const 3) (i32.const 0) (i32.const 16)) (then unreachable))
            (if (call $send (i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 20))
              (then unreachable))))
        """

    @Test("names the flag, not the module, when a folder is not there")
    func missingFolder() throws {
        try Tool.use { tool throws in
            try tool.module("exit", exits)
            let outcome = try tool.tfc("run", "--dir", "none", "exit.wasm")
            #expect(outcome.code == 1)
            #expect(outcome.errors == "tfc: --dir none: No such file or directory\n")
        }
    }

    @Test("counts sockets and folders among the files that may be open, and says what to do")
    func openFiles() throws {
        try Tool.use { tool throws in
            try tool.module("exit", exits)
            for grant in [["--tcplisten", "127.0.0.1:0"], ["--dir", "."], ["--tmpfs", "/tmp"]] {
                let arguments = ["run", "-W", "max-open-files=3"] + grant + ["exit.wasm"]
                let outcome = try tool.launch(Tool.path(), arguments)
                #expect(outcome.code == 1)
                #expect(outcome.errors.contains("tfc: \(grant[0])"))
                #expect(outcome.errors.hasSuffix("Too many open files; raise it by -W max-open-files\n"))
            }
        }
    }
}

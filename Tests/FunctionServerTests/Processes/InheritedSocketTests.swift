import Foundation
import Testing

@Suite("Where the server listens")
struct InheritedSocketTests {
    @Test("on sockets that it was started with, the one named admin for its pages (T35)")
    func inherited() throws {
        let output = try python(
            """
            serving, admin = socket.create_server(("127.0.0.1", 0)), socket.create_server(("127.0.0.1", 0))
            # Whoever opens them may hand them on in any order, and before anybody serves.
            early = socket.create_connection(serving.getsockname())
            early.sendall(b"GET /page.txt HTTP/1.0\\r\\n\\r\\n")
            os.dup2(serving.fileno(), 31); os.dup2(admin.fileno(), 30)
            addresses = serving.getsockname()[1], admin.getsockname()[1]
            os.dup2(30, 3); os.dup2(31, 4)
            run = 'exec env LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=admin:web "$0" "$1"'
            server = start(["sh", "-c", run, sys.argv[1], "."], pass_fds=[3, 4], stderr=subprocess.DEVNULL)
            print(early.makefile("rb").read().endswith(b"page"))
            print(get(addresses[0], "/page.txt"), get(addresses[1], "/healthz"))
            server.terminate()
            print(server.wait(20))
            """)
        #expect(output == "True\npage ok\n0\n")
    }

    @Test("on those named https and http in TLS, and sending on, in any order")
    func secure() throws {
        let output = try python(
            """
            names = ["http", "web", "https"]
            sockets = [socket.create_server(("127.0.0.1", 0)) for _ in names]
            ports = {name: socket.getsockname()[1] for name, socket in zip(names, sockets)}
            for number, listener in enumerate(sockets): os.dup2(listener.fileno(), 30 + number)
            for number in range(3): os.dup2(30 + number, 3 + number)
            os.mkdir("certificates")
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                "-nodes", "-keyout", "certificates/default.key", "-out", "certificates/default.crt", "-subj", "/CN=x"],
                stderr=subprocess.DEVNULL, check=True)
            run = 'exec env LISTEN_PID=$$ LISTEN_FDS=3 LISTEN_FDNAMES=http:web:https "$0" . --certificates certificates'
            server = start(["sh", "-c", run, sys.argv[1]], pass_fds=[3, 4, 5], stderr=subprocess.DEVNULL)
            print(get(ports["web"], "/page.txt"))
            def curl(*arguments):
                command = ["curl", "-sk", "--noproxy", "*", *arguments]
                return subprocess.run(command, capture_output=True, timeout=60).stdout.decode()
            print(curl(f"https://127.0.0.1:{ports['https']}/page.txt"))
            sent_on = curl("-w", "%{redirect_url}", "-o", "/dev/null", f"http://127.0.0.1:{ports['http']}/page.txt")
            print(sent_on == f"https://127.0.0.1:{ports['https']}/page.txt")
            server.terminate()
            print(server.wait(20))
            """)
        #expect(output == "page\npage\nTrue\n0\n")
    }

    @Test("on PORT on all addresses, unless the flag says otherwise; what is no port is an error")
    func port() throws {
        let output = try python(
            """
            free = socket.socket(); free.bind(("127.0.0.1", 0)); port = free.getsockname()[1]; free.close()
            server = start([sys.argv[1], "."], env=dict(os.environ, PORT=str(port)), stderr=subprocess.PIPE)
            while b"listening" not in (line := server.stderr.readline()): assert line
            print(line.split()[-1].decode() == f"http://0.0.0.0:{port}", get(port, "/page.txt"))
            server.terminate()
            print(server.wait(20))
            for name, value in [("PORT", "http"), ("LISTEN_FDS", "1")]:
                bad = 'exec env LISTEN_PID=$$ "$1=$2" "$0"'
                done = subprocess.run(["sh", "-c", bad, sys.argv[1], name, value], capture_output=True, timeout=20)
                print(done.returncode, done.stderr.decode().split(":")[1].split("=")[0].strip())
            """)
        #expect(
            output == """
                True page
                0
                1 PORT
                1 descriptor 3, which LISTEN_FDS hands on, is no listening socket

                """)
    }

    /// What a script prints, in a folder with a page, with the server's path as its argument.
    private func python(_ script: String) throws -> String {
        let folder = try TestFolder(["page.txt": "page"])
        let cache = try TestFolder()
        let process = Process()
        let output = Pipe()
        let setUp = """
            import atexit, os, signal, socket, subprocess, sys, urllib.request
            signal.pthread_sigmask(signal.SIG_SETMASK, [])  # those who start tests block signals
            def get(port, path):
                return urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20).read().decode().strip()
            def start(command, **rest):
                process = subprocess.Popen(command, stdout=subprocess.DEVNULL, **rest)
                atexit.register(process.kill)
                return process

            """
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", setUp + script, ServerProcess.path("tfc-serve")]
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        process.environment = Foundation.ProcessInfo.processInfo.environment
            .merging(["XDG_CACHE_HOME": cache.path, "XDG_DATA_HOME": cache.path]) { $1 }
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text
    }
}

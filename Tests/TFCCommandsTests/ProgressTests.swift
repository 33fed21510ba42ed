import Foundation
import ModuleCache
import Testing

@testable import TFCCommands

@Suite("Compiling for long")
struct ProgressTests {
    /// A module that takes a while.
    private func largeModule(_ tool: Tool) throws {
        let step = "(local.set 0 (i32.mul (i32.add (local.get 0) (i32.const 3)) (local.get 0)))"
        let body = String(repeating: step, count: 40)
        let functions = (0..<4000).map { "(func (export \"f\($0)\") (param i32) (result i32) \(body) (local.get 0))" }
        try tool.module("large", "(module \(functions.joined(separator: "\n")))")
    }

    private func staging(_ tool: Tool) throws -> [String] {
        try FileManager.default.contentsOfDirectory(
            atPath: tool.folder.appendingPathComponent("cache/terrafirma/staging").path)
    }

    @Test("ends when it is interrupted, by the signal, and leaves nothing behind", arguments: ["INT", "TERM", "HUP"])
    func interruption(signal: String) throws {
        try Tool.use { tool throws in
            try largeModule(tool)
            let python = """
                import os, signal, subprocess, sys, time
                number = getattr(signal, "SIG" + sys.argv[2])
                signal.signal(number, signal.SIG_DFL)
                signal.pthread_sigmask(signal.SIG_SETMASK, [])  # those who start tests block them
                compiler = subprocess.Popen([sys.argv[1], "compile", "large.wasm"])
                staging = "cache/terrafirma/staging"
                while not (os.path.isdir(staging) and any(os.scandir(staging))):
                    assert compiler.poll() is None
                    time.sleep(0.001)
                compiler.send_signal(number)
                print(-compiler.wait() == number)
                """
            let outcome = try tool.launch("/usr/bin/env", ["python3", "-c", python, try Tool.path(), signal])
            #expect(outcome.output == "True\n", "\(outcome.errors)")
            #expect(outcome.errors == "")
            #expect(try staging(tool) == [])
            #expect(try tool.tfc("cache", "list").output == "0 artifacts, 0 bytes\n")
            #expect(try tool.tfc("run", "--invoke", "f7", "large.wasm", "1").code == 0)
        }
    }

    @Test("is not cut short by a second signal that a closing terminal sends, and leaves nothing behind")
    func twoSignals() throws {
        try Tool.use { tool throws in
            try largeModule(tool)
            let python = """
                import os, signal, subprocess, sys, time
                signal.signal(signal.SIGHUP, signal.SIG_DFL)
                signal.pthread_sigmask(signal.SIG_SETMASK, [])
                compiler = subprocess.Popen([sys.argv[1], "compile", "large.wasm"])
                staging = "cache/terrafirma/staging"
                while not (os.path.isdir(staging) and any(os.scandir(staging))):
                    assert compiler.poll() is None
                    time.sleep(0.001)
                for number in [signal.SIGHUP, signal.SIGHUP, signal.SIGTERM]: compiler.send_signal(number)
                print(-compiler.wait() in (signal.SIGHUP, signal.SIGTERM))
                """
            let outcome = try tool.launch("/usr/bin/env", ["python3", "-c", python, try Tool.path()])
            #expect(outcome.output == "True\n", "\(outcome.errors)")
            #expect(try staging(tool) == [])
        }
    }

    @Test("ends by a signal although its terminal takes nothing")
    func stoppedTerminal() throws {
        try Tool.use { tool throws in
            try largeModule(tool)
            let python = """
                import os, pty, signal, subprocess, sys, termios, time
                signal.pthread_sigmask(signal.SIG_SETMASK, [])
                master, terminal = pty.openpty()
                termios.tcflow(terminal, termios.TCOOFF)
                compiler = subprocess.Popen([sys.argv[1], "compile", "large.wasm"], stderr=terminal)
                time.sleep(0.8)
                compiler.terminate()
                try:
                    print(compiler.wait(20) != 0)
                finally:
                    compiler.kill()
                """
            let outcome = try tool.launch("/usr/bin/env", ["python3", "-c", python, try Tool.path()])
            #expect(outcome.output.hasSuffix("True\n"), "\(outcome.errors)")
            #expect(try staging(tool) == [])
        }
    }

    @Test("is shown on a terminal and nowhere else")
    func terminal() throws {
        try Tool.use { tool throws in
            try largeModule(tool)
            let python = """
                import pty, sys
                assert pty.spawn([sys.argv[1], "compile", "--force", "large.wasm"]) == 0
                """
            let shown = try tool.launch("/usr/bin/env", ["python3", "-c", python, try Tool.path()])
            let bar = #/large\.wasm  compiling  \[#*\.*\] +[0-9]+%  [0-9.]+ of [0-9.]+ MB\x{1B}\[K\r/#
            #expect(shown.output.contains(bar), "\(shown.output.prefix(300))")
            // The last thing before the result takes the bar away.
            #expect(shown.output.contains(#/\r\x{1B}\[Klarge\.wasm: [0-9]+ -> /#), "\(shown.output.suffix(300))")
            let silent = try tool.tfc("compile", "--force", "large.wasm")
            #expect(silent.errors == "")
        }
    }

    @Test("is a line with phase, bar, percent and bytes, within the terminal's width")
    func line() {
        let state = Progress.State(phase: .compiling, done: 6_800_000, total: 13_000_000)
        #expect(
            ProgressBar.line("esbuild.wasm", state, columns: 80)
                == "esbuild.wasm  compiling  [############............]  52%  6.8 of 13.0 MB")
        let long = ProgressBar.line("/a/long/path/to/somewhere/far/away/esbuild.wasm", state, columns: 80)
        #expect(long.count == 79 && long.hasPrefix("…"))
        #expect(long.hasSuffix("/esbuild.wasm  compiling  [############............]  52%  6.8 of 13.0 MB"))
        #expect(ProgressBar.line("esbuild.wasm", state, columns: 20).count == 19)
        let wide = ProgressBar.line("\u{6F22}\u{5B57}.wasm", state, columns: 80)
        #expect(wide.hasPrefix("??.wasm  "))
        let nothing = Progress.State(phase: .decoding, done: 0, total: 0)
        #expect(ProgressBar.line("x", nothing, columns: 80).hasSuffix("]   0%  0.0 of 0.0 MB"))
    }
}

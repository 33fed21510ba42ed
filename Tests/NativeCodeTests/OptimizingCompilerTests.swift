import Glibc
import Testing

@testable import NativeCode

/// A folder whose files go with it.
private final class WorkFolder: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/terrafirma-test-XXXXXX".utf8CString)
        mkdtemp(&template)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        mkdir(path + "/work", 0o700)
    }

    deinit {
        clear()
        rmdir(work)
        for name in names(in: path) { unlink(path + "/" + name) }
        rmdir(path)
    }

    /// Removes what a build left.
    func clear() {
        for name in names(in: work) { unlink(work + "/" + name) }
    }

    var work: String { path + "/work" }

    func names(in folder: String) -> [String] {
        guard let entries = opendir(folder) else { return [] }
        defer { closedir(entries) }
        var names: [String] = []
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// A program of a shell's that is called a compiler.
    func script(_ name: String, _ text: String, mode: mode_t = 0o755) throws -> String {
        let file = path + "/" + name
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o700)
        try #require(descriptor >= 0)
        let bytes = Array(("#!/bin/sh\n" + text + "\n").utf8)
        #expect(write(descriptor, bytes, bytes.count) == bytes.count)
        close(descriptor)
        #expect(chmod(file, mode) == 0)
        return file
    }
}

@Suite("Optimizing compiler")
struct OptimizingCompilerTests {
    private let folder = WorkFolder()
    private let unit = Array("int tf_attach(void) { return 0; }".utf8)

    private func compile(
        _ compiler: OptimizingCompiler, _ units: [[UInt8]], time: Duration? = nil,
        isWanted: @escaping () -> Bool = { true }
    ) throws -> [UInt8] {
        folder.clear()
        let budget = OptimizedBuild.Budget(processes: 2, time: time)
        var build = OptimizedBuild(compiler, budget: budget, folder: folder.work, isWanted: isWanted)
        for unit in units { try build.add(unit) }
        return try build.finish(to: folder.path + "/code.so")
    }

    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test("One that is installed compiles several units to one object, and leaves nothing but that outside its folder")
    func units() throws {
        let compiler = try #require(OptimizingCompiler.installed())
        let first = Array(
            "int other(void); __attribute__((visibility(\"default\"))) int tf_attach(void) { return other(); }".utf8)
        let object = try compile(compiler, [first, Array("int other(void) { return 42; }".utf8)])
        #expect(object.starts(with: [0x7F, 0x45, 0x4C, 0x46]))
        #expect(Set(folder.names(in: folder.path)) == ["work", "code.so"])
        #expect(folder.names(in: folder.work).allSatisfy { $0.hasPrefix("unit") })
    }

    @Test("What a compiler complains about is told, within a bounded length")
    func complaint() throws {
        let compiler = try #require(OptimizingCompiler.installed())
        let text = message { _ = try compile(compiler, [Array("int f(void) { return nothing; }".utf8)]) }
        #expect(text.contains("nothing"))
        let long = try OptimizingCompiler(path: folder.script("gcc-long", "yes complaint | head -c 100000; exit 1"))
        let cut = message { _ = try compile(long, [unit]) }
        #expect(cut.contains("complaint") && cut.utf8.count < 3 * CompileError.messageLimit)
    }

    @Test("Code that needs what is not there is no object")
    func undefined() throws {
        let compiler = try #require(OptimizingCompiler.installed())
        let text = message {
            _ = try compile(
                compiler, [Array("int puts(const char *); int tf_attach(void) { return puts(\"\"); }".utf8)])
        }
        #expect(text.contains("puts"))
        #expect(access(folder.path + "/code.so", F_OK) != 0)
    }

    @Test("One that fails, crashes or says nothing is an error")
    func failing() throws {
        let failing = try OptimizingCompiler(path: folder.script("gcc-1", "echo no >&2; exit 3"))
        #expect(message { _ = try compile(failing, [unit]) }.contains("no"))
        let crashing = try OptimizingCompiler(path: folder.script("clang-1", "kill -SEGV $$"))
        #expect(message { _ = try compile(crashing, [unit]) }.contains("signal 11"))
        let idle = try OptimizingCompiler(path: folder.script("clang-2", "exit 0"))
        #expect(!message { _ = try compile(idle, [unit]) }.isEmpty)
    }

    @Test("T10: one that takes too long is ended, and all that it started")
    func endless() throws {
        let endless = try OptimizingCompiler(
            path: folder.script("gcc-2", "sleep 1000 & echo $! > \(folder.path)/child; wait"))
        let text = message { _ = try compile(endless, [unit], time: .milliseconds(300)) }
        #expect(text.contains("longer than the limit"))
        let child = try #require(readFile(folder.path + "/child").map { String(decoding: $0, as: UTF8.self) })
        let number = try #require(Int32(child.trimmingSuffix("\n")))
        // It may take the kernel a moment.
        for _ in 0..<200 where kill(number, 0) == 0 && !isZombie(number) { usleep(10_000) }
        #expect(kill(number, 0) != 0 || isZombie(number))
    }

    @Test("One that leaves something behind which keeps its output open is not waited for")
    func leavings() throws {
        let script = "sleep 1000 & echo no >&2; exit 1"
        let leaving = try OptimizingCompiler(path: folder.script("gcc-9", script))
        #expect(message { _ = try compile(leaving, [unit]) }.contains("no"))
    }

    private func isZombie(_ process: pid_t) -> Bool {
        guard let bytes = readProcFile("/proc/\(process)/stat") else { return true }
        return bytes.contains(") Z ")
    }

    private func readProcFile(_ path: String) -> String? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = fread(&buffer, 1, buffer.count, file)
        return String(decoding: buffer[..<count], as: UTF8.self)
    }

    @Test("It is ended when nobody wants it any more")
    func unwanted() throws {
        let endless = try OptimizingCompiler(path: folder.script("gcc-3", "sleep 1000"))
        #expect(message { _ = try compile(endless, [unit], isWanted: { false }) }.contains("interrupted"))
    }

    @Test("It sees nothing of our environment, our files and our standard input")
    func surroundings() throws {
        setenv("TERRAFIRMA_TEST_SECRET", "1", 1)
        let script = "env; ls /proc/self/fd | wc -l; cat; pwd; nice; exit 1"
        let nosy = try OptimizingCompiler(path: folder.script("gcc-4", script))
        let text = message { _ = try compile(nosy, [unit]) }
        #expect(!text.contains("SECRET") && text.contains("PATH=/usr/bin:/bin"))
        // Three, and the one that lists.
        #expect(text.contains("\n4\n"))
        #expect(text.contains(folder.work))
    }

    @Test("One that others could change, or that is not named as a whole path, is refused")
    func refused() throws {
        #expect(message { _ = try OptimizingCompiler(path: "gcc") }.contains("absolute"))
        #expect(message { _ = try OptimizingCompiler(path: folder.path + "/gcc-missing") }.contains("no compiler"))
        let open = try folder.script("gcc-5", "exit 0", mode: 0o777)
        #expect(message { _ = try OptimizingCompiler(path: open) }.contains("written to by others"))
        let plain = try folder.script("gcc-6", "exit 0", mode: 0o644)
        #expect(message { _ = try OptimizingCompiler(path: plain) }.contains("executable"))
        let other = try folder.script("python", "exit 0")
        #expect(message { _ = try OptimizingCompiler(path: other) }.contains("neither"))
        let inOpenFolder = try folder.script("gcc-7", "exit 0")
        chmod(folder.path, 0o777)
        #expect(message { _ = try OptimizingCompiler(path: inOpenFolder) }.contains("written to by others"))
        chmod(folder.path, 0o700)
    }

    @Test("Another file at the same path is another compiler")
    func identity() throws {
        let path = try folder.script("gcc-8", "exit 0")
        let before = try OptimizingCompiler(path: path)
        #expect(try before == OptimizingCompiler(path: path))
        unlink(path)
        _ = try folder.script("gcc-8", "exit 1 # longer")
        #expect(try before.identity != OptimizingCompiler(path: path).identity)
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}

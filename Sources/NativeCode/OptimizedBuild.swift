import Glibc

/// One shared object in the making, of several units: compiled side by side, then linked.
package struct OptimizedBuild {
    /// How much of the machine it may take, and for how long.
    package struct Budget: Hashable, Sendable {
        /// Compilers at a time.
        package var processes: Int
        /// Added to this process's niceness.
        package var niceness: Int32
        /// Of the wall clock, for all of it.
        package var time: Duration?

        package init(processes: Int? = nil, niceness: Int32 = 0, time: Duration? = nil) {
            self.processes = processes ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
            self.niceness = niceness
            self.time = time
        }
    }

    private let compiler: OptimizingCompiler
    private let budget: Budget
    private let isWanted: () -> Bool
    /// For units, objects and the compilers' own files.
    private let folder: String
    private let end: ContinuousClock.Instant?
    private var running: [CompilerProcess] = []
    private var objects: [String] = []

    /// Begins one whose files lie in a folder, which is there and empty.
    package init(
        _ compiler: OptimizingCompiler, budget: Budget, folder: String, isWanted: @escaping () -> Bool = { true }
    ) {
        self.compiler = compiler
        self.budget = budget
        self.folder = folder
        self.isWanted = isWanted
        end = budget.time.map { ContinuousClock.now + $0 }
    }

    /// Has a unit compiled; waits until there is a process for it.
    package mutating func add(_ source: [UInt8]) throws(CompileError) {
        let name = "unit\(objects.count)"
        guard writeFile(folder + "/" + name + ".c", source) else {
            throw CompileError("a source cannot be written: \(String(cString: strerror(errno)))")
        }
        try wait(untilBelow: budget.processes)
        var arguments = OptimizingCompiler.flags(compiler.kind)
        if source.contains(Self.tailCallMark) { arguments += OptimizingCompiler.tailCallFlags(compiler.kind) }
        running.append(try start(arguments + ["-o", name + ".o", name + ".c"]))
        objects.append(name + ".o")
    }

    /// In the head of every function with tail calls.
    static let tailCallMark = Array("(TF_WIDE)__asm__".utf8)

    /// Links all units to a shared object with no symbols from elsewhere, at `path`, and returns what is in it.
    package mutating func finish(to path: String) throws(CompileError) -> [UInt8] {
        try wait(untilBelow: 1)
        var arguments = OptimizingCompiler.linkFlags
        if let linker = compiler.linker { arguments.append(linker) }
        running.append(try start(arguments + ["-o", path] + objects))
        try wait(untilBelow: 1)
        do {
            let object = try SharedObject(path: path)
            try object.checkIsSelfContained(frames: false)
            return object.bytes
        } catch {
            unlink(path)
            throw error
        }
    }

    /// Ends what still runs: nothing is written into the folder from then on.
    package mutating func stop() {
        for process in running { process.end() }
        running = []
    }

    private func start(_ arguments: [String]) throws(CompileError) -> CompilerProcess {
        var bounds = CompilerProcess.Bounds()
        bounds.niceness = budget.niceness
        return try CompilerProcess(compiler.path, arguments, folder: folder, bounds: bounds)
    }

    private mutating func wait(untilBelow most: Int) throws(CompileError) {
        while running.count >= most, !running.isEmpty {
            guard isWanted() else { throw CompileError("compiling it was interrupted") }
            if let end, ContinuousClock.now >= end {
                throw CompileError("the compiler takes longer than the limit of \(budget.time ?? .zero)")
            }
            var descriptors = running.map { pollfd(fd: $0.output, events: Int16(POLLIN), revents: 0) }
            poll(&descriptors, nfds_t(descriptors.count), 100)
            for process in running {
                guard let succeeded = process.progress() else { continue }
                guard succeeded else { throw CompileError("\(compiler.path): \(process.messages)") }
                running.removeAll { $0 === process }
            }
        }
    }
}

extension OptimizingCompiler {
    /// For where there is no linker but the compiler's own.
    fileprivate var linker: String? {
        guard kind == .clang, access("/usr/bin/ld", X_OK) != 0 else { return nil }
        return "-fuse-ld=lld"
    }
}

/// False with errno set if it isn't written.
private func writeFile(_ path: String, _ bytes: [UInt8]) -> Bool {
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { return false }
    defer { close(file) }
    return bytes.withUnsafeBytes { buffer in
        var rest = buffer[...]
        while !rest.isEmpty {
            let count = write(file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}

import CTinyCC
import Glibc
import Synchronization

/// The quick tier: libtcc, in this process.
///
/// libtcc keeps its state in globals, so compiling is serial: one source at a time in a process.
package enum QuickCompiler {
    /// What the output depends on besides the source: part of every cache key.
    ///
    /// libtcc has no call that tells its version. The number behind the name is raised when another libtcc is linked
    /// or the way it is driven changes.
    package static let identity = "libtcc-0.9.27+git20200814.62c30a4a-4"

    private static let turn = Mutex(())

    /// Compiles C to a shared object with no symbols from elsewhere, at `path`.
    ///
    /// Nothing of the system's is read: no headers, no libraries, no linker scripts. Returns what is in the file.
    @discardableResult
    package static func compile(_ source: [UInt8], to path: String) throws(CompileError) -> [UInt8] {
        guard !source.contains(0) else { throw CompileError("the source holds a NUL") }
        let messages = MessageSink()
        let succeeded = run(to: path, messages) { state in
            (source + [0]).withUnsafeBytes { bytes in
                guard let text = bytes.baseAddress else { return false }
                return tcc_compile_string(state, text.assumingMemoryBound(to: CChar.self)) == 0
            }
        }
        return try finish(succeeded, path, messages)
    }

    /// Compiles C that is written meanwhile, on a thread of its own; `writer` returns false if it gives up.
    ///
    /// Returns what is in the object, nil if the writer gave up. It is called again if the text didn't come through.
    package static func compile(
        to path: String, writer: @escaping @Sendable (_ sink: (UnsafeBufferPointer<UInt8>) -> Void) -> Bool
    ) throws(CompileError) -> [UInt8]? {
        let messages = MessageSink()
        var outcome: (isComplete: Bool, wasGivenUp: Bool, hasNUL: Bool)?
        let succeeded = run(to: path, messages) { state in
            guard let pipe = SourcePipe(writer) else { return false }
            let compiled = tcc_add_file(state, pipe.path) == 0
            let end = pipe.finish()
            outcome = end
            return compiled && end.isComplete && !end.wasGivenUp
        }
        if let outcome, outcome.wasGivenUp {
            unlink(path)
            return nil
        }
        guard let outcome, succeeded || outcome.isComplete else { return try compileAtOnce(to: path, writer) }
        guard !outcome.hasNUL else {
            unlink(path)
            throw CompileError("the source holds a NUL")
        }
        return try finish(succeeded, path, messages)
    }

    /// The same without a pipe: there was none, or somebody interrupted its reader.
    static func compileAtOnce(to path: String, _ writer: SourcePipe.Writer) throws(CompileError) -> [UInt8]? {
        unlink(path)
        var source: [UInt8] = []
        guard writer({ source.append(contentsOf: $0) }) else { return nil }
        return try compile(source, to: path)
    }

    private static func run(to path: String, _ messages: MessageSink, _ compile: (OpaquePointer) -> Bool) -> Bool {
        turn.withLock { _ in inStandardLocale { run(path: path, messages: messages, compile) } }
    }

    /// Checks what libtcc has made, and removes it if that is not as it has to be.
    private static func finish(
        _ succeeded: Bool, _ path: String, _ messages: MessageSink
    ) throws(CompileError) -> [UInt8] {
        guard succeeded else {
            unlink(path)
            throw CompileError(messages.text.isEmpty ? "libtcc failed without a message" : messages.text)
        }
        do {
            var object = try SharedObject(path: path)
            try object.forbidExecutableStack(path: path)
            try object.checkIsSelfContained()
            return object.bytes
        } catch {
            unlink(path)
            throw error
        }
    }

    /// Does work with this thread's locale set to C's: libtcc reads decimal numbers as the locale writes them, so
    /// that 1.5 were 1 in German.
    private static func inStandardLocale<R>(_ work: () -> R) -> R {
        let previous = uselocale(standardLocale)
        defer { uselocale(previous) }
        return work()
    }

    /// What the mask leaves out is C's too.
    private nonisolated(unsafe) static let standardLocale = newlocale(1 << LC_NUMERIC, "C", nil)

    private static func run(path: String, messages: MessageSink, _ compile: (OpaquePointer) -> Bool) -> Bool {
        guard let state = tcc_new() else {
            messages.append("libtcc has no memory to start")
            return false
        }
        defer { tcc_delete(state) }
        tcc_set_error_func(state, Unmanaged.passUnretained(messages).toOpaque()) { context, text in
            guard let context, let text else { return }
            Unmanaged<MessageSink>.fromOpaque(context).takeUnretainedValue().append(String(cString: text))
        }
        // The folder must not exist: whatever libtcc looks for in it is then not found.
        tcc_set_lib_path(state, "/nonexistent/tcc")
        tcc_set_options(state, "-nostdlib -nostdinc -w")
        guard tcc_set_output_type(state, TCC_OUTPUT_DLL) == 0 else { return false }
        return compile(state) && tcc_output_file(state, path) == 0
    }
}

/// Collects what libtcc reports, up to a limit.
///
/// Used by one compilation at a time, on one thread, which the mutex around libtcc sees to.
private final class MessageSink {
    private(set) var text = ""

    func append(_ message: String) {
        guard text.utf8.count < CompileError.messageLimit else { return }
        if !text.isEmpty { text += "\n" }
        text += String(message.prefix(CompileError.messageLimit))
    }
}

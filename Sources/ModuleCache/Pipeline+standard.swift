import CTranslation
import Glibc
import NativeCode
import Synchronization
import WasmBinary
import WasmModule
import WasmValidation

extension Pipeline {
    /// Our decoder, validator and translator, and libtcc.
    static let standard: Pipeline = {
        Pipeline(
            identity: "translator \(TranslationOptions.translatorVersion); "
                + "prelude \(GeneratedPrelude.form) \(preludeDigest); \(QuickCompiler.identity); \(target)",
            translate: { contents, options, observer, timings throws(ModuleError) in
                try translateModule(contents, options, observer: observer, timings: &timings)
            },
            compile: { source, path, timings throws(CompileFailure) in
                guard let optimized = source.optimized else {
                    return try compileSource(source, to: path, timings: &timings)
                }
                return try optimized.compile(to: path, timings: &timings)
            })
    }()

    private static var preludeDigest: String {
        var hasher = Digest.Hasher()
        GeneratedPrelude.forEachText { hasher.update($0) }
        return hasher.finalize().hexadecimal
    }

    /// The machine that code is made for.
    private static var target: String {
        #if arch(x86_64)
            "x86_64-linux-gnu"
        #elseif arch(arm64)
            "aarch64-linux-gnu"
        #else
            #error("libtcc makes code for x86-64 and arm64")
        #endif
    }
}

private func translateModule(
    _ contents: [UInt8], _ options: CompileOptions, observer: CompileObserver, timings: inout PhaseTimings
) throws(ModuleError) -> Pipeline.Translation {
    observer.advances(.decoding, 0, contents.count)
    let validated = try timings.measure(\.decode) { () throws(ModuleError) in try decodeAndValidate(contents) }
    let code = validated.module.bodies.reduce(0) { $0 + $1.bytes.count }
    let translation = TranslationOptions(options)
    var source = Pipeline.Source(isLarge: code >= largeCode) { sink throws(ModuleError) in
        let patience = Patience(limit: options.timeLimit, observer: observer, total: code)
        try catchingTranslationErrors(patience) { () throws(TranslationError) in
            try contents.withUnsafeBufferPointer { bytes throws(TranslationError) in
                try translate(validated, bytes: bytes, options: translation, while: patience.isLeft, into: sink)
            }
        }
        observer.advances(.finishing, code, code)
    }
    if options.tier == .optimized {
        source.optimized = OptimizedSource(validated, contents, options, translation, observer: observer, code: code)
    }
    return Pipeline.Translation(module: validated.module, source: source)
}

extension TranslationOptions {
    fileprivate init(_ options: CompileOptions) {
        switch options.tier {
        case .quick:
            self.init(prelude: GeneratedPrelude.bytes(), vectorPrelude: GeneratedPrelude.vectorBytes())
        case .optimized:
            self.init(
                prelude: GeneratedPrelude.optimizedBytes(), vectorPrelude: GeneratedPrelude.optimizedVectorBytes(),
                dialect: .optimizing)
        }
        if let limit = options.expressionLimit { expressionLimit = limit }
        boundsChecks =
            switch options.boundsChecks {
            case .guardPages: .guardPages
            case .explicit: .explicit
            }
    }
}

/// Bytes of function bodies from which on it pays to translate and to compile at the same time.
private let largeCode = 32 << 10

/// Both phases are measured by the time that the processor spent on them: they overlap.
private func compileSource(
    _ source: Pipeline.Source, to path: String, timings: inout PhaseTimings
) throws(Pipeline.CompileFailure) -> [UInt8] {
    let translation = TranslationRun()
    let start = ThreadTime.now
    let code: [UInt8]?
    do throws(CompileError) {
        if source.isLarge {
            code = try QuickCompiler.compile(to: path) { translation.run(source, into: $0) }
        } else {
            var text: [UInt8] = []
            let isWhole = translation.run(source) { text.append(contentsOf: $0) }
            code = isWhole ? try QuickCompiler.compile(text, to: path) : nil
        }
    } catch {
        throw .code(error)
    }
    let (error, spent) = translation.outcome
    timings.translate += spent
    timings.compile += max(.zero, ThreadTime.now - start - (source.isLarge ? .zero : spent))
    if let error { throw .module(error) }
    guard let code else { preconditionFailure("a source that is given up has an error") }
    return code
}

/// One translation, perhaps on a thread of its own: how it ended, and what it took.
private final class TranslationRun: Sendable {
    private let state = Mutex<(error: ModuleError?, spent: Duration)>((nil, .zero))

    var outcome: (error: ModuleError?, spent: Duration) { state.withLock { $0 } }

    /// Returns whether it came to its end.
    func run(_ source: Pipeline.Source, into sink: (UnsafeBufferPointer<UInt8>) -> Void) -> Bool {
        let start = ThreadTime.now
        var failure: ModuleError?
        do {
            try source.write(sink)
        } catch {
            failure = error
        }
        let spent = ThreadTime.now - start
        return state.withLock {
            $0 = (failure, spent)
            return failure == nil
        }
    }
}

/// What the processor has spent on the calling thread.
private enum ThreadTime {
    static var now: Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}

private func decodeAndValidate(_ contents: [UInt8]) throws(ModuleError) -> ValidatedModule {
    do {
        return try validate(contents.withUnsafeBufferPointer { bytes throws(DecodeError) in try decodeModule(bytes) })
    } catch let error as DecodeError {
        throw ModuleError(offset: error.offset, function: error.function?.offset, message: error.message)
    } catch let error as ValidationError {
        throw ModuleError(offset: error.offset, function: error.function?.offset, message: error.message)
    } catch {
        throw ModuleError(message: "\(error)")
    }
}

/// What goes wrong in a translation, as what is wrong with the module.
func catchingTranslationErrors(
    _ patience: Patience, _ work: () throws(TranslationError) -> Void
) throws(ModuleError) {
    do throws(TranslationError) {
        try work()
    } catch {
        throw ModuleError(error, patience)
    }
}

/// How long a translation may go on, and who is told how far it is.
///
/// libtcc reads as fast as the text is written, and ends soon after it does.
struct Patience {
    let limit: Duration?
    let observer: CompileObserver
    let total: Int
    private let end: ContinuousClock.Instant?

    init(limit: Duration?, observer: CompileObserver, total: Int) {
        self.limit = limit
        self.observer = observer
        self.total = total
        end = limit.map { ContinuousClock.now + $0 }
        observer.advances(.compiling, 0, total)
    }

    func isLeft(_ done: Int) -> Bool {
        observer.advances(.compiling, done, total)
        return observer.isWanted() && (end.map { ContinuousClock.now < $0 } ?? true)
    }
}

extension ModuleError {
    fileprivate init(_ error: TranslationError, _ patience: Patience) {
        switch error {
        case .malformed(let error):
            self.init(offset: error.offset, function: error.function?.offset, message: error.message)
        case .invalid(let error):
            self.init(offset: error.offset, function: error.function?.offset, message: error.message)
        case .frameTooLarge(let function, let offset, let bytes):
            self.init(
                offset: offset, function: function.offset,
                message: "the function's variables take \(bytes) bytes of stack",
                advice: "split it into smaller functions")
        case .textTooLarge(let function, let offset):
            self.init(
                offset: offset, function: function?.offset, message: "the generated code is too large",
                advice: "branches with many values multiply it; split the function")
        case .stopped where !patience.observer.isWanted():
            self.init(message: "compiling it was interrupted")
        case .stopped:
            self.init(
                message: "compiling it takes longer than the limit of \(patience.limit ?? .zero)",
                advice: "raise the limit on compile time, or make it smaller")
            isTimeLimit = true
        }
    }
}

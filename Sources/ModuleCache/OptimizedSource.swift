import CTranslation
import Glibc
import NativeCode
import WasmModule
import WasmValidation

/// A module's C in units for a compiler of the system's.
struct OptimizedSource: Sendable {
    /// Bytes of function bodies per unit: small functions are inlined within one, and compiling one takes a second or
    /// two and some hundred megabytes.
    private static let unitSize = 96 << 10

    private let module: ValidatedModule
    private let contents: [UInt8]
    private let options: CompileOptions
    private let translation: TranslationOptions
    private let observer: CompileObserver
    /// Bytes of function bodies.
    private let code: Int

    init(
        _ module: ValidatedModule, _ contents: [UInt8], _ options: CompileOptions, _ translation: TranslationOptions,
        observer: CompileObserver, code: Int
    ) {
        self.module = module
        self.contents = contents
        self.options = options
        self.translation = translation
        self.observer = observer
        self.code = code
    }

    /// What the code depends on besides the compiler: part of every key of this tier.
    static let identity: String = {
        var hasher = Digest.Hasher()
        GeneratedPrelude.forEachOptimizedText { hasher.update($0) }
        return "units of \(unitSize) \(hasher.finalize().hexadecimal)"
    }()

    /// Compiles all units side by side and links them.
    func compile(
        to path: String, timings: inout PhaseTimings
    ) throws(Pipeline.CompileFailure) -> [UInt8] {
        guard let compiler = options.compiler else {
            let advice = "install clang or gcc, or use --tier quick"
            throw .module(ModuleError(message: "there is no compiler for the optimized tier", advice: advice))
        }
        timings.compiler = compiler.kind.rawValue
        let folder = path + ".units"
        guard mkdir(folder, 0o700) == 0 else {
            throw .code(CompileError("\(folder): \(String(cString: strerror(errno)))"))
        }
        var budget = options.budget
        budget.time = budget.time ?? options.timeLimit
        var build = OptimizedBuild(compiler, budget: budget, folder: folder, isWanted: observer.isWanted)
        defer {
            build.stop()
            removeTree(folder)
        }
        let patience = Patience(limit: budget.time, observer: observer, total: code)
        var done = 0
        for unit in translationUnits(of: module.module, size: Self.unitSize) {
            let text = try timings.measure(\.translate) { () throws(Pipeline.CompileFailure) in
                try translate(unit, patience, after: &done)
            }
            try timings.measure(\.compile) { () throws(Pipeline.CompileFailure) in
                try compiling { () throws(CompileError) in try build.add(text) }
            }
        }
        observer.advances(.finishing, code, code)
        return try timings.measure(\.compile) { () throws(Pipeline.CompileFailure) in
            try compiling { () throws(CompileError) in try build.finish(to: path) }
        }
    }

    private func translate(
        _ unit: TranslationUnit, _ patience: Patience, after done: inout Int
    ) throws(Pipeline.CompileFailure) -> [UInt8] {
        var text: [UInt8] = []
        let before = done
        do throws(ModuleError) {
            try catchingTranslationErrors(patience) { () throws(TranslationError) in
                try contents.withUnsafeBufferPointer { bytes throws(TranslationError) in
                    try CTranslation.translate(
                        module, unit: unit, bytes: bytes, options: translation,
                        while: { patience.isLeft(before + $0) }, into: { text.append(contentsOf: $0) })
                }
            }
        } catch {
            throw .module(error)
        }
        done += unit.functions.reduce(0) { $0 + module.module.bodies[$1].bytes.count }
        return text
    }

    private func compiling<R>(_ work: () throws(CompileError) -> R) throws(Pipeline.CompileFailure) -> R {
        do throws(CompileError) {
            return try work()
        } catch {
            // Another try would end the same, and take as long.
            throw .module(ModuleError(message: error.message, advice: "--tier quick needs no compiler"))
        }
    }
}

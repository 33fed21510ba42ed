import CTranslation
import NativeCode
import WasmBinary
import WasmModule
import WasmValidation

extension Pipeline {
    /// Our decoder, validator and translator, and libtcc.
    static let standard: Pipeline = {
        Pipeline(
            identity: "translator \(TranslationOptions.translatorVersion); "
                + "prelude \(GeneratedPrelude.form) \(preludeDigest); \(QuickCompiler.identity); \(target)",
            translate: { contents, options, timings throws(ModuleError) in
                var translation = TranslationOptions(
                    prelude: GeneratedPrelude.bytes(), vectorPrelude: GeneratedPrelude.vectorBytes())
                if let limit = options.expressionLimit { translation.expressionLimit = limit }
                translation.boundsChecks =
                    switch options.boundsChecks {
                    case .guardPages: .guardPages
                    case .explicit: .explicit
                    }
                return try translateModule(contents, options: translation, timings: &timings)
            },
            compile: { source, path throws(CompileError) in try QuickCompiler.compile(source, to: path) })
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
    _ contents: [UInt8], options: TranslationOptions, timings: inout PhaseTimings
) throws(ModuleError) -> Pipeline.Translation {
    let validated = try timings.measure(\.decode) { () throws(ModuleError) in try decodeAndValidate(contents) }
    let source = try timings.measure(\.translate) { () throws(ModuleError) in
        try translateValidated(validated, contents, options: options)
    }
    return Pipeline.Translation(module: validated.module, source: source)
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

private func translateValidated(
    _ module: ValidatedModule, _ contents: [UInt8], options: TranslationOptions
) throws(ModuleError) -> [UInt8] {
    do throws(TranslationError) {
        return try contents.withUnsafeBufferPointer { bytes throws(TranslationError) in
            try translate(module, bytes: bytes, options: options)
        }
    } catch {
        throw ModuleError(error)
    }
}

extension ModuleError {
    fileprivate init(_ error: TranslationError) {
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
        }
    }
}

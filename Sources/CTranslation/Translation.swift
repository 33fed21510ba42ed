import WasmModule
package import WasmValidation

/// Translates a module to C.
///
/// The result depends on nothing but the arguments: same bytes, same options, same C. Function bodies are validated on
/// the way; nothing from the module is ever written as text, only as numbers.
///
/// - Parameters:
///   - module: the module, its module-level rules checked.
///   - bytes: the bytes it was decoded from; function bodies are ranges of them.
/// - Returns: a complete C source without a terminating NUL.
package func translate(
    _ module: ValidatedModule, bytes: UnsafeBufferPointer<UInt8>, options: TranslationOptions
) throws(TranslationError) -> [UInt8] {
    let layout = InstanceLayout(module: module.module)
    var out = CText(capacity: max(1 << 16, bytes.count * 4))
    out.limit = options.prelude.count + options.vectorPrelude.count + TranslationLimits.text(bytes: bytes.count)
    options.prelude.withUnsafeBufferPointer { out.write($0) }
    let text = ModuleText(module: module.module, layout: layout)
    text.writeOpening(into: &out)
    var translator = BodyTranslator(module, layout: layout, options: options)
    for index in module.module.importedFunctionCount..<module.module.functions.count {
        try translator.translate(FunctionIndex(index), bytes: bytes, into: &out)
        if out.isOverflowing { break }
    }
    text.writeClosing(into: &out)
    if out.isOverflowing { throw .textTooLarge(function: nil, offset: 0) }
    guard translator.usesVectors else { return Array(out.bytes) }
    // Only now is it known that the module needs these declarations.
    let ownText = out.bytes[options.prelude.count...]
    return options.prelude + options.vectorPrelude + ownText
}

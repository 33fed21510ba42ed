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
///   - isWanted: asked after each function, with how many bytes of bodies are done; the translation stops with
///     ``TranslationError/stopped`` when the answer is no.
///   - sink: takes the text, piece by piece, and keeps none of the pointers; all of it is a complete C source without a
///     terminating NUL.
package func translate(
    _ module: ValidatedModule, bytes: UnsafeBufferPointer<UInt8>, options: TranslationOptions,
    while isWanted: (_ bytesDone: Int) -> Bool = { _ in true }, into sink: (UnsafeBufferPointer<UInt8>) -> Void
) throws(TranslationError) {
    let all = TranslationUnit(functions: 0..<module.module.bodies.count, isLast: true)
    try translate(module, unit: all, bytes: bytes, options: options, while: isWanted, into: sink)
}

/// Translates one of a module's units (``translationUnits(of:size:)``) to C, of which several make the whole.
///
/// - Parameters:
///   - isWanted: asked after each function, with how many bytes of the unit's bodies are done.
package func translate(
    _ module: ValidatedModule, unit: TranslationUnit, bytes: UnsafeBufferPointer<UInt8>, options: TranslationOptions,
    while isWanted: (_ bytesDone: Int) -> Bool = { _ in true }, into sink: (UnsafeBufferPointer<UInt8>) -> Void
) throws(TranslationError) {
    let layout = InstanceLayout(module: module.module)
    var pieces = Pieces(limit: options.prelude.count + TranslationLimits.text(bytes: bytes.count))
    options.prelude.withUnsafeBufferPointer { pieces.text.write($0) }
    let text = ModuleText(module: module.module, layout: layout, dialect: options.dialect)
    text.writeOpening(into: &pieces.text)
    var translator = BodyTranslator(module, layout: layout, options: options)
    let imported = module.module.importedFunctionCount
    var bytesDone = 0
    for index in unit.functions {
        try translator.translate(FunctionIndex(imported + index), bytes: bytes, into: &pieces.text)
        bytesDone += module.module.bodies[index].bytes.count
        guard isWanted(bytesDone) else { throw .stopped }
        try pieces.passOn(to: sink)
    }
    if unit.isLast { text.writeClosing(into: &pieces.text) }
    try pieces.passOn(to: sink, all: true)
}

/// Translates a module to C, as one text.
package func translate(
    _ module: ValidatedModule, bytes: UnsafeBufferPointer<UInt8>, options: TranslationOptions
) throws(TranslationError) -> [UInt8] {
    var source: [UInt8] = []
    try translate(module, bytes: bytes, options: options) { source.append(contentsOf: $0) }
    return source
}

/// The text of a module, which is passed on as it comes.
private struct Pieces: ~Copyable {
    private static let size = 1 << 16

    var text = CText(capacity: 2 * size)
    private var passedOn = 0
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    mutating func passOn(
        to sink: (UnsafeBufferPointer<UInt8>) -> Void, all: Bool = false
    ) throws(TranslationError) {
        guard passedOn + text.count <= limit else { throw .textTooLarge(function: nil, offset: 0) }
        guard all || text.count >= Self.size else { return }
        sink(text.bytes)
        passedOn += text.count
        text.removeAll()
    }
}

package import WasmModule

/// A part of a module that is one C source: an optimizing compiler works on several at a time, each of which takes it
/// a bounded time and memory.
package struct TranslationUnit: Hashable, Sendable {
    /// Which of the functions that the module defines, counted without the imported ones.
    package var functions: Range<Int>
    /// What holds the module together is in the last one: the table of its functions, `tf_attach`.
    package var isLast: Bool

    /// A unit of these functions.
    package init(functions: Range<Int>, isLast: Bool) {
        self.functions = functions
        self.isLast = isLast
    }
}

/// Divides a module's functions into units of about `size` bytes of bodies, in their order; at least one.
package func translationUnits(of module: Module, size: Int) -> [TranslationUnit] {
    var units: [TranslationUnit] = []
    var (start, bytes) = (0, 0)
    for (index, body) in module.bodies.enumerated() {
        if bytes > 0, bytes + body.bytes.count > size {
            units.append(TranslationUnit(functions: start..<index, isLast: false))
            (start, bytes) = (index, 0)
        }
        bytes += body.bytes.count
    }
    return units + [TranslationUnit(functions: start..<module.bodies.count, isLast: true)]
}

/// How large a module may be.
///
/// Beyond these a module is refused, as browsers refuse it.
///
/// | limit | default | source |
/// | --- | --- | --- |
/// | size of a module | 1 GiB | JS API |
/// | types, functions, imports, exports, globals, tags, data segments, element segments, custom sections | 1,000,000 each | JS API; the last two are ours |
/// | tables | 100,000 | JS API |
/// | memories | 100 | JS API |
/// | elements of an element segment | 10,000,000 | JS API |
/// | pages of a memory | 65,536 | specification |
/// | size of a function body | 7,654,321 bytes | JS API |
/// | parameters, results of a type | 1,000 each | JS API |
/// | fields of a structure | 10,000 | JS API |
/// | supertypes of a type, one above the other | 63 | JS API |
/// | operands of `array.new_fixed` | 10,000 | JS API |
/// | locals of a function, with its parameters | 50,000 | JS API |
/// | nested blocks | 50,000 | ours: a frame is 40 bytes here and a label in C |
/// | operands on the stack | 1,000,000 | ours: two bytes of code can push 1,000 operands |
/// | instructions in all constant expressions | 10,000,000 | ours: three bytes of file become about 80 of memory |
///
/// <https://webassembly.github.io/spec/js-api/#limits>
package struct ImplementationLimits: Hashable, Sendable {
    /// In bytes.
    package var moduleSize = 1 << 30
    /// The number of types; the others are counted likewise.
    package var types = 1_000_000
    package var functions = 1_000_000
    package var imports = 1_000_000
    package var exports = 1_000_000
    package var globals = 1_000_000
    package var tags = 1_000_000
    package var dataSegments = 1_000_000
    package var elementSegments = 1_000_000
    package var customSections = 1_000_000
    package var tables = 100_000
    package var memories = 100
    /// Elements of one segment.
    package var segmentElements = 10_000_000
    /// Pages of 64 KiB of a memory.
    package var memoryPages = 65_536
    /// In bytes.
    package var bodySize = 7_654_321
    /// Of one type.
    package var parameters = 1_000
    /// Of one type.
    package var results = 1_000
    /// Of one structure.
    package var fields = 10_000
    /// Of one function, with its parameters.
    package var locals = 50_000
    /// Blocks within blocks.
    package var nesting = 50_000
    /// Operands on a function's stack.
    package var operands = 1_000_000
    /// Instructions of all constant expressions together.
    package var constantInstructions = 10_000_000

    /// The limits of the table above.
    package init() {}
}

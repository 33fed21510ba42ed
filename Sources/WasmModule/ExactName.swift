/// A name as a key: two are equal only if their bytes are.
///
/// Swift's strings are equal when they look the same, however they are encoded; a module may export `Å` both as one
/// scalar and as two, and must never be given the one for the other.
/// <https://webassembly.github.io/spec/core/syntax/values.html#names>
package struct ExactName: Hashable, Sendable {
    package let text: String

    package init(_ text: String) { self.text = text }

    package static func == (a: ExactName, b: ExactName) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
        hasher.combine(0xFF as UInt8)
    }
}

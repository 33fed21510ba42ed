import CRuntime

/// The C that stands in front of every generated source, so that compiling one reads no other file.
package enum GeneratedPrelude {
    /// What it is made of besides the texts; raised when it is made of them in another way.
    package static let form = 2

    /// The texts that it is made of, where they lie in this binary: for a digest of them.
    package static func forEachText(_ body: (UnsafeRawBufferPointer) -> Void) {
        body(text(tf_abi_text))
        body(text(tf_prelude_text))
        body(text(tf_vector_text))
    }

    /// The same for what clang and gcc are given besides.
    package static func forEachOptimizedText(_ body: (UnsafeRawBufferPointer) -> Void) {
        body(text(tf_optimized_text))
        body(text(tf_optimized_vector_text))
        body(text(tf_vector_operations_text))
    }

    /// `TF_GENERATED` defined, then `tf_abi.h` and `tf_prelude.h` as this binary was built with them, condensed.
    package static func bytes() -> [UInt8] {
        var bytes = Array("#define TF_GENERATED\n".utf8)
        bytes.appendCondensed(text(tf_abi_text))
        bytes.appendCondensed(text(tf_prelude_text))
        return bytes
    }

    /// The same for clang and gcc, with `tf_optimized.h` behind it.
    package static func optimizedBytes() -> [UInt8] {
        var bytes = bytes()
        bytes.appendCondensed(text(tf_optimized_text))
        return bytes
    }

    /// What follows that in the sources of modules that use vectors.
    package static func optimizedVectorBytes() -> [UInt8] {
        var bytes = vectorBytes()
        bytes.appendCondensed(text(tf_optimized_vector_text))
        bytes += "#ifdef TF_INLINES_VECTORS\n".utf8
        bytes.appendCondensed(text(tf_vector_operations_text))
        bytes += "#endif\n".utf8
        return bytes
    }

    /// What follows it in the sources of modules that use vectors: `tf_vector.h`, condensed.
    package static func vectorBytes() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendCondensed(text(tf_vector_text))
        return bytes
    }

    private static func text(_ text: (UnsafeMutablePointer<Int>?) -> UnsafePointer<CChar>?) -> UnsafeRawBufferPointer {
        var size = 0
        let start = text(&size)
        return UnsafeRawBufferPointer(start: start, count: size)
    }
}

extension [UInt8] {
    /// Appends C without its comments, indentation and empty lines: half of the headers, which libtcc would read
    /// anew with every module.
    mutating func appendCondensed(_ text: UnsafeRawBufferPointer) {
        reserveCapacity(count + text.count)
        var rest = Condensation(text: text)
        while let byte = rest.next() { append(byte) }
    }
}

/// C, byte by byte, without what means nothing: a comment is a space, several spaces are one, and none are left where
/// a line begins or ends.
private struct Condensation {
    let text: UnsafeRawBufferPointer
    private var position = 0
    /// The mark that ends the literal that we are in.
    private var quote: UInt8?
    private var last = UInt8(ascii: "\n")

    init(text: UnsafeRawBufferPointer) { self.text = text }

    mutating func next() -> UInt8? {
        guard quote == nil else { return literal() }
        let hadSpace = skipSpace()
        guard position < text.count else { return nil }
        if hadSpace, last != UInt8(ascii: "\n"), text[position] != UInt8(ascii: "\n") {
            last = UInt8(ascii: " ")
            return last
        }
        // What is behind a backslash and a line's end is not the beginning of a line.
        let isContinued = last == UInt8(ascii: "\\") && text[position] == UInt8(ascii: "\n")
        defer { if isContinued { last = 0 } }
        last = text[position]
        position += 1
        if last == UInt8(ascii: "\"") || last == UInt8(ascii: "'") { quote = last }
        return last
    }

    private mutating func literal() -> UInt8? {
        guard position < text.count else { return nil }
        let isEscaped = last == UInt8(ascii: "\\")
        let byte = text[position]
        position += 1
        if byte == quote, !isEscaped { quote = nil }
        // A backslash behind a backslash escapes nothing.
        last = isEscaped && byte == UInt8(ascii: "\\") ? 0 : byte
        return byte
    }

    /// Spaces and comments, and line ends that end nothing; false if there are none.
    private mutating func skipSpace() -> Bool {
        let start = position
        while position < text.count {
            switch text[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"): position += 1
            case UInt8(ascii: "\n") where last == UInt8(ascii: "\n"): position += 1
            case UInt8(ascii: "/") where follows(UInt8(ascii: "*"), at: position + 1): skipComment()
            case UInt8(ascii: "/") where follows(UInt8(ascii: "/"), at: position + 1): skipLine()
            default: return position > start
            }
        }
        return position > start
    }

    private mutating func skipComment() {
        position += 2
        while position < text.count {
            if text[position] == UInt8(ascii: "*"), follows(UInt8(ascii: "/"), at: position + 1) { break }
            position += 1
        }
        position = min(position + 2, text.count)
    }

    private mutating func skipLine() {
        while position < text.count, text[position] != UInt8(ascii: "\n") { position += 1 }
    }

    private func follows(_ byte: UInt8, at position: Int) -> Bool { position < text.count && text[position] == byte }
}

import CRuntime

/// The C that stands in front of every generated source, so that compiling one reads no other file.
package enum GeneratedPrelude {
    /// `TF_GENERATED` defined, then the texts of `tf_abi.h` and `tf_prelude.h` as this binary was built with them.
    package static func bytes() -> [UInt8] {
        var size = 0
        let abi = UnsafeRawBufferPointer(start: tf_abi_text(&size), count: size)
        var bytes = Array("#define TF_GENERATED\n".utf8) + abi
        let prelude = UnsafeRawBufferPointer(start: tf_prelude_text(&size), count: size)
        bytes += prelude
        return bytes
    }

    /// What follows it in the sources of modules that use vectors: the text of `tf_vector.h`.
    package static func vectorBytes() -> [UInt8] {
        var size = 0
        let text = tf_vector_text(&size)
        return Array(UnsafeRawBufferPointer(start: text, count: size))
    }
}

import Glibc

extension SharedObject {
    /// Says in a file that libtcc made that its code wants no executable stack.
    ///
    /// libtcc leaves the segment out by which an object says so, and the dynamic loader takes that for a wish: it
    /// makes the stacks of the whole process executable. The program headers are written anew behind the end of the
    /// file, with that segment added, since there is no room where they are. They begin a page of their own: in the
    /// last page of the data, where the loader would look for them, zeroed variables may lie over them.
    static func forbidExecutableStack(path: String) throws(CompileError) {
        guard let bytes = readFile(path), bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]), bytes.count >= 64 else {
            throw CompileError("the compiled file cannot be read back: \(String(cString: strerror(errno)))")
        }
        let (offset, count) = bytes.withUnsafeBytes { file in
            (
                file.loadUnaligned(fromByteOffset: 0x20, as: UInt64.self),
                file.loadUnaligned(fromByteOffset: 0x38, as: UInt16.self)
            )
        }
        let size = Int(count) * programHeaderSize
        guard count < .max, offset <= UInt64(bytes.count), size <= bytes.count - Int(offset) else {
            throw CompileError("the compiled file is not a whole ELF object")
        }
        let padding = [UInt8](repeating: 0, count: -bytes.count & 4095)
        let added = padding + bytes[Int(offset)...].prefix(size) + stackHeader
        try write(path, added, at: bytes.count)
        try write(path, littleEndian(UInt64(bytes.count + padding.count)), at: 0x20)
        try write(path, littleEndian(count + 1), at: 0x38)
    }

    private static let programHeaderSize = 56

    /// `PT_GNU_STACK`, readable and writable, without a place or size.
    private static var stackHeader: [UInt8] {
        littleEndian(UInt32(0x6474_E551)) + littleEndian(UInt32(6)) + [UInt8](repeating: 0, count: 40)
            + littleEndian(UInt64(16))
    }

    private static func littleEndian<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    private static func write(_ path: String, _ bytes: [UInt8], at offset: Int) throws(CompileError) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        defer { if descriptor >= 0 { close(descriptor) } }
        guard descriptor >= 0, pwrite(descriptor, bytes, bytes.count, off_t(offset)) == bytes.count else {
            throw CompileError("the compiled file cannot be changed: \(String(cString: strerror(errno)))")
        }
    }
}

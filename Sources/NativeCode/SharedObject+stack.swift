import Glibc

extension SharedObject {
    /// Says in a file that libtcc made that its code wants no executable stack.
    ///
    /// libtcc leaves the segment out by which an object says so, and the dynamic loader takes that for a wish: it
    /// makes the stacks of the whole process executable. The program headers are written anew behind the end of the
    /// file, with that segment added, since there is no room where they are. They begin a page of their own: in the
    /// last page of the data, where the loader would look for them, zeroed variables may lie over them.
    mutating func forbidExecutableStack(path: String) throws(CompileError) {
        let offset = try number(0x20, UInt64.self)
        let count = try number(0x38, UInt16.self)
        let size = Int(count) * Self.programHeaderSize
        guard count < .max, offset <= UInt64(bytes.count), size <= bytes.count - Int(offset) else {
            throw Self.malformed
        }
        let padding = [UInt8](repeating: 0, count: -bytes.count & 4095)
        let added = padding + bytes[Int(offset)...].prefix(size) + Self.stackHeader
        let start = UInt64(bytes.count + padding.count)
        let file = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        defer { if file >= 0 { close(file) } }
        try replace(bytes.count, with: added, in: file)
        try replace(0x20, with: Self.littleEndian(start), in: file)
        try replace(0x38, with: Self.littleEndian(count + 1), in: file)
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

    /// In the file and here; at the end, to make both longer.
    private mutating func replace(_ offset: Int, with new: [UInt8], in file: Int32) throws(CompileError) {
        guard file >= 0, pwrite(file, new, new.count, off_t(offset)) == new.count else {
            throw CompileError("the compiled file cannot be changed: \(String(cString: strerror(errno)))")
        }
        bytes.replaceSubrange(offset..<min(offset + new.count, bytes.count), with: new)
    }
}

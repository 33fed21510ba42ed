import Glibc

/// A shared object as a file: what must be true of one that libtcc made for us.
///
/// Reads ELF64, little-endian, with every offset checked: a file may be cut short.
struct SharedObject {
    /// What is in the file.
    var bytes: [UInt8]

    init(path: String) throws(CompileError) {
        guard let bytes = readFile(path) else {
            throw CompileError("the compiled file cannot be read back: \(String(cString: strerror(errno)))")
        }
        self.bytes = bytes
        guard bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]), bytes.count >= 64 else { throw Self.malformed }
    }

    static var malformed: CompileError { CompileError("the compiled file is not a whole ELF object") }

    /// Refuses what our way of loading could not hold: symbols from elsewhere, other libraries, relocations in
    /// code, segments that are writable and executable, and frames that a stack's guard could not stop.
    ///
    /// - Parameter frames: whether frames are to be looked at; not of a compiler that has each page of one touched.
    func checkIsSelfContained(frames: Bool = true) throws(CompileError) {
        try checkSegments(frames: frames)
        let sections = try table(offsetAt: 0x28, sizeAt: 0x3A, countAt: 0x3C)
        for section in sections {
            switch try number(section + 4, UInt32.self) {
            case 6: try checkDynamicEntries(section)
            case 11: try checkSymbols(section, sections: sections)
            default: break
            }
        }
    }

    private func checkSegments(frames: Bool) throws(CompileError) {
        var (hasCode, forbidsExecutableStack) = (false, false)
        for segment in try table(offsetAt: 0x20, sizeAt: 0x36, countAt: 0x38) {
            let kind = try number(segment, UInt32.self)
            let flags = try number(segment + 4, UInt32.self)
            guard flags & 3 != 3 else { throw CompileError("the compiled file is writable and executable") }
            // PT_GNU_STACK: without it, the dynamic loader makes every stack executable.
            if kind == 0x6474_E551 { forbidsExecutableStack = true }
            if kind == 1, flags & 1 != 0 {
                hasCode = true
                if frames { try checkFrames(segment) }
            }
        }
        guard hasCode else { throw CompileError("the compiled file has no code") }
        guard forbidsExecutableStack else { throw CompileError("the compiled file wants an executable stack") }
    }

    private func checkFrames(_ segment: Int) throws(CompileError) {
        let (start, size) = try extent(offsetAt: segment + 8, sizeAt: segment + 32)
        guard let frame = bytes.withUnsafeBytes({ FrameSize.maximum(in: .init(rebasing: $0[start..<(start + size)])) })
        else { throw CompileError("the functions of the compiled file begin in an unknown way") }
        guard frame <= FrameSize.largest else {
            throw CompileError(
                "a function needs \(frame) bytes of stack, of at most \(FrameSize.largest)", isModuleLimit: true)
        }
    }

    private func checkDynamicEntries(_ section: Int) throws(CompileError) {
        let (start, size) = try contents(section)
        for entry in stride(from: start, to: start + size, by: 16) {
            let value = try number(entry + 8, UInt64.self)
            switch try number(entry, UInt64.self) {
            case 0: return
            case 1: throw CompileError("the compiled file wants another library")
            case 22: throw CompileError("the compiled file has relocations in its code")
            case 30 where value & 4 != 0: throw CompileError("the compiled file has relocations in its code")
            default: break
            }
        }
    }

    private func checkSymbols(_ section: Int, sections: [Int]) throws(CompileError) {
        let (start, size) = try contents(section)
        let link = Int(try number(section + 40, UInt32.self))
        guard link < sections.count else { throw Self.malformed }
        let (strings, stringsSize) = try contents(sections[link])
        // The first symbol is the null symbol.
        for symbol in stride(from: start + 24, to: start + size, by: 24) {
            guard try number(symbol + 6, UInt16.self) == 0 else { continue }
            let at = Int(try number(symbol, UInt32.self))
            guard at < stringsSize else { throw Self.malformed }
            let name = bytes[(strings + at)..<(strings + stringsSize)].prefix { $0 != 0 }
            throw CompileError("generated code needs '\(String(decoding: name, as: UTF8.self))', which is not there")
        }
    }

    /// Where the entries of the section or program header table start.
    private func table(offsetAt: Int, sizeAt: Int, countAt: Int) throws(CompileError) -> [Int] {
        let offset = try number(offsetAt, UInt64.self)
        let size = Int(try number(sizeAt, UInt16.self))
        let count = Int(try number(countAt, UInt16.self))
        guard offset < bytes.count, size > 0, count * size <= bytes.count - Int(offset) else { throw Self.malformed }
        return (0..<count).map { Int(offset) + $0 * size }
    }

    private func contents(_ section: Int) throws(CompileError) -> (start: Int, size: Int) {
        try extent(offsetAt: section + 24, sizeAt: section + 32)
    }

    private func extent(offsetAt: Int, sizeAt: Int) throws(CompileError) -> (start: Int, size: Int) {
        let start = try number(offsetAt, UInt64.self)
        let size = try number(sizeAt, UInt64.self)
        guard start <= bytes.count, size <= UInt64(bytes.count) - start else { throw Self.malformed }
        return (Int(start), Int(size))
    }

    func number<T: FixedWidthInteger>(_ offset: Int, _ type: T.Type) throws(CompileError) -> T {
        guard offset >= 0, offset <= bytes.count - MemoryLayout<T>.size else { throw Self.malformed }
        return bytes.withUnsafeBytes { T(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: T.self)) }
    }
}

/// The whole of a file; nil with errno set if that is not possible.
func readFile(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    let size = Int(status.st_size)
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
        while filled < size {
            let count = read(descriptor, buffer.baseAddress.map { $0 + filled }, size - filled)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                failed = true
                return
            }
            filled += count
        }
    }
    return failed ? nil : bytes
}

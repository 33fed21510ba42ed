/// A file that the kernel or the dynamic loader maps: ELF64 of this machine, little-endian, every offset checked.
struct LoadableFile {
    /// A program header.
    struct Segment: Equatable {
        var kind: UInt32
        /// 1 to execute, 2 to write, 4 to read.
        var flags: UInt32
        var offset: UInt64
        var address: UInt64
        var fileSize: UInt64
        var memorySize: UInt64
        var alignment: UInt64

        /// Bytes of a program header.
        static let size = 56
        static let load: UInt32 = 1
        static let dynamic: UInt32 = 2
        /// Where the program headers themselves are.
        static let headers: UInt32 = 6
    }

    /// What the kernel maps at a time.
    static let pageSize: UInt64 = 4096

    let bytes: [UInt8]
    /// For messages.
    let name: String
    let segments: [Segment]

    init(_ bytes: [UInt8], name: String) throws(CommandFailure) {
        self.bytes = bytes
        self.name = name
        guard bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]), bytes.count >= 64 else {
            throw CommandFailure("\(name.printable): is no ELF file")
        }
        segments = try Self.segments(bytes, name)
        for segment in segments {
            let (end, overflow) = segment.offset.addingReportingOverflow(segment.fileSize)
            guard !overflow, end <= bytes.count || segment.fileSize == 0, segment.address < 1 << 47,
                segment.memorySize < 1 << 40, segment.kind != Segment.load || segment.fileSize <= segment.memorySize
            else { throw damaged }
        }
    }

    var damaged: CommandFailure { CommandFailure("\(name.printable): the file is damaged") }

    /// Those that are mapped.
    var loads: [Segment] { segments.filter { $0.kind == Segment.load } }

    private static func segments(_ bytes: [UInt8], _ name: String) throws(CommandFailure) -> [Segment] {
        var (found, reader) = ([Segment](), ByteWindow(bytes, name: name))
        let (offset, count) = (try reader.offset(0x20), Int(try reader.number(0x38, UInt16.self)))
        guard try reader.number(0x36, UInt16.self) == Segment.size else { throw reader.damaged }
        for index in 0..<count {
            reader.start = offset + index * Segment.size
            found.append(
                Segment(
                    kind: try reader.number(0, UInt32.self), flags: try reader.number(4, UInt32.self),
                    offset: try reader.number(8, UInt64.self), address: try reader.number(16, UInt64.self),
                    fileSize: try reader.number(32, UInt64.self), memorySize: try reader.number(40, UInt64.self),
                    alignment: try reader.number(48, UInt64.self)))
        }
        return found
    }
}

/// Numbers of a file, at offsets from a place in it.
struct ByteWindow {
    let bytes: [UInt8]
    let name: String
    var start = 0

    init(_ bytes: [UInt8], name: String) {
        self.bytes = bytes
        self.name = name
    }

    var damaged: CommandFailure { CommandFailure("\(name.printable): the file is damaged") }

    func number<T: FixedWidthInteger>(_ offset: Int, _ type: T.Type) throws(CommandFailure) -> T {
        let (at, overflow) = start.addingReportingOverflow(offset)
        guard !overflow, at >= 0, at <= bytes.count - MemoryLayout<T>.size else { throw damaged }
        return bytes.withUnsafeBytes { T(littleEndian: $0.loadUnaligned(fromByteOffset: at, as: T.self)) }
    }

    /// A place in the file.
    func offset(_ offset: Int) throws(CommandFailure) -> Int {
        let value = try number(offset, UInt64.self)
        guard value <= bytes.count else { throw damaged }
        return Int(value)
    }
}

extension UInt64 {
    /// The next multiple of a power of two.
    func roundedUp(to unit: UInt64) -> UInt64 { (self + unit - 1) & ~(unit - 1) }

    func roundedDown(to unit: UInt64) -> UInt64 { self & ~(unit - 1) }
}

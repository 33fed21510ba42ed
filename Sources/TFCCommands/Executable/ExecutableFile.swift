import CRuntime

/// A standalone executable as bytes: the program, behind a page of new program headers, and in front of its payload.
///
/// The kernel maps all of it. The program keeps its addresses, which are fixed, and its place in front of the payload;
/// the page of headers takes the address just below it.
struct ExecutableFile {
    private(set) var bytes: [UInt8] = []

    private let program: LoadableFile
    private var segments: [LoadableFile.Segment] = []
    /// What program headers and the ELF header have for themselves.
    private let shift: UInt64

    init(program: LoadableFile, payload: StandalonePayload) throws(CommandFailure) {
        self.program = program
        shift = max(LoadableFile.pageSize, program.loads.map(\.alignment).max() ?? 0)
        guard let first = program.loads.first, let last = program.loads.last, first.offset == 0,
            first.address >= 2 * shift, shift <= 1 << 16, program.loads.allSatisfy({ $0.address >= first.address })
        else { throw program.damaged }
        let page = LoadableFile.pageSize
        bytes = [UInt8](repeating: 0, count: Int(shift))
        bytes += program.bytes[..<Int(program.loads.map { $0.offset + $0.fileSize }.max() ?? 0)]
        addOwnSegments(first)
        // A page that nobody maps is between what the program writes and what it reads.
        let start = (last.address + last.memorySize).roundedUp(to: shift) + page
        try append(payload, at: start)
        writeHeaders(first.address - shift)
    }

    private mutating func addOwnSegments(_ first: LoadableFile.Segment) {
        let base = first.address - shift
        segments.append(
            .init(
                kind: LoadableFile.Segment.load, flags: 4, offset: 0, address: base, fileSize: shift, memorySize: shift,
                alignment: shift))
        for segment in program.segments where segment.kind != LoadableFile.Segment.headers {
            var moved = segment
            // One without contents has no place.
            if segment.fileSize > 0 { moved.offset += shift }
            segments.append(moved)
        }
    }

    private mutating func append(_ payload: StandalonePayload, at start: UInt64) throws(CommandFailure) {
        let page = LoadableFile.pageSize
        padToPage()
        let fileOffset = UInt64(bytes.count)
        let tableSize = UInt64(StandalonePayload.headSize + payload.table.count)
        let imageOffset = (tableSize + UInt64(payload.names.count)).roundedUp(to: page)
        let size = imageOffset + UInt64(payload.image.count)
        let code = try PlacedCode(payload.code, at: (start + size).roundedUp(to: page) + page)
        guard let text = code.text else { throw payload.code.damaged }

        bytes += [UInt8](repeating: 0, count: StandalonePayload.headSize)
        bytes += payload.table + payload.names
        padToPage()
        bytes += payload.image
        let isOfOurs: UInt32 = 0x6000_7466
        segments.append(segment(LoadableFile.Segment.load, at: start, from: fileOffset, size))
        for piece in code.pieces {
            padToPage()
            var mapped = segment(
                LoadableFile.Segment.load, at: piece.address, from: UInt64(bytes.count), UInt64(piece.bytes.count))
            mapped.flags = piece.flags
            segments.append(mapped)
            bytes += piece.bytes
        }
        segments.append(segment(isOfOurs, at: start, from: fileOffset, tableSize))
        let head = self.head(
            [
                UInt64(bytes.count), tableSize, UInt64(payload.names.count), start + imageOffset,
                UInt64(payload.image.count), fileOffset + imageOffset, text.address, UInt64(text.bytes.count),
                code.attach, payload.level,
            ], table: payload.table)
        bytes.replaceSubrange(Int(fileOffset)..<(Int(fileOffset) + head.count), with: head)
    }

    private func segment(
        _ kind: UInt32, at address: UInt64, from offset: UInt64, _ size: UInt64
    ) -> LoadableFile.Segment {
        .init(
            kind: kind, flags: 4, offset: offset, address: address, fileSize: size, memorySize: size,
            alignment: kind == LoadableFile.Segment.load ? LoadableFile.pageSize : 8)
    }

    private mutating func padToPage() {
        let page = Int(LoadableFile.pageSize)
        bytes += [UInt8](repeating: 0, count: (page - bytes.count % page) % page)
    }

    // MARK: - Heads

    /// `tf_payload`: magic, checksum, versions, and the numbers.
    private func head(_ numbers: [UInt64], table: [UInt8]) -> [UInt8] {
        var checked: [UInt8] = []
        for number in [StandalonePayload.version, UInt32(TF_ABI_VERSION)] { checked.append(number) }
        for number in numbers { checked.append(number) }
        var head = Array("tfmodule".utf8)
        head.append(Self.checksum(checked + table))
        return head + checked
    }

    /// As payload.c has it.
    private static func checksum(_ bytes: [UInt8]) -> UInt64 {
        var sum: UInt64 = 0x7466
        bytes.withUnsafeBytes { bytes in
            for offset in stride(from: 0, to: bytes.count - 7, by: 8) {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                sum = (sum ^ word) &* 0x9E37_79B9_7F4A_7C15
                sum ^= sum >> 29
            }
        }
        return sum
    }

    /// The program's ELF header, with no sections and all segments; in the order that loaders want them.
    private mutating func writeHeaders(_ base: UInt64) {
        let loads = segments.filter { $0.kind == LoadableFile.Segment.load }
        let ordered = loads + segments.filter { $0.kind != LoadableFile.Segment.load }
        var header = Array(program.bytes[..<64])
        header.replace(0x20, with: UInt64(64))
        header.replace(0x28, with: UInt64(0))
        header.replace(0x38, with: UInt16(ordered.count))
        for offset in [0x3A, 0x3C, 0x3E] { header.replace(offset, with: UInt16(0)) }
        for segment in ordered {
            for number in [segment.kind, segment.flags] { header.append(number) }
            for number in [
                segment.offset, segment.address, segment.address, segment.fileSize, segment.memorySize,
                segment.alignment,
            ] {
                header.append(number)
            }
        }
        bytes.replaceSubrange(0..<header.count, with: header)
    }
}

extension [UInt8] {
    fileprivate mutating func append<T: FixedWidthInteger>(_ number: T) where T: UnsignedInteger {
        Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
    }

    fileprivate mutating func replace<T: FixedWidthInteger>(_ offset: Int, with number: T) {
        Swift.withUnsafeBytes(of: number.littleEndian) { replaceSubrange(offset..<(offset + $0.count), with: $0) }
    }
}

import CRuntime

/// Native code at the address where it will run, relocated: what a dynamic loader would do, done once and for all.
struct PlacedCode {
    /// Whole pages, to be mapped as they are.
    struct Piece {
        var address: UInt64
        var flags: UInt32
        var bytes: [UInt8]

        var end: UInt64 { address + UInt64(bytes.count) }
    }

    private(set) var pieces: [Piece] = []
    /// Where `tf_attach` is.
    private(set) var attach: UInt64 = 0

    private let file: LoadableFile
    private let base: UInt64
    private var dynamic: [UInt64: UInt64] = [:]

    /// `base` is the first address to use, that of a page.
    init(_ file: LoadableFile, at base: UInt64) throws(CommandFailure) {
        self.file = file
        self.base = base
        for segment in file.loads { try place(segment) }
        try readDynamicEntries()
        try relocate(table: 7, size: 8)
        try relocate(table: 23, size: 2)
        protect()
        attach = base + (try value(ofSymbol: TF_ATTACH_SYMBOL))
        guard text.map({ $0.address..<$0.end ~= attach }) == true else { throw file.damaged }
    }

    /// The executable piece.
    var text: Piece? { pieces.first { $0.flags & 1 != 0 } }

    private func failure(_ reason: String) -> CommandFailure { CommandFailure("\(file.name.printable): \(reason)") }

    // MARK: - Pieces

    /// What is zero at first is in the file too: there is little of it.
    private static let mostZeros: UInt64 = 64 << 20

    private mutating func place(_ segment: LoadableFile.Segment) throws(CommandFailure) {
        let page = LoadableFile.pageSize
        guard segment.flags & 3 != 3 else { throw failure("its code is writable") }
        guard segment.memorySize - segment.fileSize <= Self.mostZeros else { throw failure("it has too many zeros") }
        let start = (base + segment.address).roundedDown(to: page)
        let end = (base + segment.address + segment.memorySize).roundedUp(to: page)
        guard start >= pieces.last?.end ?? base else { throw failure("its segments share pages") }
        var bytes = [UInt8](repeating: 0, count: Int(end - start))
        let at = Int(base + segment.address - start)
        let contents = file.bytes[Int(segment.offset)..<Int(segment.offset + segment.fileSize)]
        bytes.replaceSubrange(at..<(at + contents.count), with: contents)
        if end > start { pieces.append(Piece(address: start, flags: segment.flags, bytes: bytes)) }
    }

    /// A number at an address that counts from the base.
    private func number<T: FixedWidthInteger>(_ address: UInt64, _ type: T.Type) throws(CommandFailure) -> T {
        let (piece, offset) = try find(address, MemoryLayout<T>.size) { _ in true }
        return pieces[piece].bytes.withUnsafeBytes {
            T(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: T.self))
        }
    }

    private func find(
        _ address: UInt64, _ count: Int, _ isFit: (Piece) -> Bool
    ) throws(CommandFailure) -> (piece: Int, offset: Int) {
        let (place, overflow) = base.addingReportingOverflow(address)
        let found = pieces.firstIndex { !overflow && place >= $0.address && place < $0.end && isFit($0) }
        guard let found, Int(pieces[found].end - place) >= count else { throw file.damaged }
        return (found, Int(place - pieces[found].address))
    }

    // MARK: - Relocation

    private mutating func readDynamicEntries() throws(CommandFailure) {
        guard let segment = file.segments.first(where: { $0.kind == LoadableFile.Segment.dynamic }) else { return }
        for entry in stride(from: segment.address, to: segment.address + segment.memorySize, by: 16) {
            let tag = try number(entry, UInt64.self)
            if tag == 0 { break }
            dynamic[tag] = try number(entry + 8, UInt64.self)
        }
        // Another library; relocations in code; functions to be called by the loader (unless none); packed relocations.
        for (tag, size, what) in [
            (1, 1, "another library"), (22, 22, "relocations in its code"), (12, 12, "an initializer"),
            (25, 27, "initializers"), (36, 35, "packed relocations"), (17, 17, "relocations of another kind"),
        ] as [(UInt64, UInt64, String)] {
            guard dynamic[tag] == nil || dynamic[size] == 0 else { throw failure("its code wants \(what)") }
        }
    }

    /// Those of a table whose address and size are dynamic entries.
    private mutating func relocate(table: UInt64, size: UInt64) throws(CommandFailure) {
        guard let start = dynamic[table], let size = dynamic[size] else { return }
        guard size < 1 << 32, start < 1 << 47 else { throw file.damaged }
        for entry in stride(from: start, to: start + size, by: 24) {
            let place = try number(entry, UInt64.self)
            let info = try number(entry + 8, UInt64.self)
            let addend = try number(entry + 16, UInt64.self)
            guard let value = try value(UInt32(truncatingIfNeeded: info), symbol: info >> 32, addend) else { continue }
            let (piece, offset) = try find(place, 8) { $0.flags & 2 != 0 }
            withUnsafeBytes(of: value.littleEndian) {
                pieces[piece].bytes.replaceSubrange(offset..<(offset + 8), with: $0)
            }
        }
    }

    /// Takes the right to write away from what is only written by relocations.
    ///
    /// `PT_GNU_RELRO`; whole pages, as the dynamic loader does it.
    private mutating func protect() {
        let page = LoadableFile.pageSize
        guard let segment = file.segments.first(where: { $0.kind == 0x6474_E552 }) else { return }
        let start = (base + segment.address).roundedDown(to: page)
        let end = (base + segment.address + segment.memorySize).roundedDown(to: page)
        guard let index = pieces.firstIndex(where: { $0.address == start && $0.flags & 2 != 0 }),
            end > start, end <= pieces[index].end
        else { return }
        let count = Int(end - start)
        let rest = Array(pieces[index].bytes[count...])
        pieces[index].bytes.removeLast(rest.count)
        let flags = pieces[index].flags
        pieces[index].flags &= ~2
        if !rest.isEmpty { pieces.insert(Piece(address: end, flags: flags, bytes: rest), at: index + 1) }
    }

    /// What a relocation puts into its place; nil for one that does nothing.
    private func value(_ kind: UInt32, symbol: UInt64, _ addend: UInt64) throws(CommandFailure) -> UInt64? {
        switch kind {
        case 0: return nil
        // R_X86_64_RELATIVE, R_AARCH64_RELATIVE
        case 8, 1027: return base &+ addend
        // R_X86_64_64, R_AARCH64_ABS64, …_GLOB_DAT, …_JUMP_SLOT: of x86 the last two have no addend.
        case 1, 257, 1025, 1026: return try address(ofSymbol: symbol) &+ addend
        case 6, 7: return try address(ofSymbol: symbol)
        default: throw failure("its code has a relocation of kind \(kind)")
        }
    }

    // MARK: - Symbols

    private static let symbolSize: UInt64 = 24

    /// 0 for what may be missing, and is.
    private func address(ofSymbol index: UInt64) throws(CommandFailure) -> UInt64 {
        guard let symbols = dynamic[6], index < 1 << 32 else { throw file.damaged }
        let symbol = symbols &+ index * Self.symbolSize
        let info = try number(symbol + 4, UInt8.self)
        guard try number(symbol + 6, UInt16.self) != 0 else {
            guard info >> 4 == 2 else {
                throw failure("its code needs '\(try symbolName(symbol))', which is not there")
            }
            return 0
        }
        // Of threads' own storage, or to be chosen when it is loaded.
        guard info & 15 != 6, info & 15 != 10 else { throw failure("its code has a symbol of an unknown kind") }
        return base &+ (try number(symbol + 8, UInt64.self))
    }

    private func symbolName(_ symbol: UInt64) throws(CommandFailure) -> String {
        guard let strings = dynamic[5] else { throw file.damaged }
        var (text, at) = ([UInt8](), strings &+ UInt64(try number(symbol, UInt32.self)))
        while true {
            let byte = try number(at, UInt8.self)
            if byte == 0 { return String(decoding: text, as: UTF8.self).printable }
            text.append(byte)
            at += 1
        }
    }

    /// Counted from the base.
    ///
    /// The section table says how many symbols there are.
    private func value(ofSymbol wanted: String) throws(CommandFailure) -> UInt64 {
        var window = ByteWindow(file.bytes, name: file.name)
        let (offset, count) = (try window.offset(0x28), Int(try window.number(0x3C, UInt16.self)))
        for index in 0..<count {
            window.start = offset + index * 64
            guard try window.number(4, UInt32.self) == 11 else { continue }
            let start = try window.number(16, UInt64.self)
            let size = try window.number(32, UInt64.self)
            guard start < 1 << 47, size < 1 << 32 else { throw file.damaged }
            for symbol in stride(from: start, to: start + size, by: Int(Self.symbolSize)) {
                guard try symbolName(symbol) == wanted, try number(symbol + 6, UInt16.self) != 0 else { continue }
                return try number(symbol + 8, UInt64.self)
            }
        }
        throw failure("its code has no symbol \(wanted)")
    }
}

import WasmModule

extension DataPlacement {
    /// Of a segment that the image holds.
    ///
    /// Where it lay is of no use any more: the expression is left empty, since there are modules with tens of
    /// thousands of them.
    static func inImage(_ memory: MemoryIndex) -> DataPlacement {
        DataPlacement(mode: .active(memory, offset: ConstantExpression([])), isInImage: true, bytes: 0..<0)
    }
}

/// The initial contents of a module's memories as a file: whole pages to be mapped copy-on-write, behind them the
/// segments that instantiation or the guest copies itself.
struct MemoryImage {
    /// Bytes of a page of the machine.
    static let pageSize = 4096
    /// A gap of this size between segments is not worth storing.
    private static let largestGap = 64 << 10
    /// A memory has at most 4 GiB, whatever its address type.
    private static let largestMemory: UInt64 = 1 << 32
    /// Each extent is a mapping of its own, of which a process has not endlessly many.
    private static let mostExtents = 256

    private(set) var extents: [ImageExtent] = []
    private(set) var placements: [DataPlacement] = []
    /// What to write where, later pieces over earlier ones.
    ///
    /// Ranges of the module's bytes.
    private(set) var pieces: [(fileOffset: Int, bytes: Range<Int>)] = []
    private(set) var fileSize = 0

    init(module: Module) {
        let positions = Self.imagePositions(module)
        extents = Self.extents(module, positions: positions)
        let isUsed = extents.count <= Self.mostExtents
        if !isUsed { extents = [] }
        fileSize = extents.last.map { $0.fileOffset + $0.length } ?? 0
        for (segment, position) in zip(module.dataSegments, positions) {
            if isUsed, let position {
                placements.append(.inImage(position.memory))
                guard let fileOffset = fileOffset(of: position, isEmpty: segment.bytes.isEmpty) else { continue }
                pieces.append((fileOffset, segment.bytes))
            } else {
                let range = fileSize..<(fileSize + segment.bytes.count)
                placements.append(DataPlacement(mode: segment.mode, isInImage: false, bytes: range))
                pieces.append((range.lowerBound, segment.bytes))
                fileSize = range.upperBound
            }
        }
    }

    private struct Position {
        var memory: MemoryIndex
        var offset: Int
    }

    /// Per segment: its place, if it can be part of the image.
    ///
    /// Segments are applied in order, and one out of bounds ends instantiation with what came before it in place.
    /// So the image ends at the first active segment whose place is not known now or not known to be inside.
    private static func imagePositions(_ module: Module) -> [Position?] {
        var isOpen = true
        return module.dataSegments.map { segment in
            guard isOpen, case .active(let memory, let offset) = segment.mode else { return nil }
            guard memory.offset >= module.importedMemoryCount, let start = constant(offset),
                fits(module.memories[memory.offset], start, segment.bytes.count)
            else {
                isOpen = false
                return nil
            }
            return Position(memory: memory, offset: start)
        }
    }

    /// Where a segment lies, if that is a plain number, and one within what any memory has.
    private static func constant(_ offset: ConstantExpression) -> Int? {
        guard offset.instructions.count == 1, let instruction = offset.instructions.first,
            instruction.opcode == .i32Const || instruction.opcode == .i64Const, instruction.bits <= largestMemory
        else { return nil }
        return Int(instruction.bits)
    }

    /// Whether the segment lies within the memory's minimum; if there is anything in it, with all of the machine's
    /// pages that it touches: a memory of tiny pages may end within one.
    private static func fits(_ memory: MemoryType, _ start: Int, _ count: Int) -> Bool {
        let minimum = min(memory.limits.minimum, largestMemory >> memory.pageSizeExponent) << memory.pageSizeExponent
        let end = start + count
        let lastPageEnd = (end + pageSize - 1) / pageSize * pageSize
        return UInt64(count == 0 ? end : lastPageEnd) <= minimum
    }

    /// The pages that segments touch, neighbours merged as long as gaps don't outweigh the data.
    private static func extents(_ module: Module, positions: [Position?]) -> [ImageExtent] {
        var runs: [(memory: MemoryIndex, pages: Range<Int>)] = []
        var budget = 0
        for case (let segment, let position?) in zip(module.dataSegments, positions) where !segment.bytes.isEmpty {
            let end = position.offset + segment.bytes.count
            runs.append((position.memory, position.offset / pageSize..<(end + pageSize - 1) / pageSize))
            budget += segment.bytes.count
        }
        runs.sort { ($0.memory, $0.pages.lowerBound) < ($1.memory, $1.pages.lowerBound) }
        var merged: [(memory: MemoryIndex, pages: Range<Int>)] = []
        for run in runs {
            if let last = merged.last, last.memory == run.memory {
                let gap = max(0, (run.pages.lowerBound - last.pages.upperBound) * pageSize)
                if gap < largestGap, gap <= budget {
                    budget -= gap
                    let end = max(last.pages.upperBound, run.pages.upperBound)
                    merged[merged.count - 1].pages = last.pages.lowerBound..<end
                    continue
                }
            }
            merged.append(run)
        }
        var fileOffset = 0
        return merged.map { run in
            defer { fileOffset += run.pages.count * pageSize }
            return ImageExtent(
                memory: run.memory, memoryOffset: run.pages.lowerBound * pageSize, fileOffset: fileOffset,
                length: run.pages.count * pageSize)
        }
    }

    private func fileOffset(of position: Position, isEmpty: Bool) -> Int? {
        guard !isEmpty else { return nil }
        // The last extent that starts at or before the position: extents are sorted.
        var (low, high) = (0, extents.count)
        while low < high {
            let middle = (low + high) / 2
            let extent = extents[middle]
            if (extent.memory, extent.memoryOffset) <= (position.memory, position.offset) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        guard low > 0 else { return nil }
        return extents[low - 1].fileOffset + position.offset - extents[low - 1].memoryOffset
    }

    /// Writes the file.
    ///
    /// Gaps become holes.
    func write(_ bytes: [UInt8], to file: borrowing OpenFile) throws(StorageError) {
        try file.setSize(fileSize)
        for piece in pieces where !piece.bytes.isEmpty {
            try file.write(bytes[piece.bytes], at: piece.fileOffset)
        }
    }
}

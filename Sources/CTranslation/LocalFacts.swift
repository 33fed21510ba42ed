import WasmModule

/// What holds for a function's locals at a point of its C text, whichever way control came there.
///
/// Facts are noted in the order of the text, which is the order of evaluation. Where ways meet, what was noted since
/// they parted is forgotten (`forget(since:)`); a loop's start forgets nothing, since every change of a local within
/// it keeps what the text before relied on (`changeBase`).
///
/// - Whether a local has been given a value: only a local that may be read before needs the zero it starts with.
/// - Whether a variable, its *base*, holds the place in memory 0 that the local is the address of. The second access
///   through a local declares one, where the first access is in the text.
struct LocalFacts: ~Copyable {
    struct Entry {
        var isUsed = false
        var type = CType.u32
        var hasValue = false
        var needsZero = false
        var declaresBase = false
        /// Where the text of the first access begins and ends; `start` is negative if there is none.
        var start: Int32 = -1
        var end: Int32 = -1
        var statement: Int32 = 0
        /// The base holds the place.
        var isLive = false
        /// Where the base was read last, or else is made.
        var lastUse: Int32 = -1
    }

    /// How an access through a local is written.
    enum Access {
        /// The base and the local: nothing more is known.
        case plain
        /// As `plain`, and to be noted (`noteAccess`).
        case first
        /// The base; it is to be made in the text of the first access, from `start` to `end`.
        case second(start: Int, end: Int)
        /// The base.
        case live
    }

    private var entries = Pile<Entry>()
    /// The locals of which something was noted, in order; bit 0: an access, otherwise a value.
    private var log = Pile<UInt32>()
    /// Where the open loops begin.
    private var loops = Pile<Int32>()
    /// The locals that the body names.
    private(set) var used = Pile<UInt32>()
    /// Statements so far: two accesses in one have no order.
    private var statement: Int32 = 0
    /// How many bases the function declares.
    private(set) var baseCount = 0

    mutating func removeAll() {
        for position in 0..<used.count { entries[Int(used[position])] = Entry() }
        used.removeAll()
        log.removeAll()
        loops.removeAll()
        statement = 0
        baseCount = 0
    }

    /// What was written before is evaluated before what follows.
    @inline(__always)
    mutating func endStatement() { statement &+= 1 }

    /// How a local is declared that the body has named; nil if it has not.
    @inline(__always)
    func type(_ local: UInt32) -> CType? {
        guard Int(local) < entries.count, entries[Int(local)].isUsed else { return nil }
        return entries[Int(local)].type
    }

    /// Notes that the body names a local, which it has not before.
    @inline(never)
    mutating func insert(_ local: UInt32, _ type: CType) {
        while entries.count <= Int(local) { entries.append(Entry()) }
        entries[Int(local)].isUsed = true
        entries[Int(local)].type = type
        used.append(local)
    }

    // MARK: Where ways part and meet

    /// To be given to `forget(since:)`.
    var mark: Int { log.count }

    /// Control comes here also from places where nothing that was noted since the mark needs to hold.
    mutating func forget(since mark: Int) {
        while log.count > mark {
            let item = log.removeLast()
            let local = Int(item >> 1)
            if item & 1 == 0 {
                entries[local].hasValue = false
            } else {
                entries[local].start = -1
                entries[local].isLive = false
            }
        }
    }

    mutating func beginLoop(at offset: Int) { loops.append(Int32(offset)) }

    mutating func endLoop() { _ = loops.removeLast() }

    // MARK: Values

    /// The text reads the local; parameters have values.
    @inline(__always)
    mutating func read(_ local: Int32, isParameter: Bool) {
        if !entries[Int(local)].hasValue && !isParameter { entries[Int(local)].needsZero = true }
    }

    /// Whether the local may be read before it is set.
    func needsZero(_ local: UInt32) -> Bool { entries[Int(local)].needsZero }

    /// The text has given the local a value.
    mutating func set(_ local: Int32) {
        guard !entries[Int(local)].hasValue else { return }
        entries[Int(local)].hasValue = true
        log.append(UInt32(local) << 1)
    }

    /// The text is about to give the local another value, after it has read it if `reads`.
    ///
    /// Returns whether its base has to be made anew along with it; otherwise the local has none from here on.
    mutating func changeBase(_ local: Int32, reads: Bool) -> Bool {
        let index = Int(local)
        guard entries[index].start >= 0 else { return false }
        let mustKeep = comesAround(entries[index], reads: reads)
        if entries[index].isLive { return mustKeep }
        // Otherwise what reads the local could make the base, and rely on it when the loop comes around.
        if mustKeep { dropBase(local) }
        return false
    }

    /// The local has another value, and its base has not.
    mutating func dropBase(_ local: Int32) {
        entries[Int(local)].start = -1
        entries[Int(local)].isLive = false
    }

    /// Whether text that relies on the base comes around again: it lies in a loop that began after the base was made.
    private func comesAround(_ entry: Entry, reads: Bool) -> Bool {
        // The outermost such loop, of which a module may open tens of thousands.
        var (low, high) = (0, loops.count)
        while low < high {
            let middle = (low + high) / 2
            if loops[middle] > entry.start { high = middle } else { low = middle + 1 }
        }
        return low < loops.count && (reads || entry.lastUse >= loops[low])
    }

    // MARK: Bases

    /// Whether an access would be written as its base.
    func hasBase(_ local: Int32) -> Bool {
        let entry = entries[Int(local)]
        return entry.isLive || (entry.start >= 0 && entry.statement != statement)
    }

    /// How the access that is about to be written at an offset is written.
    mutating func access(_ local: Int32, at offset: Int) -> Access {
        let index = Int(local)
        if entries[index].isLive {
            entries[index].lastUse = Int32(offset)
            return .live
        }
        if entries[index].start < 0 { return .first }
        if entries[index].statement == statement { return .plain }
        entries[index].isLive = true
        entries[index].lastUse = Int32(offset)
        if !entries[index].declaresBase {
            entries[index].declaresBase = true
            baseCount += 1
        }
        return .second(start: Int(entries[index].start), end: Int(entries[index].end))
    }

    /// The base and the local stand in the text from `start` to `end`: the first access through it.
    mutating func noteAccess(_ local: Int32, start: Int, end: Int) {
        let index = Int(local)
        entries[index].start = Int32(start)
        entries[index].end = Int32(end)
        entries[index].statement = statement
        entries[index].isLive = false
        log.append(UInt32(local) << 1 | 1)
    }

    /// The text written since a mark is written anew: nothing can be made of the accesses in it.
    mutating func forgetAccesses(since mark: Int) {
        for position in mark..<max(mark, log.count) where log[position] & 1 != 0 {
            let index = Int(log[position] >> 1)
            entries[index].start = -1
            entries[index].isLive = false
        }
    }

    func declaresBase(_ local: UInt32) -> Bool { entries[Int(local)].declaresBase }

    /// The locals that the body names, ascending.
    func sortedLocals() -> [UInt32] {
        var locals: [UInt32] = []
        locals.reserveCapacity(used.count)
        for position in 0..<used.count { locals.append(used[position]) }
        locals.sort()
        return locals
    }
}

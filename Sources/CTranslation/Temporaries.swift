import WasmModule

/// The variables that hold values between statements, by C type; reused once what they held was read.
struct Temporaries: ~Copyable {
    struct Variable {
        var type: CType
        /// Its number among those of its type.
        var number: Int32
        var isFree = false
        /// Keeps its value however often it is read: results of blocks, parameters of loops.
        var isPinned = false
        /// If it is free, the one of its type that was free before it; negative if there was none.
        var nextFree: Int32 = -1
    }

    private var variables = Pile<Variable>()
    /// By type: the one that became free last, negative if none is.
    private var free = Pile<Int32>()
    private var counts = Pile<Int32>()
    private var read = Pile<Int32>()
    /// More were asked for than a frame may hold; the function is to be refused.
    private(set) var isOverflowing = false

    /// How many there are in all.
    var count: Int { variables.count }

    mutating func removeAll() {
        variables.removeAll()
        free.removeAll()
        counts.removeAll()
        for _ in 0..<CType.count {
            free.append(-1)
            counts.append(0)
        }
        read.removeAll()
        isOverflowing = false
    }

    /// A variable that nothing else holds.
    mutating func take(_ type: CType, pinned: Bool = false) -> Int32 {
        let type = type.stored
        let kind = Int(type.rawValue)
        let index = free[kind]
        if index >= 0 {
            free[kind] = variables[Int(index)].nextFree
            variables[Int(index)].isFree = false
            variables[Int(index)].isPinned = pinned
            return index
        }
        guard variables.count < TranslationLimits.temporaries else {
            isOverflowing = true
            return 0
        }
        variables.append(Variable(type: type, number: counts[kind], isPinned: pinned))
        counts[kind] += 1
        return Int32(variables.count - 1)
    }

    /// Notes that the statement being written reads it.
    mutating func noteRead(_ index: Int32) { read.append(index) }

    /// At the end of a statement: what it read is free.
    @inline(__always)
    mutating func releaseRead() {
        guard read.count > 0 else { return }
        for position in 0..<read.count where !variables[Int(read[position])].isPinned { release(read[position]) }
        read.removeAll()
    }

    /// Keeps a variable's value though it is read.
    mutating func pin(_ index: Int32) { variables[Int(index)].isPinned = true }

    /// Lets a pinned variable go: at once, or (`afterReading`) with its next reading.
    mutating func unpin(_ index: Int32, afterReading: Bool) {
        variables[Int(index)].isPinned = false
        if !afterReading { release(index) }
    }

    private mutating func release(_ index: Int32) {
        guard !variables[Int(index)].isFree else { return }
        let kind = Int(variables[Int(index)].type.rawValue)
        variables[Int(index)].isFree = true
        variables[Int(index)].nextFree = free[kind]
        free[kind] = index
    }

    func type(_ index: Int32) -> CType { variables[Int(index)].type }

    func isPinned(_ index: Int32) -> Bool { variables[Int(index)].isPinned }

    func number(_ index: Int32) -> Int32 { variables[Int(index)].number }

    /// How many of a type were ever needed: what the function declares.
    func count(of type: CType) -> Int32 { counts[Int(type.rawValue)] }
}

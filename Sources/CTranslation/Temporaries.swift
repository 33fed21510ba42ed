/// The variables that hold values between statements, by C type; reused once what they held was read.
struct Temporaries {
    private struct Variable {
        var type: CType
        /// Its number among those of its type.
        var number: Int32
        var isFree = false
        /// Keeps its value however often it is read: results of blocks, parameters of loops.
        var isPinned = false
    }

    private var variables: [Variable] = []
    private var free: [[Int32]] = Array(repeating: [], count: 9)
    private var counts: [Int32] = Array(repeating: 0, count: 9)
    private var read: [Int32] = []
    /// More were asked for than a frame may hold; the function is to be refused.
    private(set) var isOverflowing = false

    /// How many there are in all.
    var count: Int { variables.count }

    mutating func removeAll() {
        variables.removeAll(keepingCapacity: true)
        for type in 0..<free.count {
            free[type].removeAll(keepingCapacity: true)
            counts[type] = 0
        }
        read.removeAll(keepingCapacity: true)
        isOverflowing = false
    }

    /// A variable that nothing else holds.
    mutating func take(_ type: CType, pinned: Bool = false) -> Int32 {
        let type = type.stored
        let kind = Int(type.rawValue)
        if let index = free[kind].popLast() {
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
    mutating func releaseRead() {
        for index in read where !variables[Int(index)].isPinned { release(index) }
        read.removeAll(keepingCapacity: true)
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
        variables[Int(index)].isFree = true
        free[Int(variables[Int(index)].type.rawValue)].append(index)
    }

    func type(_ index: Int32) -> CType { variables[Int(index)].type }

    func isPinned(_ index: Int32) -> Bool { variables[Int(index)].isPinned }

    func number(_ index: Int32) -> Int32 { variables[Int(index)].number }

    /// How many of a type were ever needed: what the function declares.
    func count(of type: CType) -> Int32 { counts[Int(type.rawValue)] }
}

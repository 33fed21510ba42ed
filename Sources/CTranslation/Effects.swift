/// What evaluating an expression depends on and does, as far as its place among other things matters.
struct Effects: OptionSet {
    let rawValue: UInt8

    static let readsMemory = Effects(rawValue: 1)
    static let readsGlobals = Effects(rawValue: 2)
    static let readsTables = Effects(rawValue: 4)
    /// May trap, and only with "out of bounds memory access": two of these may swap.
    static let trapsOnLoad = Effects(rawValue: 8)
    /// May trap in another way: keeps its place among everything that may trap.
    static let trapsOtherwise = Effects(rawValue: 16)
    /// Contains a call: may do anything but touch this function's locals.
    static let calls = Effects(rawValue: 32)
    /// Reads what can change of an object: a mutable field or element.
    static let readsHeap = Effects(rawValue: 64)
    /// May trap, and only with "null structure reference": two of these may swap.
    static let trapsOnField = Effects(rawValue: 128)

    static let traps: Effects = [.trapsOnLoad, .trapsOnField, .trapsOtherwise]
    /// What must have happened before anything that others can see.
    static let ordered: Effects = [.trapsOnLoad, .trapsOnField, .trapsOtherwise, .calls]
    static let reads: Effects = [.readsMemory, .readsGlobals, .readsTables, .readsHeap]
    static let all: Effects = [.reads, .ordered]

    /// Whether evaluating `self` must not move across `other` because both may trap differently.
    @inline(__always)
    func conflictsOnTraps(with other: Effects) -> Bool {
        guard !isDisjoint(with: .ordered) && !other.isDisjoint(with: .ordered) else { return false }
        let together = union(other).intersection(.ordered)
        return together != .trapsOnLoad && together != .trapsOnField
    }
}

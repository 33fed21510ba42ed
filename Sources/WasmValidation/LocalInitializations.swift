/// Which locals of a type without a default value are set, at the place that is being checked.
///
/// What a block sets counts to its end only: the sets are logged, and undone from the log.
/// <https://webassembly.github.io/spec/core/valid/conventions.html#local-types>
struct LocalInitializations {
    /// By local, as far as any was set since the validator began.
    private var isSet: [Bool] = []
    private var log: [UInt32] = []

    /// How many sets are to be undone: ``undo(to:)`` comes back here.
    var mark: Int { log.count }

    func contains(_ local: UInt32) -> Bool { local < isSet.count && isSet[Int(local)] }

    mutating func set(_ local: UInt32) {
        while isSet.count <= local { isSet.append(false) }
        guard !isSet[Int(local)] else { return }
        isSet[Int(local)] = true
        log.append(local)
    }

    mutating func undo(to mark: Int) {
        while log.count > mark { isSet[Int(log.removeLast())] = false }
    }
}

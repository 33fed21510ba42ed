/// Whether the process keeps memory from round to round.
///
/// The first round may: it fills what is kept once (interned types, the allocators' pools, pages of our own code).
struct MemoryGrowth {
    /// KiB that the last round may leave more than the second.
    ///
    /// Where the allocator finds room differs from round to round by less; one page kept for each of the suite's
    /// modules would be five times as much.
    static let tolerance = 2048

    private var rounds: [ResidentMemory] = []

    mutating func add(_ memory: ResidentMemory) { rounds.append(memory) }

    /// KiB from the second round to the last, if they are too many.
    var excess: Int? {
        guard rounds.count > 2 else { return nil }
        let growth = rounds[rounds.count - 1].present - rounds[1].present
        return growth > Self.tolerance ? growth : nil
    }
}

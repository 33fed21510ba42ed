/// Whether the process keeps memory from round to round.
///
/// The first round may: it fills what is kept once (interned types, the allocators' pools, pages of our own code).
struct MemoryGrowth {
    /// KiB that the last round may leave more than the second.
    ///
    /// Rounds of the suite differ by less than 50; one page kept for each of its modules would be twenty times as much.
    static let tolerance = 512

    private var rounds: [ResidentMemory] = []

    mutating func add(_ memory: ResidentMemory) { rounds.append(memory) }

    /// KiB from the second round to the last, if they are too many.
    var excess: Int? {
        guard rounds.count > 2 else { return nil }
        let growth = rounds[rounds.count - 1].present - rounds[1].present
        return growth > Self.tolerance ? growth : nil
    }
}

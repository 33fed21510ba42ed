/// Whose turn it is to have a password looked at that takes work: a pause between any two, and nobody in front of all.
///
/// A client has few places, so that one who guesses leaves the others theirs; if all places are taken, a new attempt
/// takes any of them, so that those who guess from everywhere shut nobody out for good.
struct AttemptQueue<Key: Hashable & Sendable> {
    /// What becomes of an attempt.
    enum Place: Equatable {
        /// It waits, or does already: who asks the same shares the answer.
        case waits
        /// It waits in the place of another.
        case replaces(Key)
        /// The client has its places taken.
        case refused
    }

    private let pause: Int64
    private let places: Int
    private let placesOfClient: Int
    private var waiting: [(key: Key, client: String)] = []
    private var running: Key?
    private var nextAt = MonotonicTime(nanoseconds: .min)

    /// A pause in nanoseconds; how many wait, and how many of one client.
    init(pause: Int64 = .second / 2, places: Int = 32, placesOfClient: Int = 4) {
        self.pause = pause
        self.places = places
        self.placesOfClient = placesOfClient
    }

    /// Attempts that have not ended.
    var count: Int { waiting.count + (running == nil ? 0 : 1) }

    /// An attempt; `random` is any number, the same for nobody.
    mutating func add(_ key: Key, client: String, random: Int) -> Place {
        if running == key || waiting.contains(where: { $0.key == key }) { return .waits }
        guard waiting.count(where: { $0.client == client }) < placesOfClient else { return .refused }
        guard waiting.count >= places else {
            waiting.append((key, client))
            return .waits
        }
        let place = abs(random % places)
        let replaced = waiting.remove(at: place)
        waiting.append((key, client))
        return .replaces(replaced.key)
    }

    /// What to do next.
    enum Step: Equatable {
        case run(Key)
        /// Ask again then.
        case wait(until: MonotonicTime)
        case nothing
    }

    /// Begins an attempt, if it is time for one.
    mutating func next(at now: MonotonicTime) -> Step {
        guard running == nil, let first = waiting.first else { return .nothing }
        guard nextAt <= now else { return .wait(until: nextAt) }
        waiting.removeFirst()
        running = first.key
        nextAt = now.advanced(by: pause)
        return .run(first.key)
    }

    /// The one that was begun has ended.
    mutating func finished() {
        running = nil
    }
}

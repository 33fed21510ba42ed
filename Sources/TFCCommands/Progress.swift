import CRuntime
import Glibc
import ModuleCache
import Synchronization

/// Compiling, seen and steered from a terminal: a bar when it takes longer than half a second, silent elsewhere; and
/// ended by a signal such that nothing is left behind.
final class Progress: Sendable {
    /// What `work` returns or throws, observed.
    ///
    /// The bar is gone before that. Ends the process, by the signal that asked for it, if there was one.
    static func show<R, E: Error>(_ file: String, _ work: (CompileObserver) throws(E) -> R) throws(E) -> R {
        let progress = Progress(file: file)
        var outcome: Result<R, E>? = Result { () throws(E) in try work(progress.observer) }
        progress.bar.withLock { $0?.end() }
        // What was done before the signal was seen goes too: it may have a folder that nobody else would remove.
        if tf_interruption() != 0 { outcome = nil }
        tf_obey_interruption()
        guard let outcome else { exit(ExitStatus.failure) }
        return try outcome.get()
    }

    /// How far it is.
    struct State {
        var phase: CompileObserver.Phase
        var done: Int
        var total: Int
    }

    private let file: String
    private let bar = Mutex<ProgressBar?>(nil)

    private init(file: String) { self.file = file }

    // No lock: a bar that is a function behind is as good.
    private let phase = Atomic<Int>(0)
    private let done = Atomic<Int>(0)
    private let total = Atomic<Int>(0)

    var state: State {
        let phases: [CompileObserver.Phase] = [.decoding, .compiling, .finishing]
        return State(
            phase: phases[phase.load(ordering: .relaxed)], done: done.load(ordering: .relaxed),
            total: total.load(ordering: .relaxed))
    }

    private var observer: CompileObserver {
        var observer = CompileObserver()
        observer.begins = { [self] in
            tf_note_interruptions()
            // Not before: what is in the cache starts without a thread for a bar.
            if StandardError.isTerminal { bar.withLock { $0 = $0 ?? ProgressBar(of: self, file: file) } }
        }
        observer.isWanted = { tf_interruption() == 0 }
        observer.advances = { [self] phase, done, total in
            let number =
                switch phase {
                case .decoding: 0
                case .compiling: 1
                case .finishing: 2
                }
            self.phase.store(number, ordering: .relaxed)
            self.done.store(done, ordering: .relaxed)
            self.total.store(total, ordering: .relaxed)
        }
        return observer
    }
}

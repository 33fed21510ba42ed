import Glibc

/// The signals that tell a process to stop, taken by one thread that waits for them.
struct StopSignals {
    /// By number: what each means.
    private let meanings: [Int32: String]

    /// The one that does not stop it: its configuration is to be read again.
    ///
    /// Twice does no harm, so it is handed on as it is.
    static let reload = "SIGHUP"

    /// SIGTERM and SIGINT, from whoever may send them.
    static let fromAnybody = StopSignals(meanings: [SIGTERM: "SIGTERM", SIGINT: "SIGINT", SIGHUP: reload])

    /// What a supervisor hands on to the process that serves.
    ///
    /// Terminals, `timeout` and service managers send a signal to all processes of a group or a service. Were the
    /// signals the same, one of theirs and one handed on would be two, and the second ends the process at once.
    static let fromSupervisor = StopSignals(meanings: [SIGUSR1: "SIGTERM", SIGUSR2: "SIGINT", SIGHUP: reload])

    /// The signal that tells the process that serves what this one told its supervisor.
    static func handedOn(_ number: Int32) -> Int32 { number == SIGINT ? SIGUSR2 : SIGUSR1 }

    /// Keeps the signals from all threads that are started from now on.
    func block() {
        var set = set
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Waits for one.
    ///
    /// Returns its name.
    func wait() -> String {
        var set = set
        var number: Int32 = 0
        while sigwait(&set, &number) != 0 {}
        return meanings[number] ?? ""
    }

    /// From now on one more of them ends the process at once.
    func endAtTheNext() {
        for number in meanings.keys where number != SIGHUP {
            signal(number) { _exit(128 + ($0 == SIGINT || $0 == SIGUSR2 ? SIGINT : SIGTERM)) }
        }
        var set = set
        sigdelset(&set, SIGHUP)
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }

    private var set: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for number in meanings.keys { sigaddset(&set, number) }
        return set
    }
}

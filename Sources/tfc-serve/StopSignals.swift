import Glibc

/// SIGTERM and SIGINT, taken by one thread that waits for them.
struct StopSignals {
    private var set = sigset_t()

    /// Keeps the signals from all threads that are started from now on.
    init() {
        sigemptyset(&set)
        sigaddset(&set, SIGTERM)
        sigaddset(&set, SIGINT)
        pthread_sigmask(SIG_BLOCK, &set, nil)
        signal(SIGPIPE, SIG_IGN)
    }

    /// Waits for one.
    ///
    /// Returns its name.
    func wait() -> String {
        var set = set
        var number: Int32 = 0
        while sigwait(&set, &number) != 0 {}
        return number == SIGINT ? "SIGINT" : "SIGTERM"
    }

    /// From now on one more of them ends the process at once.
    func endAtTheNext() {
        signal(SIGTERM) { _exit(128 + $0) }
        signal(SIGINT) { _exit(128 + $0) }
        var set = set
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }
}

import CRuntime
import FunctionServer
import Glibc
import Logging

/// Keeps a server running: it is in a copy of this process, and after one that ends abnormally comes the next.
///
/// This process runs nothing of guests, starts no thread, and holds the sockets that all the copies listen on, so that
/// connections wait for the next copy instead of being refused.
struct Supervisor {
    let sockets: [ListeningSocket]
    let logger: Logger

    /// Returns in each copy, which then serves until these signals come; in this process never.
    func run() -> StopSignals {
        StopSignals.fromAnybody.block()
        StopSignals.fromSupervisor.block()
        var ends = Self.signals([SIGCHLD])
        pthread_sigmask(SIG_BLOCK, &ends, nil)
        // The next copy is not to wait for a backtrace of the one before.
        tf_drop_crash_handlers()
        var pace = RestartPace()
        while true {
            let start = MonotonicTime.now()
            let copy = tf_start_copy(StopSignals.handedOn(SIGTERM))
            if copy == 0 { return StopSignals.fromSupervisor }
            guard copy > 0 else {
                logger.critical("no process to serve in: \(String(cString: strerror(-copy)))")
                exit(1)
            }
            let signal = waitForEnd(of: copy)
            let pause = pace.pause(after: MonotonicTime.now().nanoseconds - start.nanoseconds)
            logger.error(
                "the server was ended by signal \(signal) (\(String(cString: strsignal(signal)))); the next one starts",
                metadata: ["ms": "\(pause / .millisecond)"])
            if Self.isStopped(within: pause) { exit(0) }
        }
    }

    /// Waits until the copy ends, and ends like it unless that was abnormal; hands on what tells us to stop.
    ///
    /// Returns the signal that ended it.
    private func waitForEnd(of copy: pid_t) -> Int32 {
        var isStopping = false
        while true {
            let number = Self.nextSignal()
            if number == SIGCHLD {
                guard let status = Self.status(of: copy) else { continue }
                if status & 0x7F == 0 { exit(status >> 8 & 0xFF) }
                if isStopping { exit(128 + (status & 0x7F)) }
                return status & 0x7F
            }
            guard number != SIGHUP else {
                kill(copy, SIGHUP)
                continue
            }
            // Who connects from now on is refused once the copy has closed them too.
            if !isStopping { for socket in sockets { socket.close() } }
            isStopping = true
            kill(copy, StopSignals.handedOn(number))
        }
    }

    private static func nextSignal() -> Int32 {
        var set = signals([SIGTERM, SIGINT, SIGHUP, SIGCHLD])
        var number: Int32 = 0
        while sigwait(&set, &number) != 0 {}
        return number
    }

    /// Whether we are told to stop within so many nanoseconds.
    private static func isStopped(within nanoseconds: Int64) -> Bool {
        var set = signals([SIGTERM, SIGINT])
        var pause = timespec(tv_sec: Int(nanoseconds / .second), tv_nsec: Int(nanoseconds % .second))
        return sigtimedwait(&set, nil, &pause) > 0
    }

    /// How a child ended; nil if it has not.
    private static func status(of child: pid_t) -> Int32? {
        var status: Int32 = 0
        return waitpid(child, &status, WNOHANG) == child ? status : nil
    }

    private static func signals(_ numbers: [Int32]) -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for number in numbers { sigaddset(&set, number) }
        return set
    }
}

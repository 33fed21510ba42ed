import CRuntime
import Glibc
import Synchronization

/// The present as HTTP writes it, formatted once a second.
enum Clock {
    private static let last = Mutex<(second: Int, text: String)>((0, ""))

    static func date() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME_COARSE, &time)
        let second = Int(time.tv_sec)
        return last.withLock { last in
            if last.second != second { last = (second, HTTPDate.format(second)) }
            return last.text
        }
    }
}

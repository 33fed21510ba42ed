import CRuntime
import Glibc

/// The present as HTTP writes it, formatted once a second by each that keeps one.
struct DateClock {
    private var second = 0
    private var text = ""

    mutating func now() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME_COARSE, &time)
        if time.tv_sec != second {
            second = time.tv_sec
            text = HTTPDate.format(second)
        }
        return text
    }
}

import Glibc

/// The processor time of the calling thread.
enum ThreadTime {
    /// Nanoseconds so far; a system call.
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * .second + Int64(time.tv_nsec)
    }
}

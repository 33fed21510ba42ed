import CRuntime

/// Host calls that can wait.
extension HostcallFrame {
    /// When the guest's time is up, in nanoseconds of the monotonic clock.
    var deadline: Int64 {
        let left = tf_store_remaining_ns(tf_host_store(host))
        let (moment, isEndless) = monotonicNanoseconds().addingReportingOverflow(left)
        return isEndless ? .max : moment
    }

    /// Ends a guest whose time is up; asked after each wait.
    func afterWait() throws(GuestStop) {
        if tf_store_interrupted(tf_host_store(host)) { throw GuestStop(trap: TF_TRAP_DEADLINE) }
    }
}

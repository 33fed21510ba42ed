/// How long to wait before a server that ended abnormally is started again.
///
/// Not at all the first time; then ever longer, as long as servers end soon after they were started, so that a loop of
/// crashes leaves the machine to others.
package struct RestartPace: Sendable {
    private var failures = 0

    /// Of a server that has lived this long nothing is held against the next one.
    private static let longLife = 30 * Int64.second
    private static let firstPause = 100 * Int64.millisecond
    private static let longestPause = 10 * Int64.second

    /// A pace without failures.
    package init() {}

    /// The pause, in nanoseconds, after a server that lived for `lifetime` nanoseconds.
    package mutating func pause(after lifetime: Int64) -> Int64 {
        if lifetime >= Self.longLife { failures = 0 }
        failures += 1
        return failures == 1 ? 0 : min(Self.firstPause << min(failures - 2, 10), Self.longestPause)
    }
}

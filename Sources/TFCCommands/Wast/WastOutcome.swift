/// How one command went.
enum WastOutcome: Equatable {
    case passed
    case failed(String)
    /// There is nothing of it but text.
    case skipped
}

/// Commands by how they went.
struct WastCounts: Equatable {
    var passed = 0
    var failed = 0
    var skipped = 0
    /// Failed as ``WastExpectedFailures`` have it.
    var expected = 0

    static func += (a: inout WastCounts, b: WastCounts) {
        a.passed += b.passed
        a.failed += b.failed
        a.skipped += b.skipped
        a.expected += b.expected
    }

    /// `2 passed, 0 failed, 1 skipped`.
    var text: String {
        "\(passed) passed, \(failed) failed, \(skipped) skipped"
            + (expected == 0 ? "" : ", \(expected) failed as expected")
    }
}

/// What became of a script: its counts, and the failures in order.
struct WastReport {
    var counts = WastCounts()
    var failures: [(line: Int, reason: String)] = []

    mutating func add(_ outcome: WastOutcome, line: Int) {
        switch outcome {
        case .passed: counts.passed += 1
        case .skipped: counts.skipped += 1
        case .failed(let reason):
            counts.failed += 1
            failures.append((line, reason))
        }
    }
}

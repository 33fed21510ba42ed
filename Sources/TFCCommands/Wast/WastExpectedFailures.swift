/// Commands that are known to fail, each with its reason: a file of lines `FOLDER/FILE.json:LINE reason`.
struct WastExpectedFailures {
    private var reasons: [String: String] = [:]

    init() {}

    init(text: String) throws(CommandFailure) {
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[0].contains(":") else {
                throw CommandFailure("not FILE:LINE and a reason: \(line)")
            }
            reasons[String(parts[0])] = String(parts[1])
        }
    }

    /// Takes the expected failures out of a report, into the skipped ones; what was expected and passed is a failure.
    func apply(to report: inout WastReport, path: String) {
        for (place, _) in reasons {
            guard let colon = place.lastIndex(of: ":"), path.hasSuffix("/" + place[..<colon]),
                let line = Int(place[place.index(after: colon)...])
            else { continue }
            if let index = report.failures.firstIndex(where: { $0.line == line }) {
                report.failures.remove(at: index)
                report.counts.failed -= 1
                report.counts.skipped += 1
            } else {
                report.counts.passed -= 1
                report.counts.failed += 1
                report.failures.append((line, "passes, and is listed as a failure"))
            }
        }
    }
}

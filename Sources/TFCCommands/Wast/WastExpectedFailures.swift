/// Commands that are known to fail: a file of lines `FOLDER/FILE.json:LINE FAILURE # REASON`.
///
/// A command has to fail with a message that begins like `FAILURE`: one that fails for another reason, or passes, or
/// was not there to be run, is a failure.
struct WastExpectedFailures {
    private struct Entry {
        var line: Int
        var failure: String
    }

    /// By script, as named in the file.
    private var entries: [String: [Entry]] = [:]
    private var scriptsMet: Set<String> = []

    init() {}

    init(text: String) throws(CommandFailure) {
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let comment = line.firstRange(of: " # "), let space = line.firstIndex(of: " "),
                space < comment.lowerBound, let colon = line[..<space].lastIndex(of: ":"),
                let number = Int(line[line.index(after: colon)..<space])
            else {
                throw CommandFailure("not FILE:LINE FAILURE # REASON: \(line)")
            }
            let failure = line[line.index(after: space)..<comment.lowerBound]
            let script = String(line[..<colon])
            guard !(entries[script] ?? []).contains(where: { $0.line == number }) else {
                throw CommandFailure("listed twice: \(line[..<space])")
            }
            entries[script, default: []].append(Entry(line: number, failure: String(failure)))
        }
    }

    /// Counts the failures of a report that were expected as such, and what was expected in vain as failures.
    mutating func apply(to report: inout WastReport, path: String) {
        for (script, entries) in entries where path == script || path.hasSuffix("/" + script) {
            scriptsMet.insert(script)
            for entry in entries { apply(entry, to: &report) }
        }
        report.failures.sort { $0.line < $1.line }
    }

    private func apply(_ entry: Entry, to report: inout WastReport) {
        guard let index = report.failures.firstIndex(where: { $0.line == entry.line }) else {
            report.counts.failed += 1
            report.failures.append((entry.line, "is listed as a failure, and is none"))
            return
        }
        guard report.failures[index].reason.hasPrefix(entry.failure) else {
            report.failures[index].reason += ", and is listed as: \(entry.failure)"
            return
        }
        report.failures.remove(at: index)
        report.counts.failed -= 1
        report.counts.expected += 1
    }

    /// Scripts that are listed, and were not run, in order.
    var scriptsNotMet: [String] { entries.keys.filter { !scriptsMet.contains($0) }.sorted() }
}

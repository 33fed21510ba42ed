import ModuleCache

/// What is live, for programs and for people.
struct FunctionList {
    private let functions: [(name: String, snapshot: FunctionReport.Snapshot, inFlight: Int)]

    init(_ functions: [(name: String, report: FunctionReport)]) {
        self.functions = functions.map { ($0.name, $0.report.snapshot, $0.report.inFlight) }
    }

    /// An array, an object for each function.
    var json: String {
        "[" + functions.map { "\n  " + object($0.name, $0.snapshot, $0.inFlight) }.joined(separator: ",") + "\n]\n"
    }

    private func object(_ name: String, _ snapshot: FunctionReport.Snapshot, _ inFlight: Int) -> String {
        var fields = ["\"name\": \(Self.quote(name))", "\"live\": \(snapshot.version != nil)"]
        if let version = snapshot.version {
            fields.append("\"sha256\": \(Self.quote(version.hash))")
            fields.append("\"bytes\": \(version.bytes)")
            fields.append("\"since\": \(Self.quote(Self.time(version.since)))")
            fields.append("\"tier\": \(Self.quote(version.tier.rawValue))")
        }
        let answers = snapshot.answers.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }
        fields.append("\"requests\": \(snapshot.requests)")
        fields.append("\"inFlight\": \(inFlight)")
        fields.append("\"answers\": {\(answers.joined(separator: ", "))}")
        fields.append("\"swaps\": \(snapshot.swaps)")
        let traps = snapshot.traps.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }
        fields.append("\"traps\": {\(traps.joined(separator: ", "))}")
        if let failure = snapshot.lastFailure {
            let time = Self.quote(Self.time(failure.time))
            fields.append("\"lastError\": {\"message\": \(Self.quote(failure.message)), \"time\": \(time)}")
        }
        return "{" + fields.joined(separator: ", ") + "}"
    }

    /// A table without anything but text in it.
    var page: String {
        let head = ["function", "version", "tier", "live since", "requests", "answers", "last error"]
        let rows = functions.map { cells($0.name, $0.snapshot) }
        let lines = [row(head, "th")] + rows.map { row($0, "td") }
        return """
            <!doctype html>
            <meta charset="utf-8">
            <title>Terrafirma: functions</title>
            <table>
            \(lines.joined(separator: "\n"))
            </table>

            """
    }

    private func cells(_ name: String, _ snapshot: FunctionReport.Snapshot) -> [String] {
        let version = snapshot.version
        let answers = snapshot.answers.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        return [
            name, String(version?.hash.prefix(16) ?? "not live"), version?.tier.rawValue ?? "",
            version.map { Self.time($0.since) } ?? "", String(snapshot.requests), answers.joined(separator: ", "),
            snapshot.lastFailure.map { "\(Self.time($0.time)) \($0.message)" } ?? "",
        ]
    }

    private func row(_ cells: [String], _ element: String) -> String {
        "<tr>" + cells.map { "<\(element)>\(HTMLText.escape(LogEscaping.escape($0)))</\(element)>" }.joined() + "</tr>"
    }

    /// As RFC 3339 has it: `2026-11-28T15:04:05Z`.
    static func time(_ seconds: Int64) -> String { HTTPDate.internetTime(Int(seconds)) }

    /// A string of JSON.
    static func quote(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

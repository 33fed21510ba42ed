import Glibc
package import Logging

/// Log lines as objects on the standard error stream: time, level, message, and what else there is under its own name.
///
/// One write per line.
package struct JSONLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level = .info

    private static let ours: Set<String> = ["time", "level", "message"]

    /// A handler without metadata.
    package init() {}

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 })
        let line = Self.line(
            "\(event.level)", "\(event.message)", fields.mapValues { "\($0)" }, at: nanosecondsSinceEpoch())
        line.withUnsafeBytes { bytes in
            _ = Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count)
        }
    }

    /// The line, at so many nanoseconds after 1970.
    static func line(_ level: String, _ message: String, _ fields: [String: String], at time: Int64) -> [UInt8] {
        var line: [UInt8] = []
        var stamp = TimeStamp()
        LineText.append("{\"time\":\"", to: &line)
        stamp.append(time, to: &line)
        let rest = fields.filter { !ours.contains($0.key) }.sorted { $0.key < $1.key }
        for (key, value) in [("level", level), ("message", message)] + rest {
            LineText.append("\",\"", to: &line)
            LineText.append(key, as: .json, to: &line)
            LineText.append("\":\"", to: &line)
            LineText.append(value, as: .json, to: &line)
        }
        LineText.append("\"}\n", to: &line)
        return line
    }
}

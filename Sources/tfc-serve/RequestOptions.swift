import ArgumentParser
import FunctionServer

extension AddressRange: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}

extension LogFormat: ExpressibleByArgument {}

/// A format, or none.
enum AccessLogOption: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
    case off
}

/// Whom requests are from, and what is written about them.
struct RequestOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A proxy in front of us, or a range of them, whose X-Forwarded-For, -Proto, -Host and X-Request-Id count: "
                + "127.0.0.1, 10.0.0.0/8, fd00::/8. May be repeated. Those of anybody else are dropped.",
            valueName: "address"))
    var trustedProxy: [AddressRange] = []

    @Option(help: "Whether each answer is logged, and how: text, json, off.")
    var accessLog = AccessLogOption.off

    @Option(
        help: ArgumentHelp(
            "Where answers are logged instead of the standard output stream; SIGHUP has the file opened anew.",
            valueName: "file"),
        completion: .file())
    var accessLogFile: String?

    @Option(help: "How the server's own log is written: text, json.")
    var logFormat = LogFormat.text

    func validate() throws {
        guard accessLogFile == nil || accessLog != .off else {
            throw ValidationError("--access-log-file says where; --access-log text or json is missing")
        }
    }

    /// Sets all of them.
    func apply(to settings: inout ServerSettings) {
        settings.accessLog = LogFormat(rawValue: accessLog.rawValue)
        settings.accessLogFile = accessLogFile
        settings.configuration.trustedProxies = trustedProxy
    }
}

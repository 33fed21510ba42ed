import ArgumentParser
import FunctionServer

extension AddressRange: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}

/// Whom requests are from, and what is written about them.
struct RequestOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A proxy in front of us, or a range of them, whose X-Forwarded-For, -Proto, -Host and X-Request-Id count: "
                + "127.0.0.1, 10.0.0.0/8, fd00::/8. May be repeated. Those of anybody else are dropped.",
            valueName: "address"))
    var trustedProxy: [AddressRange] = []

    /// Sets all of them.
    func apply(to settings: inout ServerSettings) {
        settings.configuration.trustedProxies = trustedProxy
    }
}

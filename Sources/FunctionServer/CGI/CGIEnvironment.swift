import NIOHTTP1

/// The environment and the arguments of a command that answers a request, per RFC 3875 and as WAGI has them.
package enum CGIEnvironment {
    /// Request headers that never reach a command: they belong to the connection, carry the server's own secrets, or
    /// (`Proxy`) would turn into a variable that programs trust.
    private static let withheld: Set<String> = [
        "authorization", "connection", "content-length", "content-type", "expect", "keep-alive", "proxy",
        "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    ]

    /// The script's path, then the query's parameters as they were sent.
    ///
    /// Without those that begin with a hyphen: programs would take what any client writes for flags of theirs.
    package static func arguments(of request: FunctionRequest) -> [String] {
        [scriptName(request)]
            + request.query.split(separator: "&").filter { $0.utf8.first != UInt8(ascii: "-") }.map(String.init)
    }

    /// The script's path, decoded: it is a path of files here.
    private static func scriptName(_ request: FunctionRequest) -> String {
        PercentDecoding.decode(request.script.utf8).map { String(decoding: $0, as: UTF8.self) } ?? request.script
    }

    /// The variables as `NAME=value`, each name once, in a fixed order.
    ///
    /// No `PATH_TRANSLATED`: what follows a function in the path is no file of the server's.
    package static func variables(of request: FunctionRequest) -> [String] {
        let host = request.host
        let fields: [(String, String)] = [
            ("GATEWAY_INTERFACE", "CGI/1.1"),
            ("PATH_INFO", request.pathInfo),
            ("QUERY_STRING", request.query),
            ("REMOTE_ADDR", request.remoteAddress),
            ("REMOTE_HOST", request.remoteAddress),
            ("REQUEST_METHOD", request.method),
            ("SCRIPT_NAME", scriptName(request)),
            ("SERVER_NAME", serverName(host)),
            ("SERVER_PORT", String(request.port)),
            ("SERVER_PROTOCOL", request.version),
            ("SERVER_SOFTWARE", "Terrafirma"),
            ("X_FULL_URL", "\(request.scheme)://\(host)\(request.target)"),
            ("X_MATCHED_ROUTE", request.script + "/..."),
            ("X_RAW_PATH_INFO", request.rawPathInfo),
        ]
        return (fields + entityVariables(request) + headerVariables(request.functionHeaders)).map { "\($0)=\($1)" }
    }

    /// What is there only with a body, with a password, or over TLS.
    private static func entityVariables(_ request: FunctionRequest) -> [(String, String)] {
        var fields: [(String, String)] = []
        if let user = request.user { fields += [("AUTH_TYPE", "Basic"), ("REMOTE_USER", user)] }
        if let length = request.bodyLength, length > 0 { fields.append(("CONTENT_LENGTH", String(length))) }
        let types = request.headers["content-type"]
        if types.count == 1, let type = types.first, ResponseHeaderRules.isValue(type) {
            fields.append(("CONTENT_TYPE", type))
        }
        if request.scheme == "https" { fields.append(("HTTPS", "on")) }
        return fields
    }

    /// `HTTP_*`: repeated fields joined.
    ///
    /// A name with anything but letters, digits and hyphens is dropped, so that no
    /// two names become one variable (`X_Foo` and `X-Foo`).
    private static func headerVariables(_ headers: HTTPHeaders) -> [(String, String)] {
        var order: [String] = []
        var values: [String: String] = [:]
        for field in headers {
            let name = field.name.lowercased()
            guard !withheld.contains(name), name.utf8.allSatisfy(isPlain), ResponseHeaderRules.isValue(field.value)
            else {
                continue
            }
            if let value = values[name] {
                values[name] = value + (name == "cookie" ? "; " : ", ") + field.value
            } else {
                order.append(name)
                values[name] = field.value
            }
        }
        return order.map { name in
            let variable = String(
                decoding: name.utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }, as: UTF8.self)
            return ("HTTP_" + variable.uppercased(), values[name] ?? "")
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        ResponseHeaderRules.isTokenByte(byte)
            && (byte == UInt8(ascii: "-") || byte >= UInt8(ascii: "0") && byte != UInt8(ascii: "_"))
            && !"^`|~".utf8.contains(byte)
    }

    /// The host without its port.
    static func serverName(_ host: String) -> String {
        if host.hasPrefix("["), let end = host.firstIndex(of: "]") { return String(host[...end]) }
        return String(host.prefix { $0 != ":" })
    }
}

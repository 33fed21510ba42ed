extension CGIEnvironment {
    /// Beginnings of names that say something about a request, and that programs believe.
    private static let reservedPrefixes = ["HTTP_", "SERVER_", "REMOTE_", "REQUEST_", "CONTENT_", "SSL_"]
    private static let reservedNames: Set<String> = [
        "AUTH_TYPE", "GATEWAY_INTERFACE", "HTTPS", "PATH_INFO", "PATH_TRANSLATED", "QUERY_STRING", "SCRIPT_NAME",
        "X_FULL_URL", "X_MATCHED_ROUTE", "X_RAW_PATH_INFO",
    ]

    /// Whether a variable is the server's to set, in whatever case.
    package static func isReserved(_ name: String) -> Bool {
        let name = name.uppercased()
        return reservedNames.contains(name) || reservedPrefixes.contains { name.hasPrefix($0) }
    }
}

import Foundation

/// Certificates that `openssl` makes for a test, each signed by itself.
enum TestCertificates {
    /// Makes one as certbot keeps it: `NAME/fullchain.pem` and `NAME/privkey.pem`.
    static func make(_ name: String, names: [String]? = nil, in folder: TestFolder) throws {
        mkdir("\(folder.path)/\(name)", 0o755)
        let place = "\(folder.path)/\(name)"
        try make(names ?? [name], chain: place + "/fullchain.pem", key: place + "/privkey.pem")
    }

    /// Makes one as lego keeps it: `NAME.crt` and `NAME.key`.
    static func makeFlat(_ name: String, names: [String]? = nil, in folder: TestFolder) throws {
        try make(names ?? [name], chain: "\(folder.path)/\(name).crt", key: "\(folder.path)/\(name).key")
    }

    private static func make(_ names: [String], chain: String, key: String) throws {
        let result = try Program.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
                "-keyout", key, "-out", chain, "-subj", "/CN=\(names[0])",
                "-addext", "subjectAltName=" + names.map { "DNS:" + $0 }.joined(separator: ","),
            ])
        guard result.code == 0 else { throw TestFailure("openssl: \(result.error)") }
    }
}

/// A program that runs to its end.
enum Program {
    struct Result {
        var code: Int32
        var output: String
        var error: String
    }

    static func run(_ name: String, _ arguments: [String]) throws -> Result {
        let folder = try TestFolder(["output": "", "error": ""])
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [name] + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle(forWritingAtPath: folder.path + "/output")
        process.standardError = FileHandle(forWritingAtPath: folder.path + "/error")
        try process.run()
        process.waitUntilExit()
        return Result(
            code: process.terminationStatus, output: ServerProcess.read(folder.path + "/output"),
            error: ServerProcess.read(folder.path + "/error"))
    }

    /// What curl gets from a host that is here: the body, a line end, the status, the version of HTTP.
    static func curl(_ host: String, _ port: Int, _ path: String, _ arguments: [String] = []) throws -> Result {
        try run(
            "curl",
            [
                "-sS", "--max-time", "60", "--noproxy", "*", "--resolve", "\(host):\(port):127.0.0.1",
                "-w", "\n%{http_code} %{http_version}",
            ] + arguments + ["https://\(host):\(port)\(path)"])
    }
}

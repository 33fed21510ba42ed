import FunctionServer
import Glibc
import Testing

/// What others on the way may read as one request, and we as two.
@Suite("Request smuggling")
struct SmugglingTests {
    private static let hidden = "GET /echo.wasm?smuggled HTTP/1.1\r\nHost: x\r\n\r\n"

    /// All that is answered to the bytes, and to a whole request that is sent behind them.
    private func answers(to text: String) throws -> String {
        let server = try TestServer(["echo.wasm": "echo"])
        let client = try server.connect()
        try client.send(text)
        try? client.send("GET /echo.wasm?behind HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return String(decoding: client.rest(), as: UTF8.self)
    }

    private func isRefused(_ answers: String) -> Bool {
        ["400", "413", "431", "501", "505"].contains { answers.hasPrefix("HTTP/1.1 \($0) ") }
            && !answers.contains("smuggled") && !answers.contains("behind") && !answers.contains("HTTP/1.1 200")
    }

    @Test(
        "T24: fields of length and coding that anybody may read otherwise are refused, with all that comes behind them",
        arguments: [
            "Transfer-Encoding: identity\r\n", "Transfer-Encoding: chunked, chunked\r\n",
            "Transfer-Encoding: identity, chunked\r\n", "Transfer-Encoding: \"chunked\"\r\n",
            "Transfer-Encoding: chunked;q=1\r\n", "Transfer-Encoding: chunke\r\n", "Transfer-Encoding:\r\n",
            "Transfer-Encoding: ,chunked\r\n", "Transfer-Encoding:\u{b}chunked\r\n",
            "Transfer-Encoding: chunked\u{b}\r\n", "Transfer-Encoding\t: chunked\r\n",
            "Transfer-Encoding\u{b}: chunked\r\n", " Transfer-Encoding: chunked\r\n",
            "\tTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
            "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
            "Content-Length: 5\r\ncontent-length: 5\r\nTransfer-Encoding: chunked\r\n",
            "Content-Length : 5\r\n", "Content-Length\t: 5\r\n", "Content-Length: 1_0\r\n", "Content-Length: 5;\r\n",
            "Content-Length: 5\u{b}\r\n", "Content-Length: \u{ff15}\r\n", "Content-Length: 5.0\r\n",
            "Content-Length: 5\r\n 0\r\n", "Content-Length: 18446744073709551621\r\n",
            "Content-Length: 9223372036854775808\r\n", "Content-Length: ,5\r\n", "Content-Length: 5, 6\r\n",
            "X: a\nContent-Length: 5\r\n", "X: a\rContent-Length: 5\r\n", "X:\u{0}\r\n", "\u{0}X: a\r\n",
            "X\u{7f}: a\r\n",
            "X(: a\r\n", "é: a\r\n", "\r: a\r\n",
        ])
    func fields(field: String) throws {
        let all = try answers(to: "POST /echo.wasm HTTP/1.1\r\nHost: x\r\n\(field)\r\n0\r\n\r\n\(Self.hidden)")
        #expect(isRefused(all), "\(all)")
    }

    @Test(
        "T24: chunks whose size anybody may read otherwise are refused",
        arguments: [
            " 5\r\nhello\r\n", "5 \r\nhello\r\n", "5\t\r\nhello\r\n", "5 ;x\r\nhello\r\n", "5_\r\nhello\r\n",
            "\r\n5\r\nhello\r\n", "0x5\r\nhello\r\n", "5h\r\nhello\r\n", ";x\r\nhello\r\n", "5\rhello\r\n",
            "5\nhello\r\n", "5\r\nhello\n", "5\r\nhello0\r\n", "5\r\nhell\r\n", "-5\r\nhello\r\n", "5.0\r\nhello\r\n",
            "10000000000000005\r\nhello\r\n", "FFFFFFFFFFFFFFFFF\r\nhello\r\n",
            "5;x\nhello\r\n", "5;\u{0}\r\nhello\r\n",
        ])
    func chunks(chunk: String) throws {
        let all = try answers(
            to:
                "POST /echo.wasm HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\(chunk)0\r\n\r\n\(Self.hidden)"
        )
        #expect(isRefused(all), "\(all)")
    }

    @Test("T24: what is allowed in chunks is read as everybody reads it")
    func soundChunks() throws {
        let server = try TestServer(["echo.wasm": "echo"])
        let client = try server.connect()
        try client.send(
            "POST /echo.wasm HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n"
                + "5;name=\"value\"\r\nhello\r\n00A\r\n0123456789\r\n0;end\r\nX-Trailer: dropped\r\n\r\n"
                + "GET /echo.wasm?next HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try client.response().body.hasSuffix("[] hello0123456789"))
        #expect(try client.response().body.contains("[next]"))
    }

    @Test("T24: the largest chunk there is ends where the largest body does, and nothing in it is a request")
    func largestChunk() throws {
        let server = try TestServer(["echo.wasm": "echo"]) { $0.maximumBody = 100 }
        let client = try server.connect()
        try client.send(
            "POST /echo.wasm HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n"
                + "hello\r\n0\r\n\r\n\(Self.hidden)\(Self.hidden)\(Self.hidden)")
        let all = String(decoding: client.rest(), as: UTF8.self)
        #expect(all.hasPrefix("HTTP/1.1 413 ") && !all.contains("smuggled"), "\(all)")
    }

    @Test("T24: HTTP/1.0 knows no chunks")
    func oldVersion() throws {
        let all = try answers(
            to: "POST /echo.wasm HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "0\r\n\r\n\(Self.hidden)")
        #expect(isRefused(all) || all.hasPrefix("HTTP/1.0 400 ") && !all.contains("smuggled"), "\(all)")
    }

    @Test(
        "T24: request lines that anybody may read otherwise are refused",
        arguments: [
            "GET /echo.wasm HTTP/1.1\nHost: x\r\n\r\n", "GET /echo.wasm HTTP/1.1\rHost: x\r\n\r\n",
            "GET\t/echo.wasm\tHTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /echo.wasm HTTP/1.1 \r\nHost: x\r\n\r\n", "GET /echo.wasm HTTP/1.10\r\nHost: x\r\n\r\n",
            "GET /echo.wasm HTTP/01.1\r\nHost: x\r\n\r\n", "GET /echo.wasm http/1.1\r\nHost: x\r\n\r\n",
            "GET /echo.wasm HTTP/3.0\r\nHost: x\r\n\r\n", "GET /echo.wasm HTTP/1.1x\r\nHost: x\r\n\r\n",
            "GET /echo.wasm\r\nHost: x\r\n\r\n", "get /echo.wasm HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /echo\u{0}.wasm HTTP/1.1\r\nHost: x\r\n\r\n", "GET /echo.wasm\u{b}HTTP/1.1\r\nHost: x\r\n\r\n",
            " GET /echo.wasm HTTP/1.1\r\nHost: x\r\n\r\n", "GET http:///echo.wasm HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /echo.wasm HTTP/1.1\r\n Host: x\r\n\r\n", "GET echo.wasm HTTP/1.1\r\nHost: x\r\n\r\n",
            "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        ])
    func requestLines(text: String) throws {
        let all = try answers(to: text)
        #expect(!all.contains("HTTP/1.1 200") && !all.contains("HTTP/1.0 200"), "\(all)")
        #expect(all.hasPrefix("HTTP/1.1 4") || all.hasPrefix("HTTP/1.1 5"), "\(all)")
    }

    @Test("T24: what a request with Upgrade or CONNECT brings along is not read as a request")
    func upgrades() throws {
        for first in [
            "GET /echo.wasm HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n",
            "CONNECT x:80 HTTP/1.1\r\nHost: x:80\r\n\r\n",
        ] {
            let all = try answers(to: first + Self.hidden)
            #expect(!all.contains("smuggled") && !all.contains("behind"), "\(all)")
        }
    }
}

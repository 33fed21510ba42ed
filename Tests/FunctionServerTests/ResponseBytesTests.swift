import NIOCore
import Testing

@testable import FunctionServer

@Suite("Bytes of a response")
struct ResponseBytesTests {
    private func bytes(_ response: FunctionResponse, isLast: Bool = false, hasBody: Bool = true) -> String {
        String(
            buffer: ResponseBytes.make(
                response, id: "0a", date: "today", isLast: isLast, hasBody: hasBody, allocator: ByteBufferAllocator()))
    }

    @Test("are its header and its body, with what the server adds, and nothing twice")
    func whole() {
        var response = FunctionResponse(
            headers: [("A", "1"), ("X-Request-ID", "theirs")], body: ByteBuffer(string: "hi"))
        let start = "HTTP/1.1 200 OK\r\nA: 1\r\nx-request-id: 0a\r\ncontent-length: 2\r\n"
        #expect(bytes(response) == start + "date: today\r\n\r\nhi")
        #expect(bytes(response, hasBody: false) == start + "date: today\r\n\r\n")
        #expect(bytes(response, isLast: true) == start + "date: today\r\nconnection: close\r\n\r\nhi")
        response.headers.append(("Date", "once"))
        response.status = 404
        #expect(
            bytes(response)
                == "HTTP/1.1 404 Not Found\r\nA: 1\r\nDate: once\r\nx-request-id: 0a\r\ncontent-length: 2\r\n\r\nhi")
    }

    @Test("have room for every length of names, values and bodies")
    func lengths() {
        for length in [0, 1, 63, 64, 127, 128, 1000, ResponseBytes.largestCopy] {
            let text = String(repeating: "x", count: length)
            let fields = (0..<5).map { (name: "n\($0)" + text, value: text) }
            let response = FunctionResponse(status: 599, headers: fields, body: ByteBuffer(string: text))
            let answer = bytes(response, isLast: true)
            #expect(
                answer.hasSuffix("\r\n\r\n" + text) && fields.allSatisfy { answer.contains("\($0.name): \(text)\r\n") })
        }
    }

    @Test("a byte may be in a token, or not, as RFC 9110 has it")
    func tokens() {
        let others = "!#$%&'*+-.^_`|~".utf8
        for byte in UInt8.min...UInt8.max {
            let scalar = Unicode.Scalar(byte)
            let isLetterOrDigit =
                byte < 0x80 && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
            #expect(ResponseHeaderRules.isTokenByte(byte) == (isLetterOrDigit || others.contains(byte)), "\(byte)")
        }
    }
}

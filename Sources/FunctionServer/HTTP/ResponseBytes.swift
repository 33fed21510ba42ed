import NIOCore
import NIOHTTP1

/// A whole response of HTTP/1.1 as its bytes, made at once: most answers are one small piece, for which going through the
/// parts of a response one by one costs more than making it.
enum ResponseBytes {
    /// Bytes of the largest body that is copied; a larger one goes out as it is.
    static let largestCopy = 16 * 1024

    /// Puts the response together.
    ///
    /// The fields have passed ``ResponseHeaderRules``: nothing in them ends a line, or frames the message.
    static func make(
        _ response: FunctionResponse, id: String, date: String, isLast: Bool, hasBody: Bool,
        allocator: ByteBufferAllocator
    ) -> ByteBuffer {
        let length = response.body.readableBytes
        var bytes = allocator.buffer(capacity: 256 + (hasBody ? length : 0))
        bytes.writeStaticString("HTTP/1.1 ")
        if response.status == 200 {
            bytes.writeStaticString("200 OK\r\n")
        } else {
            let status = HTTPResponseStatus(statusCode: response.status)
            bytes.writeString("\(status.code) \(status.reasonPhrase)\r\n")
        }
        var hasDate = false
        for field in response.headers where !field.name.isField("x-request-id") {
            write(field.name, field.value, to: &bytes)
            hasDate = hasDate || field.name.isField("date")
        }
        write("x-request-id", id, to: &bytes)
        bytes.writeStaticString("content-length: ")
        bytes.writeString(String(length))
        bytes.writeStaticString("\r\n")
        if !hasDate { write("date", date, to: &bytes) }
        if isLast { bytes.writeStaticString("connection: close\r\n") }
        bytes.writeStaticString("\r\n")
        if hasBody { bytes.writeImmutableBuffer(response.body) }
        return bytes
    }

    private static func write(_ name: String, _ value: String, to bytes: inout ByteBuffer) {
        bytes.writeString(name)
        bytes.writeStaticString(": ")
        bytes.writeString(value)
        bytes.writeStaticString("\r\n")
    }
}

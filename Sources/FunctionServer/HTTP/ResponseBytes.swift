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
        let status = response.status == 200 ? "200 OK" : Self.line(of: response.status)
        let lengthText = String(length)
        var room = 128 + status.utf8.count + id.utf8.count + date.utf8.count + (hasBody ? length : 0)
        for field in response.headers { room += field.name.utf8.count + field.value.utf8.count + 4 }
        var bytes = allocator.buffer(capacity: room)
        bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { memory in
            var pieces = Pieces(memory)
            pieces.add("HTTP/1.1 ")
            pieces.add(status)
            pieces.add("\r\n")
            var hasDate = false
            for field in response.headers where !field.name.isField("x-request-id") {
                pieces.add(field.name, field.value)
                hasDate = hasDate || field.name.isField("date")
            }
            pieces.add("x-request-id", id)
            pieces.add("content-length", lengthText)
            if !hasDate { pieces.add("date", date) }
            if isLast { pieces.add("connection: close\r\n") }
            pieces.add("\r\n")
            if hasBody { response.body.withUnsafeReadableBytes { pieces.add($0) } }
            return pieces.count
        }
        return bytes
    }

    private static func line(of status: Int) -> String {
        let status = HTTPResponseStatus(statusCode: status)
        return "\(status.code) \(status.reasonPhrase)"
    }

    /// Pieces one behind the other, in memory with room for all of them.
    ///
    /// SAFETY: a piece that does not fit ends the process.
    private struct Pieces {
        private let memory: UnsafeMutableRawBufferPointer
        private(set) var count = 0

        init(_ memory: UnsafeMutableRawBufferPointer) {
            self.memory = memory
        }

        mutating func add(_ bytes: UnsafeRawBufferPointer) {
            precondition(bytes.count <= memory.count - count)
            UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyMemory(from: bytes)
            count += bytes.count
        }

        mutating func add(_ text: StaticString) {
            add(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        }

        mutating func add(_ text: String) {
            var text = text
            text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
        }

        mutating func add(_ name: String, _ value: String) {
            add(name)
            add(": ")
            add(value)
            add("\r\n")
        }
    }
}

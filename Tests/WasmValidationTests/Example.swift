import Testing
import WasmValidation

/// A module in the text format, for the reader, and what an assembler made of it.
struct Example: Sendable, CustomTestStringConvertible {
    let text: String
    /// Everything behind the header, in hexadecimal digits.
    let bytes: String
    /// How the message begins; nil if the module is valid.
    let refusal: String?

    init(_ text: String, _ bytes: String, refusal: String? = nil) {
        self.text = text
        self.bytes = bytes
        self.refusal = refusal
    }

    var testDescription: String { text }

    func check() {
        let error = WasmValidationTests.refusal([0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00] + parse(bytes))
        guard let refusal else {
            #expect(error == nil)
            return
        }
        #expect(error?.message.hasPrefix(refusal) == true, "\(error?.message ?? "accepted")")
    }
}

/// The bytes that pairs of hexadecimal digits stand for.
func parse(_ digits: String) -> [UInt8] {
    let values = digits.utf8.map { UInt8($0 < 0x40 ? $0 - 0x30 : $0 - 0x57) }
    return stride(from: 0, to: values.count, by: 2).map { values[$0] << 4 | values[$0 + 1] }
}

import Testing
import WasmValidation

@Suite("Hostile input")
struct HostileInputTests {
    /// A module with every section and many kinds of instructions.
    static let sample = function(
        [
            0x41, 5, 0x41, 0, 0x11, 1, 0, 0x1A, 0x1A, 0x02, 0x40, 0x41, 0, 0x0E, 1, 0, 1, 0x0B, 0x41, 0, 0x04, 0x7E,
            0x20, 1,
            0x05, 0x42, 0x80, 0x7F, 0x0B, 0x1A, 0x41, 0, 0x28, 2, 4, 0x1A, 0xD2, 1, 0x41, 1, 0xFC, 15, 0, 0x1A, 0x41,
            0, 0x41, 0, 0x41, 0, 0xFC, 8, 0, 0, 0xD0, 0x6F, 0xD0, 0x6F, 0x41, 0, 0x1C, 1, 0x6F, 0x1A, 0x44, 0, 0, 0, 0,
            0, 0, 0xF0, 0x3F, 0x1A, 0x0B,
        ], locals: [2, 1, 0x7F, 3, 0x7E])

    @Test("A module cut short anywhere is refused")
    func truncated() {
        #expect(refusal(Self.sample) == nil)
        for length in 0..<Self.sample.count {
            // Behind the header alone, behind the types and behind the imports it is whole.
            let isWhole = [8, 23, 30].contains(length)
            #expect((refusal(Array(Self.sample[..<length])) == nil) == isWhole, "\(length) bytes")
        }
    }

    @Test("No change of a single byte crashes decoder or validator, and errors lie within the file")
    func changed() {
        var bytes = Self.sample
        var accepted = 0
        for index in bytes.indices {
            let original = bytes[index]
            for value in UInt8.min...UInt8.max {
                bytes[index] = value
                if let error = refusal(bytes) {
                    #expect((0...bytes.count).contains(error.offset))
                } else {
                    accepted += 1
                }
            }
            bytes[index] = original
        }
        // Most changes make the module wrong, but constants may be anything.
        #expect(accepted > Self.sample.count && accepted < Self.sample.count * 128)
    }
}

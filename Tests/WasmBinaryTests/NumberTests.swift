import Testing
import WasmBinary
import WasmModule

@Suite("LEB128 numbers")
struct NumberTests {
    static let boundaries: [UInt64] = [0, 1, 63, 64, 127, 128, 255, 1 << 14, (1 << 14) - 1, 1 << 21, 1 << 28]

    @Test("Unsigned numbers are read at every length up to five bytes", arguments: 1...5)
    func unsigned(length: Int) throws {
        for value in Self.boundaries + [(1 << 31) - 1, 1 << 31, (1 << 32) - 1] {
            let instruction = try instruction([0x20] + leb(value, length: length))
            #expect(instruction.a == UInt32(value))
        }
    }

    @Test("Signed numbers are read at every length up to the longest", arguments: 1...10)
    func signed(length: Int) throws {
        let small = Self.boundaries.map { Int64($0) } + [Int64(Int32.max)]
        for value in small + small.map({ -1 - $0 }) {
            #expect(
                try instruction([0x41] + signedLEB(value, length: min(length, 5))).bits
                    == UInt64(UInt32(truncatingIfNeeded: value)))
            #expect(try instruction([0x42] + signedLEB(value, length: length)).bits == UInt64(bitPattern: value))
        }
        for value in [Int64.min, .max, Int64(Int32.min) - 1, Int64(Int32.max) + 1] {
            #expect(try instruction([0x42] + signedLEB(value, length: length)).bits == UInt64(bitPattern: value))
        }
    }

    @Test("The last byte of an unsigned 32-bit number has four bits")
    func lastUnsignedByte() {
        for byte in UInt8.min...UInt8.max {
            let error = instructionRefusal([0x20, 0x80, 0x80, 0x80, 0x80, byte])
            switch byte {
            case 0x00...0x0F: #expect(error == nil)
            case 0x10...0x7F: #expect(error == DecodeError(offset: 1, message: "integer too large"))
            default: #expect(error == DecodeError(offset: 1, message: "integer representation too long"))
            }
        }
    }

    @Test("The last byte of a signed number repeats the sign")
    func lastSignedByte() {
        for byte in UInt8.min...UInt8.max {
            let error32 = instructionRefusal([0x41, 0x80, 0x80, 0x80, 0x80, byte])
            let error64 = instructionRefusal([0x42] + [UInt8](repeating: 0x80, count: 9) + [byte])
            let error33 = instructionRefusal([0x02, 0x80, 0x80, 0x80, 0x80, byte])
            if byte >= 0x80 {
                for error in [error32, error64, error33] {
                    #expect(error?.message == "integer representation too long")
                }
                continue
            }
            #expect((error32 == nil) == (byte & 0x78 == 0 || byte & 0x78 == 0x78))
            #expect((error64 == nil) == (byte == 0 || byte == 0x7F))
            // A type index is a positive number of 33 bits.
            #expect((error33 == nil) == (byte < 0x10))
        }
    }

    @Test("Numbers that the bytes end in are refused", arguments: 0...4)
    func truncated(length: Int) {
        let continued = [UInt8](repeating: 0x80, count: length)
        for opcode: UInt8 in [0x20, 0x41, 0x42, 0x02] {
            let error = instructionRefusal([opcode] + continued)
            #expect(error?.message == "unexpected end of section or function")
            #expect(error?.offset == length + 1)
        }
    }

    @Test("Floating-point constants are their bits")
    func floats() throws {
        #expect(try instruction([0x43, 0x01, 0x00, 0xA0, 0x7F]).bits == 0x7FA0_0001)
        #expect(try instruction([0x44, 1, 2, 3, 4, 5, 6, 7, 0xFF]).bits == 0xFF07_0605_0403_0201)
        for length in 0..<4 {
            #expect(instructionRefusal([0x43] + [UInt8](repeating: 0, count: length)) != nil)
        }
        for length in 0..<8 {
            #expect(instructionRefusal([0x44] + [UInt8](repeating: 0, count: length)) != nil)
        }
    }
}

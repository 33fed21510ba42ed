import Testing
import WasmModule
import WasmValidation

@Suite("Vectors")
struct VectorTests {
    private let vector: [UInt8] = [0xFD, 0x0C] + [UInt8](repeating: 0, count: 16)
    private let address: [UInt8] = [0x41, 0]

    @Test("Every instruction with a lane takes its last lane, and no lane beyond")
    func lanes() {
        let counts: [(opcodes: ClosedRange<UInt8>, lanes: UInt8, scalar: [UInt8])] = [
            (0x15...0x16, 16, []), (0x17...0x17, 16, [0x41, 0]), (0x18...0x19, 8, []), (0x1A...0x1A, 8, [0x41, 0]),
            (0x1B...0x1B, 4, []), (0x1C...0x1C, 4, [0x41, 0]), (0x1D...0x1D, 2, []), (0x1E...0x1E, 2, [0x42, 0]),
            (0x1F...0x1F, 4, []), (0x20...0x20, 4, [0x43, 0, 0, 0, 0]), (0x21...0x21, 2, []),
            (0x22...0x22, 2, [0x44, 0, 0, 0, 0, 0, 0, 0, 0]),
        ]
        for (opcodes, lanes, scalar) in counts {
            for opcode in opcodes {
                let code = { (lane: UInt8) in vector + scalar + [0xFD, opcode, lane, 0x1A, 0x0B] }
                #expect(message(code(lanes - 1)) == nil, "\(opcode)")
                #expect(message(code(lanes)) == "invalid lane index \(lanes)", "\(opcode)")
            }
        }
    }

    @Test("Loads and stores of a lane check lane and alignment")
    func memoryLanes() {
        for width in UInt8(0)...3 {
            let lanes: UInt8 = 16 >> width
            let load = { (alignment: UInt8, lane: UInt8) in
                address + vector + [0xFD, 0x54 + width, alignment, 0, lane, 0x1A, 0x0B]
            }
            let store = { (alignment: UInt8, lane: UInt8) in
                address + vector + [0xFD, 0x58 + width, alignment, 0, lane, 0x0B]
            }
            for code in [load, store] {
                #expect(message(code(width, lanes - 1)) == nil)
                #expect(message(code(width, lanes)) == "invalid lane index \(lanes)")
                #expect(message(code(width + 1, 0)) == "alignment must not be larger than natural")
            }
        }
    }

    @Test("A shuffle takes each of its 32 lanes and none beyond, wherever it stands")
    func shuffle() {
        let shuffle = { (lanes: [UInt8]) in vector + vector + [0xFD, 0x0D] + lanes + [0x1A, 0x0B] }
        #expect(message(shuffle(Array(0...15))) == nil)
        #expect(message(shuffle(Array(16...31))) == nil)
        for place in 0..<16 {
            for bad in [32, 64, 128, 255] as [UInt8] {
                var lanes = [UInt8](repeating: 31, count: 16)
                lanes[place] = bad
                #expect(message(shuffle(lanes)) == "invalid lane index")
            }
        }
    }

    @Test("A vector is aligned to sixteen bytes at most")
    func alignment() {
        #expect(message(address + [0xFD, 0x00, 4, 0, 0x1A, 0x0B]) == nil)
        #expect(message(address + [0xFD, 0x00, 5, 0, 0x1A, 0x0B]) == "alignment must not be larger than natural")
        #expect(message(address + [0xFD, 0x01, 4, 0, 0x1A, 0x0B]) == "alignment must not be larger than natural")
    }
}

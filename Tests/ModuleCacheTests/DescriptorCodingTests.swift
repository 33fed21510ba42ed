import Testing
import WasmModule

@testable import ModuleCache

@Suite("Descriptor coding")
struct DescriptorCodingTests {
    private let descriptor = {
        let module = sampleModule()
        var descriptor = ModuleDescriptor(module: module, image: MemoryImage(module: module))
        descriptor.data.append(.inImage(MemoryIndex(1)))
        descriptor.image = [ImageExtent(memory: MemoryIndex(1), memoryOffset: 4096, fileOffset: 8192, length: 4096)]
        return descriptor
    }()

    @Test("A descriptor comes back as it was")
    func roundTrip() throws {
        #expect(try ModuleDescriptor.decode(descriptor.encode()) == descriptor)
        let empty = ModuleDescriptor(module: Module(), image: MemoryImage(module: Module()))
        #expect(try ModuleDescriptor.decode(empty.encode()) == empty)
    }

    @Test("Names come back as they were, and equal names give equal bytes")
    func names() throws {
        let names = sampleModule().names
        #expect(try NameSection.decode(names.encode()) == names)
        #expect(names.encode() == sampleModule().names.encode())
    }

    @Test("A descriptor cut anywhere is an error")
    func truncation() {
        let bytes = descriptor.encode()
        for count in bytes.indices {
            #expect(throws: DamagedFile.self) { try ModuleDescriptor.decode(Array(bytes.prefix(count))) }
        }
    }

    @Test("A descriptor with any bit flipped is an error")
    func bitFlips() {
        let bytes = descriptor.encode()
        for bit in 0..<(bytes.count * 8) {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << (bit % 8)
            #expect(throws: DamagedFile.self) { try ModuleDescriptor.decode(damaged) }
        }
    }

    @Test("A damaged descriptor with a right checksum is an error or a value, never a crash")
    func mutations() throws {
        var generator = SeededGenerator(state: 1)
        let content = descriptor.encode().dropLast(8)
        var refused = 0
        for _ in 0..<5000 {
            var damaged = Array(content)
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let at = Int.random(in: damaged.indices, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: damaged[at] = UInt8.random(in: 0...255, using: &generator)
                case 1: damaged[at] = [0x00, 0x7F, 0x80, 0xFF][Int.random(in: 0..<4, using: &generator)]
                default: damaged.remove(at: at)
                }
            }
            guard let value = try? ModuleDescriptor.decode(ByteEncoder.sealed(damaged)) else {
                refused += 1
                continue
            }
            #expect(try ModuleDescriptor.decode(value.encode()) == value)
        }
        #expect(refused > 0)
    }
}

import Testing
import WasmBinary
import WasmModule
import WasmValidation

@Suite("Features used")
struct FeatureDetectionTests {
    private func features(_ bytes: [UInt8]) throws -> Set<Feature> {
        try bytes.withUnsafeBufferPointer { buffer in
            featuresUsed(by: try validate(decodeModule(buffer)), bytes: buffer)
        }
    }

    private func body(_ code: [UInt8]) -> [UInt8] {
        module((.type, [1, 0x60, 0, 0]), (.function, [1, 0]), (.code, [1] + leb(code.count + 1) + [0] + code))
    }

    @Test("A module of the first version uses nothing else")
    func first() throws {
        #expect(try features(module()) == [.mvp])
        #expect(try features(body([0x41, 0, 0x1A, 0x0B])) == [.mvp])
    }

    @Test("Instructions tell their feature")
    func instructions() throws {
        #expect(try features(body([0x41, 0, 0xC0, 0x1A, 0x0B])) == [.mvp, .signExtension])
        #expect(try features(body([0x43, 0, 0, 0, 0, 0xFC, 0, 0x1A, 0x0B])) == [.mvp, .saturatingFloatToInt])
        #expect(try features(body([0xD0, 0x70, 0x1A, 0x0B])) == [.mvp, .referenceTypes])
        #expect(try features(body([0x02, 0, 0x0B, 0x0B])) == [.mvp, .multiValue])
        let vector = [0xFD, 0x0C] + [UInt8](repeating: 0, count: 16)
        #expect(try features(body(vector + [0x1A, 0x0B])) == [.mvp, .simd])
        let relaxed = vector + vector + [0xFD, 0x80, 0x02, 0x1A, 0x0B]
        #expect(try features(body(relaxed)) == [.mvp, .simd, .relaxedSimd])
    }

    @Test("Declarations tell their feature")
    func declarations() throws {
        #expect(try features(module((.type, [1, 0x60, 0, 2, 0x7F, 0x7F]))) == [.mvp, .multiValue])
        #expect(try features(module((.import, [1, 0, 0, 3, 0x7F, 1]))) == [.mvp, .mutableGlobals])
        #expect(try features(module((.table, [2, 0x70, 0, 0, 0x70, 0, 0]))) == [.mvp, .referenceTypes])
        #expect(try features(module((.table, [1, 0x6F, 0, 0]))) == [.mvp, .referenceTypes])
        #expect(try features(module((.data, [1, 1, 0]))) == [.mvp, .bulkMemory])
        let sum = module((.global, [1, 0x7F, 0, 0x41, 1, 0x41, 2, 0x6A, 0x0B]))
        #expect(try features(sum) == [.mvp, .extendedConstants])
    }

    @Test("Types, tags and memories of WebAssembly 3.0 tell their feature")
    func third() throws {
        #expect(try features(module((.type, [1, 0x5F, 0]))) == [.mvp, .garbageCollection])
        #expect(try features(module((.type, [1, 0x50, 0, 0x60, 0, 0]))) == [.mvp, .garbageCollection])
        let typed: [UInt8] = [2, 0x60, 0, 0, 0x60, 1, 0x63, 0, 0]
        #expect(try features(module((.type, typed))) == [.mvp, .referenceTypes, .functionReferences])
        let reference = module((.type, [1, 0x60, 1, 0x6E, 0]))
        #expect(try features(reference) == [.mvp, .referenceTypes, .garbageCollection])
        let constant = module((.global, [1, 0x64, 0x6C, 0, 0x41, 0, 0xFB, 0x1C, 0x0B]))
        #expect(
            try features(constant) == [.mvp, .referenceTypes, .functionReferences, .garbageCollection])
        #expect(try features(module((.type, [1, 0x60, 0, 0]), (.tag, [1, 0, 0]))) == [.mvp, .exceptions])
        #expect(try features(module((.memory, [2, 0, 0, 0, 0]))) == [.mvp, .multipleMemories])
        #expect(try features(module((.memory, [1, 4, 0]))) == [.mvp, .memory64])
        #expect(try features(module((.table, [1, 0x70, 4, 0]))) == [.mvp, .memory64])
        #expect(try features(module((.memory, [1, 8, 0, 0]))) == [.mvp, .customPageSizes])
        #expect(try features(module((.memory, [1, 3, 0, 0]))) == [.mvp, .threads])
        let table = module((.table, [1, 0x40, 0, 0x70, 0, 1, 0xD0, 0x70, 0x0B]))
        #expect(try features(table) == [.mvp, .referenceTypes, .functionReferences])
    }

    @Test("Instructions of WebAssembly 3.0 tell their feature")
    func thirdInstructions() throws {
        #expect(try features(body([0x12, 0, 0x0B])) == [.mvp, .tailCalls])
        #expect(try features(body([0x1F, 0x40, 0, 0x0B, 0x0B])) == [.mvp, .exceptions])
        #expect(try features(body([0x06, 0x40, 0x0B, 0x0B])) == [.mvp, .legacyExceptions])
        #expect(try features(body([0x00, 0x14, 0, 0x0B])) == [.mvp, .functionReferences])
        #expect(try features(body([0x00, 0xD3, 0x1A, 0x0B])) == [.mvp, .garbageCollection])
        #expect(try features(body([0xFE, 3, 0, 0x0B])) == [.mvp, .threads])
        #expect(try features(body([0x00, 0xFC, 22, 0x00, 0x0B])) == [.mvp, .wideArithmetic])
    }

    @Test("Types that only bodies name tell their feature")
    func bodies() throws {
        #expect(try features(body([0x02, 0x7B, 0x00, 0x0B, 0x1A, 0x0B])) == [.mvp, .simd])
        let local: [UInt8] = [1, 1, 0x6E, 0x0B]
        let bytes = module(
            (.type, [1, 0x60, 0, 0]), (.function, [1, 0]), (.code, [1] + leb(local.count) + local))
        #expect(try features(bytes) == [.mvp, .referenceTypes, .garbageCollection])
    }
}

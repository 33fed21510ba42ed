import Foundation
import FuzzBodies
import Testing

@Suite("What fuzzing has kept")
struct CorpusTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "FuzzCorpus")

    @Test("Every kept input passes", arguments: FuzzTarget.allCases)
    func replay(target: FuzzTarget) throws {
        let files = try FileManager.default.contentsOfDirectory(
            at: Self.folder.appending(path: target.corpus), includingPropertiesForKeys: nil)
        #expect(!files.isEmpty)
        for file in files {
            let input = try Self.bytes(String(contentsOf: file, encoding: .utf8))
            #expect(throws: Never.self, "\(file.lastPathComponent)") {
                try input.withUnsafeBufferPointer { bytes in try target.run(bytes) }
            }
        }
    }

    /// Hexadecimal digits; lines that begin with # are for people.
    private static func bytes(_ text: String) throws -> [UInt8] {
        let digits = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.joined()
        return try stride(from: 0, to: digits.count, by: 2).map { offset in
            let start = digits.index(digits.startIndex, offsetBy: offset)
            return try #require(UInt8(digits[start...].prefix(2), radix: 16))
        }
    }
}

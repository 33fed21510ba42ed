import Glibc
import NativeCode
import Synchronization
import WasmModule

@testable import ModuleCache

/// A folder of a test's own.
final class Folder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/terrafirma-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw StorageError(path: "/tmp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { removeTree(path) }

    /// Writes a file in the folder, anew if `inPlace`: the same inode with other contents.
    @discardableResult
    func write(_ bytes: [UInt8], to name: String, inPlace: Bool = false) throws -> String {
        let file = path + "/" + name
        let draft = inPlace ? file : file + ".new"
        let stream = fopen(draft, inPlace ? "r+" : "w")
        fwrite(bytes, 1, bytes.count, stream)
        fclose(stream)
        if !inPlace { rename(draft, file) }
        return file
    }
}

/// Lines that a cache logged, and how often it compiled.
final class Record: Sendable {
    private let state = Mutex((lines: [String](), compilations: 0))

    var lines: [String] { state.withLock { $0.lines } }
    var compilations: Int { state.withLock { $0.compilations } }

    func log(_ line: String) { state.withLock { $0.lines.append(line) } }
    func compiled() { state.withLock { $0.compilations += 1 } }
}

/// A cache whose compiler copies the source, so that the cache alone is tested.
///
/// A module that is `[0]` is invalid, one that is `[0xFF]` more than the compiler takes.
func makeCache(
    _ directory: String, _ record: Record, version: String = "1",
    change: (inout CacheConfiguration) -> Void = { _ in }
) -> ModuleCache {
    var configuration = CacheConfiguration(directory: directory, log: record.log)
    configuration.sweepInterval = .zero
    change(&configuration)
    let pipeline = Pipeline(
        identity: version,
        translate: { contents, _, _, _ throws(ModuleError) in
            guard contents != [0] else { throw ModuleError(offset: 0x1F3, function: 12, message: "type mismatch") }
            let source = Pipeline.Source { sink in contents.withUnsafeBufferPointer { sink($0) } }
            return Pipeline.Translation(module: sampleModule(), source: source)
        },
        compile: { source, path, _ throws(Pipeline.CompileFailure) in
            record.compiled()
            do {
                let text = try source.text()
                if text == [0xFF] {
                    throw CompileError("a function needs too much stack", isModuleLimit: true)
                }
                usleep(2000)
                try OpenFile(creating: path).write(text[...])
                return text
            } catch let error as CompileError {
                throw .code(error)
            } catch {
                throw .code(CompileError("\(error)"))
            }
        })
    return ModuleCache(configuration: configuration, pipeline: pipeline)
}

/// Random numbers that are the same in every run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

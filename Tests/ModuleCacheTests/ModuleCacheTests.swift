import Glibc
import Synchronization
import Testing
import WasmModule

@testable import ModuleCache

@Suite("Module cache")
struct ModuleCacheTests {
    private let folder: Folder
    private let record = Record()
    private let cache: ModuleCache

    init() throws {
        folder = try Folder()
        cache = makeCache(folder.path + "/cache", record)
    }

    private func artifact(_ bytes: [UInt8], force: Bool = false) throws -> Artifact {
        try cache.artifact(contents: bytes, name: "a.wasm", force: force)
    }

    @Test("A module is compiled once")
    func once() throws {
        let first = try artifact([1, 2, 3])
        let second = try artifact([1, 2, 3])
        #expect(!first.wasCached)
        #expect(second.wasCached)
        #expect(record.compilations == 1)
        #expect(first.key == second.key)
        #expect(first.descriptor == second.descriptor)
        #expect(second.descriptor.exports.map(\.name) == ["f", "t", "m", "g", "e"])
        #expect(second.functionNames()[FunctionIndex(0)] == "größe")
        #expect(try readSmallFile(second.codePath) == [1, 2, 3])
        #expect(try readSmallFile(second.imagePath) == [1])
        #expect(second.sizeIn == 3)
        #expect(second.sizeOut == cache.entries().map(\.size).reduce(0, +))
        #expect(record.lines.isEmpty)
    }

    @Test("Another process's cache finds it, a cache with another translator does not")
    func keys() throws {
        let key = try artifact([1]).key
        let same = makeCache(folder.path + "/cache", record)
        #expect(try same.artifact(contents: [1], name: "b.wasm").wasCached)
        let other = try makeCache(folder.path + "/cache", record, version: "2").artifact(contents: [1], name: "a.wasm")
        #expect(!other.wasCached)
        #expect(other.key != key)
        #expect(try artifact([2]).key != key)
    }

    @Test("Forcing compiles anew in the same place")
    func force() throws {
        let first = try artifact([1])
        let second = try artifact([1], force: true)
        #expect(!second.wasCached)
        #expect(second.codePath == first.codePath)
        #expect(record.compilations == 2)
        #expect(cache.entries().count == 1)
        #expect(names(inFolder: cache.stagingFolder).isEmpty)
    }

    @Test("An invalid module is an error with its place, and leaves nothing behind")
    func invalid() throws {
        let error = #expect(throws: ModuleError.self) { try artifact([0]) }
        #expect(error?.description == "a.wasm:0x1f3: function 12: type mismatch")
        #expect(cache.entries().isEmpty)
        #expect(names(inFolder: cache.stagingFolder).isEmpty)
    }

    @Test("A module that the compiler has no room for is told so, and is not tried again elsewhere")
    func compilerLimit() throws {
        let error = #expect(throws: ModuleError.self) { try artifact([0xFF]) }
        #expect(error?.description == "a.wasm: a function needs too much stack (split it into smaller functions)")
        #expect(record.compilations == 1)
        #expect(cache.entries().isEmpty)
    }

    @Test("Folders and files are their owner's alone")
    func modes() throws {
        let artifact = try artifact([1])
        for path in [cache.directory, cache.entriesFolder, artifact.directory] {
            #expect(FileStatus(path: path)?.permissions == 0o700)
        }
        for name in names(inFolder: artifact.directory) {
            #expect(FileStatus(path: artifact.directory + "/" + name)?.permissions == 0o600)
        }
    }

    @Test("Clearing removes every artifact")
    func clear() throws {
        _ = try artifact([1])
        _ = try artifact([2])
        #expect(cache.clear() == 2)
        #expect(cache.entries().isEmpty)
        #expect(try !artifact([1]).wasCached)
    }

    @Test("Sixteen threads that want the same module compile it once")
    func singleFlight() async throws {
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<16 {
                group.addTask { try cache.artifact(contents: [9], name: "a.wasm").codePath }
            }
            for try await path in group { #expect(try readSmallFile(path) == [9]) }
        }
        #expect(record.compilations == 1)
    }

    @Test("A process that finds the key's lock taken waits, and then compiles nothing")
    func lock() async throws {
        let first = try artifact([9])
        let lock = try OpenFile(locking: cache.locksFolder + "/" + first.key.prefix(2)).locked()
        let aside = folder.path + "/aside"
        rename(first.directory, aside)
        let waiting = Task { try cache.artifact(contents: [9], name: "a.wasm") }
        try await Task.sleep(for: .milliseconds(20))
        rename(aside, first.directory)
        release(lock)
        #expect(try await waiting.value.wasCached)
        #expect(record.compilations == 1)
    }

    private func release(_ file: consuming OpenFile) {}

    @Test("The least recently used go first, down to seven tenths of the limit, but none in use")
    func eviction() throws {
        let cache = makeCache(folder.path + "/cache", record) {
            $0.limit = 20_000
            $0.evictionGrace = .seconds(50)
        }
        func use(_ number: UInt8, secondsAgo: Int) throws -> String {
            let made = try cache.artifact(contents: [UInt8](repeating: number, count: 4000), name: "a.wasm")
            var times = [
                timespec(tv_sec: time(nil) - secondsAgo, tv_nsec: 0),
                timespec(tv_sec: time(nil) - secondsAgo, tv_nsec: 0),
            ]
            utimensat(AT_FDCWD, made.directory, &times, 0)
            return made.key
        }
        let oldest = try use(1, secondsAgo: 1000)
        let kept = try use(2, secondsAgo: 400)
        let old = try use(3, secondsAgo: 900)
        let recent = try use(4, secondsAgo: 10)
        let last = try use(5, secondsAgo: 0)
        let left = Set(cache.entries().map(\.key))
        #expect(!left.contains(oldest))
        #expect(!left.contains(old))
        #expect(left == [kept, recent, last])
    }

    @Test("A use is noted, at most once a minute")
    func touching() throws {
        let made = try artifact([1])
        var times = [timespec(tv_sec: 1000, tv_nsec: 0), timespec(tv_sec: 1000, tv_nsec: 0)]
        utimensat(AT_FDCWD, made.directory, &times, 0)
        _ = try artifact([1])
        let noted = try #require(FileStatus(path: made.directory)?.identity.modified)
        #expect(noted > 1_000_000_000_000_000)
        _ = try artifact([1])
        #expect(FileStatus(path: made.directory)?.identity.modified == noted)
    }
}

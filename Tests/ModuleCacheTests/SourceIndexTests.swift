import Glibc
import Testing
import WasmModule

@testable import ModuleCache

@Suite("Source index")
struct SourceIndexTests {
    private let folder: Folder
    private let record = Record()
    private let cache: ModuleCache

    init() throws {
        folder = try Folder()
        cache = makeCache(folder.path + "/cache", record)
    }

    /// Longer than a file needs to settle.
    private func settle() { usleep(150_000) }

    @Test("A file that has settled is not read again")
    func warm() throws {
        let path = try folder.write([1, 2, 3], to: "a.wasm")
        settle()
        let first = try cache.artifact(file: path)
        let second = try cache.artifact(file: path)
        #expect(!first.wasCached)
        #expect(second.wasCached)
        #expect(second.key == first.key)
        #expect(second.timings.read == .zero)
        #expect(second.timings.hash == .zero)
        #expect(second.sizeIn == 3)
    }

    @Test("A file that has just been written is read again")
    func racy() throws {
        let path = try folder.write([1, 2, 3], to: "a.wasm")
        _ = try cache.artifact(file: path)
        #expect(names(inFolder: cache.directory + "/index").isEmpty)
    }

    @Test("Other contents of the same size, in the same inode, with the same times, are noticed")
    func stale() throws {
        let path = try folder.write([1, 2, 3], to: "a.wasm")
        settle()
        let first = try cache.artifact(file: path)
        #expect(names(inFolder: cache.directory + "/index").count == 1)
        var status = stat()
        stat(path, &status)
        try folder.write([4, 5, 6], to: "a.wasm", inPlace: true)
        var times = [status.st_atim, status.st_mtim]
        utimensat(AT_FDCWD, path, &times, 0)
        let before = FileIdentity(of: status)
        let after = try #require(FileStatus(path: path)?.identity)
        #expect(after.inode == before.inode && after.size == before.size && after.modified == before.modified)
        let second = try cache.artifact(file: path)
        #expect(second.key != first.key)
        #expect(try readSmallFile(second.codePath) == [4, 5, 6])
    }

    @Test("A replaced file is noticed")
    func replaced() throws {
        let path = try folder.write([1], to: "a.wasm")
        settle()
        let first = try cache.artifact(file: path)
        try folder.write([2], to: "a.wasm")
        #expect(try cache.artifact(file: path).key != first.key)
    }

    @Test("A damaged index is as good as none")
    func damaged() throws {
        let path = try folder.write([1], to: "a.wasm")
        settle()
        let first = try cache.artifact(file: path)
        let index = cache.directory + "/index"
        let file = index + "/" + (try #require(names(inFolder: index).first))
        let good = try readSmallFile(file)
        for count in 0..<good.count {
            unlink(file)
            try OpenFile(creating: file).write(good.prefix(count))
            #expect(try cache.artifact(file: path).key == first.key)
        }
        #expect(record.compilations == 1)
    }

    @Test("What is known is not written again")
    func recordedOnce() throws {
        let path = try folder.write([1], to: "a.wasm")
        settle()
        _ = try cache.artifact(file: path)
        let index = cache.directory + "/index"
        let file = index + "/" + (try #require(names(inFolder: index).first))
        let before = try #require(FileStatus(path: file)).identity
        #expect(try !cache.artifact(file: path, force: true).wasCached)
        #expect(FileStatus(path: file)?.identity == before)
    }

    @Test("An index that names an entry that is gone leads to compiling")
    func dangling() throws {
        let path = try folder.write([1], to: "a.wasm")
        settle()
        removeTree(try cache.artifact(file: path).directory)
        #expect(try !cache.artifact(file: path).wasCached)
    }

    @Test("What is not a readable regular file is an error that names it")
    func unreadable() throws {
        mkfifo(folder.path + "/pipe.wasm", 0o600)
        let large = try folder.write([], to: "large.wasm")
        truncate(large, (1 << 30) + 1)
        for (name, reason) in [
            ("", "is a folder"), ("missing.wasm", "No such file or directory"), ("pipe.wasm", "is not a regular file"),
            ("large.wasm", "is larger than 1 GiB"),
        ] {
            let path = name.isEmpty ? folder.path : folder.path + "/" + name
            let error = #expect(throws: ModuleError.self) { try cache.artifact(file: path) }
            #expect(error?.description == "\(path): \(reason)")
        }
    }
}

extension FileIdentity {
    fileprivate init(of status: stat) { self = FileStatus(status).identity }
}

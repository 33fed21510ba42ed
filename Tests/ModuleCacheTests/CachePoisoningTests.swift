import Glibc
import NativeCode
import Testing
import WasmModule

@testable import ModuleCache

@Suite("Cache poisoning (threat T20)")
struct CachePoisoningTests {
    private let folder: Folder
    private let record = Record()
    private let cache: ModuleCache
    private let entry: String
    private static let files = ArtifactFile.allCases.map(\.name) + [Manifest.fileName]

    init() throws {
        folder = try Folder()
        cache = makeCache(folder.path + "/cache", record)
        entry = try cache.artifact(contents: [1, 2, 3, 4], name: "a.wasm").directory
    }

    /// The damage must be noticed: a compilation, a line in the log, and a good entry afterwards.
    private func expectRecovery(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let again = try cache.artifact(contents: [1, 2, 3, 4], name: "a.wasm")
        #expect(!again.wasCached, sourceLocation: sourceLocation)
        #expect(record.compilations == 2, sourceLocation: sourceLocation)
        #expect(record.lines.count == 1, sourceLocation: sourceLocation)
        #expect(try readSmallFile(again.codePath) == [1, 2, 3, 4], sourceLocation: sourceLocation)
        #expect(try cache.artifact(contents: [1, 2, 3, 4], name: "a.wasm").wasCached, sourceLocation: sourceLocation)
        #expect(names(inFolder: cache.stagingFolder).isEmpty, sourceLocation: sourceLocation)
    }

    @Test("A truncated file is compiled anew", arguments: files)
    func truncated(name: String) throws {
        let size = try readSmallFile(entry + "/" + name).count
        truncate(entry + "/" + name, size - 1)
        try expectRecovery()
    }

    @Test("A file with one bit flipped is compiled anew, even if its times are as before", arguments: files)
    func bitFlipped(name: String) throws {
        let path = entry + "/" + name
        var status = stat()
        stat(path, &status)
        var bytes = try readSmallFile(path)
        bytes[bytes.count / 2] ^= 0x10
        try folder.write(
            bytes, to: "cache/entries/" + entry.split(separator: "/").suffix(1).joined() + "/" + name, inPlace: true)
        var times = [status.st_atim, status.st_mtim]
        utimensat(AT_FDCWD, path, &times, 0)
        try expectRecovery()
    }

    @Test("A missing file is compiled anew", arguments: files)
    func missing(name: String) throws {
        unlink(entry + "/" + name)
        try expectRecovery()
    }

    @Test("A file that others may write is not trusted", arguments: files)
    func writable(name: String) throws {
        chmod(entry + "/" + name, 0o666)
        try expectRecovery()
    }

    @Test("An entry that others may write is not trusted")
    func writableEntry() throws {
        chmod(entry, 0o777)
        try expectRecovery()
    }

    @Test("A file of another owner is not trusted", .enabled(if: geteuid() == 0), arguments: files)
    func owner(name: String) throws {
        chown(entry + "/" + name, 12345, 12345)
        try expectRecovery()
    }

    @Test("A symbolic link in place of a file is not followed", arguments: files)
    func symlink(name: String) throws {
        let path = entry + "/" + name
        let target = folder.path + "/target"
        rename(path, target)
        Glibc.symlink(target, path)
        try expectRecovery()
        #expect(FileStatus(path: target) != nil)
    }

    @Test("A symbolic link in place of an entry is not followed, and its target stays")
    func symlinkedEntry() throws {
        let target = folder.path + "/target"
        rename(entry, target)
        Glibc.symlink(target, entry)
        try expectRecovery()
        #expect(names(inFolder: target).count == 6)
    }

    @Test("A file in place of an entry is replaced")
    func fileAsEntry() throws {
        removeTree(entry)
        try OpenFile(creating: entry).write([1])
        try expectRecovery()
    }

    @Test("Another module's good entry under this key is not taken once it is looked at")
    func swapped() throws {
        let other = try cache.artifact(contents: [5], name: "b.wasm").directory
        removeTree(entry)
        rename(other, entry)
        unlink(entry + "/" + Seal.fileName)
        let again = try cache.artifact(contents: [1, 2, 3, 4], name: "a.wasm")
        #expect(!again.wasCached)
        #expect(try readSmallFile(again.codePath) == [1, 2, 3, 4])
    }

    @Test("Without its seal, or with another machine's, an entry is verified and sealed again")
    func unsealed() throws {
        let seal = try readSmallFile(entry + "/" + Seal.fileName)
        for damage in [nil, [1, 2, 3], []] as [[UInt8]?] {
            unlink(entry + "/" + Seal.fileName)
            if let damage { try OpenFile(creating: entry + "/" + Seal.fileName).write(damage[...]) }
            #expect(try cache.artifact(contents: [1, 2, 3, 4], name: "a.wasm").wasCached)
            #expect(try readSmallFile(entry + "/" + Seal.fileName) == seal)
        }
        #expect(record.compilations == 1)
    }

    @Test("A cache folder that cannot be used costs a log line, and the artifact goes with its last user")
    func unusableFolder() throws {
        let blocked = try folder.write([1], to: "file")
        for path in [blocked, blocked + "/cache"] {
            let record = Record()
            let cache = makeCache(path, record) { $0.temporaryDirectory = folder.path }
            var artifact: Artifact? = try cache.artifact(contents: [7], name: "a.wasm")
            let directory = try #require(artifact?.directory)
            #expect(try readSmallFile(directory + "/code.so") == [7])
            #expect(record.lines.count == 1)
            artifact = nil
            #expect(FileStatus(path: directory) == nil)
        }
    }

    @Test("A cache folder that others may write is not used")
    func writableFolder() throws {
        chmod(cache.directory, 0o777)
        removeTree(entry)
        let artifact = try cache.artifact(contents: [1, 2, 3, 4], name: "a.wasm")
        #expect(!artifact.directory.hasPrefix(cache.directory))
        #expect(record.lines.count == 1)
    }

    @Test("A full disk during compilation sends the artifact elsewhere")
    func fullDisk() throws {
        let failing = makeCache(folder.path + "/cache", record)
        var pipeline = failing.pipeline
        let directory = cache.directory
        pipeline.compile = { source, path, timings throws(Pipeline.CompileFailure) in
            guard !path.hasPrefix(directory) else { throw .code(CompileError("No space left on device")) }
            return try failing.pipeline.compile(source, path, &timings)
        }
        let full = ModuleCache(configuration: failing.configuration, pipeline: pipeline)
        let artifact = try full.artifact(contents: [8], name: "a.wasm")
        #expect(try readSmallFile(artifact.codePath) == [8])
        #expect(!artifact.directory.hasPrefix(directory))
        #expect(names(inFolder: cache.stagingFolder).isEmpty)
    }

    @Test("What a process left that crashed while it wrote is removed, what another is writing stays")
    func leftovers() throws {
        for name in ["1-1-1", "2-2-2"] {
            try makeFolder(cache.stagingFolder + "/" + name)
            try OpenFile(creating: cache.stagingFolder + "/" + name + "/code.so").write([1])
        }
        let writer = try OpenFile(directory: cache.stagingFolder + "/2-2-2").locked()
        let sweeping = makeCache(cache.directory, record) { $0.leftoverAge = .zero }
        _ = try sweeping.artifact(contents: [6], name: "a.wasm")
        #expect(names(inFolder: cache.stagingFolder) == ["2-2-2"])
        #expect(!writer.path.isEmpty)
    }
}

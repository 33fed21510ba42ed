import CRuntime
import TestGuests
import Testing

@Suite("Folders in memory")
struct WASIMemoryFolderTests {
    @Test("Whatever is done, a folder in memory answers as one of the kernel's", arguments: 0..<150 as Range<UInt64>)
    func sameAsTheKernel(seed: UInt64) throws {
        var generator = StepGenerator(seed: seed)
        var pair = try WASIFolderPair()
        for number in 0..<300 {
            let step = generator.next()
            let difference = try pair.differs(step)
            #expect(difference == nil, "step \(number) of seed \(seed)")
            if difference != nil { return }
        }
    }

    let guest: WASIGuest
    static let size: UInt64 = 1 << 20

    init() throws {
        guest = try WASIGuest()
        #expect(tf_wasi_preopen_memory(guest.wasi, Self.size, "/tmp") == 0)
    }

    @Test("It has a name, is empty, and is each guest's own")
    func granted() throws {
        #expect(try guest.call("fd_prestat_get", 3, 16) == WASIErrno.success)
        #expect(guest.load(20, as: UInt32.self) == 4)
        #expect(try guest.names(3) == [".", ".."])
        let other = try WASIGuest()
        #expect(tf_wasi_preopen_memory(other.wasi, Self.size, "/tmp") == 0)
        let file = try guest.open("file", flags: 1, rights: WASIRight.write).descriptor
        #expect(try guest.write("mine", to: file) == (0, 4))
        #expect(try other.open("file").errno == WASIErrno.noent)
        #expect(tf_wasi_owned_count(guest.wasi) == 0)
    }

    @Test("T9: what it may hold is bounded: contents, names, nodes, holes")
    func bounded() throws {
        let file = try guest.open("large", flags: 1, rights: WASIRight.write | WASIRight.read).descriptor
        let piece: UInt64 = 64 << 10
        var written: UInt64 = 0
        while true {
            let (errno, count) = try guest.transfer("fd_write", file, at: 4096, count: piece)
            guard errno == WASIErrno.success else {
                #expect(errno == 51 /* nospc */)
                break
            }
            written += UInt64(count)
            try #require(written <= Self.size)
        }
        #expect(written > Self.size * 9 / 10)
        #expect(tf_wasi_memory_limit_reached(guest.wasi))
        var folders = 0
        while try guest.path("path_create_directory", "folder-\(folders)") == WASIErrno.success { folders += 1 }
        #expect(folders < 40)
        // A hole takes nothing; a page far behind one would need a table of what is before it.
        #expect(try guest.call("fd_filestat_set_size", file, 0) == WASIErrno.success)
        #expect(try guest.call("fd_filestat_set_size", file, 1 << 40) == WASIErrno.success)
        #expect(try guest.path("path_create_directory", "one-more") == WASIErrno.success)
        guest.store(UInt32(4096), at: 32)
        guest.store(UInt32(1), at: 36)
        #expect(try guest.call("fd_pwrite", file, 32, 1, 1 << 39, 48) == 51)
        #expect(try guest.call("fd_allocate", file, 0, 1 << 39) == 51)
        #expect(try guest.call("fd_allocate", file, 0, 1 << 16) == WASIErrno.success)
    }

    @Test("Files without end are refused at the limit, and what is removed makes room again", arguments: 0..<3)
    func manyFiles(round: Int) throws {
        var made = 0
        for _ in 0...round {
            made = 0
            while try guest.path("path_create_directory", "folder-\(made)") == WASIErrno.success { made += 1 }
            try #require(made > 1000 && made < 10000)
            #expect(try guest.names(3, room: 200_000).count == made + 2)
            for number in 0..<made { #expect(try guest.path("path_remove_directory", "folder-\(number)") == 0) }
            #expect(try guest.names(3) == [".", ".."])
        }
    }

    @Test("What has no name any more lives while it is open, and makes room when it is closed")
    func unlinkedFiles() throws {
        let all = WASIRight.read | WASIRight.write
        let file = try guest.open("file", flags: 1, rights: all).descriptor
        #expect(try guest.transfer("fd_write", file, at: 4096, count: 200 << 10) == (0, 200 << 10))
        #expect(try guest.path("path_unlink_file", "file") == WASIErrno.success)
        #expect(try guest.status(of: file).1.links == 0)
        #expect(try guest.call("fd_seek", file, 0, 0, 48) == WASIErrno.success)
        #expect(try guest.read(file, count: 100).utf8.count == 100)
        for _ in 0..<20 {
            let next = try guest.open("file", flags: 1, rights: all).descriptor
            #expect(try guest.transfer("fd_write", next, at: 4096, count: 200 << 10) == (0, 200 << 10))
            #expect(try guest.path("path_unlink_file", "file") == WASIErrno.success)
            #expect(try guest.call("fd_close", next) == WASIErrno.success)
        }
        #expect(!tf_wasi_memory_limit_reached(guest.wasi))
    }

    @Test("A folder that was removed while it was open is empty and stays so")
    func removedFolders() throws {
        #expect(try guest.path("path_create_directory", "a") == WASIErrno.success)
        let folder = try guest.open("a", flags: 2).descriptor
        #expect(try guest.path("path_remove_directory", "a") == WASIErrno.success)
        #expect(try guest.names(folder) == [])
        #expect(try guest.path("path_create_directory", "b", in: folder) == WASIErrno.noent)
        #expect(try guest.open("b", in: folder, flags: 1, rights: WASIRight.write).errno == WASIErrno.noent)
        #expect(try guest.symlink("x", at: "b") == WASIErrno.success)
        #expect(try guest.pair("path_rename", "b", "c", to: folder) == WASIErrno.noent)
        #expect(try guest.call("fd_close", folder) == WASIErrno.success)
    }

    @Test("Cookies stay while entries come and go, and each is told once through a small buffer")
    func stableCookies() throws {
        let names = (0..<500).map { "entry-\($0)" }
        for name in names { #expect(try guest.path("path_create_directory", name) == WASIErrno.success) }
        #expect(try guest.names(3, room: 64) == (names + [".", ".."]).sorted())
        let first = try guest.entries(3, cookie: 0, room: 4096).found
        for entry in first where entry.name.hasPrefix("entry") {
            #expect(try guest.path("path_remove_directory", entry.name) == WASIErrno.success)
        }
        #expect(try guest.path("path_create_directory", "late") == WASIErrno.success)
        var rest: [String] = []
        var cookie = first[first.count - 1].cookie
        while true {
            let (found, used) = try guest.entries(3, cookie: cookie, room: 4096)
            rest += found.map(\.name)
            if used < 4096 { break }
            cookie = found[found.count - 1].cookie
        }
        #expect(Set(rest) == Set(names).subtracting(first.map(\.name)).union(["late"]))
        #expect(try guest.entries(3, cookie: .max, room: 4096).found.isEmpty)
    }

    @Test("T7: one call moves 64 MiB at most, however large the file says it is and however often a buffer is named")
    func largeReads() throws {
        let all = WASIRight.read | WASIRight.write
        let file = try guest.open("sparse", flags: 1, rights: all).descriptor
        #expect(try guest.call("fd_filestat_set_size", file, 1 << 60) == WASIErrno.success)
        for index: UInt64 in 0..<1024 {
            guest.store(UInt32(0x4000), at: 0x10000 + 8 * index)
            guest.store(UInt32(0x30000), at: 0x10004 + 8 * index)
        }
        #expect(try guest.call("fd_read", file, 0x10000, 1024, 48) == WASIErrno.success)
        #expect(guest.load(48, as: UInt32.self) == 64 << 20)
        #expect(try guest.call("fd_tell", file, 48) == WASIErrno.success)
        #expect(guest.load(48, as: UInt64.self) == 64 << 20)
    }

    @Test("A reservation that is refused takes nothing")
    func refusedReservations() throws {
        let file = try guest.open("file", flags: 1, rights: WASIRight.write).descriptor
        for _ in 0..<50 { #expect(try guest.call("fd_allocate", file, 0, Self.size + 4096) == 51) }
        #expect(try guest.call("fd_allocate", file, 0, Self.size / 4 * 3) == WASIErrno.success)
        #expect(try guest.call("fd_allocate", file, Self.size, Self.size / 2) == 51)
        #expect(try guest.status(of: file).1.size == Self.size / 4 * 3)
        #expect(try guest.call("fd_filestat_set_size", file, 0) == WASIErrno.success)
        #expect(try guest.call("fd_allocate", file, 0, Self.size / 4 * 3) == WASIErrno.success)
    }

    @Test("Two of them are two devices, so that no file of one is taken for one of the other")
    func devices() throws {
        #expect(tf_wasi_preopen_memory(guest.wasi, Self.size, "/more") == 0)
        for folder: UInt64 in [3, 4] { #expect(try guest.path("path_create_directory", "a", in: folder) == 0) }
        let (first, second) = (try guest.status("a", in: 3).1, try guest.status("a", in: 4).1)
        #expect(first.number == second.number && first.device != second.device)
        #expect(try guest.status(of: 3).1.device == first.device)
    }

    @Test("T9: folders that were filled and emptied again take no more than others")
    func emptiedFolders() throws {
        var made = 0
        while try guest.path("path_create_directory", "folder-\(made)") == WASIErrno.success {
            let folder = try guest.open("folder-\(made)", flags: 2).descriptor
            for name in 0..<3 where try guest.path("path_create_directory", "\(name)", in: folder) == 0 {}
            for name in 0..<3 where try guest.path("path_remove_directory", "\(name)", in: folder) == 0 {}
            #expect(try guest.call("fd_close", folder) == WASIErrno.success)
            made += 1
        }
        // A name and a node, each with what it costs to allocate it; the limit is there to be reached.
        #expect(made > 1500 && made < Int(Self.size) / 200)
    }

    @Test("Nothing moves between memory and the host's folders, nor between two in memory")
    func apart() throws {
        let sandbox = try Sandbox()
        try sandbox.file("grant/file", "host")
        #expect(tf_wasi_preopen_path(guest.wasi, sandbox.grant, "/", false) == 0)
        #expect(tf_wasi_preopen_memory(guest.wasi, Self.size, "/more") == 0)
        #expect(try guest.path("path_create_directory", "a") == WASIErrno.success)
        for call in ["path_rename", "path_link"] {
            for (from, to) in [(3, 4), (4, 3), (3, 5), (5, 4)] as [(UInt64, UInt64)] {
                #expect(try guest.pair(call, from == 4 ? "file" : "a", "b", in: from, to: to) == 75 /* xdev */)
            }
        }
        #expect(sandbox.text("grant/file") == "host")
    }

    @Test("T17: no path leads out of it, whatever links say")
    func beneath() throws {
        #expect(try guest.path("path_create_directory", "a") == WASIErrno.success)
        #expect(try guest.symlink("..", at: "a/up") == WASIErrno.success)
        #expect(try guest.symlink("a/up/..", at: "out") == WASIErrno.success)
        #expect(try guest.symlink("loop", at: "loop") == WASIErrno.success)
        #expect(try guest.symlink("/etc", at: "absolute") == WASIErrno.notcapable)
        let folder = try guest.open("a", flags: 2).descriptor
        #expect(try guest.open("up", in: folder).errno == WASIErrno.notcapable)
        #expect(try guest.open("..", in: folder).errno == WASIErrno.notcapable)
        #expect(try guest.open("up", in: folder, follow: false).errno == WASIErrno.loop)
        for path in ["..", "../x", "/", "/etc", "out", "a/../..", "out/x"] {
            #expect(try guest.open(path).errno == WASIErrno.notcapable, "\(path)")
            #expect(try guest.status(path).0 == WASIErrno.notcapable, "\(path)")
        }
        #expect(try guest.open("loop").errno == WASIErrno.loop)
        #expect(try guest.open("a/up/a/up").errno == WASIErrno.success)
    }

    @Test("T31: its times are the kernel's ticks, not a clock")
    func coarseTimes() throws {
        var times: Set<UInt64> = []
        for _ in 0..<1000 {
            _ = try guest.open("file", flags: 9, rights: WASIRight.write)
            times.insert(try guest.status("file").1.modified)
        }
        // A thousand changes take less than a tick or a few.
        #expect(times.count < 100)
    }

    @Test("A folder from which every second name was removed still knows the others")
    func holes() throws {
        let names = (0..<2000).map { String(repeating: "a", count: $0 % 200) + "\($0)" }
        for name in names { #expect(try guest.path("path_create_directory", name) == WASIErrno.success) }
        for index in stride(from: 0, to: 2000, by: 2) {
            #expect(try guest.path("path_remove_directory", names[index]) == WASIErrno.success)
        }
        for (index, name) in names.enumerated() {
            #expect(try guest.status(name).0 == (index % 2 == 0 ? WASIErrno.noent : WASIErrno.success))
        }
    }
}

/// Steps over few names, so that they meet.
private struct StepGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    private mutating func number(_ below: UInt64) -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return (state >> 11) % below
    }

    private mutating func choose<T>(_ all: [T]) -> T { all[Int(number(UInt64(all.count)))] }

    private mutating func path() -> String {
        var parts: [String] = []
        repeat { parts.append(choose(["a", "b", "c", "a", "b", "d", ".", ".."])) } while number(3) == 0
        return parts.joined(separator: choose(["/", "/", "/", "//"])) + choose(["", "", "", "", "", "/", "/.", "/.."])
    }

    private mutating func text() -> String {
        String(repeating: choose(["x", "yz", "w"]), count: Int(choose([1, 3, 100, 2100])))
    }

    private mutating func offset() -> UInt64 { choose([0, 1, 5, 100, 4095, 4096, 5000, 8192, 20000]) }

    mutating func next() -> WASIFolderPair.Step {
        let which = Int(number(8))
        switch number(34) {
        case 0...2: return .make(path())
        case 3: return .removeFolder(path())
        case 4: return .unlink(path())
        case 5...7: return .rename(path(), path())
        case 8: return .link(path(), path())
        case 9, 10: return .symlink(path(), path())
        case 11: return .readlink(path())
        case 12, 13: return .status(path(), follow: number(2) == 0)
        case 14...18:
            let rights = choose([WASIRight.read, WASIRight.write, WASIRight.read | WASIRight.write, 0])
            return .open(
                path(), flags: choose([0, 0, 1, 1, 1, 2, 4, 5, 8, 9, 13]), follow: number(3) != 0, rights: rights,
                status: choose([0, 0, 0, 1, 4]))
        case 19: return .close(which)
        case 20: return .read(which, choose([0, 1, 10, 5000]))
        case 21, 22: return .write(which, text())
        case 23: return .readAt(which, choose([0, 1, 10, 5000]), offset())
        case 24: return .writeAt(which, text(), offset())
        case 25: return .seek(which, Int64(offset()) * (number(2) == 0 ? 1 : -1), number(4))
        case 26: return .tell(which)
        case 27: return .resize(which, offset())
        case 28: return .reserve(which, offset(), offset())
        case 29: return .statusOf(which)
        case 30: return .list(which)
        case 31: return choose([.flags(which, choose([0, 1, 4, 5, 2])), .state(which)])
        case 32: return .times(path(), number(1000), number(1000), choose([0, 1, 4, 5, 10, 3, 16]))
        default: return choose([.advise(which), .sync(which), .timesOf(which, number(1 << 40))])
        }
    }
}

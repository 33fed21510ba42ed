import CRuntime
import TestGuests
import Testing

@Suite("Reading folders through WASI")
struct WASIFolderTests {
    let sandbox: Sandbox
    let guest: WASIGuest

    init() throws {
        sandbox = try Sandbox()
        guest = try WASIGuest()
        #expect(tf_wasi_preopen_path(guest.wasi, sandbox.grant, "/", false) == 0)
    }

    @Test("Every entry is told once, whatever the size of the buffer", arguments: [64, 100, 4096, 65536])
    func everyEntry(room: UInt64) throws {
        let expected = (0..<700).map { "file-\($0)" }
        for name in expected { try sandbox.file("grant/" + name, "") }
        #expect(try guest.names(3, room: room) == ([".", ".."] + expected).sorted())
        let again = try guest.open(".", flags: 2).descriptor
        #expect(try guest.names(again, room: room) == ([".", ".."] + expected).sorted())
    }

    @Test("A cookie stands for the same place later, while entries come and go")
    func stableCookies() throws {
        for i in 0..<50 { try sandbox.file("grant/file-\(i)", "") }
        let first = try guest.entries(3, cookie: 0, room: 65536).found
        let middle = first[20]
        let rest = Set(first[21...].map(\.name))
        for entry in first[..<20] where entry.name.hasPrefix("file") {
            #expect(try guest.path("path_unlink_file", entry.name) == WASIErrno.success)
        }
        let later = Set(try guest.entries(3, cookie: middle.cookie, room: 65536).found.map(\.name))
        #expect(later == rest)
        #expect(try guest.names(3, room: 65536).count >= rest.count + 1)
    }

    @Test("Cookie 0 sees the folder as it is now, and what is above is not told")
    func startingAnew() throws {
        #expect(try guest.names(3, room: 4096) == [".", ".."])
        try sandbox.file("grant/new", "")
        #expect(try guest.names(3, room: 4096) == [".", "..", "new"])
        #expect(try guest.call("fd_filestat_get", 3, 64) == WASIErrno.success)
        let own: UInt64 = guest.load(72)
        #expect(try guest.call("fd_readdir", 3, 8192, 4096, 0, 16) == WASIErrno.success)
        var at: UInt64 = 8192
        for _ in 0..<3 {
            let length = UInt64(guest.load(at + 16, as: UInt32.self))
            let name = guest.string(at: at + 24, count: length)
            if name != "new" { #expect(guest.load(at + 8, as: UInt64.self) == own) }
            at += 24 + length
        }
    }

    @Test("A folder that was removed while it is open lists nothing, and that is no error")
    func removedFolder() throws {
        try sandbox.folder("grant/a")
        let folder = try guest.open("a", flags: 2).descriptor
        #expect(try guest.path("path_remove_directory", "a") == WASIErrno.success)
        #expect(try guest.names(folder) == [])
    }

    @Test("Odd requests: no room, a file, cookies of nobody, out of memory")
    func odd() throws {
        try sandbox.file("grant/file", "")
        #expect(try guest.entries(3, cookie: 0, room: 0).used == 0)
        #expect(try guest.entries(3, cookie: 0, room: 10).used == 10)
        let file = try guest.open("file").descriptor
        #expect(try guest.call("fd_readdir", file, 8192, 100, 0, 16) == WASIErrno.notdir)
        #expect(try guest.call("fd_readdir", 3, 8192, 100, UInt64.max, 16) == WASIErrno.inval)
        #expect(try guest.call("fd_readdir", 3, 0xffff_0000, 0xffff_ffff, 0, 16) == WASIErrno.fault)
        #expect(try guest.call("fd_readdir", 3, 8192, 100, 0, 0xffff_fffe) == WASIErrno.fault)
    }
}

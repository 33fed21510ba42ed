import CRuntime
import Glibc
import TestGuests
import Testing

/// Holes that others had in their WASI, by the last part of the advisory's number (GHSA-…-vqjp), as tests of ours.
@Suite("WASI: what went wrong elsewhere")
struct WASIAdvisoryTests {
    let sandbox: Sandbox
    let guest: WASIGuest

    /// Descriptors of the grants.
    static let writable: UInt64 = 3
    static let readOnly: UInt64 = 4

    init() throws {
        sandbox = try Sandbox()
        guest = try WASIGuest()
        try sandbox.folder("grant/rw")
        try sandbox.folder("grant/ro")
        try sandbox.file("grant/ro/file", "read only")
        try sandbox.file("grant/rw/file", "writable")
        #expect(tf_wasi_preopen_path(guest.wasi, sandbox.grant + "/rw", "/rw", false) == 0)
        #expect(tf_wasi_preopen_path(guest.wasi, sandbox.grant + "/ro", "/ro", true) == 0)
    }

    @Test(
        "T17, vqjp: a slash behind a link that leads out does not make it lead out",
        arguments: ["out/", "out//", "out/.", "out/./", "chain/", "out/file", "within/out/", "out/../out/"])
    func trailingSlash(path: String) throws {
        try sandbox.folder("outside")
        try sandbox.file("outside/file", "secret")
        try sandbox.folder("grant/rw/within")
        try sandbox.link("grant/rw/out", to: "../../outside")
        try sandbox.link("grant/rw/chain", to: "out/")
        try sandbox.link("grant/rw/within/out", to: "../../../outside")
        for follow in [false, true] {
            for flags: UInt64 in [0, 1, 2, 4, 5, 8, 9] {
                for rights in [WASIRight.read, WASIRight.write] {
                    #expect(try guest.open(path, follow: follow, flags: flags, rights: rights).errno != 0)
                }
            }
            #expect(try guest.status(path, follow: follow).0 == WASIErrno.notcapable)
            let (address, count) = guest.place(path)
            let times = try guest.call("path_filestat_set_times", 3, follow ? 1 : 0, address, count, 0, 0, 15 - 5)
            #expect(times == WASIErrno.notcapable)
        }
        for call in ["path_create_directory", "path_remove_directory", "path_unlink_file"] {
            #expect(try guest.path(call, path) != 0)
            #expect(try guest.path(call, path + "/new") != 0)
        }
        for call in ["path_rename", "path_link"] {
            #expect(try guest.pair(call, path, "stolen") != 0)
            #expect(try guest.pair(call, "file", path) != 0)
            #expect(try guest.pair(call, "file", path + "/new") != 0)
        }
        #expect(try guest.symlink("x", at: path) != 0)
        #expect(try guest.target(path).errno != 0)
        #expect(sandbox.text("outside/file") == "secret")
        #expect(!sandbox.exists("outside/new") && !sandbox.exists("grant/rw/stolen"))
    }

    @Test("T17, 2r75: a file that may only be read is not truncated, whatever else is asked for")
    func truncation() throws {
        for flags: UInt64 in [8, 9, 13] {
            for rights in [0, WASIRight.read, WASIRight.write, WASIRight.read | WASIRight.write] {
                #expect(try guest.open("file", in: Self.readOnly, flags: flags, rights: rights).errno == WASIErrno.perm)
            }
        }
        let file = try guest.open("file", in: Self.readOnly).descriptor
        #expect(try guest.call("fd_filestat_set_size", file, 0) != 0)
        #expect(try guest.call("fd_allocate", file, 0, 100) != 0)
        // A folder whose right to change sizes was given up.
        #expect(try guest.call("fd_fdstat_set_rights", Self.writable, WASIRight.pathOpen, WASIRight.read) == 0)
        #expect(try guest.open("file", flags: 8, rights: WASIRight.read).errno == WASIErrno.notcapable)
        #expect(sandbox.text("grant/ro/file") == "read only" && sandbox.text("grant/rw/file") == "writable")
    }

    @Test("T17, 4ch3: no file gets out of a folder that may only be read by a new name, nor into it")
    func linksAndNames() throws {
        for call in ["path_link", "path_rename"] {
            #expect(try guest.pair(call, "file", "stolen", in: Self.readOnly, to: Self.writable) == WASIErrno.perm)
            #expect(try guest.pair(call, "file", "planted", in: Self.writable, to: Self.readOnly) == WASIErrno.perm)
            #expect(try guest.pair(call, "file", "file", in: Self.writable, to: Self.readOnly) == WASIErrno.perm)
            #expect(try guest.pair(call, "file", "twice", in: Self.readOnly, to: Self.readOnly) == WASIErrno.perm)
        }
        #expect(!sandbox.exists("grant/rw/stolen") && !sandbox.exists("grant/ro/planted"))
        #expect(sandbox.text("grant/ro/file") == "read only" && sandbox.text("grant/rw/file") == "writable")
    }

    @Test("T16, fm79, 3p27: what a descriptor is renumbered onto is closed, however often")
    func renumbering() throws {
        let target = try guest.open("file").descriptor
        let before = tf_wasi_owned_count(guest.wasi)
        for _ in 0..<3000 {
            let next = try guest.open("file").descriptor
            #expect(next == target + 1)
            #expect(try guest.call("fd_renumber", next, target) == 0)
        }
        #expect(tf_wasi_owned_count(guest.wasi) == before)
        for huge: UInt64 in [1 << 20, 0x7fff_ffff, 0xffff_ffff] {
            #expect(try guest.call("fd_renumber", target, huge) == WASIErrno.badf)
            #expect(try guest.call("fd_renumber", huge, target) == WASIErrno.badf)
        }
        #expect(try guest.read(target) == "writable")
    }

    @Test("T16: no descriptor is left open by guests that end with theirs open")
    func endingWithOpenFiles() throws {
        // More than the process may have open.
        for _ in 0..<300 {
            let other = try WASIGuest()
            #expect(tf_wasi_preopen_path(other.wasi, sandbox.grant, "/", false) == 0)
            for _ in 0..<100 { try #require(try other.open("rw/file").errno == 0) }
            let folder = try other.open("rw", flags: 2).descriptor
            _ = try other.names(folder)
        }
    }

    @Test("T17: a name that is moved into the place of a checked one between check and use wins nothing")
    func hardLinks() throws {
        // A hard link to what is outside is made by the host, and then it is inside: that is the host's to decide.
        #expect(Glibc.link(sandbox.root + "/secret", sandbox.grant + "/rw/shared") == 0)
        #expect(try guest.open("shared").errno == 0)
        // A guest makes none: what it names as a source is looked up beneath its folder.
        for path in ["../../secret", "/proc/self/root/etc/passwd", "../ro/file"] {
            #expect(try guest.pair("path_link", path, "stolen") == WASIErrno.notcapable)
        }
        #expect(!sandbox.exists("grant/rw/stolen"))
    }

    @Test("T15: whatever numbers whatever function is called with, nobody writes where the guest may not")
    func anyNumbers() throws {
        var state: UInt64 = 88_172_645_463_325_252
        func random(_ below: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int((state >> 11) % UInt64(below))
        }
        let size = UInt64(WASIGuest.size)
        let numbers: [UInt64] = [
            0, 1, 2, 3, 4, 5, 8, 16, 48, 64, 1000, size - 64, size - 8, size - 4, size - 1, size, size + 1,
            0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_fffc, 0xffff_ffff,
        ]
        var count = 0
        let functions = UnsafeBufferPointer(start: tf_wasi_functions(&count), count: 46)
        for function in functions {
            let name = String(cString: function.name)
            for _ in 0..<100 {
                let guest = try WASIGuest(canary: 4096)
                #expect(tf_wasi_preopen_memory(guest.wasi, 1 << 20, "/") == 0)
                guest.setTimeout(500_000)
                for at in stride(from: UInt64(0), to: 4096, by: 4) {
                    guest.store(UInt32(truncatingIfNeeded: numbers[random(numbers.count)]), at: at)
                }
                let arguments = (0..<strlen(function.parameters)).map { _ in numbers[random(numbers.count)] }
                let (trap, result) = try guest.enter(name, arguments)
                #expect([TF_OK, TF_EXIT, TF_TRAP_DEADLINE].contains(trap), "\(name) \(arguments)")
                if trap == TF_OK { #expect(result <= 76, "\(name) \(arguments)") }
                #expect(guest.isIntactBehindMemory, "\(name) \(arguments)")
            }
        }
    }
}

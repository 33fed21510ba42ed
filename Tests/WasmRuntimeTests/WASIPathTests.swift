import CRuntime
import Glibc
import TestGuests
import Testing

@Suite("WASI paths")
struct WASIPathTests {
    let sandbox: Sandbox
    let guest: WASIGuest

    init() throws {
        sandbox = try Sandbox()
        guest = try WASIGuest()
        #expect(tf_wasi_preopen_path(guest.wasi, sandbox.grant, "/", false) == 0)
    }

    @Test(
        "T17: no path leads out of its folder",
        arguments: [
            "../secret", "..", "../", "a/../../secret", "./../secret", "a/../..", "../grant/a", "out", "out/", "chain",
            "up/secret", "up/../secret", "up", "a/up/secret",
        ])
    func escapes(path: String) throws {
        try sandbox.folder("grant/a")
        try sandbox.link("grant/out", to: "../secret")
        try sandbox.link("grant/chain", to: "out")
        try sandbox.link("grant/up", to: "..")
        try sandbox.link("grant/a/up", to: "../..")
        #expect(try guest.open(path).errno == WASIErrno.notcapable)
        #expect(try guest.open(path, flags: 1, rights: WASIRight.write).errno != WASIErrno.success)
        #expect(try guest.open(path, flags: 8, rights: WASIRight.write).errno != WASIErrno.success)
        let (address, count) = guest.place(path)
        #expect(try guest.call("path_filestat_get", 3, 1, address, count, 64) == WASIErrno.notcapable)
        #expect(try guest.call("path_filestat_set_times", 3, 1, address, count, 0, 0, 8) == WASIErrno.notcapable)
        #expect(sandbox.text("secret") == "secret")
    }

    @Test(
        "T17: absolute paths and links to them are refused",
        arguments: ["/", "/etc/passwd", "//etc/passwd", "absolute", "proc", "proc/etc/passwd"])
    func absolute(path: String) throws {
        try sandbox.link("grant/absolute", to: "/etc/passwd")
        try sandbox.link("grant/proc", to: "/proc/self/root")
        #expect(try guest.open(path).errno == WASIErrno.notcapable)
    }

    @Test("T17: nothing is made, moved or removed outside of the folder")
    func mutationsOutside() throws {
        try sandbox.file("grant/file", "inside")
        try sandbox.link("grant/up", to: "..")
        for path in ["../new", "up/new", "a/../../new", "/tmp/new"] {
            #expect(try guest.path("path_create_directory", path) != WASIErrno.success)
            #expect(try guest.open(path, flags: 1, rights: WASIRight.write).errno != WASIErrno.success)
            #expect(try guest.symlink("file", at: path) != WASIErrno.success)
            #expect(try guest.pair("path_link", "file", path) != WASIErrno.success)
            #expect(try guest.pair("path_rename", "file", path) != WASIErrno.success)
        }
        for path in ["../secret", "up/secret"] {
            #expect(try guest.path("path_unlink_file", path) == WASIErrno.notcapable)
            #expect(try guest.pair("path_rename", path, "stolen") == WASIErrno.notcapable)
            #expect(try guest.pair("path_link", path, "stolen") == WASIErrno.notcapable)
        }
        #expect(!sandbox.exists("new") && sandbox.exists("secret") && !sandbox.exists("grant/stolen"))
        #expect(sandbox.text("grant/file") == "inside")
    }

    @Test("T17: a last component of dots is never changed, and dots that lead out are refused as such")
    func dots() throws {
        try sandbox.folder("grant/a")
        for name in ["path_create_directory", "path_remove_directory", "path_unlink_file"] {
            #expect(try guest.path(name, "..") == WASIErrno.notcapable)
            #expect(try guest.path(name, "a/../..") == WASIErrno.notcapable)
            #expect(try guest.path(name, "missing/.") == WASIErrno.noent)
        }
        #expect(try guest.path("path_create_directory", "a/.") == WASIErrno.exist)
        #expect(try guest.path("path_remove_directory", ".") == WASIErrno.inval)
        #expect(try guest.path("path_remove_directory", "a/..") == WASIErrno.inval)
        #expect(try guest.path("path_unlink_file", "a/.") == WASIErrno.isdir)
        #expect(try guest.pair("path_rename", "a/.", "b") == WASIErrno.inval)
        #expect(sandbox.exists("grant/a"))
    }

    @Test("T17: a trailing slash asks for a folder and never follows a link to its end")
    func trailingSlashes() throws {
        try sandbox.folder("grant/a")
        try sandbox.file("grant/file", "text")
        try sandbox.link("grant/link", to: "a")
        #expect(try guest.open("file/").errno == WASIErrno.notdir)
        #expect(try guest.open("a///").errno == WASIErrno.success)
        #expect(try guest.path("path_unlink_file", "file/") == WASIErrno.notdir)
        #expect(try guest.path("path_remove_directory", "link/") == WASIErrno.notdir)
        #expect(try guest.path("path_create_directory", "b//") == WASIErrno.success)
        #expect(try guest.pair("path_rename", "b/", "c/") == WASIErrno.success)
        #expect(try guest.pair("path_rename", "file/", "d") == WASIErrno.notdir)
        #expect(try guest.pair("path_link", "file/", "d") == WASIErrno.notdir)
        #expect(try guest.pair("path_link", "file", "d/") == WASIErrno.noent)
        #expect(try guest.symlink("file", at: "d/") == WASIErrno.noent)
        let (address, count) = guest.place("link/")
        #expect(try guest.call("path_readlink", 3, address, count, 64, 64, 16) == WASIErrno.notdir)
        #expect(sandbox.exists("grant/a") && sandbox.exists("grant/c") && !sandbox.exists("grant/d"))
    }

    @Test("T17: paths that cannot be one are refused: a NUL, too long, none, out of memory")
    func malformed() throws {
        #expect(try guest.open("file\0").errno == WASIErrno.inval)
        #expect(try guest.path("path_create_directory", "a\0b") == WASIErrno.inval)
        #expect(try guest.open(String(repeating: "a/", count: 2048)).errno == WASIErrno.nametoolong)
        #expect(try guest.open(String(repeating: "a", count: 300)).errno == WASIErrno.nametoolong)
        #expect(try guest.open("").errno == WASIErrno.noent)
        #expect(try guest.path("path_create_directory", "") == WASIErrno.noent)
        #expect(try guest.call("path_create_directory", 3, 0xffff_ffff, 0xffff_ffff) == WASIErrno.fault)
    }

    @Test("T17: links resolve as asked: followed, not followed, in circles, dangling")
    func links() throws {
        try sandbox.file("grant/file", "text")
        #expect(try guest.symlink("file", at: "link") == WASIErrno.success)
        #expect(try guest.symlink("circle", at: "circle") == WASIErrno.success)
        #expect(try guest.symlink("nothing", at: "dangling") == WASIErrno.success)
        #expect(try guest.symlink("/etc/passwd", at: "absolute") == WASIErrno.notcapable)
        #expect(try guest.open("link").errno == WASIErrno.success)
        #expect(try guest.open("link", follow: false).errno == WASIErrno.loop)
        #expect(try guest.open("circle").errno == WASIErrno.loop)
        #expect(try guest.open("dangling").errno == WASIErrno.noent)
        #expect(try guest.open("link", follow: false, flags: 1, rights: WASIRight.write).errno == WASIErrno.loop)
        let (address, count) = guest.place("link")
        #expect(try guest.call("path_filestat_get", 3, 0, address, count, 64) == WASIErrno.success)
        #expect(guest.load(80, as: UInt8.self) == 7)
        #expect(try guest.call("path_filestat_get", 3, 1, address, count, 64) == WASIErrno.success)
        #expect(guest.load(80, as: UInt8.self) == 4)
        #expect(try guest.call("path_readlink", 3, address, count, 64, 2, 16) == WASIErrno.success)
        #expect(guest.string(at: 64, count: UInt64(guest.load(16, as: UInt32.self))) == "fi")
    }

    @Test("T17: a link of the host's with an absolute target is not told")
    func absoluteTarget() throws {
        try sandbox.link("grant/absolute", to: "/etc/passwd")
        let (address, count) = guest.place("absolute")
        #expect(try guest.call("path_readlink", 3, address, count, 64, 64, 16) == WASIErrno.notcapable)
    }

    @Test("Files and folders are made, linked, moved and removed")
    func lifecycle() throws {
        let (errno, file) = try guest.open("file", flags: 1, rights: WASIRight.read | WASIRight.write)
        #expect(errno == WASIErrno.success)
        #expect(try guest.write("hello", to: file) == (WASIErrno.success, 5))
        #expect(try guest.open("file", flags: 5).errno == WASIErrno.exist)
        #expect(try guest.path("path_create_directory", "a") == WASIErrno.success)
        #expect(try guest.pair("path_link", "file", "a/link") == WASIErrno.success)
        #expect(try guest.path("path_remove_directory", "a") == WASIErrno.notempty)
        #expect(try guest.pair("path_rename", "a/link", "moved") == WASIErrno.success)
        #expect(sandbox.text("grant/moved") == "hello")
        #expect(try guest.path("path_unlink_file", "moved") == WASIErrno.success)
        #expect(try guest.path("path_remove_directory", "a") == WASIErrno.success)
        #expect(try guest.open("file", flags: 8, rights: WASIRight.write).errno == WASIErrno.success)
        #expect(sandbox.text("grant/file") == "")
    }

    @Test("T17: a read-only grant allows reading and refuses every change")
    func readOnly() throws {
        try sandbox.file("grant/file", "text")
        try sandbox.folder("grant/a")
        #expect(tf_wasi_preopen_path(guest.wasi, sandbox.grant, "/ro", true) == 0)
        let folder = try guest.open("a", in: 4).descriptor
        for base in [4, folder] {
            #expect(try guest.open("new", in: base, flags: 1).errno == WASIErrno.perm)
            #expect(try guest.open("new", in: base, rights: WASIRight.write).errno == WASIErrno.perm)
            #expect(try guest.open("new", in: base, flags: 8).errno == WASIErrno.perm)
            for name in ["path_create_directory", "path_remove_directory", "path_unlink_file"] {
                #expect(try guest.path(name, "a", in: base) == WASIErrno.perm)
            }
            #expect(try guest.pair("path_rename", "file", "b", in: base) == WASIErrno.perm)
            #expect(try guest.pair("path_rename", "file", "b", to: base) == WASIErrno.perm)
            #expect(try guest.pair("path_link", "file", "b", in: base) == WASIErrno.perm)
            let (address, count) = guest.place("file")
            #expect(try guest.call("path_filestat_set_times", base, 1, address, count, 0, 0, 8) == WASIErrno.perm)
            #expect(try guest.call("fd_filestat_set_times", base, 0, 0, 8) == WASIErrno.perm)
        }
        let (errno, file) = try guest.open("file", in: 4)
        #expect(errno == WASIErrno.success)
        #expect(try guest.read(file) == "text")
        #expect(try guest.write("x", to: file).0 == WASIErrno.badf)
        #expect(try guest.call("fd_filestat_set_times", file, 0, 0, 8) == WASIErrno.perm)
        #expect(try guest.call("fd_filestat_set_size", file, 0) != WASIErrno.success)
        #expect(try guest.call("fd_allocate", file, 0, 100) != WASIErrno.success)
        #expect(sandbox.text("grant/file") == "text")
    }

    @Test("Lookup flags that there are not are refused")
    func unknownLookup() throws {
        try sandbox.file("grant/file", "text")
        let (address, count) = guest.place("file")
        #expect(try guest.call("path_filestat_get", 3, 2, address, count, 64) == WASIErrno.inval)
        #expect(try guest.call("path_filestat_set_times", 3, 2, address, count, 0, 0, 8) == WASIErrno.inval)
        #expect(try guest.call("path_open", 3, 2, address, count, 0, 0, 0, 0, 16) == WASIErrno.inval)
        #expect(try guest.call("path_link", 3, 2, address, count, 3, address, count) == WASIErrno.inval)
    }

    @Test("A path through a file or from a file is no path")
    func throughFile() throws {
        try sandbox.file("grant/file", "text")
        let file = try guest.open("file").descriptor
        #expect(try guest.open("x", in: file).errno == WASIErrno.notdir)
        #expect(try guest.open("file/x").errno == WASIErrno.notdir)
        #expect(try guest.open("x", in: 1).errno == WASIErrno.notdir)
        #expect(try guest.open("x", in: 99).errno == WASIErrno.badf)
    }

    @Test("T17: a folder swapped for a link while paths resolve through it lets nobody out")
    func renameRace() async throws {
        let root = sandbox.root
        try sandbox.folder("grant/a")
        try sandbox.link("grant/up", to: "..")
        let swapper = Task.detached {
            for _ in 0..<2000 {
                for (from, to) in [("a", "b"), ("up", "a"), ("a", "up"), ("b", "a")] {
                    rename("\(root)/grant/\(from)", "\(root)/grant/\(to)")
                }
            }
        }
        for _ in 0..<4000 {
            #expect(try guest.open("a/secret").errno != WASIErrno.success)
            #expect(try guest.path("path_unlink_file", "a/../a/secret") != WASIErrno.success)
        }
        await swapper.value
        #expect(sandbox.text("secret") == "secret")
    }
}

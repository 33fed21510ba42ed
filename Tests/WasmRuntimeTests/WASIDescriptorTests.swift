import CRuntime
import Glibc
import TestGuests
import Testing

@Suite("WASI descriptors")
struct WASIDescriptorTests {
    let sandbox: Sandbox
    let guest: WASIGuest

    init() throws {
        sandbox = try Sandbox()
        guest = try WASIGuest()
        #expect(tf_wasi_preopen_path(guest.wasi, sandbox.grant, "/data", false) == 0)
        try sandbox.file("grant/file", "0123456789")
    }

    @Test("A grant tells its name and only as much as there is room for")
    func prestat() throws {
        #expect(try guest.call("fd_prestat_get", 3, 64) == WASIErrno.success)
        #expect(guest.load(68, as: UInt32.self) == 5)
        #expect(try guest.call("fd_prestat_dir_name", 3, 80, 4) == WASIErrno.nametoolong)
        #expect(try guest.call("fd_prestat_dir_name", 3, 80, 6) == WASIErrno.success)
        #expect(guest.string(at: 80, count: 6) == "/data\0")
        for other: UInt64 in [0, 4, 0xffff_ffff] {
            #expect(try guest.call("fd_prestat_get", other, 64) == WASIErrno.badf)
        }
    }

    @Test("T16: a descriptor is renumbered onto itself, a file, a grant; never from or to what is not open")
    func renumber() throws {
        let a = try guest.open("file").descriptor
        let b = try guest.open("file").descriptor
        #expect(try guest.call("fd_renumber", a, a) == WASIErrno.success)
        #expect(try guest.call("fd_renumber", a, b) == WASIErrno.success)
        #expect(try guest.call("fd_close", a) == WASIErrno.badf)
        #expect(try guest.read(b) == "0123456789")
        for closed: UInt64 in [a, 0x7fff_ffff, 0xffff_ffff] {
            #expect(try guest.call("fd_renumber", b, closed) == WASIErrno.badf)
            #expect(try guest.call("fd_renumber", closed, b) == WASIErrno.badf)
        }
        #expect(try guest.call("fd_renumber", b, 3) == WASIErrno.success)
        #expect(try guest.call("fd_prestat_get", 3, 64) == WASIErrno.badf)
        #expect(try guest.open("file").errno == WASIErrno.notdir)
        #expect(tf_wasi_open_count(guest.wasi) == 4)
    }

    @Test("T16: standard descriptors close like others, a second time not at all, and the host's stay open")
    func closing() throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        #expect(tf_wasi_set_stdio(guest.wasi, 1, ends[1]) == 0)
        #expect(try guest.write("x", to: 1) == (WASIErrno.success, 1))
        for descriptor: UInt64 in 0...3 {
            #expect(try guest.call("fd_close", descriptor) == WASIErrno.success)
            #expect(try guest.call("fd_close", descriptor) == WASIErrno.badf)
        }
        #expect(try guest.write("x", to: 1).0 == WASIErrno.badf)
        #expect(fcntl(ends[1], F_GETFD) >= 0)
        close(ends[0])
        close(ends[1])
    }

    @Test("T16: opening ends at the limit, and closing brings the count back")
    func limit() throws {
        tf_wasi_set_descriptor_limit(guest.wasi, 40)
        let before = tf_wasi_owned_count(guest.wasi)
        var opened: [UInt64] = []
        while true {
            let (errno, descriptor) = try guest.open("file")
            if errno != WASIErrno.success {
                #expect(errno == WASIErrno.mfile)
                break
            }
            opened.append(descriptor)
        }
        #expect(opened == Array(4..<40))
        #expect(try guest.open("made", flags: 1).errno == WASIErrno.mfile)
        #expect(!sandbox.exists("grant/made"))
        for descriptor in opened { #expect(try guest.call("fd_close", descriptor) == WASIErrno.success) }
        #expect(tf_wasi_owned_count(guest.wasi) == before)
        #expect(try guest.open("file").descriptor == 4)
    }

    @Test("Rights can be given up and not won back")
    func rights() throws {
        let file = try guest.open("file", rights: WASIRight.read | WASIRight.write).descriptor
        #expect(try guest.call("fd_fdstat_set_rights", file, WASIRight.write, 0) == WASIErrno.success)
        #expect(try guest.transfer("fd_read", file, at: 4096, count: 1).0 == WASIErrno.badf)
        #expect(try guest.call("fd_fdstat_set_rights", file, WASIRight.read, 0) == WASIErrno.notcapable)
        #expect(try guest.call("fd_fdstat_set_rights", 3, WASIRight.pathOpen, WASIRight.read) == WASIErrno.success)
        #expect(try guest.open("file", rights: WASIRight.write).errno == WASIErrno.notcapable)
        #expect(try guest.open("file", flags: 8).errno == WASIErrno.notcapable)
        #expect(try guest.path("path_create_directory", "a") == WASIErrno.notcapable)
        #expect(try guest.call("fd_fdstat_set_rights", 3, 0, 0) == WASIErrno.success)
        #expect(try guest.open("file").errno == WASIErrno.notcapable)
    }

    @Test("Folders cannot be read, written or sought as files")
    func foldersAreNoFiles() throws {
        for name in ["fd_read", "fd_write"] {
            #expect(try guest.transfer(name, 3, at: 4096, count: 1).0 == WASIErrno.isdir)
        }
        #expect(try guest.call("fd_seek", 3, 0, 1, 64) == WASIErrno.isdir)
        #expect(try guest.call("fd_tell", 3, 64) == WASIErrno.isdir)
        #expect(try guest.call("fd_allocate", 3, 0, 1) == WASIErrno.isdir)
        #expect(try guest.call("fd_filestat_set_size", 3, 0) == WASIErrno.isdir)
        #expect(try guest.open(".", flags: 2, rights: WASIRight.read | WASIRight.write).errno == WASIErrno.isdir)
    }

    @Test("Positions, sizes and times of a file are kept and told")
    func metadata() throws {
        let file = try guest.open("file", rights: WASIRight.read | WASIRight.write).descriptor
        #expect(try guest.call("fd_seek", file, 4, 0, 64) == WASIErrno.success)
        #expect(try guest.read(file, count: 2) == "45")
        #expect(try guest.call("fd_tell", file, 64) == WASIErrno.success)
        #expect(guest.load(64, as: UInt64.self) == 6)
        #expect(try guest.call("fd_seek", file, UInt64(bitPattern: -7), 1, 64) == WASIErrno.inval)
        #expect(try guest.call("fd_seek", file, 0, 3, 64) == WASIErrno.inval)
        #expect(try guest.call("fd_allocate", file, 5, 20) == WASIErrno.success)
        #expect(try guest.call("fd_filestat_set_times", file, 7, 1_000_000_001, 5) == WASIErrno.success)
        #expect(try guest.call("fd_filestat_set_times", file, 0, 0, 3) == WASIErrno.inval)
        #expect(try guest.call("fd_filestat_get", file, 64) == WASIErrno.success)
        #expect(guest.load(80, as: UInt8.self) == 4)
        #expect(guest.load(96, as: UInt64.self) == 25)
        #expect(guest.load(104, as: UInt64.self) == 7)
        #expect(guest.load(112, as: UInt64.self) == 1_000_000_001)
        #expect(try guest.call("fd_filestat_set_size", file, 3) == WASIErrno.success)
        #expect(sandbox.text("grant/file") == "012")
        for name in ["fd_sync", "fd_datasync"] { #expect(try guest.call(name, file) == WASIErrno.success) }
        #expect(try guest.call("fd_advise", file, 0, 0, 5) == WASIErrno.success)
        #expect(try guest.call("fd_advise", file, 0, 0, 6) == WASIErrno.inval)
    }

    @Test("Reading and writing at an offset leave the position alone")
    func offsets() throws {
        let file = try guest.open("file", rights: WASIRight.read | WASIRight.write).descriptor
        _ = guest.place("ab", at: 4096)
        guest.store(UInt32(4096), at: 32)
        guest.store(UInt32(2), at: 36)
        #expect(try guest.call("fd_pwrite", file, 32, 1, 3, 48) == WASIErrno.success)
        #expect(try guest.call("fd_pread", file, 32, 1, 8, 48) == WASIErrno.success)
        #expect(guest.string(at: 4096, count: 2) == "89")
        #expect(try guest.call("fd_pread", file, 32, 1, UInt64.max, 48) == WASIErrno.inval)
        #expect(try guest.read(file) == "012ab56789")
    }

    @Test("Flags: appending is kept and can be changed, synchronous writing cannot")
    func flags() throws {
        let file = try guest.open("file", rights: WASIRight.write, status: 1).descriptor
        #expect(try guest.write("a", to: file).0 == WASIErrno.success)
        #expect(try guest.call("fd_fdstat_get", file, 64) == WASIErrno.success)
        #expect(guest.load(66, as: UInt16.self) == 1)
        #expect(try guest.call("fd_fdstat_set_flags", file, 16) == WASIErrno.inval)
        #expect(try guest.call("fd_fdstat_set_flags", file, 0) == WASIErrno.success)
        #expect(try guest.call("fd_seek", file, 0, 0, 64) == WASIErrno.success)
        #expect(try guest.write("b", to: file).0 == WASIErrno.success)
        #expect(sandbox.text("grant/file") == "b123456789a")
    }

    @Test("A pipe in a grant does not hold up the one who opens it")
    func namedPipe() throws {
        #expect(mkfifo(sandbox.grant + "/pipe", 0o600) == 0)
        #expect(try guest.open("pipe").errno == WASIErrno.success)
    }

    @Test("No descriptor is a socket")
    func sockets() throws {
        #expect(try guest.call("sock_shutdown", 1, 0) == WASIErrno.notsock)
        #expect(try guest.call("sock_accept", 3, 0, 64) == WASIErrno.notsock)
        #expect(try guest.call("sock_recv", 0, 32, 1, 0, 48, 52) == WASIErrno.notsock)
        #expect(try guest.call("sock_send", 77, 32, 1, 0, 48) == WASIErrno.badf)
    }
}

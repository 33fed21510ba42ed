import CRuntime
import Glibc
import TestGuests
import Testing

@Suite("WASI sockets")
struct WASISocketTests {
    let guest: WASIGuest
    let port: UInt16

    init() throws {
        guest = try WASIGuest()
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = size
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(listener, pointer, bound) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, pointer, &size) == 0
            }
        }
        try #require(result)
        port = UInt16(bigEndian: address.sin_port)
        try #require(tf_wasi_add_socket(guest.wasi, listener, true) == 0)
    }

    /// A connection from outside.
    func connect() throws -> Int32 {
        let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        try #require(isConnected)
        return client
    }

    func accept(flags: UInt64 = 0) throws -> (errno: UInt64, descriptor: UInt64) {
        (try guest.call("sock_accept", 3, flags, 64), UInt64(guest.load(64, as: UInt32.self)))
    }

    func receive(_ descriptor: UInt64, count: UInt32 = 100, flags: UInt64 = 0) throws -> (UInt64, String) {
        guest.store(UInt32(4096), at: 32)
        guest.store(count, at: 36)
        let errno = try guest.call("sock_recv", descriptor, 32, 1, flags, 48, 52)
        return (errno, errno == 0 ? guest.string(at: 4096, count: UInt64(guest.load(48, as: UInt32.self))) : "")
    }

    func send(_ text: String, to descriptor: UInt64, flags: UInt64 = 0) throws -> UInt64 {
        let (address, count) = guest.place(text, at: 4096)
        guest.store(UInt32(address), at: 32)
        guest.store(UInt32(count), at: 36)
        return try guest.call("sock_send", descriptor, 32, 1, flags, 48)
    }

    @Test("A connection is accepted, read, peeked at, written and shut down, by both families of functions")
    func connection() throws {
        #expect(try guest.call("fd_fdstat_get", 3, 64) == WASIErrno.success)
        #expect(guest.load(64, as: UInt8.self) == 6 /* a stream socket */)
        let client = try connect()
        defer { close(client) }
        let (errno, descriptor) = try accept()
        #expect(errno == WASIErrno.success && descriptor == 4)
        #expect(write(client, "hello", 5) == 5)
        #expect(try receive(descriptor, flags: 1) == (WASIErrno.success, "hello"))
        #expect(try receive(descriptor, count: 2) == (WASIErrno.success, "he"))
        #expect(try guest.read(descriptor) == "llo")
        #expect(try send("answer", to: descriptor) == WASIErrno.success)
        #expect(try guest.write("!", to: descriptor) == (WASIErrno.success, 1))
        var buffer = [UInt8](repeating: 0, count: 7)
        #expect(recv(client, &buffer, 7, Int32(MSG_WAITALL)) == 7)
        #expect(String(decoding: buffer, as: UTF8.self) == "answer!")
        #expect(try guest.call("sock_shutdown", descriptor, 2) == WASIErrno.success)
        #expect(recv(client, &buffer, 7, 0) == 0)
        #expect(write(client, "more", 4) == 4)
        #expect(try receive(descriptor, count: 4, flags: 2) == (WASIErrno.success, "more"))
        #expect(try guest.call("sock_shutdown", descriptor, 3) == WASIErrno.success)
        #expect(try guest.call("fd_close", descriptor) == WASIErrno.success)
        #expect(try receive(descriptor).0 == WASIErrno.badf)
    }

    @Test("What is not to wait does not: accepting by the listener's flag, receiving by the connection's")
    func nonBlocking() throws {
        #expect(try guest.call("fd_fdstat_set_flags", 3, 4) == WASIErrno.success)
        #expect(try accept().errno == 6 /* again */)
        let client = try connect()
        defer { close(client) }
        var (errno, descriptor) = try accept(flags: 4)
        while errno == 6 { (errno, descriptor) = try accept(flags: 4) }
        #expect(errno == WASIErrno.success)
        #expect(try receive(descriptor).0 == 6)
        #expect(try guest.transfer("fd_read", descriptor, at: 4096, count: 1).0 == 6)
    }

    @Test("T8: a guest that waits for a connection, or for what comes over it, ends with its deadline")
    func deadlines() throws {
        guest.setTimeout(20_000_000)
        #expect(try guest.enter("sock_accept", [3, 0, 64]).trap == TF_TRAP_DEADLINE)
        let client = try connect()
        defer { close(client) }
        guest.setTimeout(1_000_000_000)
        let (errno, descriptor) = try accept()
        #expect(errno == WASIErrno.success)
        guest.setTimeout(20_000_000)
        guest.store(UInt32(4096), at: 32)
        guest.store(UInt32(10), at: 36)
        #expect(try guest.enter("sock_recv", [descriptor, 32, 1, 0, 48, 52]).trap == TF_TRAP_DEADLINE)
    }

    @Test("Writing to who has gone away is an error, not a signal")
    func gone() throws {
        let client = try connect()
        let descriptor = try accept().descriptor
        var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
        setsockopt(client, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        close(client)
        var results: Set<UInt64> = []
        for _ in 0..<10 {
            results.insert(try send("x", to: descriptor))
            results.insert(try guest.write("x", to: descriptor).0)
        }
        #expect(results.contains(64 /* pipe */))
        #expect(results.isSubset(of: [0, 15, 64]))
    }

    @Test("Mistakes: not a socket, no listener, unknown flags, rights given up, no room for a descriptor")
    func mistakes() throws {
        let client = try connect()
        defer { close(client) }
        let descriptor = try accept().descriptor
        #expect(try guest.call("sock_accept", descriptor, 0, 64) == WASIErrno.notcapable)
        #expect(try guest.call("sock_accept", 3, 1, 64) == WASIErrno.inval)
        #expect(try guest.call("sock_accept", 3, 0, 0xffff_fff0) == WASIErrno.fault)
        #expect(try receive(3).0 == 53 /* notconn */)
        #expect(try receive(descriptor, flags: 4).0 == WASIErrno.inval)
        #expect(try send("x", to: descriptor, flags: 1) == WASIErrno.inval)
        #expect(try guest.call("sock_recv", descriptor, 32, 1, 0, 48, 0xffff_ffff) == WASIErrno.fault)
        for how: UInt64 in [0, 4] { #expect(try guest.call("sock_shutdown", descriptor, how) == WASIErrno.inval) }
        #expect(try guest.call("sock_shutdown", 3, 1) == WASIErrno.notcapable)
        for standard: UInt64 in 0...2 { #expect(try guest.call("sock_shutdown", standard, 1) == WASIErrno.notsock) }
        #expect(try guest.call("fd_seek", descriptor, 0, 0, 64) == WASIErrno.spipe)
        #expect(try guest.call("fd_fdstat_set_rights", descriptor, 0, 0) == WASIErrno.success)
        #expect(try receive(descriptor).0 == WASIErrno.notcapable)
        tf_wasi_set_descriptor_limit(guest.wasi, 5)
        #expect(try accept().errno == WASIErrno.mfile)
    }

    @Test("A datagram socket is not given, and what is given is closed with the guest")
    func giving() throws {
        let datagrams = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(datagrams) }
        #expect(tf_wasi_add_socket(guest.wasi, datagrams, true) == -EPROTOTYPE)
        #expect(tf_wasi_add_socket(guest.wasi, -1, true) == -EBADF)
        #expect(tf_wasi_owned_count(guest.wasi) == 1)
        #expect(try guest.call("fd_close", 3) == WASIErrno.success)
        #expect(tf_wasi_owned_count(guest.wasi) == 0)
    }
}

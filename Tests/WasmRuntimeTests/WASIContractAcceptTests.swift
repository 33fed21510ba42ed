import CRuntime
import Glibc
import TestGuests
import Testing

/// A socket that listens under a name that the kernel chose.
private struct Listener {
    let descriptor: Int32
    private var address = sockaddr_storage()
    private var size = socklen_t(MemoryLayout<sockaddr_storage>.size)

    init() throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        address.ss_family = sa_family_t(AF_UNIX)
        let descriptor = descriptor
        var size = size
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, socklen_t(MemoryLayout<sa_family_t>.size)) == 0 && listen(descriptor, 16) == 0
                    && getsockname(descriptor, pointer, &size) == 0
            }
        }
        self.size = size
        try #require(isListening)
    }

    /// A connection, which waits to be accepted.
    func connect() throws -> Int32 {
        let client = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let isConnected = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(client, $0, size) == 0 }
        }
        try #require(isConnected)
        return client
    }
}

@Suite("WASI contract: sock_accept")
struct WASIContractAcceptTests {
    let guest: WASIGuest
    private let listener: Listener

    init() throws {
        guest = try WASIGuest()
        listener = try Listener()
        try #require(tf_wasi_add_socket(guest.wasi, listener.descriptor, true) == 0)
        guest.setTimeout(20_000_000_000)
    }

    @Test("A connection is one u32, the least free number")
    func layout() throws {
        let client = try listener.connect()
        defer { close(client) }
        let only = try guest.writesOnly(257..<261) { try guest.call("sock_accept", 3, 0, 257) }
        #expect(only && guest.load(257, as: UInt32.self) == 4)
        let state = try guest.descriptorState(4)
        #expect(state.type == WASIType.stream && state.flags == 0)
        let rights = WASIRight.read | WASIRight.write | WASIRight.poll | WASIRight.shutdown
        #expect(state.base & rights == rights)
    }

    @Test("Connections are accepted in the order they came, each with its own bytes")
    func order() throws {
        let clients = try (0..<3).map { _ in try listener.connect() }
        defer { clients.forEach { _ = close($0) } }
        for (index, client) in clients.enumerated() { #expect(write(client, "\(index)", 1) == 1) }
        for index in 0..<3 {
            #expect(try guest.call("sock_accept", 3, 0, 64) == 0)
            let descriptor = UInt64(guest.load(64, as: UInt32.self))
            #expect(try guest.read(descriptor) == "\(index)")
        }
    }

    @Test("What the flags say, the connection does")
    func flags() throws {
        let client = try listener.connect()
        defer { close(client) }
        #expect(try guest.call("sock_accept", 3, 4, 64) == 0)
        #expect(try guest.descriptorState(4).flags == 4)
        #expect(try guest.descriptorState(3).flags == 0)
        #expect(try guest.transfer("fd_read", 4, at: 4096, count: 1).0 == WASIErrno.again)
    }

    @Test("A call that fails takes no connection away")
    func failures() throws {
        let client = try listener.connect()
        defer { close(client) }
        let end = UInt64(WASIGuest.size)
        for wild in [end - 3, end, 0xffff_fffd] {
            #expect(try guest.call("sock_accept", 3, 0, wild) == WASIErrno.fault)
        }
        for flags: UInt64 in [1, 32, 0xffff] { #expect(try guest.call("sock_accept", 3, flags, 64) == WASIErrno.inval) }
        #expect(tf_wasi_open_count(guest.wasi) == 4)
        #expect(try guest.call("sock_accept", 3, 0, 64) == 0)
        #expect(guest.load(64, as: UInt32.self) == 4)
    }

    @Test("Waiting for a connection is by poll too: the listener is ready to be read")
    func polling() throws {
        for at in stride(from: UInt64(1024), to: 1120, by: 8) { guest.store(UInt64(0), at: at) }
        guest.store(UInt8(1), at: 1032)
        guest.store(UInt32(3), at: 1040)
        guest.store(UInt64(1000), at: 1096)
        guest.store(UInt32(1), at: 1088)
        #expect(try guest.call("poll_oneoff", 1024, 4096, 2, 48) == 0)
        #expect(guest.load(48, as: UInt32.self) == 1 && guest.load(4106, as: UInt8.self) == 0)
        let client = try listener.connect()
        defer { close(client) }
        #expect(try guest.call("poll_oneoff", 1024, 4096, 1, 48) == 0)
        #expect(guest.load(4104, as: UInt16.self) == 0 && guest.load(4106, as: UInt8.self) == 1)
        #expect(guest.load(4120, as: UInt16.self) == 0)
    }

    @Test("The right to accept is needed, and what is accepted has a right to nothing else than the listener's heirs")
    func rights() throws {
        let client = try listener.connect()
        defer { close(client) }
        let state = try guest.descriptorState(3)
        #expect(state.base & WASIRight.accept == WASIRight.accept)
        #expect(state.inheriting & WASIRight.write == WASIRight.write)
        #expect(try guest.call("fd_fdstat_set_rights", 3, state.base, state.inheriting & ~WASIRight.write) == 0)
        #expect(try guest.call("sock_accept", 3, 0, 64) == 0)
        #expect(try guest.descriptorState(4).base & ~state.inheriting == 0)
        #expect(try guest.descriptorState(4).base & WASIRight.write == 0)
        #expect(try guest.call("fd_fdstat_set_rights", 3, state.base & ~WASIRight.accept, 0) == 0)
        #expect(try guest.call("sock_accept", 3, 0, 64) == WASIErrno.notcapable)
    }
}

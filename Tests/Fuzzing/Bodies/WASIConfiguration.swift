import CRuntime
import Glibc
import TestGuests

/// What the guest of an input has, by the input's first byte.
struct WASIConfiguration: OptionSet {
    var rawValue: UInt8

    static let unstable = Self(rawValue: 1 << 0)
    /// The folder may only be read.
    static let readOnly = Self(rawValue: 1 << 1)
    /// A folder of the folder is granted too.
    static let second = Self(rawValue: 1 << 2)
    static let fewDescriptors = Self(rawValue: 1 << 3)
    /// The standard descriptors are sockets, else streams that nobody serves.
    static let sockets = Self(rawValue: 1 << 4)
    /// Without it a sanitizer looks after the bytes behind the memory.
    static let canary = Self(rawValue: 1 << 5)
    static let arguments = Self(rawValue: 1 << 6)
    /// The folder lives in memory.
    static let memory = Self(rawValue: 1 << 7)

    func apply(to guest: WASIGuest, sandbox: Sandbox, sockets: Sockets?) throws {
        if contains(.fewDescriptors) { tf_wasi_set_descriptor_limit(guest.wasi, 6) }
        var results = [
            contains(.memory)
                ? tf_wasi_preopen_memory(guest.wasi, 1 << 18, "/")
                : tf_wasi_preopen_path(guest.wasi, sandbox.grant, "/", contains(.readOnly))
        ]
        if contains(.memory) { try fill(guest) }
        if contains(.second) {
            results.append(tf_wasi_preopen_path(guest.wasi, sandbox.grant + "/d", "d", !contains(.readOnly)))
        }
        if contains(.arguments) {
            results.append(tf_wasi_add_argument(guest.wasi, "program", 7))
            results.append(tf_wasi_add_environment(guest.wasi, "NAME=value", 10))
        }
        if let sockets {
            for descriptor in 0..<3 as Range<UInt32> {
                results.append(tf_wasi_set_stdio(guest.wasi, descriptor, sockets.guests))
            }
        }
        guard results.allSatisfy({ $0 == 0 }) else { throw Finding("a guest that cannot be set up: \(results)") }
    }

    /// What is in the folder on the host, for one in memory.
    private func fill(_ guest: WASIGuest) throws {
        for folder in ["d", "d/s"] {
            let (address, count) = guest.place(folder)
            _ = try guest.enter("path_create_directory", [3, address, count])
        }
        for file in ["a", "d/f"] {
            let (address, count) = guest.place(file)
            _ = try guest.enter("path_open", [3, 0, address, count, 1, 1 << 6, 0, 0, 16])
            _ = try guest.enter("fd_close", [UInt64(guest.load(16, as: UInt32.self))])
        }
        for (path, target) in [("link", "a"), ("loop", "loop"), ("inner", "d"), ("far", "../.."), ("dangling", "none")]
        {
            let (address, count) = guest.place(path), (at, length) = guest.place(target, at: 8192)
            _ = try guest.enter("path_symlink", [at, length, 3, address, count])
        }
    }
}

/// A connection to somebody who sent some bytes and listens no more.
final class Sockets {
    let guests: Int32
    private let peer: Int32

    init() throws {
        var pair: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0, &pair) == 0 else {
            throw Finding("no sockets: \(errno)")
        }
        (guests, peer) = (pair[0], pair[1])
        // The guest may take the flag away that keeps it from blocking.
        var time = timeval(tv_sec: 0, tv_usec: 1000)
        setsockopt(guests, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        _ = write(peer, "some bytes", 10)
        shutdown(peer, Int32(SHUT_WR))
    }

    deinit {
        close(guests)
        close(peer)
    }
}

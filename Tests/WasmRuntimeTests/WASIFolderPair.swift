import CRuntime
import TestGuests
import Testing

/// Two guests that are told to do the same: one in a folder of the host, one in a folder in memory.
///
/// What they are answered is compared. The kernel is the model: where both can answer, memory answers as it does.
struct WASIFolderPair {
    let sandbox: Sandbox
    let host: WASIGuest
    let memory: WASIGuest
    /// Descriptors that are open, by the host's guest and the other; both number alike.
    private(set) var open: [UInt64] = []

    init() throws {
        sandbox = try Sandbox()
        host = try WASIGuest()
        memory = try WASIGuest()
        #expect(tf_wasi_preopen_path(host.wasi, sandbox.grant, "/", false) == 0)
        #expect(tf_wasi_preopen_memory(memory.wasi, 16 << 20, "/") == 0)
    }

    /// Does one thing in both and returns what differs.
    mutating func differs(_ step: Step) throws -> String? {
        let (first, second) = (try perform(step, by: host), try perform(step, by: memory))
        if case .open = step, first.hasPrefix("0 "), first == second {
            open.append(UInt64(host.load(16, as: UInt32.self)))
        }
        if case .close(let index) = step, !open.isEmpty { open.remove(at: index % open.count) }
        return first == second ? nil : "\(step): the host says \(first), memory \(second)"
    }

    /// One call, by what it does.
    enum Step {
        case make(String), removeFolder(String), unlink(String), rename(String, String), link(String, String)
        case symlink(String, String), readlink(String), status(String, follow: Bool)
        case open(String, flags: UInt64, follow: Bool, rights: UInt64, status: UInt64)
        case close(Int), read(Int, UInt64), write(Int, String), readAt(Int, UInt64, UInt64)
        case writeAt(Int, String, UInt64)
        case seek(Int, Int64, UInt64), tell(Int), resize(Int, UInt64), reserve(Int, UInt64, UInt64), statusOf(Int)
        case list(Int), flags(Int, UInt64), times(String, UInt64, UInt64, UInt64), state(Int), advise(Int), sync(Int)
        case timesOf(Int, UInt64)
    }

    private func perform(_ step: Step, by guest: WASIGuest) throws -> String {
        switch step {
        case .make(let path): return "\(try guest.path("path_create_directory", path))"
        case .removeFolder(let path): return "\(try guest.path("path_remove_directory", path))"
        case .unlink(let path): return "\(try guest.path("path_unlink_file", path))"
        case .rename(let old, let new): return "\(try guest.pair("path_rename", old, new))"
        case .link(let old, let new): return "\(try guest.pair("path_link", old, new))"
        case .symlink(let target, let path): return "\(try guest.symlink(target, at: path))"
        case .readlink(let path): return "\(try guest.target(path))"
        case .status(let path, let follow): return describe(try guest.status(path, follow: follow))
        case .open(let path, let flags, let follow, let rights, let status):
            let (errno, descriptor) = try guest.open(
                path, in: 3, follow: follow, flags: flags, rights: rights, status: status)
            return errno == 0 ? "0 \(descriptor)" : "\(errno)"
        case .times(let path, let accessed, let modified, let flags):
            let (address, count) = guest.place(path)
            return "\(try guest.call("path_filestat_set_times", 3, 1, address, count, accessed, modified, flags))"
        default: return try performOnDescriptor(step, by: guest)
        }
    }

    private func performOnDescriptor(_ step: Step, by guest: WASIGuest) throws -> String {
        switch step {
        case .close(let index): return "\(try guest.call("fd_close", descriptor(index)))"
        case .read(let index, let count):
            let (errno, got) = try guest.transfer("fd_read", descriptor(index), at: 4096, count: count)
            return errno == 0 ? "0 " + guest.string(at: 4096, count: UInt64(got)) : "\(errno)"
        case .write(let index, let text): return "\(try guest.write(text, to: descriptor(index)))"
        case .readAt(let index, let count, let offset):
            guest.store(UInt32(4096), at: 32)
            guest.store(UInt32(count), at: 36)
            let errno = try guest.call("fd_pread", descriptor(index), 32, 1, offset, 48)
            let count = UInt64(guest.load(48, as: UInt32.self))
            return errno == 0 ? "0 " + guest.string(at: 4096, count: count) : "\(errno)"
        case .writeAt(let index, let text, let offset):
            let (address, count) = guest.place(text, at: 4096)
            guest.store(UInt32(address), at: 32)
            guest.store(UInt32(count), at: 36)
            let errno = try guest.call("fd_pwrite", descriptor(index), 32, 1, offset, 48)
            return errno == 0 ? "0 \(guest.load(48, as: UInt32.self))" : "\(errno)"
        case .seek(let index, let offset, let whence):
            let errno = try guest.call("fd_seek", descriptor(index), UInt64(bitPattern: offset), whence, 48)
            return errno == 0 ? "0 \(guest.load(48, as: UInt64.self))" : "\(errno)"
        case .tell(let index):
            let errno = try guest.call("fd_tell", descriptor(index), 48)
            return errno == 0 ? "0 \(guest.load(48, as: UInt64.self))" : "\(errno)"
        case .resize(let index, let size): return "\(try guest.call("fd_filestat_set_size", descriptor(index), size))"
        case .reserve(let index, let offset, let length):
            return "\(try guest.call("fd_allocate", descriptor(index), offset, length))"
        case .statusOf(let index): return describe(try guest.status(of: descriptor(index)))
        case .list(let index):
            let errno = try guest.call("fd_readdir", descriptor(index), 8192, 4096, 0, 16)
            return errno == 0 ? "\(try guest.names(descriptor(index)))" : "\(errno)"
        case .flags(let index, let flags): return "\(try guest.call("fd_fdstat_set_flags", descriptor(index), flags))"
        case .state(let index):
            let errno = try guest.call("fd_fdstat_get", descriptor(index), 48)
            guard errno == 0 else { return "\(errno)" }
            let rights: (UInt64, UInt64) = (guest.load(56), guest.load(64))
            return "0 \(guest.load(48, as: UInt8.self)) \(guest.load(50, as: UInt16.self)) \(rights)"
        case .advise(let index): return "\(try guest.call("fd_advise", descriptor(index), 0, 10, 3))"
        case .sync(let index): return "\(try guest.call("fd_sync", descriptor(index)))"
        case .timesOf(let index, let time):
            let errno = try guest.call("fd_filestat_set_times", descriptor(index), time, time, 5)
            guard errno == 0 else { return "\(errno)" }
            let (_, status) = try guest.status(of: descriptor(index))
            return "0 \(status.accessed) \(status.modified)"
        default: return ""
        }
    }

    /// A descriptor that is open, or none.
    private func descriptor(_ index: Int) -> UInt64 { open.isEmpty ? 900 : open[index % open.count] }

    /// What is alike wherever a file lives: not its number, nor how large a folder is.
    private func describe(_ result: (errno: UInt64, status: WASIFileStatus)) -> String {
        guard result.errno == 0 else { return "\(result.errno)" }
        let status = result.status
        return "0 type \(status.type)" + (status.type == 3 ? "" : " links \(status.links) size \(status.size)")
    }
}

import CRuntime
import Glibc
import Testing

/// A guest without code: a memory, a store and a WASI context, whose functions the test calls as generated code would.
final class WASIGuest {
    /// Bytes of guest memory; exactly allocated, so that a sanitizer sees a step beyond it.
    static let size = 1 << 18

    let wasi: OpaquePointer
    let memory: UnsafeMutableRawPointer
    private let store: OpaquePointer
    private let linear: UnsafeMutablePointer<tf_memory>
    private let instance: UnsafeMutablePointer<tf_instance>
    private var functions: [String: tf_wasi_function] = [:]

    init(unstable: Bool = false) throws {
        var limits = tf_store_limits(memory_bytes: 1 << 20, table_elements: 1, stack_bytes: 1 << 20)
        store = try #require(tf_store_create(&limits))
        wasi = try #require(tf_wasi_create())
        memory = .allocate(byteCount: Self.size, alignment: 16)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: Self.size)
        linear = .allocate(capacity: 1)
        linear.initialize(to: tf_memory())
        linear.pointee.base = memory.assumingMemoryBound(to: UInt8.self)
        linear.pointee.bytes = UInt64(Self.size)
        instance = .allocate(capacity: 1)
        instance.initialize(to: tf_instance())
        instance.pointee.memory_zero = linear
        instance.pointee.store = store
        var count = 0
        let table = unstable ? tf_wasi_unstable_functions(&count) : tf_wasi_functions(&count)
        for function in UnsafeBufferPointer(start: table, count: count) {
            functions[String(cString: function.name)] = function
        }
    }

    deinit {
        tf_wasi_destroy(wasi)
        tf_store_destroy(store)
        memory.deallocate()
        linear.deallocate()
        instance.deallocate()
    }

    /// Calls a function and returns its trap beside the first cell.
    func enter(_ name: String, _ arguments: [UInt64]) throws -> (trap: tf_trap, result: UInt64) {
        let function = try #require(functions[name])
        let call = try #require(function.call)
        #expect(strlen(function.parameters) == arguments.count)
        var host = tf_host()
        host.call = call
        host.instance = instance
        host.data = UnsafeMutableRawPointer(wasi)
        var values = arguments + [0]
        let trap = call(&host, &values)
        return (trap, values[0])
    }

    /// Calls a function that is expected to return an error number.
    func call(_ name: String, _ arguments: UInt64...) throws -> UInt64 {
        let (trap, result) = try enter(name, arguments)
        #expect(trap == TF_OK)
        return result
    }

    func load<T>(_ address: UInt64, as type: T.Type = T.self) -> T {
        memory.loadUnaligned(fromByteOffset: Int(address), as: type)
    }

    func store<T: BitwiseCopyable>(_ value: T, at address: UInt64) {
        memory.storeBytes(of: value, toByteOffset: Int(address), as: T.self)
    }

    /// Puts a string at an address and returns address and length, as paths are passed.
    func place(_ string: String, at address: UInt64 = 1024) -> (UInt64, UInt64) {
        let bytes = Array(string.utf8)
        (memory + Int(address)).copyMemory(from: bytes, byteCount: bytes.count)
        return (address, UInt64(bytes.count))
    }

    func string(at address: UInt64, count: UInt64) -> String {
        String(decoding: UnsafeRawBufferPointer(start: memory + Int(address), count: Int(count)), as: UTF8.self)
    }

    func setTimeout(_ nanoseconds: Int64) { tf_store_set_timeout(store, nanoseconds) }

    func exitCode() -> UInt32 { tf_store_exit_code(store) }
}

/// Error numbers of preview 1 that tests expect.
enum WASIErrno {
    static let success: UInt64 = 0, badf: UInt64 = 8, exist: UInt64 = 20, fault: UInt64 = 21, inval: UInt64 = 28
    static let isdir: UInt64 = 31, loop: UInt64 = 32, mfile: UInt64 = 33, nametoolong: UInt64 = 37, noent: UInt64 = 44
    static let notdir: UInt64 = 54, notempty: UInt64 = 55, notsock: UInt64 = 57, notsup: UInt64 = 58
    static let perm: UInt64 = 63, spipe: UInt64 = 70, notcapable: UInt64 = 76
}

/// Rights of preview 1 that tests ask for.
enum WASIRight {
    static let read: UInt64 = 1 << 1, write: UInt64 = 1 << 6, pathOpen: UInt64 = 1 << 13, setSize: UInt64 = 1 << 19
}

/// A folder with a granted folder `grant` in it and a secret beside that; gone when the value is.
final class Sandbox {
    let root: String
    var grant: String { root + "/grant" }

    init() throws {
        var template = Array("/tmp/terrafirma-wasi-XXXXXX".utf8CString)
        root = String(cString: try #require(mkdtemp(&template)))
        try folder("grant")
        try file("secret", "secret")
    }

    deinit { Self.remove(root) }

    private static func remove(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR, let folder = opendir(path) else {
            unlink(path)
            return
        }
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { remove(path + "/" + name) }
        }
        closedir(folder)
        rmdir(path)
    }

    func folder(_ path: String) throws { try #require(mkdir(root + "/" + path, 0o700) == 0) }

    func link(_ path: String, to target: String) throws { try #require(symlink(target, root + "/" + path) == 0) }

    func file(_ path: String, _ text: String) throws {
        let descriptor = open(root + "/" + path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        try #require(descriptor >= 0)
        #expect(write(descriptor, text, text.utf8.count) == text.utf8.count)
        close(descriptor)
    }

    func exists(_ path: String) -> Bool { access(root + "/" + path, F_OK) == 0 }

    func text(_ path: String) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let descriptor = open(root + "/" + path, O_RDONLY)
        let count = read(descriptor, &buffer, buffer.count)
        close(descriptor)
        return String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
    }
}

extension WASIGuest {
    /// Opens a path; descriptor or error number.
    func open(
        _ path: String, in folder: UInt64 = 3, follow: Bool = true, flags: UInt64 = 0, rights: UInt64 = WASIRight.read,
        status: UInt64 = 0
    ) throws -> (errno: UInt64, descriptor: UInt64) {
        let (address, count) = place(path)
        let all = UInt64(0x3fff_ffff)
        let errno = try call("path_open", folder, follow ? 1 : 0, address, count, flags, rights, all, status, 16)
        return (errno, UInt64(load(16, as: UInt32.self)))
    }

    /// Calls one of the functions that take a descriptor and a path.
    func path(_ name: String, _ path: String, in folder: UInt64 = 3) throws -> UInt64 {
        let (address, count) = place(path)
        return try call(name, folder, address, count)
    }

    /// Calls `path_rename` or `path_link`.
    func pair(_ name: String, _ old: String, _ new: String, in folder: UInt64 = 3, to target: UInt64 = 3) throws
        -> UInt64
    {
        let (a, n) = place(old), (b, m) = place(new, at: 8192)
        return try name == "path_link"
            ? call(name, folder, 0, a, n, target, b, m) : call(name, folder, a, n, target, b, m)
    }

    func symlink(_ target: String, at path: String) throws -> UInt64 {
        let (a, n) = place(target), (b, m) = place(path, at: 8192)
        return try call("path_symlink", a, n, 3, b, m)
    }

    /// Writes or reads with one buffer; error number and byte count.
    func transfer(_ name: String, _ descriptor: UInt64, at address: UInt64, count: UInt64) throws -> (UInt64, UInt32) {
        store(UInt32(truncatingIfNeeded: address), at: 32)
        store(UInt32(truncatingIfNeeded: count), at: 36)
        return (try call(name, descriptor, 32, 1, 48), load(48))
    }

    func write(_ text: String, to descriptor: UInt64) throws -> (UInt64, UInt32) {
        let (address, count) = place(text, at: 4096)
        return try transfer("fd_write", descriptor, at: address, count: count)
    }

    func read(_ descriptor: UInt64, count: UInt64 = 256) throws -> String {
        let (errno, got) = try transfer("fd_read", descriptor, at: 4096, count: count)
        #expect(errno == WASIErrno.success)
        return string(at: 4096, count: UInt64(got))
    }
}

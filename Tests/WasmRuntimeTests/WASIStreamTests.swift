import CRuntime
import Glibc
import TestGuests
import Testing
import WasmModule
import WasmRuntime

/// What a stream under test was asked for and gives.
private final class Recorder {
    var input: [UInt8] = []
    var output: [UInt8] = []
    var buffers: [Int32] = []
    var failure: Int = 0

    var stream: tf_stream {
        tf_stream(
            context: Unmanaged.passUnretained(self).toOpaque(),
            read: { context, buffer, count in Recorder.of(context).read(buffer, count) },
            write: { context, buffers, count in Recorder.of(context).write(buffers, count) })
    }

    private static func of(_ context: UnsafeMutableRawPointer?) -> Recorder {
        guard let context else { preconditionFailure("a stream has its context") }
        return Unmanaged<Recorder>.fromOpaque(context).takeUnretainedValue()
    }

    private func read(_ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
        if failure != 0 { return failure }
        let part = input.prefix(count)
        buffer?.copyMemory(from: Array(part), byteCount: part.count)
        input.removeFirst(part.count)
        return part.count
    }

    private func write(_ list: UnsafePointer<iovec>?, _ count: Int32) -> Int {
        if failure != 0 { return failure }
        buffers.append(count)
        let before = output.count
        for item in UnsafeBufferPointer(start: list, count: Int(count)) {
            output += UnsafeRawBufferPointer(start: item.iov_base, count: item.iov_len)
        }
        return output.count - before
    }
}

@Suite("WASI streams, arguments, clocks, waiting")
struct WASIStreamTests {
    let guest: WASIGuest

    init() throws { guest = try WASIGuest() }

    @Test("Nothing is granted by default: no input, swallowed output, no folder")
    func defaults() throws {
        #expect(try guest.read(0) == "")
        #expect(try guest.write("text", to: 1) == (WASIErrno.success, 4))
        #expect(try guest.call("fd_prestat_get", 3, 64) == WASIErrno.badf)
        #expect(try guest.call("args_sizes_get", 64, 68) == WASIErrno.success)
        #expect(guest.load(64, as: UInt64.self) == 0)
    }

    @Test("Callbacks serve the standard streams, several buffers in one call")
    func callbacks() throws {
        let recorder = Recorder()
        recorder.input = Array("request".utf8)
        for descriptor: UInt32 in [0, 1] {
            #expect(tf_wasi_set_stream(guest.wasi, descriptor, recorder.stream) == 0)
        }
        #expect(try guest.read(0, count: 3) == "req")
        #expect(try guest.read(0) == "uest")
        #expect(try guest.read(0) == "")
        _ = guest.place("answer", at: 4096)
        for (index, part) in [(4096, 2), (0, 0), (4098, 4)].enumerated() {
            guest.store(UInt32(part.0), at: 64 + 8 * UInt64(index))
            guest.store(UInt32(part.1), at: 68 + 8 * UInt64(index))
        }
        #expect(try guest.call("fd_write", 1, 64, 3, 48) == WASIErrno.success)
        #expect(guest.load(48, as: UInt32.self) == 6)
        #expect(recorder.output == Array("answer".utf8) && recorder.buffers == [2])
        recorder.failure = -Int(EPIPE)
        #expect(try guest.write("x", to: 1).0 == 64)
        #expect(try guest.write("x", to: 0).0 == WASIErrno.badf)
        #expect(try guest.call("fd_seek", 1, 0, 1, 64) == WASIErrno.spipe)
        #expect(tf_wasi_set_stream(guest.wasi, 3, recorder.stream) == -EINVAL)
    }

    @Test(
        "T15: buffers out of bounds are refused and nothing is transferred",
        arguments: [
            (0, 0xffff_ffff), (0xffff_ffff, 1), (0xffff_fff0, 0x20), (UInt64(WASIGuest.size) - 1, 2),
            (UInt64(WASIGuest.size), 1),
        ] as [(UInt64, UInt64)])
    func bounds(address: UInt64, count: UInt64) throws {
        let recorder = Recorder()
        recorder.input = [1, 2, 3]
        for descriptor: UInt32 in [0, 1] { _ = tf_wasi_set_stream(guest.wasi, descriptor, recorder.stream) }
        #expect(try guest.transfer("fd_write", 1, at: address, count: count).0 == WASIErrno.fault)
        #expect(try guest.transfer("fd_read", 0, at: address, count: count).0 == WASIErrno.fault)
        #expect(try guest.call("random_get", address, count) == WASIErrno.fault)
        #expect(recorder.output.isEmpty && recorder.input.count == 3)
    }

    @Test("T15: arrays of buffers: a million out of bounds is refused, more than the host takes is a partial write")
    func manyBuffers() throws {
        let recorder = Recorder()
        _ = tf_wasi_set_stream(guest.wasi, 1, recorder.stream)
        #expect(try guest.call("fd_write", 1, 64, 1_000_000, 48) == WASIErrno.fault)
        #expect(try guest.call("fd_write", 1, 64, 0xffff_ffff, 48) == WASIErrno.fault)
        #expect(try guest.call("fd_write", 1, 0xffff_ffff, 1, 48) == WASIErrno.fault)
        for index in 0..<3000 as Range<UInt64> {
            guest.store(UInt32(4), at: 1024 + 8 * index)
            guest.store(UInt32(1), at: 1028 + 8 * index)
        }
        #expect(try guest.call("fd_write", 1, 1024, 3000, 48) == WASIErrno.success)
        #expect(guest.load(48, as: UInt32.self) == 1024)
        #expect(try guest.call("fd_write", 1, 1024, 1, 0xffff_fffe) == WASIErrno.fault)
        #expect(recorder.output.count == 1024)
    }

    @Test("Arguments and environment arrive byte by byte; an embedded NUL is refused")
    func strings() throws {
        for argument in ["tool", "", "ä b"] {
            #expect(tf_wasi_add_argument(guest.wasi, argument, argument.utf8.count) == 0)
        }
        #expect(tf_wasi_add_environment(guest.wasi, "A=1", 3) == 0)
        #expect(tf_wasi_add_environment(guest.wasi, "B\0=1", 4) == -EINVAL)
        #expect(try guest.call("args_sizes_get", 64, 68) == WASIErrno.success)
        #expect(guest.load(64, as: UInt32.self) == 3)
        #expect(guest.load(68, as: UInt32.self) == 11)
        #expect(try guest.call("args_get", 128, 256) == WASIErrno.success)
        #expect(guest.string(at: 256, count: 11) == "tool\0\0ä b\0")
        #expect((0..<3).map { guest.load(128 + 4 * $0, as: UInt32.self) } == [256, 261, 262])
        #expect(try guest.call("args_get", 128, UInt64(WASIGuest.size) - 10) == WASIErrno.fault)
        #expect(try guest.call("args_get", 0xffff_fffc, 256) == WASIErrno.fault)
        #expect(try guest.call("environ_sizes_get", 64, 68) == WASIErrno.success)
        #expect(guest.load(68, as: UInt32.self) == 4)
        #expect(try guest.call("environ_get", 128, 256) == WASIErrno.success)
        #expect(guest.string(at: 256, count: 4) == "A=1\0")
    }

    @Test("Random bytes differ from call to call and from guest to guest")
    func random() throws {
        let other = try WASIGuest()
        var seen: Set<[UInt64]> = []
        for guest in [guest, other] {
            for count: UInt64 in [16, 16, 200, 200, 1000, 256] {
                #expect(try guest.call("random_get", 4096, count) == WASIErrno.success)
                seen.insert([guest.load(4096), guest.load(4096 + count - 8)])
            }
        }
        #expect(seen.count == 12)
        #expect(try guest.call("random_get", 4096, 0) == WASIErrno.success)
    }

    @Test("Clocks tell the time, and unknown ones don't")
    func clocks() throws {
        for clock: UInt64 in 0...3 {
            #expect(try guest.call("clock_time_get", clock, 1, 64) == WASIErrno.success)
            #expect(guest.load(64, as: UInt64.self) > 0)
            #expect(try guest.call("clock_res_get", clock, 64) == WASIErrno.success)
            #expect(guest.load(64, as: UInt64.self) > 0)
        }
        #expect(try guest.call("clock_time_get", 4, 1, 64) == WASIErrno.inval)
        #expect(try guest.call("clock_time_get", 0, 1, 0xffff_fff9) == WASIErrno.fault)
    }

    @Test("Ending leaves the code; yielding returns")
    func ending() throws {
        #expect(try guest.enter("proc_exit", [42]).trap == TF_EXIT)
        #expect(guest.exitCode() == 42)
        #expect(try guest.call("sched_yield") == WASIErrno.success)
    }

    @Test(
        "A signal that would end a process ends the guest with a shell's code for it, and nobody else",
        arguments: [(1, 129), (6, 134), (9, 137), (11, 139), (15, 143), (23, 152), (30, 159)] as [(UInt64, UInt32)])
    func endingSignals(signal: UInt64, code: UInt32) throws {
        #expect(try guest.enter("proc_raise", [signal]).trap == TF_EXIT)
        #expect(guest.exitCode() == code)
    }

    @Test("Signals that nobody handles are ignored; those that would stop a process are not to be had")
    func otherSignals() throws {
        for signal: UInt64 in [0, 16, 17, 22, 27] { #expect(try guest.call("proc_raise", signal) == WASIErrno.success) }
        for signal: UInt64 in 18...21 {
            #expect(try guest.call("proc_raise", signal) == WASIErrno.notsup)
        }
        #expect(try guest.call("proc_raise", 31) == WASIErrno.inval)
    }

    @Test("Nothing at an address that is none is nothing: languages give empty slices addresses of their own")
    func nothingAnywhere() throws {
        let wild: UInt64 = 0xaaaa_aaaa
        let sandbox = try Sandbox()
        try sandbox.link("grant/link", to: "target")
        #expect(tf_wasi_preopen_path(guest.wasi, sandbox.grant, "/", false) == 0)
        #expect(try guest.call("random_get", wild, 0) == WASIErrno.success)
        #expect(try guest.call("fd_read", 0, wild, 0, 48) == WASIErrno.success)
        #expect(try guest.call("fd_write", 1, wild, 0, 48) == WASIErrno.success)
        #expect(try guest.call("fd_readdir", 3, wild, 0, 0, 48) == WASIErrno.success)
        let (address, count) = guest.place("link")
        #expect(try guest.call("path_readlink", 3, address, count, wild, 0, 48) == WASIErrno.success)
        #expect(try guest.call("args_get", wild, wild) == WASIErrno.success)
        #expect(try guest.call("random_get", wild, 1) == WASIErrno.fault)
    }

    @Test("A standard stream that is not to wait does not, and its flag stays the guest's alone")
    func nonBlockingStandardStreams() throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer { ends.forEach { _ = close($0) } }
        #expect(tf_wasi_set_stdio(guest.wasi, 0, ends[0]) == 0)
        #expect(try guest.call("fd_fdstat_set_flags", 0, 4) == WASIErrno.success)
        #expect(try guest.call("fd_fdstat_get", 0, 64) == WASIErrno.success)
        #expect(guest.load(66, as: UInt16.self) == 4)
        #expect(fcntl(ends[0], F_GETFL) & O_NONBLOCK == 0)
        #expect(try guest.transfer("fd_read", 0, at: 4096, count: 10).0 == 6 /* again */)
        #expect(Glibc.write(ends[1], "abc", 3) == 3)
        #expect(try guest.read(0, count: 10) == "abc")
        #expect(tf_wasi_set_stdio(guest.wasi, 1, ends[1]) == 0)
        #expect(try guest.call("fd_fdstat_set_flags", 1, 1) == WASIErrno.notsup)
        #expect(try guest.call("fd_fdstat_set_flags", 1, 0) == WASIErrno.success)
    }

    @Test("A standard output that is not to wait takes what there is room for, and then says so")
    func nonBlockingOutput() throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer { ends.forEach { _ = close($0) } }
        #expect(tf_wasi_set_stdio(guest.wasi, 1, ends[1]) == 0)
        #expect(try guest.call("fd_fdstat_set_flags", 1, 4) == WASIErrno.success)
        var written = 0
        while true {
            let (errno, count) = try guest.transfer("fd_write", 1, at: 4096, count: 200_000)
            guard errno == WASIErrno.success else {
                #expect(errno == 6 /* again */)
                break
            }
            #expect(count > 0)
            written += Int(count)
        }
        #expect(written >= 4096 && written <= 1 << 20)
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        #expect(Glibc.read(ends[0], &buffer, buffer.count) == written)
    }

    @Test("A standard stream that others set not to wait is waited for all the same, until the deadline")
    func sharedNonBlockingStreams() throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer { ends.forEach { _ = close($0) } }
        #expect(fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0)
        #expect(tf_wasi_set_stdio(guest.wasi, 0, ends[0]) == 0)
        #expect(Glibc.write(ends[1], "abc", 3) == 3)
        #expect(try guest.read(0, count: 10) == "abc")
        let writer = ends[1]
        let thread = GuestThread {
            usleep(20_000); _ = Glibc.write(writer, "late", 4)
        }
        #expect(try guest.read(0, count: 10) == "late")
        thread.join()
    }

    @Test("What a descriptor is, is told alike by both functions that tell it")
    func devicesAreNoTerminals() throws {
        let null = Glibc.open("/dev/null", O_RDWR)
        defer { close(null) }
        #expect(tf_wasi_set_stdio(guest.wasi, 1, null) == 0)
        #expect(try guest.call("fd_fdstat_get", 1, 64) == WASIErrno.success)
        #expect(guest.load(64, as: UInt8.self) == 0)
        #expect(try guest.status(of: 1).1.type == 0)
    }

    /// Puts a subscription at 1024 + 48 × index.
    func subscribe(_ index: UInt64, kind: UInt8, userdata: UInt64, descriptor: UInt32 = 0, timeout: UInt64 = 0) {
        let at = 1024 + 48 * index
        for word: UInt64 in 0..<6 { guest.store(UInt64(0), at: at + 8 * word) }
        guest.store(userdata, at: at)
        guest.store(kind, at: at + 8)
        guest.store(kind == 0 ? 1 : descriptor, at: at + 16)
        guest.store(timeout, at: at + 24)
    }

    @Test("Waiting reports what is ready and what is wrong, and the clock when nothing else is")
    func polling() throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer { ends.forEach { _ = close($0) } }
        #expect(tf_wasi_set_stdio(guest.wasi, 0, ends[0]) == 0)
        subscribe(0, kind: 1, userdata: 7, descriptor: 0)
        subscribe(1, kind: 0, userdata: 8, timeout: 1000)
        #expect(try guest.call("poll_oneoff", 1024, 2048, 2, 48) == WASIErrno.success)
        #expect(guest.load(48, as: UInt32.self) == 1)
        #expect(guest.load(2048, as: UInt64.self) == 8)
        #expect(Glibc.write(ends[1], "abc", 3) == 3)
        subscribe(1, kind: 0, userdata: 8, timeout: 60_000_000_000)
        subscribe(2, kind: 2, userdata: 9, descriptor: 55)
        #expect(try guest.call("poll_oneoff", 1024, 2048, 3, 48) == WASIErrno.success)
        #expect(guest.load(48, as: UInt32.self) == 2)
        #expect(guest.load(2048, as: UInt64.self) == 7)
        #expect(guest.load(2064, as: UInt64.self) == 3)
        #expect(guest.load(2080, as: UInt64.self) == 9)
        #expect(guest.load(2088, as: UInt16.self) == 8)
    }

    @Test("Waiting ends at the guest's deadline")
    func deadline() throws {
        guest.setTimeout(1_000_000)
        subscribe(0, kind: 0, userdata: 1, timeout: 3_600_000_000_000)
        #expect(try guest.enter("poll_oneoff", [1024, 2048, 1, 48]).trap == TF_TRAP_DEADLINE)
    }

    @Test("Waiting refuses no, too many and unreachable subscriptions")
    func oddPolling() throws {
        #expect(try guest.call("poll_oneoff", 1024, 2048, 0, 48) == WASIErrno.inval)
        #expect(try guest.call("poll_oneoff", 1024, 2048, 0xffff_ffff, 48) == WASIErrno.inval)
        #expect(try guest.call("poll_oneoff", 0xffff_fff0, 2048, 1, 48) == WASIErrno.fault)
        subscribe(0, kind: 3, userdata: 1)
        #expect(try guest.call("poll_oneoff", 1024, 2048, 1, 48) == WASIErrno.inval)
        #expect(try guest.call("poll_oneoff", 1024, 0xffff_fff0, 1, 48) == WASIErrno.fault)
        for index: UInt64 in 0..<40 { subscribe(index, kind: 2, userdata: index, descriptor: 1) }
        #expect(try guest.call("poll_oneoff", 1024, 8192, 40, 48) == WASIErrno.success)
        #expect(guest.load(48, as: UInt32.self) == 40)
    }

    @Test("wasi_unstable counts its ways to seek and lays out its structures differently")
    func unstable() throws {
        let sandbox = try Sandbox()
        try sandbox.file("grant/file", "0123456789")
        let guest = try WASIGuest(unstable: true)
        #expect(tf_wasi_preopen_path(guest.wasi, sandbox.grant, "/", false) == 0)
        let file = try guest.open("file").descriptor
        #expect(try guest.call("fd_seek", file, 0, 1, 64) == WASIErrno.success)
        #expect(guest.load(64, as: UInt64.self) == 10)
        #expect(try guest.call("fd_seek", file, 4, 2, 64) == WASIErrno.success)
        #expect(guest.load(64, as: UInt64.self) == 4)
        #expect(try guest.call("fd_filestat_get", file, 64) == WASIErrno.success)
        #expect(guest.load(84, as: UInt32.self) == 1)
        #expect(guest.load(88, as: UInt64.self) == 10)
    }

    @Test("The tables are sorted by name and every function has its entry")
    func tables() {
        var count = 0
        let functions = UnsafeBufferPointer(start: tf_wasi_functions(&count), count: 46)
        #expect(count == 46)
        let names = functions.map { String(cString: $0.name) }
        #expect(names == names.sorted() && Set(names).count == 46)
        #expect(functions.allSatisfy { $0.call != nil })
    }

    @Test("A linker finds every function by its names, and no other", arguments: [false, true])
    func names(unstable: Bool) {
        let module = unstable ? "wasi_unstable" : "wasi_snapshot_preview1"
        var count = 0
        let table = unstable ? tf_wasi_unstable_functions(&count) : tf_wasi_functions(&count)
        for function in UnsafeBufferPointer(start: table, count: count) {
            let found = WASIContext.function(module: module, name: String(cString: function.name))
            #expect(found?.name == String(cString: function.name) && found?.module == module)
            #expect(found?.type.parameters.count == strlen(function.parameters))
            #expect(found?.type.results.count == strlen(function.result))
        }
        for name in ["", "a", "fd_writ", "fd_write\0", "fd_writes", "zzz"] {
            #expect(WASIContext.function(module: module, name: name) == nil)
        }
        #expect((WASIContext.function(module: module, name: "sock_accept") == nil) == unstable)
        #expect(WASIContext.function(module: "env", name: "fd_write") == nil)
    }
}

package import CRuntime
import Glibc
package import Hostcalls
import WasmModule
import WasmRuntime

/// A guest without code: memory, table and allocator of its own, so that tests decide what host calls find.
package final class FakeGuest {
    /// What the guest's allocator does.
    package enum Allocation {
        case bump
        /// Gives the same address whatever is asked for.
        case fixed(UInt32)
        /// Grows the memory by a page at each call and gives the new page's address.
        case growing
    }

    package static let pageSize = 65536
    private static let filler: UInt8 = 0xAA

    package let exchange: Exchange
    package var allocation = Allocation.bump
    /// Sizes that the host asked for, in order.
    package private(set) var allocatedSizes: [UInt32] = []
    /// Names under which an allocator is exported.
    package var exportedNames: Set<String> = ["default_malloc_impl"]
    /// Names that the host asked for, in order.
    package private(set) var askedNames: [String] = []

    private let store = tf_store_create(&storeLimits)
    private let base: UnsafeMutablePointer<UInt8>
    /// Pages that the memory can grow to; until then those behind it are filled with ``filler``.
    package let mostPages: Int
    private let memory = UnsafeMutablePointer<tf_memory>.allocate(capacity: 1)
    private let function = UnsafeMutablePointer<tf_function>.allocate(capacity: 1)
    private let misfit = UnsafeMutablePointer<tf_function>.allocate(capacity: 1)
    private let table = UnsafeMutablePointer<tf_table>.allocate(capacity: 1)
    private let elements = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: 3)
    private let module = UnsafeMutablePointer<tf_module>.allocate(capacity: 1)
    private let instance = UnsafeMutableRawPointer.allocate(byteCount: 128, alignment: 16)
    private let host = UnsafeMutablePointer<tf_host>.allocate(capacity: 1)
    private var free: UInt32 = 0x8000
    private var written: UInt32 = 0x100

    nonisolated(unsafe) private static var storeLimits = tf_store_limits(
        memory_bytes: 1 << 30, table_elements: 1000, stack_bytes: 1 << 20)

    package init(
        _ request: GuestRequest = GuestRequest(method: "GET", target: "/hello.wasm"),
        limits: HostcallLimits = HostcallLimits(), outbound: OutboundPolicy = .denied, mostPages: Int = 64
    ) {
        exchange = Exchange(request: request, limits: limits, outbound: outbound)
        self.mostPages = mostPages
        base = .allocate(capacity: mostPages * Self.pageSize)
        base.initialize(repeating: Self.filler, count: mostPages * Self.pageSize)
        memory.initialize(to: tf_memory())
        memory.pointee.base = base
        pages = 1
        setUpFunctions()
        setUpInstance()
        exchange.findExport = { [unowned self] name in
            askedNames.append(name)
            return exportedNames.contains(name) ? UnsafePointer(function) : nil
        }
    }

    deinit {
        tf_store_destroy(store)
        base.deallocate()
        memory.deallocate()
        function.deallocate()
        misfit.deallocate()
        table.deallocate()
        elements.deallocate()
        module.deallocate()
        instance.deallocate()
        host.deallocate()
    }

    /// The memory's size.
    package var pages: Int {
        get { Int(memory.pointee.pages) }
        set {
            memory.pointee.pages = UInt64(newValue)
            memory.pointee.bytes = UInt64(newValue * Self.pageSize)
        }
    }

    /// The memory's size in bytes.
    package var size: UInt32 { UInt32(pages * Self.pageSize) }

    /// Whether nobody has written behind the memory.
    package var isIntactBehindMemory: Bool {
        let (start, count) = (base + Int(size), mostPages * Self.pageSize - Int(size))
        // Each byte is like the one before.
        return count == 0 || (start.pointee == Self.filler && memcmp(start, start + 1, count - 1) == 0)
    }

    /// Takes the memory away: a guest may have none.
    package func removeMemory() {
        instance.assumingMemoryBound(to: tf_instance.self).pointee.memory_zero = nil
    }

    /// Takes the host pointer away.
    package func forgetExchange() {
        instance.assumingMemoryBound(to: tf_instance.self).pointee.host = nil
    }

    /// What the last trap of a host call was for.
    package var message: String { String(cString: tf_store_message(store)) }

    private func setUpFunctions() {
        let i32: [UInt32] = [0x7F]
        function.initialize(to: tf_function())
        function.pointee.type = tf_type_intern(i32, 1, i32, 1)
        function.pointee.code = UnsafeMutableRawPointer(function)
        function.pointee.instance = Unmanaged.passUnretained(self).toOpaque()
        function.pointee.enter = { _, guest, values in
            guard let guest, let values else { return }
            let fake = Unmanaged<FakeGuest>.fromOpaque(guest).takeUnretainedValue()
            values[0] = UInt64(fake.allocate(UInt32(truncatingIfNeeded: values[0])))
        }
        misfit.initialize(to: function.pointee)
        misfit.pointee.type = tf_type_intern(i32, 1, nil, 0)
        // Table 0: null, a function of another type, the allocator.
        elements[0] = nil
        elements[1] = UnsafeMutableRawPointer(misfit)
        elements[2] = UnsafeMutableRawPointer(function)
        table.initialize(
            to: tf_table(elements: elements, size: 3, mask: 0, maximum: 3, element_type: 0x170, reserved: 0))
    }

    private func setUpInstance() {
        module.initialize(to: tf_module())
        module.pointee.table_count = 1
        module.pointee.tables_offset = UInt32(MemoryLayout<tf_instance>.size)
        instance.initializeMemory(as: UInt8.self, repeating: 0, count: 128)
        (instance + MemoryLayout<tf_instance>.size).storeBytes(
            of: UnsafeMutableRawPointer(table), as: UnsafeMutableRawPointer.self)
        let head = instance.assumingMemoryBound(to: tf_instance.self)
        head.pointee.memory = base
        head.pointee.memory_zero = memory
        head.pointee.store = store
        head.pointee.module = UnsafePointer(module)
        head.pointee.host = exchange.hostPointer
        host.initialize(to: tf_host())
        host.pointee.instance = head
    }

    private func allocate(_ size: UInt32) -> UInt32 {
        allocatedSizes.append(size)
        switch allocation {
        case .bump:
            defer { free &+= size }
            // Odd addresses: guests' allocators needn't align.
            free |= 1
            return free
        case .fixed(let address):
            return address
        case .growing:
            guard pages < mostPages else { return 0 }
            pages += 1
            return UInt32((pages - 1) * Self.pageSize)
        }
    }
}

extension FakeGuest {
    /// Where the guest's calls ask for pointers and lengths to be written.
    package static let outPointer: UInt32 = 0x10
    package static let outLength: UInt32 = 0x20

    /// Makes a host call as generated code does.
    @discardableResult
    package func call(_ name: String, _ arguments: UInt32...) -> (trap: tf_trap, result: UInt32) {
        call(name, arguments)
    }

    @discardableResult
    package func call(_ name: String, _ arguments: [UInt32]) -> (trap: tf_trap, result: UInt32) {
        let (trap, result) = callWide(name, arguments)
        return (trap, UInt32(truncatingIfNeeded: result))
    }

    /// The same, of a call that gives an i64.
    package func callWide(_ name: String, _ arguments: [UInt32]) -> (trap: tf_trap, result: UInt64) {
        guard let row = TerrafirmaHostcalls.functions.first(where: { $0.name == "hostcall_" + name }),
            row.type.parameters.count == arguments.count
        else { return (TF_TRAP_UNKNOWN_IMPORT, 0) }
        // The upper halves of i32 cells are anybody's guess.
        var values = (arguments + [0]).map { UInt64($0) | 0xDEAD_BEEF << 32 }
        let trap = row.call(host, &values)
        return (trap, values[0])
    }

    /// Writes zeros.
    package func clear(_ address: UInt32, count: Int) {
        (base + Int(address)).update(repeating: 0, count: count)
    }

    /// Writes text at an address of the test's choice.
    package func write(_ text: String, at address: UInt32) {
        for (offset, byte) in text.utf8.enumerated() { base[Int(address) + offset] = byte }
    }

    /// Writes what of the bytes fits the memory at an address.
    package func write(_ bytes: [UInt8], at address: UInt32) {
        for (offset, byte) in bytes.enumerated() where Int(address) + offset < size {
            base[Int(address) + offset] = byte
        }
    }

    /// Writes bytes into the guest's memory, as arguments of a call.
    package func put(_ text: String) -> [UInt32] { put([UInt8](text.utf8)) }

    package func put(_ bytes: [UInt8]) -> [UInt32] {
        let address = written
        for (offset, byte) in bytes.enumerated() { base[Int(address) + offset] = byte }
        written += UInt32(bytes.count) + 1
        return [address, UInt32(bytes.count)]
    }

    /// Writes a list of slices into the guest's memory, as arguments of a call.
    package func put(slices: [[UInt32]]) -> [UInt32] {
        let words = slices.flatMap { $0 }
        let bytes = words.flatMap { word in withUnsafeBytes(of: word.littleEndian) { [UInt8]($0) } }
        return [put(bytes)[0], UInt32(slices.count)]
    }

    package func put(list: [String]) -> [UInt32] { put(slices: list.map { put($0) }) }

    package func word(_ address: UInt32) -> UInt32 {
        UnsafeRawPointer(base).loadUnaligned(fromByteOffset: Int(address), as: UInt32.self)
    }

    /// Bytes at an address, and the one behind them.
    package func bytes(_ address: UInt32, _ length: UInt32) -> (bytes: [UInt8], next: UInt8) {
        let start = base + Int(address)
        return ([UInt8](UnsafeBufferPointer(start: start, count: Int(length))), start[Int(length)])
    }

    /// What the last getter wrote: pointer and length.
    package var out: (pointer: UInt32, length: UInt32) { (word(Self.outPointer), word(Self.outLength)) }

    /// Asks for bytes.
    package func get(_ name: String, _ handle: UInt32 = 0) -> String? {
        guard call(name, Self.outPointer, Self.outLength, handle).trap == TF_OK, out.pointer != 0 else { return nil }
        return String(decoding: bytes(out.pointer, out.length).bytes, as: UTF8.self)
    }

    /// Asks for a list; nil after a trap.
    package func list(_ name: String, _ handle: UInt32 = 0, named header: String? = nil) -> [String]? {
        let arguments = [Self.outPointer, Self.outLength, handle] + (header.map { put($0) } ?? [])
        guard call(name, arguments).trap == TF_OK else { return nil }
        let (pointer, count) = out
        return (0..<count).map { index in
            let (address, length) = (word(pointer + 8 * index), word(pointer + 8 * index + 4))
            return String(decoding: bytes(address, length).bytes, as: UTF8.self)
        }
    }
}

package import CRuntime
import Glibc

/// A guest without code: a memory, a store and a WASI context, whose functions the test calls as generated code would.
package final class WASIGuest {
    /// Bytes of guest memory; exactly allocated, so that a sanitizer sees a step beyond it.
    package static let size = 1 << 18

    package let wasi: OpaquePointer
    package let memory: UnsafeMutableRawPointer
    private let store: OpaquePointer
    private let linear: UnsafeMutablePointer<tf_memory>
    private let instance: UnsafeMutablePointer<tf_instance>
    private var functions: [String: tf_wasi_function] = [:]

    /// Bytes behind the memory that nobody may write; they take the place of a sanitizer's.
    private let canary: Int
    private static let filler: UInt8 = 0xA5

    package init(unstable: Bool = false, canary: Int = 0) throws {
        self.canary = canary
        var limits = tf_store_limits(memory_bytes: 1 << 20, table_elements: 1, stack_bytes: 1 << 20)
        store = try needed(tf_store_create(&limits), "a store")
        wasi = try needed(tf_wasi_create(), "a context")
        memory = .allocate(byteCount: Self.size + canary, alignment: 16)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: Self.size)
        (memory + Self.size).initializeMemory(as: UInt8.self, repeating: Self.filler, count: canary)
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
    package func enter(_ name: String, _ arguments: [UInt64]) throws -> (trap: tf_trap, result: UInt64) {
        let function = try needed(functions[name], name)
        let call = try needed(function.call, name)
        guard strlen(function.parameters) == arguments.count else { throw Missing(what: "arguments of \(name)") }
        var host = tf_host()
        host.call = call
        host.instance = instance
        host.data = UnsafeMutableRawPointer(wasi)
        var values = arguments + [0]
        let trap = call(&host, &values)
        return (trap, values[0])
    }

    /// Whether nobody has written behind the memory.
    package var isIntactBehindMemory: Bool {
        UnsafeRawBufferPointer(start: memory + Self.size, count: canary).allSatisfy { $0 == Self.filler }
    }

    package func load<T>(_ address: UInt64, as type: T.Type = T.self) -> T {
        memory.loadUnaligned(fromByteOffset: Int(address), as: type)
    }

    package func store<T: BitwiseCopyable>(_ value: T, at address: UInt64) {
        memory.storeBytes(of: value, toByteOffset: Int(address), as: T.self)
    }

    /// Puts a string at an address and returns address and length, as paths are passed.
    package func place(_ string: String, at address: UInt64 = 1024) -> (UInt64, UInt64) {
        let bytes = Array(string.utf8)
        (memory + Int(address)).copyMemory(from: bytes, byteCount: bytes.count)
        return (address, UInt64(bytes.count))
    }

    package func string(at address: UInt64, count: UInt64) -> String {
        String(decoding: UnsafeRawBufferPointer(start: memory + Int(address), count: Int(count)), as: UTF8.self)
    }

    package func setTimeout(_ nanoseconds: Int64) { tf_store_set_timeout(store, nanoseconds) }

    package func exitCode() -> UInt32 { tf_store_exit_code(store) }
}

package import CRuntime
import Glibc
import WasmModule

/// What one guest of WASI preview 1 may see of the world: arguments, environment, standard streams, folders.
///
/// Nothing is granted until asked for. Belongs to one run, hence to one thread at a time, and has to outlive the
/// store whose instances import it.
package final class WASIContext {
    /// For what this class has no name for.
    package let handle: OpaquePointer

    package init() throws(WASIError) {
        guard let handle = tf_wasi_create() else { throw WASIError(subject: "WASI", code: ENOMEM) }
        self.handle = handle
    }

    deinit {
        tf_wasi_destroy(handle)
    }

    /// Adds to the command line; the first is the program's name.
    package func addArgument(_ argument: String) throws(WASIError) {
        try check("argument \(argument.debugDescription)", argument.withBytes { tf_wasi_add_argument(handle, $0, $1) })
    }

    package func addEnvironment(name: String, value: String) throws(WASIError) {
        let entry = "\(name)=\(value)"
        try check("environment variable \(name)", entry.withBytes { tf_wasi_add_environment(handle, $0, $1) })
    }

    /// Makes one of our own open files the guest's descriptor 0, 1 or 2; it stays ours to close.
    package func lend(_ hostDescriptor: Int32, as descriptor: UInt32) throws(WASIError) {
        try check("descriptor \(descriptor)", tf_wasi_set_stdio(handle, descriptor, hostDescriptor))
    }

    /// Makes a stream of ours the guest's descriptor 0, 1 or 2.
    package func setStream(_ stream: tf_stream, as descriptor: UInt32) throws(WASIError) {
        try check("descriptor \(descriptor)", tf_wasi_set_stream(handle, descriptor, stream))
    }

    /// Grants a folder and everything beneath it, under a name of its own.
    package func grant(_ path: String, as guest: String, readOnly: Bool = false) throws(WASIError) {
        try check(path, tf_wasi_preopen_path(handle, path, guest, readOnly))
    }

    /// Grants an open folder, which stays ours to close.
    package func grant(descriptor: Int32, as guest: String, readOnly: Bool = false) throws(WASIError) {
        try check(guest, tf_wasi_preopen_descriptor(handle, descriptor, guest, readOnly))
    }

    /// Grants an empty folder in memory, which is the guest's own and ends with it.
    package func grant(_ folder: MemoryFolder) throws(WASIError) {
        try check(folder.guest, tf_wasi_preopen_memory(handle, folder.bytes, folder.guest))
    }

    /// Gives the guest a stream socket that listens or is connected, under the next number; it is closed with the
    /// guest's other descriptors.
    package func give(socket: Int32) throws(WASIError) {
        try check("descriptor \(socket)", tf_wasi_add_socket(handle, socket, true))
    }

    /// Lets the guest have at most so many descriptors, those it begins with included; 1024 unless set.
    package func setDescriptorLimit(_ limit: UInt32) {
        tf_wasi_set_descriptor_limit(handle, limit)
    }

    /// Clocks tell multiples of so many nanoseconds, at most a second; as exact as they are unless set.
    package func setClockResolution(_ nanoseconds: UInt32) {
        tf_wasi_set_clock_resolution(handle, nanoseconds)
    }

    /// The limits that the guest has run into here.
    package var limitsReached: Set<Limit> {
        var reached: Set<Limit> = []
        if tf_wasi_descriptor_limit_reached(handle) { reached.insert(.openFiles) }
        if tf_wasi_memory_limit_reached(handle) { reached.insert(.memoryFolder) }
        return reached
    }

    private func check(_ subject: @autoclosure () -> String, _ result: Int32) throws(WASIError) {
        if result < 0 { throw WASIError(subject: subject(), code: -result) }
    }
}

extension WASIContext {
    /// The interface, for a linker, under the names of both its versions.
    ///
    /// The functions find their context as the store's data (``Store/setHostData(_:)``): its ``handle``.
    package static func function(module: String, name: String) -> HostFunction? {
        var count = 0
        let first: UnsafePointer<tf_wasi_function>?
        switch ExactName(module) {
        case ExactName("wasi_snapshot_preview1"): first = tf_wasi_functions(&count)
        case ExactName("wasi_unstable"): first = tf_wasi_unstable_functions(&count)
        default: return nil
        }
        guard let found = find(name, in: UnsafeBufferPointer(start: first, count: count)), let call = found.call else {
            return nil
        }
        return HostFunction(
            module: module, name: name,
            type: FunctionType(parameters: types(found.parameters), results: types(found.result)), call: call)
    }

    /// By bisection: the functions are sorted by name.
    private static func find(_ name: String, in functions: UnsafeBufferPointer<tf_wasi_function>) -> tf_wasi_function? {
        let name = name.utf8
        var (low, high) = (0, functions.count)
        while low < high {
            let middle = (low + high) / 2
            let candidate = functions[middle].name.map(String.init(cString:)) ?? ""
            if candidate.utf8.elementsEqual(name) { return functions[middle] }
            if candidate.utf8.lexicographicallyPrecedes(name) { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    /// `i` is i32, `I` is i64.
    private static func types(_ letters: UnsafePointer<CChar>) -> [ValueType] {
        String(cString: letters).utf8.map { $0 == UInt8(ascii: "I") ? .i64 : .i32 }
    }
}

/// What could not be granted, and why.
package struct WASIError: Error, Hashable, Sendable, CustomStringConvertible {
    package let subject: String
    /// An `errno` value.
    package let code: Int32

    package var description: String { "\(subject): \(String(cString: strerror(code)))" }
}

extension String {
    fileprivate func withBytes(_ body: (UnsafeRawPointer?, Int) -> Int32) -> Int32 {
        var text = self
        return text.withUTF8 { body($0.baseAddress, $0.count) }
    }
}

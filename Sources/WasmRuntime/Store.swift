package import CRuntime

/// A set of instances that may share memories, tables, globals and functions, and the limits they share.
///
/// Used by one thread at a time. Everything in it lives as long as the store, and no longer: a value that refers to a
/// function of the store keeps it not alive.
package final class Store {
    /// The C runtime's store.
    package let pointer: OpaquePointer
    /// The code of the instances, and whatever host functions need.
    private var kept: [AnyObject] = []
    /// The first of them, which is all that most stores keep: an array would be allocated.
    private var firstKept: AnyObject?
    private var modules: [LoadedModule] = []
    private var firstModule: LoadedModule?

    /// Fails with ``Trap/Kind/outOfMemory``.
    package init(limits: InstanceLimits) throws(Trap) {
        var native = tf_store_limits(
            memory_bytes: limits.memoryBytes, table_elements: limits.tableElements, stack_bytes: limits.stackBytes)
        guard let pointer = tf_store_create(&native) else { throw Trap(kind: .outOfMemory) }
        self.pointer = pointer
    }

    deinit {
        tf_store_destroy(pointer)
    }

    /// What `tf_host_context` returns in host functions called by instances made from now on.
    package func setHostPointer(_ pointer: UnsafeMutableRawPointer?) {
        tf_store_set_host(self.pointer, pointer)
    }

    /// What `tf_host.data` is in host functions that bring none of their own, in instances made from now on.
    package func setHostData(_ pointer: UnsafeMutableRawPointer?) {
        tf_store_set_data(self.pointer, pointer)
    }

    /// Lets guests run for this long from now, all calls together; nil: for ever.
    package func setTimeout(_ timeout: Duration?) {
        tf_store_set_timeout(pointer, timeout.map(\.nanoseconds) ?? -1)
    }

    /// The same, in nanoseconds: making a duration of them and taking it apart again costs more than all the rest.
    package func setTimeout(nanoseconds: Int64) { tf_store_set_timeout(pointer, max(0, nanoseconds)) }

    /// Lets guests use a processor for this long from now, all calls together; nil: without limit.
    package func setProcessorTime(_ limit: Duration?) {
        tf_store_set_cpu_limit(pointer, limit.map(\.nanoseconds) ?? -1)
    }

    /// The same, in nanoseconds.
    package func setProcessorTime(nanoseconds: Int64) { tf_store_set_cpu_limit(pointer, max(0, nanoseconds)) }

    /// Keeps an object alive as long as the store.
    package func keep(_ object: AnyObject) {
        if firstKept == nil { firstKept = object } else { kept.append(object) }
    }

    func keep(_ module: LoadedModule) {
        if firstModule == nil { firstModule = module } else { modules.append(module) }
    }

    /// Calls a function of this store.
    ///
    /// `values` holds the arguments' cells, then the results'; it has room for the
    /// larger number of them.
    package func call(
        _ function: UnsafePointer<tf_function>, _ values: UnsafeMutablePointer<UInt64>
    ) throws(Trap) {
        let result = tf_call(pointer, function, values)
        guard result == TF_OK else { throw trap(result) }
    }

    /// What the C runtime returned, with all it left behind.
    func trap(_ result: tf_trap) -> Trap {
        guard let kind = Trap.Kind(result, exitCode: tf_store_exit_code(pointer)) else { return Trap(kind: .host) }
        if case .exit = kind { return Trap(kind: kind) }
        let message = String(cString: tf_store_message(pointer))
        var trap = Trap(kind: kind, message: message.isEmpty ? nil : message, backtrace: backtrace())
        trap.limits = limitsReached
        trap.isCut = tf_store_backtrace(pointer, nil) >= Int(TF_BACKTRACE_LENGTH)
        return trap
    }

    private func backtrace() -> [Trap.Frame] {
        var counters: UnsafePointer<UInt>?
        let count = tf_store_backtrace(pointer, &counters)
        guard let counters else { return [] }
        return (0..<count).compactMap { index in
            // All but the first may be return addresses: look at the call before.
            let counter = counters[index] &- (index == 0 ? 0 : 1)
            if let frame = firstModule?.frame(at: counter) { return frame }
            for module in modules {
                if let frame = module.frame(at: counter) { return frame }
            }
            return nil
        }
    }
}

extension Duration {
    /// Nanoseconds, none if it is negative.
    fileprivate var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflow || carry ? .max : max(0, sum)
    }
}

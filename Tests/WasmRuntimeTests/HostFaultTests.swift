import CRuntime
import Glibc
import NativeCode
import Testing
import WasmModule
import WasmRuntime

/// T13: what is not the guest's fault is never taken for a trap: the process ends, loudly.
@Suite struct HostFaultTests {
    init() {
        // Before a process is started that would have to make it.
        _ = TestFolder.shared
    }

    @Test("T13: a fault in a host function ends the process")
    func faultInHostFunction() async {
        await #expect(processExitsWith: .signal(SIGSEGV)) {
            try HostFaults.run { _, _ in
                HostFaults.store(at: 0x10)
                return TF_OK
            }
        }
    }

    @Test("T13: a fault of a host function inside the guest's own reservation ends the process")
    func hostFaultInReservation() async {
        await #expect(processExitsWith: .signal(SIGSEGV)) {
            try HostFaults.run { host, _ in
                guard let memory = host?.pointee.instance.pointee.memory else { return TF_OK }
                HostFaults.store(at: UInt(bitPattern: memory) + 65_536)
                return TF_OK
            }
        }
    }

    @Test("T13: a host function that overruns the guest's stack ends the process")
    func hostStackOverflow() async {
        await #expect(processExitsWith: .signal(SIGSEGV)) {
            try HostFaults.run { _, _ in HostFaults.descend(1) > 0 ? TF_OK : TF_TRAP_HOST }
        }
    }

    @Test("T13: a fault on a thread that runs no guest ends the process")
    func faultOutsideGuests() async {
        await #expect(processExitsWith: .signal(SIGSEGV)) {
            try HostFaults.run { _, _ in TF_OK }
            HostFaults.store(at: 0x10)
        }
    }

    @Test("T13: generated code that touches memory that isn't the guest's ends the process")
    func wildGeneratedCode() async {
        await #expect(processExitsWith: .signal(SIGSEGV)) {
            let source = "static void guest(tf_instance *i) { U a = 0x7000000000; *(int *)a = 1; }"
            try HostFaults.runGenerated(source)
        }
    }

    @Test("a null function reference is read by generated code, and is a trap")
    func nullReference() throws {
        let source =
            "struct tf_instance { B *m; U *x; p h[6]; };"
            + "static void guest(tf_instance *i) { if (((tf_function *)i->h[5])->type) i->h[3] = 0; }"
        #expect(#expect(throws: Trap.self) { try HostFaults.runGenerated(source) }?.kind == .uninitializedElement)
    }
}

enum HostFaults {
    /// Runs a guest that calls this host function.
    static func run(_ call: @escaping HostFunction.Native) throws {
        var module = GuestModule()
        module.memory(1)
        module.importFunction("host", "call")
        module.function("run", Op.call(0))
        let function = HostFunction(
            module: "host", name: "call", type: FunctionType(parameters: [], results: []), call: call)
        _ = try module.instantiate([function]).invoke("run")
    }

    static func store(at address: UInt) {
        UnsafeMutablePointer<UInt8>(bitPattern: address)?.pointee = 1
    }

    /// Never returns; not a loop, since each frame is needed after the call.
    @inline(never)
    static func descend(_ depth: Int) -> Int {
        withUnsafeTemporaryAllocation(of: Int.self, capacity: 16) { buffer in
            buffer[0] = depth
            return descend(depth + 1) + buffer[0]
        }
    }

    /// Calls a C function `guest`, written as a translator might have, as function 0 of a module.
    static func runGenerated(_ function: String) throws {
        let closing = """

            static void e(void *code, void *instance, U *values) { ((void (*)(void *))code)(instance); }
            static void *const functions[] = {(void *)guest};
            static const tf_enter enters[] = {e};
            static void *const leaves[] = {0};
            static tf_code_exports offered = {TF_ABI_VERSION, 1, 1, 0, 0, 0, 0};
            const tf_code_exports *tf_attach(const tf_api *api, const uint32_t *types) {
                offered.functions = functions;
                offered.enters = enters;
                offered.leaves = leaves;
                return &offered;
            }
            """
        let type = SubType(parameters: [], results: [])
        var module = Module()
        module.types = [type]
        module.recursionGroups = [0..<1]
        module.functions = [TypeIndex(0)]
        module.exports = [Export(name: "run", kind: .function(FunctionIndex(0)))]
        var descriptor = ModuleDescriptor()
        descriptor.types = module.types
        descriptor.recursionGroups = module.recursionGroups
        descriptor.functions = module.functions
        descriptor.exports = module.exports
        descriptor.layout = InstanceLayout(module: module)
        let path = "\(TestFolder.shared.path)/generated-\(UInt(bitPattern: function.hashValue)).so"
        try QuickCompiler.compile(GeneratedPrelude.bytes() + Array((function + closing).utf8), to: path)
        chmod(path, 0o400)
        let types = try CanonicalTypes(types: [type], recursionGroups: [0..<1])
        let loaded = try LoadedModule(code: LoadedCode(path: path, types: types), descriptor: descriptor, image: nil)
        _ = try Linker().instantiate(loaded, in: Store(limits: InstanceLimits())).invoke("run")
    }
}

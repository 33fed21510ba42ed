import CRuntime
import Testing
import WasmModule
import WasmRuntime

/// Modules that import from the host and from each other.
@Suite struct LinkingTests {
    private func linkError(_ body: () throws -> Void) -> LinkError? {
        let error = #expect(throws: InstantiationError.self) { try body() }
        guard case .link(let link) = error else { return nil }
        return link
    }

    /// Exports a memory, a table with a function, two globals.
    private func library(in store: Store) throws -> Instance {
        var module = GuestModule()
        module.memory(1, 2)
        module.table(3, 5)
        module.global("fixed", GuestModule.i32, isMutable: false, Op.i32(5))
        module.global("moving", GuestModule.i32, isMutable: true, Op.i32(6))
        let seven = module.function("seven", [], [GuestModule.i32], Op.i32(7))
        module.elements(at: 1, [seven])
        return try Linker().instantiate(module.load(), in: store)
    }

    @Test("an import that nobody provides is an error, or as the policy says")
    func unknownImports() throws {
        var module = GuestModule()
        module.importFunction("env", "missing", [], [GuestModule.i32])
        module.function("run", [], [GuestModule.i32], Op.call(0))
        let loaded = try module.load()
        let store = try Store(limits: InstanceLimits())
        let error = linkError { _ = try Linker().instantiate(loaded, in: store) }
        #expect(error == LinkError(reason: .unknown, module: "env", name: "missing"))
        let zero = try Linker(unknownImports: .zero).instantiate(loaded, in: store)
        #expect(try zero.invoke("run") == [.i32(0)])
        let trapping = try Linker(unknownImports: .trap).instantiate(loaded, in: store)
        let trap = #expect(throws: Trap.self) { try trapping.invoke("run") }
        #expect(trap?.kind == .unknownImport)
        #expect(trap?.message == #"unknown import: "env" "missing""#)
    }

    @Test("an import that nobody provides makes no null of a reference that can't be one")
    func unknownNonNull() throws {
        var module = GuestModule()
        // () -> (ref func)
        let missing = module.importFunction("env", "missing", type: module.type([0x60, 0, 1, 0x64, 0x70]))
        module.function("run", [], [GuestModule.i32], Op.call(missing) + [0xD1])
        let store = try Store(limits: InstanceLimits())
        let instance = try Linker(unknownImports: .zero).instantiate(module.load(), in: store)
        #expect(#expect(throws: Trap.self) { try instance.invoke("run") }?.kind == .unknownImport)
    }

    @Test("a memory that nobody provides is an error under every policy")
    func unknownMemory() throws {
        var module = GuestModule()
        module.importMemory("env", "memory", 1)
        let loaded = try module.load()
        for policy in [UnknownImports.error, .trap, .zero] {
            let error = linkError {
                _ = try Linker(unknownImports: policy).instantiate(loaded, in: Store(limits: InstanceLimits()))
            }
            #expect(error?.reason == .unknown)
        }
    }

    @Test("imports of other types, limits and mutability are incompatible")
    func incompatible() throws {
        let store = try Store(limits: InstanceLimits())
        var linker = Linker()
        linker.define(exportsOf: try library(in: store), as: "lib")
        let attempts: [(inout GuestModule) -> Void] = [
            { $0.importFunction("lib", "seven", [], []) },
            { $0.importFunction("lib", "memory") },
            { $0.importMemory("lib", "memory", 2) },
            { $0.importMemory("lib", "memory", 1, 1) },
            { $0.importTable("lib", "table", 4) },
            { $0.importTable("lib", "table", 1, 4) },
            { $0.importGlobal("lib", "fixed", GuestModule.i64) },
            { $0.importGlobal("lib", "fixed", GuestModule.i32, isMutable: true) },
            { $0.importGlobal("lib", "moving", GuestModule.i32) },
        ]
        for attempt in attempts {
            var module = GuestModule()
            attempt(&module)
            let loaded = try module.load()
            #expect(linkError { _ = try linker.instantiate(loaded, in: store) }?.reason == .incompatible)
        }
        var fitting = GuestModule()
        fitting.importMemory("lib", "memory", 1, 2)
        fitting.importTable("lib", "table", 3, 5)
        fitting.importGlobal("lib", "fixed", GuestModule.i32)
        fitting.importGlobal("lib", "moving", GuestModule.i32, isMutable: true)
        _ = try linker.instantiate(fitting.load(), in: store)
    }

    @Test("instances share imported memories, tables and globals")
    func sharing() throws {
        let store = try Store(limits: InstanceLimits())
        let library = try library(in: store)
        var linker = Linker()
        linker.define(exportsOf: library, as: "lib")
        var module = GuestModule()
        module.importMemory("lib", "memory", 1)
        module.importTable("lib", "table", 1)
        module.importGlobal("lib", "moving", GuestModule.i32, isMutable: true)
        let returning = module.type([], [GuestModule.i32])
        let body = Op.i32(100) + Op.i32(0x5A) + Op.access(Op.i32Store8) + Op.i32(9) + Op.globalSet(0)
        module.function("write", body)
        module.function("grow", [], [GuestModule.i32], Op.i32(1) + Op.memoryGrow)
        module.function("indirect", [GuestModule.i32], [GuestModule.i32], Op.get(0) + Op.callIndirect(returning))
        let eight = module.function("eight", [], [GuestModule.i32], Op.i32(8))
        module.elements(at: 2, [eight])
        let user = try linker.instantiate(module.load(), in: store)
        _ = try user.invoke("write")
        #expect(library.memory[100] == 0x5A)
        #expect(library.global("moving") == .i32(9))
        #expect(try user.invoke("indirect", [.i32(1)]) == [.i32(7)])
        #expect(try user.invoke("indirect", [.i32(2)]) == [.i32(8)])
        #expect(try user.invoke("grow") == [.i32(1)])
        #expect(library.memory.count == 2 * 65_536)
        #expect(try user.invoke("grow") == [.i32(.max)])
    }

    @Test("what a failed instantiation wrote into a shared table stays, and can be called")
    func failedInstantiation() throws {
        let store = try Store(limits: InstanceLimits())
        var library = GuestModule()
        library.table(4)
        let returning = library.type([], [GuestModule.i32])
        library.function("indirect", [GuestModule.i32], [GuestModule.i32], Op.get(0) + Op.callIndirect(returning))
        let provider = try Linker().instantiate(library.load(), in: store)
        var linker = Linker()
        linker.define(exportsOf: provider, as: "lib")
        var module = GuestModule()
        module.importTable("lib", "table", 1)
        let eight = module.function("eight", [], [GuestModule.i32], Op.i32(8))
        module.elements(at: 0, [eight])
        module.elements(at: 3, [eight, eight])
        let loaded = try module.load()
        let error = #expect(throws: InstantiationError.self) { try linker.instantiate(loaded, in: store) }
        guard case .trap(let trap) = error else { return }
        #expect(trap.message == "out of bounds table access")
        #expect(try provider.invoke("indirect", [.i32(0)]) == [.i32(8)])
        #expect(throws: Trap.self) { try provider.invoke("indirect", [.i32(3)]) }
    }

    @Test("a prepared module makes instances that know nothing of each other")
    func prepared() throws {
        var module = GuestModule()
        module.memory(1)
        module.importFunction("host", "context", [], [GuestModule.i64])
        module.global("count", GuestModule.i32, isMutable: true, Op.i32(0))
        let count = Op.globalGet(0) + Op.i32(1) + Op.i32Add + Op.globalSet(0)
        module.function("run", [], [GuestModule.i64], count + Op.call(0))
        var linker = Linker()
        linker.define(
            HostFunction(
                module: "host", name: "context", type: FunctionType(parameters: [], results: [.i64]),
                call: { host, values in
                    values?.pointee = UInt64(UInt(bitPattern: host?.pointee.data))
                    return TF_OK
                }))
        let prepared = try linker.prepare(module.load())
        for round: UInt in 1...50 {
            let store = try Store(limits: InstanceLimits())
            store.setHostData(UnsafeMutableRawPointer(bitPattern: round))
            let instance = try prepared.instantiate(in: store)
            #expect(try instance.invoke("run") == [.i64(UInt64(round))])
            #expect(instance.global("count") == .i32(1))
        }
    }

    @Test("things of another store can't be imported")
    func otherStore() throws {
        var linker = Linker()
        linker.define(exportsOf: try library(in: Store(limits: InstanceLimits())), as: "lib")
        var module = GuestModule()
        module.importMemory("lib", "memory", 1)
        let loaded = try module.load()
        let error = linkError { _ = try linker.instantiate(loaded, in: Store(limits: InstanceLimits())) }
        #expect(error?.reason == .unknown)
    }

    @Test("tables grow up to the limit of the store")
    func tableLimit() throws {
        var module = GuestModule()
        module.table(1)
        module.function("grow", [GuestModule.i32], [GuestModule.i32], [0xD0, 0x70] + Op.get(0) + Op.tableGrow)
        let instance = try module.instantiate(limits: InstanceLimits(tableElements: 100))
        #expect(try instance.invoke("grow", [.i32(100)]) == [.i32(.max)])
        #expect(try instance.invoke("grow", [.i32(99)]) == [.i32(1)])
        #expect(try instance.invoke("grow", [.i32(1)]) == [.i32(.max)])
        #expect(try instance.invoke("grow", [.i32(.max)]) == [.i32(.max)])
    }

    @Test("functions pass references between host and guest unchanged")
    func references() throws {
        var module = GuestModule()
        module.function("same", [0x6F], [0x6F], Op.get(0))
        module.function("function", [0x70], [0x70], Op.get(0))
        let instance = try module.instantiate()
        for number: UInt64? in [nil, 0, 1, 0xFFFF_FFFF_FFFF] {
            #expect(try instance.invoke("same", [.externref(number)]) == [.externref(number)])
        }
        let own = try #require(instance.function("same"))
        #expect(try instance.invoke("function", [.funcref(own)]) == [.funcref(own)])
        #expect(try instance.invoke("function", [.funcref(nil)]) == [.funcref(nil)])
    }
}

/// Canonical function types.
@Suite struct TypeInterningTests {
    @Test("equal types get equal ids, others other ids, from many threads at once")
    func interning() async {
        let shapes: [[UInt32]] = (0..<200).map { index in (0..<index % 7).map { UInt32(0x7C + ($0 + index) % 4) } }
        func identifier(_ a: [UInt32], _ b: [UInt32]) -> UInt32 {
            tf_type_intern(a, UInt32(a.count), b, UInt32(b.count))
        }
        let rounds = await withTaskGroup(of: [UInt32].self) { group in
            for _ in 0..<8 { group.addTask { shapes.indices.map { identifier(shapes[$0], shapes[$0 / 3]) } } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(rounds).count == 1)
        #expect(!rounds[0].contains(0))
        let distinct = Set(shapes.indices.map { [shapes[$0], shapes[$0 / 3]] })
        #expect(Set(rounds[0]).count == distinct.count)
    }

    @Test("the split between parameters and results is part of the type")
    func split() {
        let pair: [UInt32] = [0x7F, 0x7F]
        #expect(tf_type_intern(pair, 2, nil, 0) != tf_type_intern(pair, 1, pair, 1))
        #expect(tf_type_intern(pair, 1, pair, 1) != tf_type_intern(nil, 0, pair, 2))
    }
}

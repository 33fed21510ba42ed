import CRuntime
import Glibc
import Synchronization
import Testing
import WasmModule
import WasmRuntime

/// T7 and T8: whatever a guest does, its time ends.
///
/// No test measures how exactly.
@Suite struct DeadlineTests {
    private let plain = FunctionType(parameters: [], results: [])

    private func expectDeadline(_ instance: Instance, _ name: String = "run") {
        instance.store.setTimeout(.milliseconds(20))
        let trap = #expect(throws: Trap.self) { try instance.invoke(name) }
        #expect(trap?.kind == .deadline)
    }

    @Test("T7: an endless loop is stopped, again and again, in the same store")
    func loop() throws {
        var module = GuestModule()
        module.function("run", Op.forever())
        module.function("fine", [])
        let instance = try module.instantiate()
        for _ in 0..<5 {
            expectDeadline(instance)
            // The time is used up until there is new.
            #expect(#expect(throws: Trap.self) { try instance.invoke("fine") }?.kind == .deadline)
            instance.store.setTimeout(nil)
            #expect(try instance.invoke("fine").isEmpty)
        }
    }

    @Test("T7: a loop of host calls is stopped")
    func loopOfHostCalls() throws {
        var module = GuestModule()
        module.importFunction("host", "nothing")
        module.function("run", Op.forever(Op.call(0)))
        expectDeadline(
            try module.instantiate([HostFunction(module: "host", name: "nothing", type: plain, call: { _, _ in TF_OK })]
            ))
    }

    @Test("T7: a loop in the start function is stopped")
    func loopInStart() throws {
        var module = GuestModule()
        let run = module.function("run", Op.forever())
        module.start(run)
        let loaded = try module.load()
        let store = try Store(limits: InstanceLimits())
        store.setTimeout(.milliseconds(20))
        let error = #expect(throws: InstantiationError.self) { try Linker().instantiate(loaded, in: store) }
        guard case .trap(let trap) = error else { return }
        #expect(trap.kind == .deadline)
        #expect(trap.backtrace.map(\.name) == ["run"])
    }

    @Test("T7: an array that a constant expression fills ends with the time, before any guest is entered")
    func constantArray() throws {
        var module = GuestModule()
        let array = module.type([0x5E, 0x78, 0])
        let fill: [UInt8] = Op.i32(1) + Op.i32(1_000_000) + [0xFB, 6, UInt8(array)]
        module.global("array", [0x64, UInt8(array)], isMutable: false, fill)
        let loaded = try module.load()
        let store = try Store(limits: InstanceLimits())
        store.setTimeout(.nanoseconds(1))
        let error = #expect(throws: InstantiationError.self) { try Linker().instantiate(loaded, in: store) }
        guard case .trap(let trap) = error else { return }
        #expect(trap.kind == .deadline)
    }

    @Test("T7: fills and copies of a whole memory are stopped")
    func bulk() throws {
        var module = GuestModule()
        module.memory(1024)
        module.function("run", Op.forever(Op.i32(0) + Op.i32(1) + Op.i32(64 << 20) + Op.memoryFill))
        module.function("copy", Op.forever(Op.i32(1) + Op.i32(0) + Op.i32((64 << 20) - 1) + Op.memoryCopy))
        // So short that a signal hardly ever comes between two.
        module.function("short", Op.forever(Op.i32(0) + Op.i32(1) + Op.i32(500_000) + Op.memoryFill))
        let instance = try module.instantiate()
        for name in ["run", "copy", "short"] { expectDeadline(instance, name) }
    }

    @Test("T8: a host function that blocks is woken")
    func blockingHostCall() throws {
        var module = GuestModule()
        module.importFunction("host", "sleep")
        module.function("run", Op.call(0))
        let sleep = HostFunction(
            module: "host", name: "sleep", type: plain,
            call: { host, _ in
                guard let host else { return TF_OK }
                while !tf_store_interrupted(tf_host_store(host)) { poll(nil, 0, -1) }
                return TF_TRAP_DEADLINE
            })
        expectDeadline(try module.instantiate([sleep]))
    }

    @Test("T14: a deadline that comes while a host function works waits until it is done")
    func busyHostCall() throws {
        var module = GuestModule()
        module.importFunction("host", "work")
        module.function("run", Op.forever(Op.call(0)))
        let done = UnsafeMutablePointer<Int>.allocate(capacity: 2)
        defer { done.deallocate() }
        done.initialize(repeating: 0, count: 2)
        let work = HostFunction(
            module: "host", name: "work", type: plain,
            call: { host, _ in
                guard let host, let counts = host.pointee.data?.assumingMemoryBound(to: Int.self) else { return TF_OK }
                counts[0] += 1
                // Holds malloc's locks much of the time.
                for size in 1..<200 { free(malloc(size * 64)) }
                counts[1] += 1
                return TF_OK
            }, data: done)
        let instance = try module.instantiate([work])
        for _ in 0..<10 { expectDeadline(instance) }
        #expect(done[0] == done[1] && done[0] > 0)
    }

    @Test("T7: a guest within a host function is stopped, and the outer one with it")
    func nested() throws {
        let instance = try NestedCalls.instance(inner: Op.forever())
        instance.store.setTimeout(.milliseconds(20))
        #expect(#expect(throws: Trap.self) { try instance.invoke("catch") }?.kind == .deadline)
    }

    @Test("many threads at once are each stopped at their own deadline, and those without go on")
    func manyThreads() async throws {
        var module = GuestModule()
        module.function("run", Op.forever())
        module.function("fine", [])
        let loaded = try module.load()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<40 {
                group.addTask {
                    let store = try Store(limits: InstanceLimits())
                    let instance = try Linker().instantiate(loaded, in: store)
                    guard index % 2 == 0 else { return try instance.invoke("fine").isEmpty }
                    store.setTimeout(.milliseconds(index))
                    do throws(Trap) { _ = try instance.invoke("run") } catch { return error.kind == .deadline }
                    return false
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
    }

    @Test("processor time ends a guest that computes, and not one that waits")
    func processorTime() throws {
        var module = GuestModule()
        module.importFunction("host", "sleep")
        module.function("wait", Op.call(0))
        module.function("compute", Op.forever())
        module.function("fine", [])
        let sleep = HostFunction(
            module: "host", name: "sleep", type: plain,
            call: { _, _ in
                usleep(100_000)
                return TF_OK
            })
        let instance = try module.instantiate([sleep])
        instance.store.setTimeout(.seconds(60))
        instance.store.setProcessorTime(.milliseconds(40))
        for _ in 0..<3 { #expect(try instance.invoke("wait").isEmpty) }
        let trap = #expect(throws: Trap.self) { try instance.invoke("compute") }
        #expect(trap?.kind == .processorTime)
        #expect(trap?.backtrace.map(\.name) == ["compute"])
        // It is used up, whatever becomes of the wall time, until there is more.
        instance.store.setTimeout(.seconds(60))
        #expect(#expect(throws: Trap.self) { try instance.invoke("fine") }?.kind == .processorTime)
        instance.store.setProcessorTime(nil)
        #expect(try instance.invoke("fine").isEmpty)
    }

    @Test("processor time is counted over all calls of a store, without a deadline too", GuestModule.isAsWritten)
    func processorTimeOfManyCalls() throws {
        var module = GuestModule()
        let count: [UInt8] =
            [0x03, 0x40] + Op.get(0) + Op.i32(1) + Op.i32Sub + [0x22, 0] + [0x0D, 0] + Op.end
        module.function("count", [GuestModule.i32], [], count)
        let instance = try module.instantiate()
        instance.store.setProcessorTime(.milliseconds(60))
        // Each takes some 30 ms on a fast machine, so that the watchdog sees it.
        let trap = #expect(throws: Trap.self) {
            for _ in 0..<10_000 { _ = try instance.invoke("count", [.i32(30_000_000)]) }
        }
        #expect(trap?.kind == .processorTime)
    }

    @Test(
        "guests that compute for long take turns: all of them get on, and all end at their own deadline",
        GuestModule.isAsWritten)
    func turns() throws {
        var module = GuestModule()
        module.global("count", GuestModule.i64, isMutable: true, Op.i64(0))
        module.function("run", Op.forever(Op.globalGet(0) + Op.i64(1) + [0x7C] + Op.globalSet(0)))
        let loaded = try module.load()
        let counts = Mutex<[UInt64]>([])
        let threads = (0..<24).map { _ in
            GuestThread {
                guard let store = try? Store(limits: InstanceLimits()),
                    let instance = try? Linker().instantiate(loaded, in: store)
                else { return }
                store.setTimeout(.milliseconds(900))
                let trap = #expect(throws: Trap.self) { try instance.invoke("run") }
                #expect(trap?.kind == .deadline)
                guard case .i64(let count)? = instance.global("count") else { return }
                counts.withLock { $0.append(count) }
            }
        }
        for thread in threads { thread.join() }
        let all = counts.withLock { $0 }
        #expect(all.count == 24)
        #expect(all.allSatisfy { $0 > 1000 }, "\(all)")
    }

    @Test("T36: guests that wait in the host take no turns from those that compute", GuestModule.isAsWritten)
    func waitingGuests() throws {
        var module = GuestModule()
        module.importFunction("host", "sleep")
        module.global("count", GuestModule.i64, isMutable: true, Op.i64(0))
        module.function("sleep", Op.forever(Op.call(0)))
        module.function("compute", Op.forever(Op.globalGet(0) + Op.i64(1) + [0x7C] + Op.globalSet(0)))
        let loaded = try module.load()
        let sleep = HostFunction(
            module: "host", name: "sleep", type: plain,
            call: { host, _ in
                guard let host else { return TF_OK }
                while !tf_store_interrupted(tf_host_store(host)) { poll(nil, 0, -1) }
                return TF_TRAP_DEADLINE
            })
        let count = Mutex<UInt64>(0)
        let run: @Sendable (String) -> Void = { name in
            guard let store = try? Store(limits: InstanceLimits()) else { return }
            var linker = Linker()
            linker.define(sleep)
            guard let instance = try? linker.instantiate(loaded, in: store) else { return }
            store.setTimeout(.milliseconds(1000))
            #expect(#expect(throws: Trap.self) { try instance.invoke(name) }?.kind == .deadline)
            guard name == "compute", case .i64(let value)? = instance.global("count") else { return }
            count.withLock { $0 = value }
        }
        func counted(beside sleepers: Int) -> UInt64 {
            let threads = (0..<sleepers).map { _ in GuestThread { run("sleep") } }
            GuestThread { run("compute") }.join()
            for thread in threads { thread.join() }
            return count.withLock { $0 }
        }
        // Other tests disturb the one as well as the other: taking turns with 63 it would be a thirtieth.
        let alone = counted(beside: 0)
        #expect((0..<5).contains { _ in counted(beside: 63) > alone / 6 })
    }

    @Test("T14: a deadline in the middle of growth leaves a memory and a table that are as large as they say")
    func growth() throws {
        var module = GuestModule()
        module.memory(1, 2000)
        module.table(1)
        let grow = Op.i32(1) + Op.memoryGrow + Op.drop + [0xD0, 0x70] + Op.i32(7) + Op.tableGrow + Op.drop
        module.function("run", Op.forever(grow))
        module.function("size", [], [GuestModule.i32], Op.memorySize)
        module.function("elements", [], [GuestModule.i32], Op.tableSize)
        module.function("load", [GuestModule.i32], [], Op.get(0) + Op.access(Op.i32Load8) + Op.drop)
        module.function("get", [GuestModule.i32], [], Op.get(0) + Op.tableGet + Op.drop)
        let loaded = try module.load()
        for round in 0..<150 {
            let instance = try Linker().instantiate(loaded, in: Store(limits: InstanceLimits()))
            instance.store.setTimeout(.microseconds(50 + round * 7))
            #expect(#expect(throws: Trap.self) { try instance.invoke("run") }?.kind == .deadline)
            instance.store.setTimeout(nil)
            guard case .i32(let pages)? = try instance.invoke("size").first,
                case .i32(let elements)? = try instance.invoke("elements").first
            else { return }
            #expect(instance.memory.count == Int(pages) << 16)
            #expect(try instance.invoke("load", [.i32(pages << 16 - 1)]).isEmpty)
            #expect(#expect(throws: Trap.self) { try instance.invoke("load", [.i32(pages << 16)]) } != nil)
            #expect(try instance.invoke("get", [.i32(elements - 1)]).isEmpty)
            #expect(#expect(throws: Trap.self) { try instance.invoke("get", [.i32(elements)]) }?.kind == .tableBounds)
        }
    }

    @Test("T13: traps and deadlines at random points leave a store that works")
    func signalRaces() throws {
        var module = GuestModule()
        module.memory(1)
        module.function("load", Op.i32(-1) + Op.access(Op.i32Load) + Op.drop)
        module.function("recurse", Op.call(1))
        module.function("loop", Op.forever())
        module.function("fine", [], [GuestModule.i32], Op.i32(7))
        let instance = try module.instantiate()
        for round in 0..<2000 {
            instance.store.setTimeout(.microseconds(round % 97))
            let name = ["load", "recurse", "load", "fine", round % 40 == 0 ? "loop" : "load"][round % 5]
            do throws(Trap) {
                _ = try instance.invoke(name)
                #expect(name == "fine")
            } catch {
                #expect([.deadline, .memoryBounds, .stackExhausted].contains(error.kind))
            }
        }
        instance.store.setTimeout(nil)
        #expect(try instance.invoke("fine") == [.i32(7)])
        #expect(#expect(throws: Trap.self) { try instance.invoke("load") }?.kind == .memoryBounds)
    }
}

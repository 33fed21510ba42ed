import CRuntime
import Testing
import WasmModule
import WasmRuntime

/// Tags, types and references between host and guests, and from guest to guest.
@Suite struct ReferenceTests {
    private typealias Code = [UInt8]

    private func linkError(_ body: () throws -> Void) -> LinkError? {
        let error = #expect(throws: InstantiationError.self) { try body() }
        guard case .link(let link) = error else { return nil }
        return link
    }

    /// `(rec (type $s (struct (field (mut i32)) (field (ref null $s)))))`, or with another first field.
    private func list(_ first: UInt8 = 0x7F) -> Code {
        [0x4E, 1, 0x5F, 2, first, 1, 0x63, 0, 0]
    }

    @Test("a tag is imported by its type, and what is thrown with it is caught by who has it")
    func tags() throws {
        let store = try Store(limits: InstanceLimits())
        var library = GuestModule()
        library.tag("problem", type: library.type([GuestModule.i32], []))
        library.function("throw", [GuestModule.i32], [], Op.get(0) + [0x08, 0])
        let provider = try Linker().instantiate(library.load(), in: store)
        var linker = Linker()
        linker.define(exportsOf: provider, as: "lib")
        var module = GuestModule()
        let type = module.type([GuestModule.i32], [])
        module.importTag("lib", "problem", type: type)
        module.importFunction("lib", "throw", [GuestModule.i32])
        // (block (result i32) (try_table (catch 0 0) …) unreachable)
        let body: Code = [0x02, 0x7F, 0x1F, 0x40, 1, 0, 0, 0] + Op.get(0) + Op.call(0) + [0x0B, 0x00, 0x0B]
        module.function("catch", [GuestModule.i32], [GuestModule.i32], body)
        let user = try linker.instantiate(module.load(), in: store)
        #expect(try user.invoke("catch", [.i32(41)]) == [.i32(41)])
        let trap = #expect(throws: Trap.self) { try provider.invoke("throw", [.i32(1)]) }
        #expect(trap?.kind == .uncaughtException)

        var other = GuestModule()
        other.importTag("lib", "problem", type: other.type([], []))
        let loaded = try other.load()
        let error = linkError { _ = try linker.instantiate(loaded, in: store) }
        #expect(error?.reason == .incompatible)
        #expect(error?.detail == "the module wants a tag () -> (), and is offered a tag (i32) -> ()")
    }

    @Test("types of two modules are the same if their groups are")
    func sharedTypes() throws {
        let store = try Store(limits: InstanceLimits())
        var library = GuestModule()
        let node = library.type(list())
        library.function(
            "get", type: library.type([0x60, 1, 0x63, UInt8(node), 1, 0x7F]), Op.get(0) + [0xFB, 2, 0, 0])
        var linker = Linker()
        linker.define(exportsOf: try Linker().instantiate(library.load(), in: store), as: "lib")
        func module(_ first: UInt8) throws -> LoadedModule {
            var module = GuestModule()
            module.type([0x60, 0, 0])
            module.type([0x4E, 1, 0x5F, 2, first, 1, 0x63, 1, 0])
            module.importFunction("lib", "get", type: module.type([0x60, 1, 0x63, 1, 1, 0x7F]))
            let null: Code = [0xD0, 1]
            module.function(
                "run", [GuestModule.i32], [GuestModule.i32], Op.get(0) + null + [0xFB, 0, 1] + Op.call(0))
            return try module.load()
        }
        #expect(try linker.instantiate(module(0x7F), in: store).invoke("run", [.i32(77)]) == [.i32(77)])
        var other = GuestModule()
        other.type(list(0x7E))
        other.importFunction("lib", "get", type: other.type([0x60, 1, 0x63, 0, 1, 0x7F]))
        let loaded = try other.load()
        let error = linkError { _ = try linker.instantiate(loaded, in: store) }
        #expect(error?.reason == .incompatible)
        #expect(
            error?.detail == "the module wants a function ((ref null 0)) -> i32, and is offered a function "
                + "((ref null 0)) -> i32, of types that are declared differently")
    }

    @Test("globals hold what their initial expressions make, v128 fields included")
    func constantObjects() throws {
        var module = GuestModule()
        // $0 = (struct v128 i32 (ref null $0)), $1 = (array i16)
        module.type([0x4E, 1, 0x5F, 3, 0x7B, 0, 0x7F, 0, 0x63, 0, 0])
        module.type([0x5E, 0x77, 0])
        let vector: Code = [0xFD, 12] + (0..<16).map { UInt8($0) }
        let structure = vector + Op.i32(9) + [0xD0, 0, 0xFB, 0, 0]
        module.global("structure", [0x63, 0], isMutable: false, structure)
        module.global("array", [0x64, 1], isMutable: false, Op.i32(5) + Op.i32(6) + [0xFB, 8, 1, 2])
        module.global("small", [0x6C], isMutable: false, Op.i32(-1) + [0xFB, 28])
        module.function("number", [], [GuestModule.i32], Op.globalGet(0) + [0xFB, 2, 0, 1])
        module.function("vector", [], [0x7B], Op.globalGet(0) + [0xFB, 2, 0, 0])
        module.function("element", [], [GuestModule.i32], Op.globalGet(1) + Op.i32(1) + [0xFB, 13, 1])
        let instance = try module.instantiate()
        #expect(instance.global("structure")?.referenceKind == .structure)
        #expect(instance.global("array")?.referenceKind == .array)
        #expect(instance.global("small")?.i31 == 0x7FFF_FFFF)
        #expect(try instance.invoke("number") == [.i32(9)])
        #expect(try instance.invoke("element") == [.i32(6)])
        let halves: Value = .v128(low: 0x0706_0504_0302_0100, high: 0x0F0E_0D0C_0B0A_0908)
        #expect(try instance.invoke("vector") == [halves])
    }

    @Test("references that guests return come back to them unchanged, and only where they fit")
    func roundTrips() throws {
        var module = GuestModule()
        module.type(list())
        module.type([0x60, 1, 0x63, 0, 1, 0x7F])
        module.function("make", [], [0x6E], Op.i32(3) + [0xD0, 0, 0xFB, 0, 0])
        module.function("get", type: 1, Op.get(0) + [0xFB, 2, 0, 0])
        module.function("outside", [0x6E], [0x6F], Op.get(0) + [0xFB, 27])
        module.function("inside", [0x6F], [0x6E], Op.get(0) + [0xFB, 26])
        let instance = try module.instantiate()
        let object = try #require(try instance.invoke("make").first)
        #expect(object.referenceKind == .structure)
        #expect(try instance.invoke("get", [object]) == [.i32(3)])
        let outside = try #require(try instance.invoke("outside", [object]).first)
        #expect(outside.type == .externref)
        #expect(try instance.invoke("inside", [outside]) == [object])
        #expect(try instance.invoke("inside", [.externref(5)]) == [.internalized(5)])
        #expect(try instance.invoke("outside", [.internalized(5)]) == [.externref(5)])
        #expect(throws: Trap.self) { try instance.invoke("get", [.i31(3)]) }
        #expect(throws: Trap.self) { try instance.invoke("inside", [object]) }
        let error = #expect(throws: Trap.self) { try instance.invoke("inside", [.externref(.max)]) }
        #expect(error?.message.hasSuffix("; the number of an external reference has at most 62 bits") == true)
        let trap = #expect(throws: Trap.self) { try instance.invoke("get", [.reference(0, type: .nullref)]) }
        #expect(trap?.kind == .nullStructure)
    }

    @Test("host functions get references as guests have them")
    func hostFunctions() throws {
        var module = GuestModule()
        module.importFunction("host", "next", [0x6F], [0x6F])
        module.function("run", [0x6F], [0x6F], Op.get(0) + Op.call(0))
        let next = HostFunction(
            module: "host", name: "next", type: FunctionType(parameters: [.externref], results: [.externref]),
            call: { _, values in
                guard let values else { return TF_TRAP_HOST }
                let number = Value(cell: values[0], type: .externref).externalNumber
                values[0] = Value.externref(number.map { $0 + 1 }).cells[0]
                return TF_OK
            })
        let instance = try module.instantiate([next])
        #expect(try instance.invoke("run", [.externref(8)]) == [.externref(9)])
        #expect(try instance.invoke("run", [.externref(nil)]) == [.externref(nil)])
    }

    @Test("what the host makes is imported by its flags, and messages name what differs")
    func hostMade() throws {
        let store = try Store(limits: InstanceLimits())
        var linker = Linker()
        let wide = MemoryType(limits: Limits(minimum: 1, maximum: 3), is64: true)
        linker.define(try store.makeMemory(wide), module: "host", name: "wide")
        let shared = MemoryType(limits: Limits(minimum: 1, maximum: 3), isShared: true)
        linker.define(try store.makeMemory(shared), module: "host", name: "shared")
        let tiny = MemoryType(limits: Limits(minimum: 10), pageSizeExponent: 0)
        linker.define(try store.makeMemory(tiny), module: "host", name: "tiny")
        let table = TableType(element: .funcref, limits: Limits(minimum: 1), is64: true)
        linker.define(try store.makeTable(table), module: "host", name: "table")
        linker.define(try store.makeGlobal(.i31(4), isMutable: true), module: "host", name: "global")

        var fitting = GuestModule()
        fitting.importMemory("host", "wide", flags: 5, 1, 3)
        fitting.importMemory("host", "shared", flags: 3, 1, 3)
        fitting.importGlobal("host", "global", 0x6C, isMutable: true)
        _ = try linker.instantiate(fitting.load(), in: store)

        let attempts: [(String, (inout GuestModule) -> Void)] = [
            (
                "a memory of 1 or more pages, and is offered a 64-bit memory of 1 to 3 pages",
                { $0.importMemory("host", "wide", 1) }
            ),
            (
                "a memory of 1 to 3 pages, and is offered a shared memory of 1 to 3 pages",
                { $0.importMemory("host", "shared", 1, 3) }
            ),
            (
                "a memory of 0 or more pages, and is offered a memory of 10 or more pages of 1 byte",
                { $0.importMemory("host", "tiny", 0) }
            ),
            (
                "a table of 1 or more funcref, and is offered a 64-bit table of 1 or more funcref",
                { $0.importTable("host", "table", 1) }
            ),
            (
                "an immutable global i32, and is offered a mutable global i31ref",
                { $0.importGlobal("host", "global", GuestModule.i32) }
            ),
        ]
        for (text, attempt) in attempts {
            var module = GuestModule()
            attempt(&module)
            let loaded = try module.load()
            #expect(linkError { _ = try linker.instantiate(loaded, in: store) }?.detail == "the module wants \(text)")
        }
    }
}

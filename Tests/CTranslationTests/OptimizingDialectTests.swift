import CTranslation
import Testing
import WasmBinary
import WasmModule
import WasmValidation

@Suite("C for optimizing compilers")
struct OptimizingDialectTests {
    private func function(
        parameters: [UInt8] = [0x7F], results: [UInt8] = [], locals: [(count: Int, type: UInt8)] = [],
        _ body: [UInt8], tags: [UInt8] = []
    ) throws -> String {
        var module = TinyModule(parameters: parameters, results: results, locals: locals, body: body)
        module.dialect = .optimizing
        module.tags = tags
        if !tags.isEmpty { module.furtherType = [0x60, 0, 0] }
        return try module.function()
    }

    @Test("A load is done even if its value counts for nothing: it may trap")
    func loads() throws {
        // local.get 0; i32.load; drop
        #expect(try function([0x20, 0, 0x28, 2, 0, 0x1A]).contains("Lmu(m+l0)"))
        #expect(try function([0x20, 0, 0x2B, 3, 8, 0x1A]).contains("Lmd(m+l0+8)"))
        // The place that is stored to is written plainly: nobody leaves out a store.
        #expect(try function([0x20, 0, 0x41, 1, 0x36, 2, 0]).contains("*(pu)(m+l0)=1;"))
        #expect(try function([0x20, 0, 0xFD, 0, 4, 0, 0x1A]).contains("LV(&z0,m+l0)"))
    }

    @Test("What can be inlined has a name of its own, what changes things is the runtime's")
    func names() throws {
        #expect(try function(results: [0x7F], [0x20, 0, 0x67]).contains("A_clz4(l0)"))
        #expect(try function(results: [0x7F], [0x20, 0, 0x40, 0]).contains("A.memory_grow(i,"))
        // f32.demote_f64 (f64.promote_f32): there and back.
        #expect(
            try function(parameters: [0x7D], results: [0x7D], [0x20, 0, 0xBB, 0xB6]).contains("A_demote(A_promote(l0))")
        )
    }

    @Test("A large br_table is a switch, not a jump through a table of labels")
    func branchTable() throws {
        let labels: [UInt8] = [0x0E, 40] + [UInt8](repeating: 0, count: 41)
        let text = try function([0x02, 0x40, 0x20, 0] + labels + [0x0B])
        #expect(text.contains("switch(l0)"))
        #expect(!text.contains("&&L"))
    }

    @Test("Functions are not static, since another unit may call them")
    func scope() throws {
        #expect(try function([]).hasPrefix("void f1(I*i,u l0){"))
        var module = TinyModule()
        module.dialect = .optimizing
        #expect(try module.source().contains("\nY1 f1;\n"))
        #expect(try module.source().contains("visibility(\"default\")))const tf_code_exports*tf_attach("))
    }

    @Test("A function with tail calls has a parameter in every register, and so has its callee as it sees it")
    func tailCalls() throws {
        // local.get 0; i32.const 1; i32.add; return_call 1
        let text = try function(results: [0x7F], [0x20, 0, 0x41, 1, 0x6A, 0x12, 1])
        #expect(text.contains("u w1(TF_WIDE)__asm__(\"f1\")__attribute__((noinline));\nu w1(TF_WIDE){u l0=(a0_);"))
        #expect(text.contains("Z(u,f1)(i,(U)(l0+1),0,0,0,0,0,0,0,0,0,0,0,0);"))
        let floats = try function(parameters: [0x7D, 0x7F, 0x7C], [0x20, 0, 0x20, 1, 0x20, 2, 0x12, 1])
        #expect(floats.contains("f l0=TF_SINGLE(b0_);u l1=(a0_);d l2=(b1_);"))
        #expect(floats.contains("Z(void,f1)(i,(U)l1,0,0,0,0,TF_IN_DOUBLE(l0),l2,0,0,0,0,0,0);"))
    }

    @Test("The variables of a function with handlers are in memory whenever something is called")
    func handlers() throws {
        // try; local.get 0; local.set 1; call 0; drop; catch_all; end
        let body: [UInt8] = [0x06, 0x40, 0x20, 0, 0x21, 1, 0x10, 0, 0x1A, 0x19, 0x0B, 0x20, 1, 0x1A]
        let text = try function(locals: [(1, 0x7F)], body, tags: [2])
        #expect(text.contains("TF_ESCAPE(l0)"))
        #expect(text.contains("TF_ESCAPE(l1)"))
        let protect = try #require(text.firstRange(of: "if(A_protect(&H))goto C;"))
        #expect(text[..<protect.lowerBound].contains("TF_ESCAPE(l1)"))
        #expect(try !function([]).contains("TF_ESCAPE"))
    }

    // MARK: Units

    /// A module of so many functions, each of some bytes.
    private func module(functions: Int) throws -> (ValidatedModule, [UInt8]) {
        var bytes: [UInt8] = [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0]
        bytes += TinyModule.section(1, [1, 0x60, 0, 0])
        let count = TinyModule.leb(functions)
        bytes += TinyModule.section(3, count + [UInt8](repeating: 0, count: functions))
        let code: [UInt8] = [10, 0] + [UInt8](repeating: 0x01, count: 8) + [0x0B]
        bytes += TinyModule.section(10, count + (0..<functions).flatMap { _ in code })
        return (try bytes.withUnsafeBufferPointer { try validate(try decodeModule($0)) }, bytes)
    }

    private func text(_ unit: TranslationUnit, _ module: ValidatedModule, _ bytes: [UInt8]) throws -> String {
        var text: [UInt8] = []
        let options = TranslationOptions(prelude: [], dialect: .optimizing)
        try bytes.withUnsafeBufferPointer {
            try translate(module, unit: unit, bytes: $0, options: options) { text += $0 }
        }
        return String(decoding: text, as: UTF8.self)
    }

    @Test("Units hold every function once, in order, and only the last what holds them together")
    func units() throws {
        let (module, bytes) = try module(functions: 100)
        let units = translationUnits(of: module.module, size: 200)
        #expect(units.count > 4)
        #expect(units.flatMap(\.functions) == Array(0..<100))
        #expect(units.map(\.isLast) == Array(repeating: false, count: units.count - 1) + [true])
        for unit in units {
            let text = try text(unit, module, bytes)
            for index in 0..<100 {
                #expect(text.contains("/* function \(index) */") == unit.functions.contains(index))
            }
            #expect(text.contains("TF_CLOSING") == unit.isLast)
            #expect(text.contains("tf_attach") == unit.isLast)
        }
    }

    @Test("A small module, and one without functions, is one unit")
    func oneUnit() throws {
        for count in [0, 1, 10] {
            let (module, bytes) = try module(functions: count)
            let units = translationUnits(of: module.module, size: 1000)
            #expect(units == [TranslationUnit(functions: 0..<count, isLast: true)])
            #expect(try text(units[0], module, bytes).contains("tf_attach"))
        }
        let (large, _) = try module(functions: 3)
        #expect(translationUnits(of: large.module, size: 1).map(\.functions) == [0..<1, 1..<2, 2..<3])
    }
}

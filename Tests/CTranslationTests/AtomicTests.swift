import Testing

@Suite("Atomic instructions and wide arithmetic in C")
struct AtomicTests {
    private static let i32: UInt8 = 0x7F
    private static let i64: UInt8 = 0x7E

    private func text(
        _ body: [UInt8], parameters: [UInt8], results: [UInt8] = [], memory: [UInt8] = [3, 1, 2]
    ) throws -> String {
        try TinyModule(parameters: parameters, results: results, body: body, memories: [memory]).function()
    }

    @Test("An access is the runtime's, at once, with values cut to its width")
    func access() throws {
        // local.get 0; local.get 1; i32.atomic.rmw8.add_u offset=3
        let add = try text(
            [0x20, 0, 0x20, 1, 0xFE, 0x20, 0, 3], parameters: [Self.i32, Self.i32], results: [Self.i32])
        #expect(add.contains("x0=A.atomic(i,(p)(m+l0+3),2,0,l1&255,0);\nreturn x0;"))
        // local.get 0; i64.const 7; i64.const -1; i64.atomic.rmw32.cmpxchg_u
        let exchange = try text(
            [0x20, 0, 0x42, 7, 0x42, 0x7F, 0xFE, 0x4E, 2, 0], parameters: [Self.i32], results: [Self.i64])
        #expect(exchange.contains("y0=A.atomic(i,(p)(m+l0),8,2,4294967295ull,7ull);\nreturn y0;"))
        // local.get 0; local.get 1; i64.atomic.store
        let store = try text([0x20, 0, 0x20, 1, 0xFE, 0x18, 3, 0], parameters: [Self.i32, Self.i64])
        #expect(store.contains("\nA.atomic(i,(p)(m+l0),1,3,l1,0);\n"))
    }

    @Test("A value that is cut is loaded whole")
    func wholeLoad() throws {
        // local.get 0; local.get 0; i32.load; i32.atomic.store8
        let text = try text([0x20, 0, 0x20, 0, 0x28, 2, 0, 0xFE, 0x19, 0, 0], parameters: [Self.i32])
        #expect(text.contains("x0=*(pu)((p0=m+l0));\nA.atomic(i,(p)(p0),1,0,x0&255,0);\n"))
    }

    @Test("What waits is done before an atomic access, and before a fence")
    func order() throws {
        // local.get 0; i32.load; local.get 0; i32.atomic.load; i32.add
        let load = try text(
            [0x20, 0, 0x28, 2, 0, 0x20, 0, 0xFE, 0x10, 2, 0, 0x6A], parameters: [Self.i32], results: [Self.i32])
        #expect(load.contains("x0=*(pu)((p0=m+l0));\nx1=A.atomic(i,(p)(p0),0,2,0,0);\nreturn x0+x1;"))
        // local.get 0; i32.load; atomic.fence
        let fence = try text([0x20, 0, 0x28, 2, 0, 0xFE, 3, 0], parameters: [Self.i32], results: [Self.i32])
        #expect(fence.contains("x0=*(pu)(m+l0);\nA.atomic(i,(p)0,9,0,0,0);\nreturn x0;"))
    }

    @Test("Waiting and notifying look at the alignment, then compare the address, which may be beyond 4 GiB")
    func waiting() throws {
        // local.get 0; i32.const 1; i64.const -1; memory.atomic.wait32 offset=4
        let wait = try text(
            [0x20, 0, 0x41, 1, 0x42, 0x7F, 0xFE, 1, 2, 4], parameters: [Self.i32], results: [Self.i32])
        #expect(
            wait.contains(
                "if(l0&3)A.trap(i,22);\nif((U)l0+8>*n)A.bounds(i);\n"
                    + "x0=A.atomic_wait(i,i->M0,(U)l0+4,1ull,18446744073709551615ull,2);\nreturn x0;"))
        // local.get 0; i32.const 1; memory.atomic.notify
        let notify = try text([0x20, 0, 0x41, 1, 0xFE, 0, 2, 0], parameters: [Self.i32], results: [Self.i32])
        #expect(
            notify.contains(
                "if(l0&3)A.trap(i,22);\nif((U)l0+4>*n)A.bounds(i);\n"
                    + "x0=A.atomic_notify(i,i->M0,l0,1ull);\nreturn x0;"))
    }

    @Test("An atomic access to a 64-bit memory looks at the upper half of its address")
    func wideAddress() throws {
        // local.get 0; i32.atomic.load
        let text = try text(
            [0x20, 0, 0xFE, 0x10, 2, 0], parameters: [Self.i64], results: [Self.i32], memory: [7, 1, 2])
        #expect(text.contains("if(l0&3)A.trap(i,22);\nif(l0>>32)A.bounds(i);\nx0=A.atomic(i,(p)(m+l0),0,2,0,0);\n"))
    }

    @Test("Sums and differences of 128 bits carry from the lower half")
    func wideSums() throws {
        let four = [UInt8](repeating: Self.i64, count: 4)
        let operands: [UInt8] = [0x20, 0, 0x20, 1, 0x20, 2, 0x20, 3]
        let sum = try text(operands + [0xFC, 19], parameters: four, results: [Self.i64, Self.i64])
        #expect(sum.contains("y0=l0+l2;y1=l1+l3+(y0<l0);\n"))
        let difference = try text(operands + [0xFC, 20], parameters: four, results: [Self.i64, Self.i64])
        #expect(difference.contains("y0=l0-l2;y1=l1-l3-(l0<l2);\n"))
    }

    @Test("A product of 128 bits: its operands once, then its halves")
    func wideProducts() throws {
        // local.get 0; i64.const 1; i64.add; local.get 1; i64.mul_wide_u
        let product = try text(
            [0x20, 0, 0x42, 1, 0x7C, 0x20, 1, 0xFC, 22], parameters: [Self.i64, Self.i64],
            results: [Self.i64, Self.i64])
        #expect(product.contains("y0=l0+1;\ny1=y0*l1;y2=A.mulhu(y0,l1);\n"))
    }
}

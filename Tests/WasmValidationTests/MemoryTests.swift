import Testing

@Suite("Memories and tables")
struct MemoryTests {
    @Test(
        "Each instruction works on the memory that it names",
        arguments: [
            Example(
                """
                (module
                  (memory $a 1) (memory $b i64 1) (data $d "")
                  (func (result i32) i32.const 0 i32.load $a)
                  (func (result i32) i64.const 0 i32.load8_u $b offset=0x1_0000_0000)
                  (func i64.const 0 v128.const i64x2 0 0 v128.store8_lane $b 0)
                  (func (result i64) memory.size $b memory.grow $b)
                  (func i32.const 0 i64.const 0 i32.const 0 memory.copy $a $b)
                  (func i64.const 0 i64.const 0 i64.const 0 memory.copy $b $b)
                  (func i64.const 0 i32.const 0 i64.const 0 memory.fill $b)
                  (func i64.const 0 i32.const 0 i32.const 0 memory.init $b $d)
                  (data (memory $b) (i64.const 0) ""))
                """,
                """
                010c036000017f6000006000017e0309080000010201010101050502000104010c01020a6d08070041002802000b0c00\
                42002d400180808080100b1c004200fd0c00000000000000000000000000000000fd58400100000b06003f0140010b0c\
                00410042004100fc0a00010b0c00420042004200fc0a01010b0b00420041004200fc0b010b0c00420041004100fc0800\
                010b0b09020100020142000b00
                """),
            Example(
                """
                (module (memory 1) (memory i64 1) (func i32.const 0 i32.load 1 drop))
                """,
                "01040160000003020100050502000104010a0b0109004100284201001a0b",
                refusal: "type mismatch: expected i64, found i32"),
            Example(
                """
                (module (memory 1) (func i32.const 0 i32.load 1 drop))
                """,
                "0104016000000302010005030100010a0b0109004100284201001a0b",
                refusal: "unknown memory 1"),
            Example(
                """
                (module (memory 1) (memory i64 1) (func i32.const 0 i64.const 0 i64.const 0 memory.copy 0 1))
                """,
                "01040160000003020100050502000104010a0e010c00410042004200fc0a00010b",
                refusal: "type mismatch: expected i32, found i64"),
            Example(
                """
                (module (memory i64 1) (func i64.const 0 i64.const 0 i32.const 0 memory.fill))
                """,
                "0104016000000302010005030104010a0d010b00420042004100fc0b000b",
                refusal: "type mismatch: expected i64, found i32"),
            Example(
                """
                (module (memory i64 1) (data (i32.const 0) ""))
                """,
                "05030104010b06010041000b00",
                refusal: "type mismatch: expected i64, found i32"),
            Example(
                """
                (module (memory i64 1) (func (result i32) memory.size))
                """,
                "0105016000017f0302010005030104010a060104003f000b",
                refusal: "type mismatch: expected i32, found i64"),
        ])
    func several(_ example: Example) { example.check() }

    @Test(
        "Memories are as large as their addresses reach",
        arguments: [
            Example(
                """
                (module (memory i64 0x1_0000_0000_0000))
                """,
                "0509010480808080808040"),
            Example(
                """
                (module (memory i64 0x1_0000_0000_0001))
                """,
                "0509010481808080808040",
                refusal: "memory size must be at most 2^48 pages"),
            Example(
                """
                (module (memory i64 2 1))
                """,
                "050401050201",
                refusal: "size minimum must not be greater than maximum"),
            Example(
                """
                (module (memory 0xffff_ffff (pagesize 1)))
                """,
                "05080108ffffffff0f00"),
            Example(
                """
                (module (memory 65536 (pagesize 65536)) (memory i64 0xffff_ffff_ffff_ffff (pagesize 1)))
                """,
                "05120208808004100cffffffffffffffffff0100"),
            Example(
                """
                (module (memory 1 2 shared))
                """,
                "050401030102"),
        ])
    func sizes(_ example: Example) { example.check() }

    @Test(
        "Tables are indexed by their index type, and copied to tables that take their elements",
        arguments: [
            Example(
                """
                (module
                  (table $a 1 funcref) (table $b i64 1 funcref) (table $c i64 1 nullfuncref) (elem $e nullfuncref)
                  (func (result funcref) i64.const 0 table.get $b)
                  (func i64.const 0 ref.null nofunc table.set $b)
                  (func (result i64) ref.null func i64.const 1 table.grow $b)
                  (func (result i64) table.size $b)
                  (func i64.const 0 ref.null func i64.const 1 table.fill $b)
                  (func i32.const 0 i64.const 0 i32.const 1 table.copy $a $b)
                  (func i64.const 0 i64.const 0 i64.const 1 table.copy $b $c)
                  (func i64.const 0 i32.const 0 i32.const 1 table.init $b $e)
                  (func i64.const 0 call_indirect $b)
                  (elem (table $b) (i64.const 0) funcref))
                """,
                """
                010c03600001706000006000017e030a09000102020101010101040a03700001700401730401090b0205730006014200\
                0b70000a5c090600420025010b08004200d07326010b0900d0704201fc0f010b0500fc10010b0b004200d0704201fc11\
                010b0c00410042004101fc0e00010b0c00420042004201fc0e01020b0c00420041004101fc0c00010b07004200110101\
                0b
                """),
            Example(
                """
                (module (table i64 1 funcref) (func i32.const 0 call_indirect))
                """,
                "010401600000030201000404017004010a0901070041001100000b",
                refusal: "type mismatch: expected i64, found i32"),
            Example(
                """
                (module (table i64 1 funcref) (table 1 funcref) (func i64.const 0 i32.const 0 i64.const 1 table.copy 0 1))
                """,
                "010401600000030201000407027004017000010a0e010c00420041004201fc0e00010b",
                refusal: "type mismatch: expected i32, found i64"),
            Example(
                """
                (module (table 1 nullfuncref) (table 1 funcref) (func i32.const 0 i32.const 0 i32.const 1 table.copy 0 1))
                """,
                "010401600000030201000407027300017000010a0e010c00410041004101fc0e00010b",
                refusal: "type mismatch: copy of funcref to a table of nullfuncref"),
            Example(
                """
                (module (table 1 nullfuncref) (elem funcref) (func i32.const 0 i32.const 0 i32.const 1 table.init 0 0))
                """,
                "010401600000030201000404017300010904010570000a0e010c00410041004101fc0c00000b",
                refusal: "type mismatch: funcref elements for a table of nullfuncref"),
            Example(
                """
                (module (table i64 1 funcref) (elem (i32.const 0) funcref))
                """,
                "0404017004010906010441000b00",
                refusal: "type mismatch: expected i64, found i32"),
            Example(
                """
                (module (table i64 0 0x1_0000_0000 funcref))
                """,
                "0409017005008080808010"),
        ])
    func tables(_ example: Example) { example.check() }

    @Test(
        "Wide arithmetic takes and gives numbers of two operands",
        arguments: [
            Example(
                """
                (module
                  (func (param i64 i64) (result i64 i64) local.get 0 local.get 1 local.get 0 local.get 1 i64.add128)
                  (func (param i64 i64) (result i64 i64) local.get 0 local.get 1 local.get 0 local.get 1 i64.sub128)
                  (func (param i64 i64) (result i64 i64) local.get 0 local.get 1 i64.mul_wide_s)
                  (func (result i64 i64) unreachable i64.mul_wide_u))
                """,
                """
                010d0260027e7e027e7e6000027e7e030504000000010a2a040c002000200120002001fc130b0c002000200120002001\
                fc140b080020002001fc150b050000fc160b
                """),
            Example(
                """
                (module (func (param i64) (result i64 i64) local.get 0 local.get 0 local.get 0 i64.add128))
                """,
                "01070160017e027e7e030201000a0c010a00200020002000fc130b",
                refusal: "type mismatch: expected i64, the stack is empty"),
            Example(
                """
                (module (func (param i64 i32) (result i64 i64) local.get 0 local.get 1 i64.mul_wide_u))
                """,
                "01080160027e7f027e7e030201000a0a01080020002001fc160b",
                refusal: "type mismatch: expected i64, found i32"),
        ])
    func wide(_ example: Example) { example.check() }
}

import Testing

@Suite("Exceptions")
struct ExceptionTests {
    @Test(
        "What a clause hands over is what its label takes",
        arguments: [
            Example(
                """
                (module
                  (tag $e (param i32 i64)) (tag $n)
                  (func (result i32)
                    (block
                      (block (result i32 i64)
                        (try_table (catch $e 0) (catch_all 1) i32.const 0 i64.const 0 throw $e)
                        unreachable)
                      drop
                      return)
                    i32.const 0)
                  (func
                    (block (result exnref)
                      (block (result i32 i64 (ref exn))
                        (try_table (catch_ref $e 0) (catch_all_ref 1) (catch_ref $n 1) (catch $n 2))
                        return)
                      return)
                    throw_ref)
                  (func (result i32) (try_table (result i32) i32.const 1))
                  (func (block (result exnref) (try_table (catch_all_ref 0)) ref.null exn) throw_ref)
                  (func unreachable throw_ref))
                """,
                """
                01190560027f7e006000006000017f6000027f7e6000037f7e646903060502010201010d0502000000010a56051c0002\
                4002031f400200000002014100420008000b000b1a0f0b41000b1a00026902041f400401000003010101010001020b0f\
                0b0f0b0a0b08001f7f0041010b0b0e0002691f400103000bd0690b0a0b0400000a0b
                """),
            Example(
                """
                (module (tag $e (param i32)) (func (try_table (catch $e 0))))
                """,
                "01080260017f00600000030201010d030100000a0b0109001f40010000000b0b",
                refusal: "type mismatch: label 0 of a catch clause takes other operands"),
            Example(
                """
                (module (tag $e (param i32)) (func (result i32) (try_table (catch_ref $e 0)) i32.const 0))
                """,
                "01090260017f006000017f030201010d030100000a0d010b001f40010100000b41000b",
                refusal: "type mismatch: label 0 of a catch clause takes no exception"),
            Example(
                """
                (module (func (result i32) (try_table (catch_all 0)) i32.const 0))
                """,
                "0105016000017f030201000a0c010a001f400102000b41000b",
                refusal: "type mismatch: label 0 of a catch clause takes other operands"),
            Example(
                """
                (module (func (try_table (catch_all_ref 0))))
                """,
                "010401600000030201000a0a0108001f400103000b0b",
                refusal: "type mismatch: label 0 of a catch clause takes no exception"),
            Example(
                """
                (module (func (try_table (catch_all 1))))
                """,
                "010401600000030201000a0a0108001f400102010b0b",
                refusal: "unknown label 1"),
            Example(
                """
                (module (func (try_table (catch 3 0))))
                """,
                "010401600000030201000a0b0109001f40010003000b0b",
                refusal: "unknown tag 3"),
            Example(
                """
                (module (func throw 0))
                """,
                "010401600000030201000a0601040008000b",
                refusal: "unknown tag 0"),
            Example(
                """
                (module (tag $e (param i32)) (func throw $e))
                """,
                "01080260017f00600000030201010d030100000a0601040008000b",
                refusal: "type mismatch: expected i32, the stack is empty"),
            Example(
                """
                (module (func (param externref) local.get 0 throw_ref))
                """,
                "01050160016f00030201000a0701050020000a0b",
                refusal: "type mismatch: expected exnref, found externref"),
            Example(
                """
                (module (tag (result i32)))
                """,
                "0105016000017f0d03010000",
                refusal: "non-empty tag result type"),
            Example(
                """
                (module (import "" "" (tag (result i32))))
                """,
                "0105016000017f0206010000040000",
                refusal: "non-empty tag result type"),
            Example(
                """
                (module (export "e" (tag 0)))
                """,
                "07050101650400",
                refusal: "unknown tag 0"),
        ])
    func exceptions(_ example: Example) { example.check() }

    @Test(
        "Handlers of the legacy proposal belong to a try",
        arguments: [
            Example(
                """
                (module
                  (tag $e (param i32))
                  (func (result i32)
                    try (result i32) i32.const 0 throw $e
                    catch $e
                    catch_all i32.const 1 end)
                  (func try try nop delegate 0 catch_all rethrow 0 end)
                  (func try nop delegate 0)
                  (func try nop end)
                  (func (result i32)
                    try (result i32) i32.const 0
                    catch $e (block rethrow 1) end))
                """,
                """
                010c0360017f006000017f60000003060501020202010d030100000a3c050e00067f4100080007001941010b0b0d0006\
                4006400118001909000b0b070006400118000b06000640010b0b0e00067f41000700024009010b0b0b
                """),
            Example(
                """
                (module (func try rethrow 0 catch_all end))
                """,
                "010401600000030201000a0a01080006400900190b0b",
                refusal: "invalid rethrow label 0"),
            Example(
                """
                (module (func try catch_all (block rethrow 0) end))
                """,
                "010401600000030201000a0d010b00064019024009000b0b0b",
                refusal: "invalid rethrow label 0"),
            Example(
                """
                (module (func rethrow 3))
                """,
                "010401600000030201000a0601040009030b",
                refusal: "unknown label 3"),
            Example(
                """
                (module (func try nop delegate 1))
                """,
                "010401600000030201000a0901070006400118010b",
                refusal: "unknown label 1"),
            Example(
                """
                (module (tag $e (param i32)) (func try catch $e end))
                """,
                "01080260017f00600000030201010d030100000a09010700064007000b0b",
                refusal: "type mismatch: values remaining on stack at end of block: 1"),
            Example(
                """
                (module (func try (result i32) i32.const 0 catch_all end drop))
                """,
                "010401600000030201000a0b010900067f4100190b1a0b",
                refusal: "type mismatch: expected i32, the stack is empty"),
        ])
    func legacy(_ example: Example) { example.check() }
}

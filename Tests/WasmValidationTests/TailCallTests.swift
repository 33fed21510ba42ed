import Testing

@Suite("Tail calls")
struct TailCallTests {
    @Test(
        "A tail call gives the results of the function",
        arguments: [
            Example(
                """
                (module
                  (type $f (func (param i32) (result (ref i31))))
                  (table 1 funcref)
                  (func $g (type $f) unreachable)
                  (func (result anyref) i32.const 0 return_call $g)
                  (func (result anyref) i32.const 0 i32.const 0 return_call_indirect (type $f))
                  (func (param (ref null $f)) (result eqref) i32.const 0 local.get 0 return_call_ref $f)
                  (func (result (ref i31)) unreachable return_call $g i32.const 1 drop))
                """,
                """
                01160460017f01646c6000016e60016300016d600001646c03060500010102030404017000010a28050300000b060041\
                0012000b0900410041001300000b08004100200015000b080000120041011a0b
                """),
            Example(
                """
                (module (func $g (result i32) unreachable) (func return_call $g))
                """,
                "0108026000017f60000003030200010a0a020300000b040012000b",
                refusal: "type mismatch: the results of the tail call are not the function"),
            Example(
                """
                (module (func $g (result anyref) unreachable) (func (result eqref) return_call $g))
                """,
                "0109026000016e6000016d03030200010a0a020300000b040012000b",
                refusal: "type mismatch: the results of the tail call"),
            Example(
                """
                (module (func $g (param i32)) (func return_call $g))
                """,
                "01080260017f0060000003030200010a090202000b040012000b",
                refusal: "type mismatch: expected i32, the stack is empty"),
            Example(
                """
                (module (func $g) (func (result i32) (block (result i32) i32.const 0 br 0)  return_call $g))
                """,
                "0108026000006000017f03030200010a100202000b0b00027f41000c000b12000b",
                refusal: "type mismatch: the results of the tail call"),
            Example(
                """
                (module (func return_call 5))
                """,
                "010401600000030201000a0601040012050b",
                refusal: "unknown function 5"),
            Example(
                """
                (module (type $f (func)) (table 1 externref) (func i32.const 0 return_call_indirect (type $f)))
                """,
                "010401600000030201000404016f00010a0901070041001300000b",
                refusal: "type mismatch: call_indirect needs a table of funcref"),
            Example(
                """
                (module (func (param funcref) local.get 0 return_call_ref 0) (type (func)))
                """,
                "01080260000060017000030201010a08010600200015000b",
                refusal: "type mismatch"),
        ])
    func tailCalls(_ example: Example) { example.check() }
}

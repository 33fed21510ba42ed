import Testing

@Suite("Typed references")
struct ReferenceTests {
    @Test(
        "References to functions are of the type of the function",
        arguments: [
            Example(
                """
                (module
                  (type $f (func (param i32) (result i64)))
                  (func $g (type $f) i64.const 0) (export "g" (func $g))
                  (table 1 (ref $f) (ref.func $g))
                  (func (result i64) i32.const 1 ref.func $g call_ref $f)
                  (func (result i64) i32.const 1 i32.const 0 table.get 0 call_ref $f)
                  (func (result i64) i32.const 1 i32.const 0 call_indirect (type $f))
                  (func (result i64) unreachable call_ref $f))
                """,
                """
                010a0260017f017e6000017e0306050001010101040a01400064000001d2000b070501016700000a2a05040042000b08\
                004101d20014000b0a0041014100250014000b0900410141001100000b05000014000b
                """),
            Example(
                """
                (module (type $f (func)) (func (param funcref) local.get 0 call_ref $f))
                """,
                "01080260000060017000030201010a08010600200014000b",
                refusal: "type mismatch: expected (ref null 0), found funcref"),
            Example(
                """
                (module (type $s (struct)) (func (param (ref $s)) local.get 0 call_ref $s))
                """,
                "0108025f006001640000030201010a08010600200014000b",
                refusal: "type mismatch: type 0 is not a function type"),
            Example(
                """
                (module (func $g) (func ref.func $g drop))
                """,
                "01040160000003030200000a0a0202000b0500d2001a0b",
                refusal: "undeclared function reference 0"),
            Example(
                """
                (module (table 1 (ref func)))
                """,
                "04050164700001",
                refusal: "type mismatch: a table of (ref func) needs an initial element"),
            Example(
                """
                (module (table 1 externref (ref.null func)))
                """,
                "04090140006f0001d0700b",
                refusal: "type mismatch: expected externref, found funcref"),
        ])
    func functions(_ example: Example) { example.check() }

    @Test(
        "Null is told apart, kept out and branched on",
        arguments: [
            Example(
                """
                (module
                  (func (param anyref) (result (ref any)) local.get 0 ref.as_non_null)
                  (func (param anyref) (result (ref any))
                    (block local.get 0 br_on_null 0 return) unreachable)
                  (func (param externref) (result (ref extern))
                    (block (result (ref extern)) local.get 0 br_on_non_null 0 unreachable))
                  (func (param i32 eqref) (result i32)
                    (block (result i32 eqref) local.get 0 local.get 1 br_on_non_null 0 ref.null eq) drop))
                """,
                """
                01180460016e01646e60016f01646f60027f6d017f6000027f6d030504000001020a2e0405002000d40b0b0002402000\
                d5000f0b000b0b0002646f2000d600000b0b0e00020320002001d600d06d0b1a0b
                """),
            Example(
                """
                (module
                  (func (result i32) unreachable ref.as_non_null ref.is_null)
                  (func (result anyref) unreachable ref.as_non_null)
                  (func (result i64 (ref extern)) (block (result i64) unreachable br_on_null 0 drop) unreachable)
                  (func (block (result externref) unreachable br_on_non_null 0 unreachable) drop))
                """,
                """
                0112046000017f6000016e6000027e646f600000030504000102030a2204050000d4d10b040000d40b0a00027e00d500\
                1a0b000b0a00026f00d600000b1a0b
                """),
            Example(
                """
                (module (func unreachable ref.as_non_null i32.eqz drop))
                """,
                "010401600000030201000a0801060000d4451a0b",
                refusal: "type mismatch: expected i32, found "),
            Example(
                """
                (module (func (param i32) local.get 0 ref.as_non_null drop))
                """,
                "01050160017f00030201000a080106002000d41a0b",
                refusal: "type mismatch: expected a reference, found i32"),
            Example(
                """
                (module (func (param i32) local.get 0 br_on_null 0 drop))
                """,
                "01050160017f00030201000a090107002000d5001a0b",
                refusal: "type mismatch: expected a reference, found i32"),
            Example(
                """
                (module (func (param anyref) local.get 0 br_on_non_null 0))
                """,
                "01050160016e00030201000a080106002000d6000b",
                refusal: "type mismatch: label 0 takes no reference"),
            Example(
                """
                (module (func (param anyref) (result i32) local.get 0 br_on_non_null 0 i32.const 0))
                """,
                "01060160016e017f030201000a0a0108002000d60041000b",
                refusal: "type mismatch: label 0 takes no reference"),
            Example(
                """
                (module (func (param anyref) (result (ref eq)) local.get 0 br_on_non_null 0 unreachable))
                """,
                "01070160016e01646d030201000a090107002000d600000b",
                refusal: "type mismatch: expected eqref, found anyref"),
            Example(
                """
                (module (func (param anyref) (result i32) local.get 0 br_on_null 0 drop i32.const 0))
                """,
                "01060160016e017f030201000a0b0109002000d5001a41000b",
                refusal: "type mismatch: expected i32, the stack is empty"),
        ])
    func null(_ example: Example) { example.check() }

    @Test(
        "A local without a default value is read only where it is set",
        arguments: [
            Example(
                """
                (module
                  (func (param (ref any)) (local $l (ref any)) (local i32)
                    local.get 0 local.set $l local.get $l drop
                    (block local.get $l drop)
                    (loop local.get $l drop local.get 0 drop local.get 2 drop))
                  (func (param (ref any)) (local $l (ref any))
                    (block local.get 0 local.tee $l drop local.get $l drop)
                    local.get 0 local.set $l local.get $l drop))
                """,
                """
                0106016001646e0003030200000a3a02200201646e017f2000210120011a024020011a0b034020011a20001a20021a0b\
                0b170101646e0240200022011a20011a0b2000210120011a0b
                """),
            Example(
                """
                (module (func (local (ref any)) local.get 0 drop))
                """,
                "010401600000030201000a0a01080101646e20001a0b",
                refusal: "uninitialized local 0"),
            Example(
                """
                (module (func (param (ref any)) (local (ref any)) (block local.get 0 local.set 1) local.get 1 drop))
                """,
                "0106016001646e00030201000a11010f0101646e0240200021010b20011a0b",
                refusal: "uninitialized local 1"),
            Example(
                """
                (module (func (param (ref any) i32) (local (ref any))
                  local.get 1 (if (then local.get 0 local.set 2) (else local.get 2 drop))))
                """,
                "0107016002646e7f00030201000a1401120101646e20010440200021020520021a0b0b",
                refusal: "uninitialized local 2"),
            Example(
                """
                (module
                  (func (param (ref any)) (local (ref any)) local.get 0 local.set 1)
                  (func (param (ref any)) (local (ref any)) local.get 1 drop))
                """,
                "0106016001646e0003030200000a1402090101646e200021010b080101646e20011a0b",
                refusal: "uninitialized local 1"),
            Example(
                """
                (module (func (local (ref any)) unreachable local.get 0 drop))
                """,
                "010401600000030201000a0b01090101646e0020001a0b",
                refusal: "uninitialized local 0"),
        ])
    func locals(_ example: Example) { example.check() }

    @Test(
        "Branches and blocks take subtypes, and give what the label says",
        arguments: [
            Example(
                """
                (module
                  (func (param i32 (ref i31)) (result anyref)
                    (block (result anyref) local.get 1 local.get 0 br_table 0 1))
                  (func (param i32 (ref i31)) (result anyref)
                    local.get 1 local.get 0 (if (param (ref i31)) (result eqref) (then)))
                  (func (param i32 (ref i31)) (result eqref)
                    local.get 1 ref.null i31 local.get 0 select (result eqref))
                  (func (param i32) (result (ref i31))
                    (block (result anyref) unreachable local.get 0 br_table 0 1) unreachable))
                """,
                """
                011b0460027f646c016e6001646c016d60027f646c016d60017f01646c030504000002030a33040d00026e200120000e\
                0100010b0b09002001200004010b0b0b002001d06c20001c016d0b0d00026e0020000e0100010b000b
                """),
            Example(
                """
                (module (func (param i32 (ref i31)) (result eqref) (block (result anyref) local.get 1 local.get 0 br_if 0)))
                """,
                "01080160027f646c016d030201000a0d010b00026e200120000d000b0b",
                refusal: "type mismatch: expected eqref, found anyref"),
            Example(
                """
                (module (func (param i32 eqref) (result i31ref) (block (result eqref) local.get 1 local.get 0 br_table 0 1) drop ref.null i31))
                """,
                "01070160027f6d016c030201000a12011000026d200120000e0100010b1ad06c0b",
                refusal: "type mismatch: expected i31ref, found eqref"),
            Example(
                """
                (module (func (param i32 anyref) (result eqref) local.get 1 local.get 0 (if (param anyref) (result eqref) (then unreachable))))
                """,
                "010c0260027f6e016d60016e016d030201000a0c010a00200120000401000b0b",
                refusal: "type mismatch: if without else has to yield its parameters"),
            Example(
                """
                (module (func (param i32 anyref) (result anyref) local.get 1 local.get 1 local.get 0 select))
                """,
                "01070160027f6e016e030201000a0b0109002001200120001b0b",
                refusal: "type mismatch: select without a type"),
        ])
    func control(_ example: Example) { example.check() }
}

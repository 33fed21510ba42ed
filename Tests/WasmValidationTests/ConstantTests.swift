import Testing

@Suite("Constant expressions")
struct ConstantTests {
    @Test(
        "Constants make objects, and read the globals before them",
        arguments: [
            Example(
                """
                (module
                  (type $s (struct (field i32) (field anyref)))
                  (type $a (array i8))
                  (import "" "" (global $i i32))
                  (global $x i32 (i32.add (global.get $i) (i32.const 1)))
                  (global $y (ref $s) (struct.new $s (global.get $x) (ref.i31 (i32.const 3))))
                  (global (ref null $s) (global.get $y))
                  (global (mut anyref) (array.new $a (i32.const 1) (i32.const 2)))
                  (global eqref (array.new_fixed $a 2 (i32.const 1) (i32.const 2)))
                  (global externref (extern.convert_any (struct.new_default $s)))
                  (global (ref any) (any.convert_extern (extern.convert_any (ref.i31 (i32.const 0)))))
                  (table 3 anyref (array.new_default $a (global.get $i)))
                  (elem (table 0) (offset (global.get $x)) (ref $s) (global.get $y))
                  (func $f) (global (ref func) (ref.func $f)))
                """,
                """
                010d035f027f006e005e78006000000206010000037f0003020102040c0140006e00032300fb07010b064b087f002300\
                41016a0b64000023014103fb1cfb00000b63000023020b6e0141014102fb06010b6d0041014102fb0801020b6f00fb01\
                00fb1b0b646e004100fb1cfb1bfb1a0b647000d2000b090c01060023010b64000123020b0a040102000b
                """),
            Example(
                """
                (module (global i32 (global.get 1)) (global i32 (i32.const 0)))
                """,
                "060b027f0023010b7f0041000b",
                refusal: "unknown global 1"),
            Example(
                """
                (module (global i32 (global.get 0)))
                """,
                "0606017f0023000b",
                refusal: "unknown global 0"),
            Example(
                """
                (module (global (mut i32) (i32.const 0)) (global i32 (global.get 0)))
                """,
                "060b027f0141000b7f0023000b",
                refusal: "constant expression required"),
            Example(
                """
                (module (table 1 anyref (global.get 0)) (global anyref (ref.null any)))
                """,
                "04090140006e000123000b0606016e00d06e0b",
                refusal: "unknown global 0"),
            Example(
                """
                (module (type $a (array i8)) (data "") (global anyref (array.new_data $a 0 (i32.const 0) (i32.const 0))))
                """,
                "0104015e7800060c016e0041004100fb0900000b0b03010100",
                refusal: "constant expression required"),
            Example(
                """
                (module (type $a (array i8)) (global (ref $a) (array.new_default $a (i64.const 0))))
                """,
                "0104015e7800060a016400004200fb07000b",
                refusal: "type mismatch: expected i32, found i64"),
            Example(
                """
                (module (global (ref 0) (ref.null none)) (type (struct)))
                """,
                "0103015f00060701640000d0710b",
                refusal: "type mismatch: expected (ref 0), found nullref"),
            Example(
                """
                (module (func $f) (global anyref (ref.func $f)))
                """,
                "010401600000030201000606016e00d2000b0a040102000b",
                refusal: "type mismatch: expected anyref, found (ref 0)"),
            Example(
                """
                (module (table 1 i31ref) (elem (i32.const 0) eqref))
                """,
                "0404016c0001090801060041000b6d00",
                refusal: "type mismatch: segment of eqref for a table of i31ref"),
            Example(
                """
                (module (table 1 eqref) (elem (i32.const 0) i31ref))
                """,
                "0404016d0001090801060041000b6c00"),
            Example(
                """
                (module (global (ref null 5) (ref.null 5)))
                """,
                "060701630500d0050b",
                refusal: "unknown type 5"),
            Example(
                """
                (module (import "" "" (table 1 (ref null 5))))
                """,
                "02080100000163050001",
                refusal: "unknown type 5"),
        ])
    func objects(_ example: Example) { example.check() }
}

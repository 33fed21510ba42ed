import Testing

@Suite("Types")
struct TypeTests {
    @Test(
        "Types are the same if their recursion groups are, whatever they are called",
        arguments: [
            Example(
                """
                (module
                  (rec (type $a (struct (field (ref null $b)))) (type $b (struct (field i32))))
                  (rec (type $c (struct (field (ref null $d)))) (type $d (struct (field i32))))
                  (func (param (ref $a)) (result (ref $c)) local.get 0)
                  (func (param (ref $d)) (result (ref $b)) local.get 0))
                """,
                """
                0125044e025f016301005f017f004e025f016303005f017f00600164000164026001640301640103030204050a0b0204\
                0020000b040020000b
                """),
            Example(
                """
                (module
                  (type $a (struct (field i32)))
                  (rec (type $b (struct (field i32))) (type $c (struct)))
                  (func (param (ref $a)) (result (ref $b)) local.get 0))
                """,
                "0114035f017f004e025f017f005f0060016400016401030201030a0601040020000b",
                refusal: "type mismatch: expected (ref 1), found (ref 0)"),
            Example(
                """
                (module
                  (rec (type $a (struct)) (type $b (struct)))
                  (func (param (ref $a)) (result (ref $b)) local.get 0))
                """,
                "010e024e025f005f0060016400016401030201020a0601040020000b",
                refusal: "type mismatch: expected (ref 1), found (ref 0)"),
            Example(
                """
                (module
                  (type $a (struct (field i32)))
                  (type $b (struct (field (mut i32))))
                  (func (param (ref $a)) (result (ref $b)) local.get 0))
                """,
                "0110035f017f005f017f0160016400016401030201020a0601040020000b",
                refusal: "type mismatch: expected (ref 1), found (ref 0)"),
            Example(
                """
                (module
                  (type $a (struct (field i32)))
                  (type $b (sub (struct (field i32))))
                  (func (param (ref $a)) (result (ref $b)) local.get 0))
                """,
                "0112035f017f0050005f017f0060016400016401030201020a0601040020000b",
                refusal: "type mismatch: expected (ref 1), found (ref 0)"),
            Example(
                """
                (module
                  (rec (type $a (func)) (type $b (func (result (ref $a)))))
                  (rec (type $c (func)) (type $d (func (result (ref $c)))))
                  (rec (type $e (func)) (type $f (func (result (ref $a)))))
                  (func (param (ref $b)) (result (ref $d)) local.get 0)
                  (func (param (ref $f)) (result (ref $d)) local.get 0))
                """,
                """
                012d054e0260000060000164004e0260000060000164024e026000006000016400600164010164036001640501640303\
                030206070a0b02040020000b040020000b
                """,
                refusal: "type mismatch: expected (ref 1), found (ref 5)"),
        ])
    func groups(_ example: Example) { example.check() }

    @Test(
        "A type fits the supertype it declares",
        arguments: [
            Example(
                """
                (module
                  (type $a (sub (struct (field anyref) (field (mut i32)))))
                  (type $b (sub $a (struct (field (ref eq)) (field (mut i32)) (field f64))))
                  (type $c (sub (array (ref null $a))))
                  (type $d (sub $c (array (ref $b))))
                  (type $f (sub (func (param (ref $b)) (result anyref))))
                  (type $g (sub $f (func (param (ref $a)) (result (ref i31)))))
                  (func (param (ref $b)) (result (ref $a)) local.get 0)
                  (func (param (ref $d)) (result (ref null $c)) local.get 0)
                  (func (param (ref $g)) (result (ref $f)) local.get 0))
                """,
                """
                01490950005f026e007f015001005f03646d007f017c0050005e6300005001025e640100500060016401016e50010460\
                01640001646c6001640101640060016403016302600164050164040304030607080a1003040020000b040020000b0400\
                20000b
                """),
            Example(
                """
                (module
                  (rec
                    (type $a (sub (struct (field (ref null $x)))))
                    (type $b (sub $a (struct (field (ref null $y)))))
                    (type $x (sub (struct)))
                    (type $y (sub $x (struct)))))
                """,
                "011b014e0450005f016302005001005f0163030050005f005001025f00"),
            Example(
                """
                (module
                  (rec
                    (type $a (sub (struct (field (ref null $x)))))
                    (type $b (sub $a (struct (field (ref null $y)))))
                    (type $x (sub (struct)))
                    (type $y (sub (struct)))))
                """,
                "011a014e0450005f016302005001005f0163030050005f0050005f00",
                refusal: "sub type 1 does not match super type 0"),
            Example(
                """
                (module (type $a (struct)) (type $b (sub $a (struct))))
                """,
                "0108025f005001005f00",
                refusal: "sub type 1 does not match super type 0, which is final"),
            Example(
                """
                (module (type $a (sub (struct))) (type $b (sub $a (array i8))))
                """,
                "010b0250005f005001005e7800",
                refusal: "sub type 1 does not match super type 0"),
            Example(
                """
                (module (type $a (sub (struct (field i32)))) (type $b (sub $a (struct))))
                """,
                "010c0250005f017f005001005f00",
                refusal: "sub type 1 does not match super type 0"),
            Example(
                """
                (module (type $a (sub (array (mut anyref)))) (type $b (sub $a (array (mut eqref)))))
                """,
                "010c0250005e6e015001005e6d01",
                refusal: "sub type 1 does not match super type 0"),
            Example(
                """
                (module (type $a (sub (array (mut i8)))) (type $b (sub $a (array i8))))
                """,
                "010c0250005e78015001005e7800",
                refusal: "sub type 1 does not match super type 0"),
            Example(
                """
                (module (type $a (sub (array i8))) (type $b (sub $a (array i16))))
                """,
                "010c0250005e78005001005e7700",
                refusal: "sub type 1 does not match super type 0"),
            Example(
                """
                (module (type $a (sub (func (param anyref)))) (type $b (sub $a (func (param eqref)))))
                """,
                "010e02500060016e0050010060016d00",
                refusal: "sub type 1 does not match super type 0"),
            Example(
                """
                (module (type $a (sub (func (result eqref)))) (type $b (sub $a (func (result anyref)))))
                """,
                "010e0250006000016d5001006000016e",
                refusal: "sub type 1 does not match super type 0"),
            Example(
                """
                (module (rec (type (sub 1 (struct))) (type (sub (struct)))))
                """,
                "010c014e025001015f0050005f00",
                refusal: "unknown type 1"),
            Example(
                """
                (module (type (sub 0 (struct))))
                """,
                "0106015001005f00",
                refusal: "unknown type 0"),
            Example(
                """
                (module (type (struct (field (ref 1)))) (type (struct)))
                """,
                "0108025f016401005f00",
                refusal: "unknown type 1"),
        ])
    func supertypes(_ example: Example) { example.check() }

    @Test(
        "References match what is above them, and null only what may be null",
        arguments: [
            Example(
                """
                (module
                  (type $s (struct)) (type $a (array i8)) (type $f (func))
                  (func (param (ref $s)) (result structref) local.get 0)
                  (func (param (ref $a)) (result arrayref) local.get 0)
                  (func (param (ref $s)) (result (ref eq)) local.get 0)
                  (func (param (ref null $a)) (result anyref) local.get 0)
                  (func (param (ref i31)) (result eqref) local.get 0)
                  (func (param nullref) (result (ref null $s)) local.get 0)
                  (func (param nullref) (result i31ref) local.get 0)
                  (func (param (ref $f)) (result funcref) local.get 0)
                  (func (param nullfuncref) (result (ref null $f)) local.get 0)
                  (func (param nullexternref) (result externref) local.get 0)
                  (func (param nullexnref) (result exnref) local.get 0))
                """,
                """
                01490e5f005e780060000060016400016b60016401016a6001640001646d60016301016e6001646c016d600171016300\
                600171016c600164020170600173016302600172016f6001740169030c0b030405060708090a0b0c0d0a380b04002000\
                0b040020000b040020000b040020000b040020000b040020000b040020000b040020000b040020000b040020000b0400\
                20000b
                """),
            Example(
                """
                (module (func (param anyref) (result (ref any)) local.get 0))
                """,
                "01070160016e01646e030201000a0601040020000b",
                refusal: "type mismatch: expected (ref any), found anyref"),
            Example(
                """
                (module (func (param anyref) (result eqref) local.get 0))
                """,
                "01060160016e016d030201000a0601040020000b",
                refusal: "type mismatch: expected eqref, found anyref"),
            Example(
                """
                (module (func (param externref) (result anyref) local.get 0))
                """,
                "01060160016f016e030201000a0601040020000b",
                refusal: "type mismatch: expected anyref, found externref"),
            Example(
                """
                (module (func (param structref) (result arrayref) local.get 0))
                """,
                "01060160016b016a030201000a0601040020000b",
                refusal: "type mismatch: expected arrayref, found structref"),
            Example(
                """
                (module (type $f (func)) (func (param (ref $f)) (result anyref) local.get 0))
                """,
                "010a0260000060016400016e030201010a0601040020000b",
                refusal: "type mismatch: expected anyref, found (ref 0)"),
            Example(
                """
                (module (type $f (func)) (func (param nullref) (result (ref null $f)) local.get 0))
                """,
                "010a02600000600171016300030201010a0601040020000b",
                refusal: "type mismatch: expected (ref null 0), found nullref"),
            Example(
                """
                (module (type $f (func)) (func (param funcref) (result (ref null $f)) local.get 0))
                """,
                "010a02600000600170016300030201010a0601040020000b",
                refusal: "type mismatch: expected (ref null 0), found funcref"),
            Example(
                """
                (module (type $s (struct)) (func (param (ref $s)) (result i31ref) local.get 0))
                """,
                "0109025f0060016400016c030201010a0601040020000b",
                refusal: "type mismatch: expected i31ref, found (ref 0)"),
            Example(
                """
                (module (func (local (ref null 7))))
                """,
                "010401600000030201000a070105010163070b",
                refusal: "unknown type 7"),
            Example(
                """
                (module (func (result i32) (block (result (ref null 7)) unreachable) drop i32.const 0))
                """,
                "0105016000017f030201000a0c010a00026307000b1a41000b",
                refusal: "unknown type 7"),
            Example(
                """
                (module (type (struct)) (import "" "" (tag (type 0))))
                """,
                "0103015f000206010000040000",
                refusal: "type mismatch: type 0 is not a function type"),
        ])
    func matching(_ example: Example) { example.check() }
}

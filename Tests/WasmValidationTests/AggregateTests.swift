import Testing

@Suite("Structures, arrays and i31")
struct AggregateTests {
    @Test(
        "Structures are made of all their fields, which are read and written as they are declared",
        arguments: [
            Example(
                """
                (module
                  (type $s (struct (field i8) (field (mut i64)) (field (ref null $s))))
                  (func (result (ref $s)) i32.const 1 i64.const 2 ref.null $s struct.new $s)
                  (func (result (ref $s)) struct.new_default $s)
                  (func (param (ref null $s)) (result i32) local.get 0 struct.get_s $s 0)
                  (func (param (ref $s)) (result i64) local.get 0 struct.get $s 1)
                  (func (param nullref) i64.const 1 drop local.get 0 i64.const 1 struct.set $s 1)
                  (func (result anyref) unreachable struct.get $s 2))
                """,
                """
                0123065f0378007e01630000600001640060016300017f60016400017e600171006000016e0307060101020304050a3b\
                060b0041014202d000fb00000b0500fb01000b08002000fb0300000b08002000fb0200010b0d0042011a20004201fb05\
                00010b070000fb0200020b
                """),
            Example(
                """
                (module (type $s (struct (field i8) (field i64))) (func i64.const 1 struct.new $s drop))
                """,
                "010a025f0278007e00600000030201010a0a0108004201fb00001a0b",
                refusal: "type mismatch: expected i32, the stack is empty"),
            Example(
                """
                (module (type $s (struct (field (ref any)))) (func struct.new_default $s drop))
                """,
                "0109025f01646e00600000030201010a08010600fb01001a0b",
                refusal: "type mismatch: a field of type 0 has no default value"),
            Example(
                """
                (module (type $s (struct (field i8))) (func (param (ref $s)) local.get 0 struct.get $s 0 drop))
                """,
                "010a025f0178006001640000030201010a0b0109002000fb0200001a0b",
                refusal: "type mismatch: the field is packed"),
            Example(
                """
                (module (type $s (struct (field i32))) (func (param (ref $s)) local.get 0 struct.get_u $s 0 drop))
                """,
                "010a025f017f006001640000030201010a0b0109002000fb0400001a0b",
                refusal: "type mismatch: the field is unpacked"),
            Example(
                """
                (module (type $s (struct (field i32))) (func (param (ref $s)) local.get 0 struct.get $s 1 drop))
                """,
                "010a025f017f006001640000030201010a0b0109002000fb0200011a0b",
                refusal: "unknown field 1"),
            Example(
                """
                (module (type $s (struct (field i32))) (func (param (ref $s)) local.get 0 i32.const 0 struct.set $s 0))
                """,
                "010a025f017f006001640000030201010a0c010a0020004100fb0500000b",
                refusal: "immutable field 0"),
            Example(
                """
                (module (type $s (struct (field i32))) (func (param structref) local.get 0 struct.get $s 0 drop))
                """,
                "0109025f017f0060016b00030201010a0b0109002000fb0200001a0b",
                refusal: "type mismatch: expected (ref null 0), found structref"),
            Example(
                """
                (module (type $s (array i32)) (func struct.new $s drop))
                """,
                "0107025e7f00600000030201010a08010600fb00001a0b",
                refusal: "type mismatch: type 0 is not a structure type"),
        ])
    func structures(_ example: Example) { example.check() }

    @Test(
        "Arrays are of one element type",
        arguments: [
            Example(
                """
                (module
                  (type $b (array (mut i8))) (type $r (array (mut anyref))) (type $q (array eqref))
                  (elem $e i31ref (ref.null i31))
                  (data $d "abc")
                  (func (result (ref $b)) i32.const 1 i32.const 2 array.new $b)
                  (func (result (ref $r)) i32.const 2 array.new_default $r)
                  (func (result (ref $q)) ref.null eq ref.null i31 array.new_fixed $q 2)
                  (func (result (ref $b)) i32.const 0 i32.const 1 array.new_data $b $d)
                  (func (result (ref $r)) i32.const 0 i32.const 1 array.new_elem $r $e)
                  (func (param (ref $b)) (result i32) local.get 0 i32.const 0 array.get_u $b)
                  (func (param (ref $b)) local.get 0 i32.const 0 i32.const 7 array.set $b)
                  (func (param (ref $q)) (result i32) local.get 0 array.len)
                  (func (param (ref $r)) local.get 0 i32.const 0 ref.null none i32.const 1 array.fill $r)
                  (func (param (ref $r) (ref $q))
                    local.get 0 i32.const 0 local.get 1 i32.const 0 i32.const 1 array.copy $r $q)
                  (func (param (ref $b)) local.get 0 i32.const 0 i32.const 0 i32.const 1 array.init_data $b $d)
                  (func (param (ref $r)) local.get 0 i32.const 0 i32.const 0 i32.const 1 array.init_elem $r $e))
                """,
                """
                01360b5e78015e6e015e6d0060000164006000016401600001640260016400017f600164000060016402017f60016401\
                0060026401640200030d0c0304050304060708090a0709090701056c01d06c0b0c01010a8e010c090041014102fb0600\
                0b07004102fb07010b0a00d06dd06cfb0802020b0a0041004101fb0900000b0a0041004101fb0a01000b090020004100\
                fb0d000b0b00200041004107fb0e000b06002000fb0f0b0d0020004100d0714101fb10010b1000200041002001410041\
                01fb1101020b0e002000410041004101fb1200000b0e002000410041004101fb1301000b0b06010103616263
                """),
            Example(
                """
                (module (type $r (array (ref any))) (func i32.const 1 array.new_default $r drop))
                """,
                "0108025e646e00600000030201010a0a0108004101fb07001a0b",
                refusal: "type mismatch: an element of type 0 has no default value"),
            Example(
                """
                (module (type $b (array i8)) (func (param (ref $b)) local.get 0 i32.const 0 array.get $b drop))
                """,
                "0109025e78006001640000030201010a0c010a0020004100fb0b001a0b",
                refusal: "type mismatch: the field is packed"),
            Example(
                """
                (module (type $b (array i8)) (func (param (ref $b)) local.get 0 i32.const 0 i32.const 0 array.set $b))
                """,
                "0109025e78006001640000030201010a0d010b00200041004100fb0e000b",
                refusal: "immutable array of type 0"),
            Example(
                """
                (module (type $b (array i8)) (func (param (ref $b)) local.get 0 i32.const 0 i32.const 0 i32.const 0 array.fill $b))
                """,
                "0109025e78006001640000030201010a0f010d002000410041004100fb10000b",
                refusal: "immutable array of type 0"),
            Example(
                """
                (module (type $a (array (mut i8))) (type $b (array i16))
                  (func (param (ref $a) (ref $b))
                    local.get 0 i32.const 0 local.get 1 i32.const 0 i32.const 0 array.copy $a $b))
                """,
                "010e035e78015e770060026400640100030201020a1201100020004100200141004100fb1100010b",
                refusal: "array types do not match: i16 and (mut i8)"),
            Example(
                """
                (module (type $a (array (mut eqref))) (type $b (array anyref))
                  (func (param (ref $a) (ref $b))
                    local.get 0 i32.const 0 local.get 1 i32.const 0 i32.const 0 array.copy $a $b))
                """,
                "010e035e6d015e6e0060026400640100030201020a1201100020004100200141004100fb1100010b",
                refusal: "array types do not match"),
            Example(
                """
                (module (type $a (array anyref)) (data "") (func i32.const 0 i32.const 0 array.new_data $a 0 drop))
                """,
                "0107025e6e00600000030201010c01010a0d010b0041004100fb0900001a0b0b03010100",
                refusal: "array type is not numeric or vector"),
            Example(
                """
                (module (type $a (array i8)) (elem funcref) (func i32.const 0 i32.const 0 array.new_elem $a 0 drop))
                """,
                "0107025e7800600000030201010904010570000a0d010b0041004100fb0a00001a0b",
                refusal: "type mismatch: funcref elements for an array of i8"),
            Example(
                """
                (module (type $a (array i8)) (func i32.const 0 i32.const 0 array.new_elem $a 3 drop))
                """,
                "0107025e7800600000030201010a0d010b0041004100fb0a00031a0b",
                refusal: "unknown elem segment 3"),
            Example(
                """
                (module (type $a (array i8)) (data "") (func i32.const 0 i32.const 0 array.new_data $a 3 drop))
                """,
                "0107025e7800600000030201010c01010a0d010b0041004100fb0900031a0b0b03010100",
                refusal: "unknown data segment 3"),
            Example(
                """
                (module (type $a (array i8)) (func unreachable array.new_fixed $a 100000 drop))
                """,
                "0107025e7800600000030201010a0c010a0000fb0800a08d061a0b",
                refusal: "too many operands for array.new_fixed: limit 10000"),
            Example(
                """
                (module (type $a (struct)) (func (param (ref $a)) local.get 0 array.len drop))
                """,
                "0108025f006001640000030201010a090107002000fb0f1a0b",
                refusal: "type mismatch: expected arrayref, found (ref 0)"),
        ])
    func arrays(_ example: Example) { example.check() }

    @Test(
        "Casts stay within one hierarchy, and branch with what they find",
        arguments: [
            Example(
                """
                (module
                  (type $a (sub (struct))) (type $b (sub $a (struct (field i32)))) (type $f (func))
                  (func (param anyref) (result i32) local.get 0 ref.test (ref $b))
                  (func (param (ref eq)) (result (ref null $b)) local.get 0 ref.cast (ref null $b))
                  (func (param funcref) (result (ref $f)) local.get 0 ref.cast (ref $f))
                  (func (param externref) (result i32) local.get 0 ref.test (ref noextern))
                  (func (param anyref) (result (ref $b))
                    (block (result anyref) local.get 0 br_on_cast 1 anyref (ref $b)) unreachable)
                  (func (param (ref null $a)) (result (ref null $b))
                    (block (result (ref $a)) local.get 0 br_on_cast_fail 0 (ref null $a) (ref null $b) return) unreachable)
                  (func (param i31ref) (result i32) local.get 0 i31.get_s)
                  (func (result (ref i31)) i32.const 1 ref.i31)
                  (func (param eqref eqref) (result i32) local.get 0 local.get 1 ref.eq)
                  (func (param anyref) (result externref) local.get 0 extern.convert_any)
                  (func (param (ref extern)) (result (ref any)) local.get 0 any.convert_extern)
                  (func (result (ref any)) unreachable any.convert_extern))
                """,
                """
                01540f50005f005001005f017f0060000060016e017f6001646d01630160017001640260016f017f60016e0164016001\
                630001630160016c017f600001646c60026d6d017f60016e016f6001646f01646e600001646e030d0c03040506070809\
                0a0b0c0d0e0a6b0c07002000fb14010b07002000fb17010b07002000fb16020b07002000fb14720b0e00026e2000fb18\
                01016e010b000b10000264002000fb19030000010f0b000b06002000fb1d0b06004101fb1c0b070020002001d30b0600\
                2000fb1b0b06002000fb1a0b050000fb1a0b
                """),
            Example(
                """
                (module (func (param funcref) local.get 0 ref.test anyref drop))
                """,
                "01050160017000030201000a0a0108002000fb156e1a0b",
                refusal: "type mismatch: expected anyref, found funcref"),
            Example(
                """
                (module (type $f (func)) (func (param anyref) local.get 0 ref.cast (ref $f) drop))
                """,
                "01080260000060016e00030201010a0a0108002000fb16001a0b",
                refusal: "type mismatch: expected funcref, found anyref"),
            Example(
                """
                (module (func (param anyref) local.get 0 ref.cast (ref 4) drop))
                """,
                "01050160016e00030201000a0a0108002000fb16041a0b",
                refusal: "unknown type 4"),
            Example(
                """
                (module (func (param anyref) (result anyref) local.get 0 br_on_cast 0 eqref anyref))
                """,
                "01060160016e016e030201000a0c010a002000fb1803006d6e0b",
                refusal: "type mismatch: a cast from eqref to anyref"),
            Example(
                """
                (module (func (param anyref) (result i31ref) local.get 0 br_on_cast 0 anyref eqref unreachable))
                """,
                "01060160016e016c030201000a0d010b002000fb1803006e6d000b",
                refusal: "type mismatch: label 0 does not take eqref"),
            Example(
                """
                (module (func (param anyref) local.get 0 br_on_cast 0 anyref eqref drop))
                """,
                "01050160016e00030201000a0d010b002000fb1803006e6d1a0b",
                refusal: "type mismatch: label 0 does not take eqref"),
            Example(
                """
                (module (func (param anyref) (result (ref any))
                  (block (result anyref) local.get 0 br_on_cast 0 anyref i31ref return) drop unreachable))
                """,
                "01070160016e01646e030201000a12011000026e2000fb1803006e6c0f0b1a000b"),
            Example(
                """
                (module (func (param anyref) (result (ref any))
                  (block (result anyref) local.get 0 br_on_cast 0 anyref (ref i31) return) drop unreachable))
                """,
                "01070160016e01646e030201000a12011000026e2000fb1801006e6c0f0b1a000b",
                refusal: "type mismatch: expected (ref any), found anyref"),
            Example(
                """
                (module (func (param anyref) (result externref) local.get 0 any.convert_extern))
                """,
                "01060160016e016f030201000a080106002000fb1a0b",
                refusal: "type mismatch: expected externref, found anyref"),
            Example(
                """
                (module (func (param externref) (result (ref any)) local.get 0 any.convert_extern))
                """,
                "01070160016f01646e030201000a080106002000fb1a0b",
                refusal: "type mismatch: expected (ref any), found anyref"),
            Example(
                """
                (module (func (param anyref) local.get 0 i31.get_u drop))
                """,
                "01050160016e00030201000a090107002000fb1e1a0b",
                refusal: "type mismatch: expected i31ref, found anyref"),
            Example(
                """
                (module (func (param anyref) local.get 0 local.get 0 ref.eq drop))
                """,
                "01050160016e00030201000a0a01080020002000d31a0b",
                refusal: "type mismatch: expected eqref, found anyref"),
        ])
    func casts(_ example: Example) { example.check() }
}

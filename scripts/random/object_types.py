"""The types and helpers that every module of `objects` has."""

NUMBERS = ["i32", "i64", "f32", "f64"]
ARRAYS = {"bytes": "i8", "shorts": "i16", "ints": "i32", "longs": "i64", "doubles": "f64", "vectors": "v128",
          "fixed": "i32", "refs": "s0", "anys": "any"}
BASE = ["i32", "i8", "s0", "i64", "f64", "any"]
FIELDS = {"s0": BASE, "s1": [*BASE, "i16", "f32", "ints"], "s2": [*BASE, "i16", "f32", "ints", "v128", "i64"],
          "end": ["i32", "s0"]}
IMMUTABLE = {(name, 3) for name in ("s0", "s1", "s2")} | {("end", 1)}
REFERENCES = ["s0", "s1", "s2", "end", "any", *ARRAYS]
EDGES = [0, 1, -1, 2, 3, 4, 5, 7, 127, 128, 255, 256, 32767, 65535, 1073741823, 1073741824, 2147483647, -2147483648]


def storage(kind):
    if kind in NUMBERS or kind in ("i8", "i16", "v128"):
        return kind
    return "anyref" if kind == "any" else f"(ref null ${kind})"


def structure(name):
    fields = [storage(kind) if (name, i) in IMMUTABLE else f"(mut {storage(kind)})" for i, kind in enumerate(FIELDS[name])]
    return "(struct " + " ".join(f"(field {field})" for field in fields) + ")"


def array(name):
    element = storage(ARRAYS[name])
    return f"(type ${name} (array {element if name == 'fixed' else f'(mut {element})'}))"


TYPES = "\n  ".join([
    *[array(name) for name in ARRAYS if name not in ("refs", "anys")],
    f"(rec (type $s0 (sub {structure('s0')})) (type $s1 (sub $s0 {structure('s1')})) "
    f"(type $s2 (sub final $s1 {structure('s2')})))",
    f"(type $end {structure('end')})", array("refs"), array("anys"), "(type $fn (func (param i32 (ref null $s0)) (result i32)))",
])

SUPPORT = """
  (global $g (export "g") (mut i32) (i32.const 3))
  (global $gs (mut (ref null $s0)) (ref.null $s0))
  (global $ga (mut anyref) (ref.null any))
  (global $gi (mut (ref null $ints)) (ref.null $ints))
  (global $count (mut i32) (i32.const 0))
  (data $data "\\01\\02\\83\\04\\05\\f6\\07\\08\\09\\0a\\0b\\0c\\0d\\0e\\0f\\10\\11\\12\\13\\14")
  (elem $elements (ref null $s0) (ref.null $s0) (global.get $kept) (ref.null $s0))
  (elem declare func $one $two)
  (table $t 5 anyref)
  ;; Garbage: enough of it to be collected every few calls.
  (func $waste (result i32)
    (local $i i32) (local $l (ref null $s0))
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (drop (array.new $longs (i64.const 0x5555555555555555) (i32.const 30000)))
    (loop $again
      (local.set $l (struct.new $s0 (local.get $i) (i32.const 85) (local.get $l) (i64.const 0x5555) (f64.const 5)
        (array.new $bytes (i32.const 0x55) (local.get $i))))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 40))))
    (global.get $count))
  (func $one (type $fn) (global.set $gs (local.get 1)) (drop (call $waste)) (i32.add (local.get 0) (i32.const 1)))
  (func $two (type $fn) (struct.set $s0 0 (local.get 1) (local.get 0)) (i32.mul (local.get 0) (i32.const 3)))
  ;; What a list of structures holds.
  (func $sum (param $l (ref null $s0)) (result i64)
    (local $s i64) (local $n i32)
    (block $done
      (loop $again
        (br_if $done (i32.gt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 30)))
        (drop (br_on_null $done (local.get $l)))
        (local.set $s (i64.add (i64.mul (local.get $s) (i64.const 31)) (i64.add
          (i64.extend_i32_s (struct.get $s0 0 (local.get $l)))
          (i64.add (struct.get $s0 3 (local.get $l)) (i64.extend_i32_u (struct.get_u $s0 1 (local.get $l)))))))
        (local.set $s (i64.xor (local.get $s) (i64.reinterpret_f64 (struct.get $s0 4 (local.get $l)))))
        (local.set $s (i64.add (local.get $s) (call $kind (struct.get $s0 5 (local.get $l)))))
        (local.set $l (struct.get $s0 2 (local.get $l)))
        (br $again)))
    (local.get $s))
  ;; What any reference is.
  (func $kind (param $r anyref) (result i64)
    (if (ref.is_null (local.get $r)) (then (return (i64.const 1))))
    (if (ref.test (ref i31) (local.get $r)) (then (return (i64.extend_i32_s (i31.get_s (ref.cast i31ref (local.get $r)))))))
    (if (ref.test (ref $s2) (local.get $r)) (then (return (i64.const 5))))
    (if (ref.test (ref $s1) (local.get $r)) (then (return (i64.const 6))))
    (if (ref.test (ref $s0) (local.get $r)) (then (return (i64.const 7))))
    (if (ref.test (ref array) (local.get $r))
      (then (return (i64.extend_i32_u (array.len (ref.cast arrayref (local.get $r)))))))
    (if (ref.test (ref struct) (local.get $r)) (then (return (i64.const 8))))
    (i64.const 9))
  (func (export "state") (result i64 i64 i64)
    (call $sum (global.get $gs)) (call $kind (global.get $ga)) (call $kind (table.get $t (i32.const 1))))"""

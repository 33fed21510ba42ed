;; Bitwise operators of operands that have a sign in C, used where wasm has none.
(module
  (memory (export "memory") 1)
  (func (export "shift") (param i32 i32) (result i64)
    (i64.shr_u (i64.xor (i64.extend_i32_s (local.get 0)) (i64.extend_i32_s (local.get 1))) (i64.const 1)))
  (func (export "below") (result i32) (i32.lt_u (i32.xor (i32.load8_u (i32.const 0)) (i32.const -54)) (i32.const 5)))
  (func (export "half") (result i32) (i32.shr_u (i32.or (i32.load8_u (i32.const 0)) (i32.const -54)) (i32.const 1)))
  (func (export "behind") (result i32) (i32.load offset=4 (i32.or (i32.load8_u (i32.const 0)) (i32.const -54))))
  (func (export "before") (result i32) (i32.load (i32.or (i32.load8_u (i32.const 0)) (i32.const -54))))
  (func (export "store") (i32.store (i32.or (i32.load8_s (i32.const 0)) (i32.const -54)) (i32.const 1)))
  (func (export "wide") (result i64) (i64.extend_i32_u (i32.and (i32.load8_s (i32.const 0)) (i32.const -1))))
  (func (export "float") (result f64) (f64.convert_i32_u (i32.or (i32.load8_u (i32.const 0)) (i32.const -54)))))

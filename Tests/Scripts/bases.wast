;; Accesses through one local, whose place in memory a variable holds from the second one on, and loads whose bits are
;; taken for another type.

(module
  (memory 1)
  (data (i32.const 0) "\01\00\00\00\02\00\00\00\03\00\00\00\10\00\00\00\20\00\00\00")
  ;; The vector is made under one name and renamed, which moves the text of the first access.
  (func (export "renamed") (param i32 i32) (result i32)
    (local i32 i32 i32 i32 i32 i32 i32 i32 i32 v128)
    (local.set 11
      (i32x4.splat (i32.add (i32.load (local.get 0)) (local.tee 1 (i32.load (local.get 1))))))
    (i32.add (i32x4.extract_lane 0 (local.get 11)) (i32.load offset=4 (local.get 0))))
  ;; Goes around while the local changes, behind an access that came before it.
  (func (export "list") (param i32) (result i32) (local i32)
    (local.set 1 (i32.load (local.get 0)))
    (loop
      (local.set 1 (i32.add (local.get 1) (i32.load offset=4 (local.get 0))))
      (local.set 0 (i32.add (local.get 0) (i32.const 4)))
      (br_if 0 (i32.lt_u (local.get 0) (i32.const 16))))
    (i32.add (local.get 1) (i32.load (local.get 0))))
  ;; The access in the arm is no reason to rely on its base behind it.
  (func (export "arm") (param i32 i32) (result i32)
    (if (local.get 1) (then (drop (i32.load offset=4 (local.get 0)))))
    (i32.load offset=8 (local.get 0)))
  (func (export "shifted") (param i32) (result i64)
    (i64.store32 (local.get 0) (i64.shl (i64.load32_u (local.get 0)) (i64.const 40)))
    (i64.load (local.get 0))))

(assert_return (invoke "renamed" (i32.const 0) (i32.const 12)) (i32.const 19))
(assert_return (invoke "list" (i32.const 0)) (i32.const 86))
(assert_return (invoke "arm" (i32.const 0) (i32.const 0)) (i32.const 3))
(assert_return (invoke "arm" (i32.const 0) (i32.const 1)) (i32.const 3))
(assert_trap (invoke "list" (i32.const 65536)) "out of bounds memory access")
(assert_return (invoke "shifted" (i32.const 0)) (i64.const 0x200000000))

(module
  (memory 1)
  (data (i32.const 0) "\01\00\00\00\02\00\f0\3f")
  (func (export "reinterpret") (param i32) (result f64)
    (f64.reinterpret_i64 (i64.load32_u (local.get 0)))))

(assert_return (invoke "reinterpret" (i32.const 0)) (f64.const 0x1p-1074))
(assert_return (invoke "reinterpret" (i32.const 65532)) (f64.const 0))

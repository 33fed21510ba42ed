;; A handler sees the locals as they were when something was thrown.
(module
  (tag $t (param i32))
  (func $throw (param i32) (if (local.get 0) (then (throw $t (local.get 0)))))
  (func (export "locals") (param i32) (result i32)
    (local i32 i64 f64)
    (local.set 1 (i32.const 1))
    (local.set 2 (i64.const 1))
    (local.set 3 (f64.const 1))
    (try (result i32)
      (do
        (local.set 1 (i32.const 10))
        (local.set 2 (i64.const 20))
        (local.set 3 (f64.const 30))
        (call $throw (local.get 0))
        (local.set 1 (i32.const 100))
        (local.set 2 (i64.const 200))
        (local.set 3 (f64.const 300))
        (i32.const 0))
      (catch $t))
    (i32.add (local.get 1))
    (i32.add (i32.wrap_i64 (local.get 2)))
    (i32.add (i32.trunc_f64_s (local.get 3))))
  (func (export "parameter") (param i32 i32) (result i32)
    (try
      (do
        (local.set 1 (i32.mul (local.get 1) (i32.const 2)))
        (call $throw (local.get 0)))
      (catch $t drop))
    (local.get 1))
  (func (export "loop") (param i32) (result i32)
    ;; throws and catches over and over, with a sum in a local
    (local i32)
    (loop $again
      (try
        (do
          (local.set 1 (i32.add (local.get 1) (local.get 0)))
          (call $throw (local.get 0)))
        (catch $t drop))
      (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get 1))
  (func (export "vector") (param i32) (result i32)
    (local v128)
    (local.set 1 (i32x4.splat (i32.const 1)))
    (try
      (do
        (local.set 1 (i32x4.add (local.get 1) (i32x4.splat (local.get 0))))
        (call $throw (local.get 0))
        (local.set 1 (i32x4.splat (i32.const 9))))
      (catch $t drop))
    (i32x4.extract_lane 3 (local.get 1))))

(assert_return (invoke "locals" (i32.const 1000)) (i32.const 1060))
(assert_return (invoke "locals" (i32.const 0)) (i32.const 600))
(assert_return (invoke "parameter" (i32.const 1) (i32.const 21)) (i32.const 42))
(assert_return (invoke "parameter" (i32.const 0) (i32.const 21)) (i32.const 42))
(assert_return (invoke "loop" (i32.const 10000)) (i32.const 50005000))
(assert_return (invoke "vector" (i32.const 4)) (i32.const 5))
(assert_return (invoke "vector" (i32.const 0)) (i32.const 9))

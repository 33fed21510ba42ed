;; A division by a number that is read through a pointer: "/*" opened a comment.
(module
  (import "fuzzing-support" "fixed" (global $fixed f64))
  (memory (export "memory") 1)
  (func (export "global") (result f64) (f64.div (global.get $fixed) (global.get $fixed)))
  (func (export "load") (param i32) (result f64) (f64.div (global.get $fixed) (f64.load (local.get 0))))
  (func (export "constant") (param f64) (result f64) (f64.div (local.get 0) (f64.const 3)))
  (func (export "bits") (param i64) (result f64) (f64.div (f64.const 1) (f64.reinterpret_i64 (local.get 0)))))

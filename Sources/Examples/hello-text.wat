;; The greeting, written by hand. No allocator: this function asks the host for nothing.
(module
  (import "env" "hostcall_resp_set_header" (func $set_header (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "hostcall_resp_set_body" (func $set_body (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "content-type")
  (data (i32.const 12) "text/plain; charset=utf-8")
  (data (i32.const 40) "\0c\00\00\00\19\00\00\00") ;; a list of one slice: pointer 12, length 25
  (data (i32.const 48) "Hello from text!\n")
  (func (export "run")
    (drop (call $set_header (i32.const 0) (i32.const 0) (i32.const 12) (i32.const 40) (i32.const 1)))
    (drop (call $set_body (i32.const 0) (i32.const 48) (i32.const 17)))))

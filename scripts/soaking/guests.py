"""Functions as text."""

BODY = '(import "env" "hostcall_resp_set_body" (func $body (param i32 i32 i32) (result i32)))'


def hello(text):
    """Answers with a text, in which a line's end is written \\n."""
    length = len(text.replace("\\n", "\n"))
    return f"""(module {BODY} (memory (export "memory") 1) (data (i32.const 0) "{text}")
        (func (export "run") (drop (call $body (i32.const 0) (i32.const 0) (i32.const {length})))))"""


def image(letter):
    """Answers with a piece of an image of 1 MiB, after it wrote to 16 pages."""
    return f"""(module {BODY} (memory (export "memory") 17) (data (i32.const 0) "{letter * (1 << 20)}")
        (func (export "run") (local i32)
          (loop (i32.store8 (i32.add (local.get 0) (i32.const 5000)) (i32.const 0))
            (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 65536))) (i32.const 1048576))))
          (drop (call $body (i32.const 0) (i32.const 0) (i32.const 100)))))"""


def simple(body):
    return f'(module (memory 1) (func $run (export "run") {body}))'


TRAP = simple("(drop (i32.load (i32.const 65536)))")
UNREACHABLE = simple("unreachable")
RECURSION = simple("(call $run) (drop (i32.const 0))")
LOOP = simple("(loop (br 0))")
GROW = simple("""(local i32) (drop (memory.grow (i32.const 100)))
    (loop (i32.store8 (local.get 0) (i32.const 1))
      (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 4096))) (i32.const 6500000))))""")
FILL = simple("(drop (memory.grow (i32.const 1000))) (loop (memory.fill (i32.const 0) (i32.const 1) (i32.const 65000000)) (br 0))")


def large(text, size):
    """Answers with a text, and has as many functions of its own beside as make up so many bytes; all are called."""
    function = "(func $f{} (param i32 i32) (result i32) {})"
    step = """(local.set 0 (i32.add (i32.mul (local.get 0) (i32.const {})) (i32.xor (local.get 1) (i32.const {}))))
        (if (i32.gt_u (local.get 0) (local.get 1)) (then (local.set 1 (i32.rotl (local.get 0) (i32.const 7)))))"""
    count = max(1, (size - len(text)) // 645)
    functions = [function.format(number, "".join(step.format(3 + number, 77_777 * number + part) for part in range(20))
                                 + "(i32.xor (local.get 0) (local.get 1))") for number in range(count)]
    calls = "".join(f"(drop (call $f{number} (i32.const 1) (i32.const 2)))" for number in range(0, count, 10))
    return f"""(module {BODY} (memory (export "memory") 2) (data (i32.const 0) "{text}") {"".join(functions)}
        (func (export "run") {calls} (drop (call $body (i32.const 0) (i32.const 0) (i32.const {len(text)})))))"""


# Writes a header and a line.
COMMAND = """(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\10\\00\\00\\00\\1f\\00\\00\\00")
  (data (i32.const 16) "Content-Type: text/plain\\0a\\0ahello")
  (func (export "_start") (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))"""
# Asks itself, which nobody may.
OUTGOING = f"""(module {BODY}
  (import "env" "hostcall_req_create" (func $create (param i32 i32 i32 i32) (result i32)))
  (import "env" "hostcall_req_send" (func $send (param i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "GEThttp://127.0.0.1/refused")
  (func (export "run")
    (if (i32.ne (call $send (call $create (i32.const 0) (i32.const 3) (i32.const 3) (i32.const 16))) (i32.const -1))
      (then unreachable))
    (drop (call $body (i32.const 0) (i32.const 19) (i32.const 7)))))"""
# The last six bytes of the path are a key: put.wasm writes it under itself, get.wasm answers what is there.
KEY = f"""{BODY}
  (import "env" "hostcall_req_get_path" (func $path (param i32 i32 i32)))
  (import "env" "hostcall_kvstore_insert" (func $insert (param i32 i32 i32 i32) (result i32)))
  (import "env" "hostcall_kvstore_get" (func $get (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (global $end (mut i32) (i32.const 1024))
  (func (export "malloc") (param i32) (result i32)
    (global.get $end) (global.set $end (i32.add (global.get $end) (i32.and (i32.add (local.get 0) (i32.const 15)) (i32.const -16)))))
  (func $key (result i32) (call $path (i32.const 0) (i32.const 4) (i32.const 0))
    (i32.sub (i32.add (i32.load (i32.const 0)) (i32.load (i32.const 4))) (i32.const 6)))"""
PUT = f"""(module {KEY} (func (export "run") (local $k i32) (local.set $k (call $key))
    (if (call $insert (local.get $k) (i32.const 6) (local.get $k) (i32.const 6))
      (then (drop (call $body (i32.const 0) (local.get $k) (i32.const 6)))))))"""
GET = f"""(module {KEY} (func (export "run") (local $k i32) (local.set $k (call $key))
    (if (call $get (i32.const 8) (i32.const 12) (local.get $k) (i32.const 6))
      (then (drop (call $body (i32.const 0) (i32.load (i32.const 8)) (i32.load (i32.const 12))))))))"""

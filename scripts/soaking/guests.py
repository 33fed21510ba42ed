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

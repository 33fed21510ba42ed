"""Modules of the shapes that a translator to C can get wrong and that general generators hardly make.

Deep trees of operators on constants at the edges; changes of locals, globals and memory between the operands of
one operator; conditions made of comparisons, `select` and `local.tee`; every access at every edge of memory;
`br_table` of up to 300 targets; blocks, loops and ifs with parameters and several results; functions of 200
parameters and 100 results, called directly, indirectly and from another instance.
"""

import random

TYPES = ["i32", "i64", "f32", "f64"]
EDGES = {
    "i32": [0, 1, -1, 2, 3, 5, 7, 8, 31, 32, 33, 63, 64, 127, 128, 255, 256, 32767, 32768, 65535, 65536, -128, -129,
            2147483647, -2147483648, -2147483647, 0x55555555],
    "i64": [0, 1, -1, 2, 3, 5, 7, 8, 31, 32, 33, 63, 64, 65, 127, 255, 65535, 2147483647, 2147483648, -2147483648,
            -2147483649, 4294967295, 4294967296, -4294967296, 9223372036854775807, -9223372036854775808,
            -9223372036854775807, 1 << 53],
    "f32": ["0", "-0", "1", "-1", "0.5", "1.5", "-2.5", "3.25", "0x1p-149", "0x1p-126", "0x1.fffffep+127", "inf",
            "-inf", "2147483648", "-2147483648", "4294967296", "9223372036854775808", "16777217", "0.1"],
    "f64": ["0", "-0", "1", "-1", "0.5", "1.5", "-2.5", "3.25", "0x1p-1074", "0x1.fffffffffffffp+1023", "inf",
            "-inf", "2147483647", "-2147483649", "4294967295.9", "9223372036854775808", "1.1102230246251567e-16",
            "9007199254740993", "0.1"],
}
INTEGER = "add sub mul and or xor shl shr_s shr_u rotl rotr div_s div_u rem_s rem_u".split()
COMPARE = "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u".split()
FLOAT = "add sub mul div min max".split()
FLOAT_COMPARE = "eq ne lt gt le ge".split()
LOADS = {"i32": "load load8_s load8_u load16_s load16_u".split(),
         "i64": "load load8_s load8_u load16_s load16_u load32_s load32_u".split(), "f32": ["load"], "f64": ["load"]}
STORES = {"i32": "store store8 store16".split(), "i64": "store store8 store16 store32".split(), "f32": ["store"],
          "f64": ["store"]}
CONVERSIONS = {
    "i32": [("wrap_i64", "i64"), ("trunc_sat_f32_s", "f32"), ("trunc_sat_f32_u", "f32"), ("trunc_sat_f64_s", "f64"),
            ("trunc_sat_f64_u", "f64"), ("trunc_f64_s", "f64"), ("trunc_f32_u", "f32"), ("reinterpret_f32", "f32")],
    "i64": [("extend_i32_s", "i32"), ("extend_i32_u", "i32"), ("trunc_sat_f32_s", "f32"), ("trunc_sat_f32_u", "f32"),
            ("trunc_sat_f64_s", "f64"), ("trunc_sat_f64_u", "f64"), ("trunc_f64_u", "f64"), ("trunc_f32_s", "f32"),
            ("reinterpret_f64", "f64")],
    "f32": [("convert_i32_s", "i32"), ("convert_i32_u", "i32"), ("convert_i64_s", "i64"), ("convert_i64_u", "i64"),
            ("demote_f64", "f64"), ("reinterpret_i32", "i32")],
    "f64": [("convert_i32_s", "i32"), ("convert_i32_u", "i32"), ("convert_i64_s", "i64"), ("convert_i64_u", "i64"),
            ("promote_f32", "f32"), ("reinterpret_i64", "i64")],
}
PARTS = {
    "i32": ["(i32.extend8_s {})", "(i32.extend16_s {})", "(i32.and {} (i32.const 0))", "(i32.mul (i32.const 0) {})",
            "(i32.or {} (i32.const -1))", "(i32.rem_u {} (i32.const 1))", "(i32.rem_s {} (i32.const 1))",
            "(i32.shl (i32.const 0) {})", "(i32.shr_s (i32.const -1) {})", "(i32.shr_u (i32.const 0) {})",
            "(i32.and {} (i32.const 255))", "(i32.sub {} (i32.const 0))", "(i32.div_u {} (i32.const 1))",
            "(i32.rotl {} (i32.const 32))", "(i32.lt_u {} (i32.const 0))", "(i32.wrap_i64 (i64.extend_i32_s {}))",
            "(select {} (i32.const 1) (local.get 0))", "(i32.eqz (i32.eqz {}))", "(i32.add {} (i32.const 0))"],
    "i64": ["(i64.extend8_s {})", "(i64.extend16_s {})", "(i64.extend32_s {})", "(i64.and {} (i64.const 0))",
            "(i64.mul {} (i64.const 0))", "(i64.or (i64.const -1) {})", "(i64.or {} (i64.const 4294967295))",
            "(i64.rem_s {} (i64.const 1))", "(i64.shl (i64.const 3) {})", "(i64.shr_s (i64.const -1) {})",
            "(i64.extend_i32_u (i32.wrap_i64 {}))", "(i64.extend_i32_s (i32.wrap_i64 {}))",
            "(i64.extend_i32_u (i64.eqz {}))", "(i64.rotr (i64.const 3) {})", "(i64.div_s {} (i64.const 1))",
            "(i64.extend_i32_s (i32.shl (i32.const 9) (i32.wrap_i64 {})))",
            "(i64.extend_i32_u (i64.ge_u {} (i64.const 0)))"],
}
IMPORTS = """
  (import "fuzzing-support" "log-i32" (func $log_i32 (param i32)))
  (import "fuzzing-support" "log-i64" (func $log_i64 (param i64)))
  (import "fuzzing-support" "log-f32" (func $log_f32 (param f32)))
  (import "fuzzing-support" "log-f64" (func $log_f64 (param f64)))
  (import "fuzzing-support" "two" (func $two (param i32 i64) (result i64 i32)))
  (import "fuzzing-support" "next" (func $next (result i32)))
  (import "fuzzing-support" "counter" (global $counter (mut i32)))"""


class Body:
    """One function's instructions, in stack form."""

    def __init__(self, choice, parameters):
        self.choice = choice
        self.out = []
        self.locals = {kind: [f"$p{i}" for i, t in enumerate(parameters) if t == kind] for kind in TYPES}
        self.extra = []
        self.budget = 300
        self.loops = 0
        for kind in TYPES:
            for number in range(2):
                self.locals[kind].append(f"$v_{kind}_{number}")
                self.extra.append(f"(local $v_{kind}_{number} {kind})")
            self.extra.append(f"(local $n_{kind} {kind})")

    def emit(self, *words):
        self.out.append(" ".join(str(word) for word in words))

    def chance(self, probability):
        return self.choice.random() < probability

    # An integer's or float's tree.

    def value(self, kind, depth):
        self.budget -= 1
        if depth <= 0 or self.budget <= 0 or self.chance(0.1):
            self.leaf(kind)
            return
        makers = [self.operator] * 6 + [self.conversion] * 2 + [self.load, self.select, self.tee, self.block, self.iff,
                                                               self.call, self.unary, self.loop, self.several]
        self.choice.choice(makers)(kind, depth - 1)

    def leaf(self, kind):
        roll = self.choice.random()
        if roll < 0.45:
            self.constant(kind)
        elif roll < 0.9:
            self.emit("local.get", self.choice.choice(self.locals[kind]))
        else:
            self.emit("global.get", "$g_" + kind)

    def constant(self, kind):
        value = self.choice.choice(EDGES[kind])
        if kind in ("i32", "i64") and self.chance(0.1):
            value = self.choice.getrandbits(32 if kind == "i32" else 64)
        self.emit(kind + ".const", value)

    def canonical(self, kind):
        """NaNs' bits are nobody's business: 0 instead."""
        self.emit("local.tee", "$n_" + kind)
        self.emit(kind + ".const 0")
        self.emit("local.get", "$n_" + kind)
        self.emit("local.get", "$n_" + kind)
        self.emit(kind + ".eq")
        self.emit("select")

    def operator(self, kind, depth):
        if kind == "i32" and self.chance(0.4):
            of = self.choice.choice(TYPES)
            names = COMPARE if of in ("i32", "i64") else FLOAT_COMPARE
        else:
            of, names = kind, INTEGER if kind in ("i32", "i64") else FLOAT
        self.value(of, depth)
        if self.chance(0.25):
            self.statement(depth - 1)
        self.value(of, depth - self.choice.randrange(2))
        if names is FLOAT and self.chance(0.15):
            self.canonical(kind)
            self.emit(kind + ".copysign")
        else:
            self.emit(f"{of}.{self.choice.choice(names)}")

    def unary(self, kind, depth):
        self.value(kind, depth)
        if kind in ("f32", "f64"):
            self.emit(f"{kind}.{self.choice.choice('abs neg ceil floor trunc nearest sqrt'.split())}")
        else:
            names = "clz ctz popcnt extend8_s extend16_s".split() + (["extend32_s"] if kind == "i64" else [])
            self.emit(f"{kind}.{self.choice.choice(names)}")
            if self.chance(0.2):
                self.emit(kind + ".eqz")
                if kind == "i64":
                    self.emit("i64.extend_i32_u")

    def conversion(self, kind, depth):
        name, source = self.choice.choice(CONVERSIONS[kind])
        self.value(source, depth)
        if name.startswith("reinterpret_f"):
            self.canonical(source)
        self.emit(f"{kind}.{name}")

    def address(self, depth):
        if self.chance(0.25):
            self.emit("i32.const", self.choice.choice([0, 1, 8, 65528, 65532, 65535, 65536, -1, -4, -8, 131071]))
            return self.choice.choice(["", "", "offset=0", "offset=4", "offset=65535", "offset=4294967295"])
        self.value("i32", depth)
        if self.chance(0.97):
            self.emit("i32.const 65535")
            self.emit("i32.and")
            return self.choice.choice(["", "", "offset=0", "offset=8", "offset=1"])
        return self.choice.choice(["offset=4294967295", "offset=2147483648", "offset=2147483647", ""])

    def load(self, kind, depth):
        offset = self.address(depth)
        self.emit(f"{kind}.{self.choice.choice(LOADS[kind])}", offset)

    def condition(self, depth):
        self.value("i32", depth)
        for _ in range(self.choice.choice([0, 0, 1, 2])):
            self.emit("i32.eqz")

    def select(self, kind, depth):
        self.value(kind, depth)
        self.value(kind, depth)
        self.condition(depth)
        self.emit("select")

    def tee(self, kind, depth):
        self.value(kind, depth)
        self.emit("local.tee", self.choice.choice(self.locals[kind]))

    def block(self, kind, depth):
        self.emit(f"(block $b{len(self.out)} (result {kind})")
        self.value(kind, depth)
        if self.chance(0.6):
            self.condition(depth - 1)
            self.emit("br_if 0")
            self.emit("drop")
            self.value(kind, depth - 1)
        elif self.chance(0.3):
            self.value("i32", depth - 1)
            self.emit("br_table", *[0] * self.choice.randrange(1, 14))
            self.emit(")")
            return
        self.emit(")")

    def iff(self, kind, depth):
        """With what is below as a parameter, sometimes."""
        if self.chance(0.3):
            self.value("i64", depth - 1)
            self.condition(depth)
            self.emit(f"(if (param i64) (result {kind}) (then")
            self.consume("i64", depth)
            self.value(kind, depth)
            self.emit(") (else")
            self.consume("i64", depth)
            self.value(kind, depth)
            self.emit("))")
            return
        self.condition(depth)
        self.emit(f"(if (result {kind}) (then")
        self.value(kind, depth)
        self.emit(") (else")
        if self.chance(0.1):
            self.emit("unreachable")
        self.value(kind, depth)
        self.emit("))")

    def consume(self, kind, depth):
        roll = self.choice.random()
        if roll < 0.3:
            self.emit("drop")
        elif roll < 0.6:
            self.emit("local.set", self.choice.choice(self.locals[kind]))
        else:
            self.value(kind, depth - 1)
            self.emit(kind + ".add")
            self.emit("global.set", "$g_" + kind)

    def loop(self, kind, depth):
        """A loop of a few rounds that carries one or two values in a circle."""
        self.loops += 1
        counter = f"$c{self.loops}"
        self.extra.append(f"(local {counter} i32)")
        self.emit("i32.const 0")
        self.emit("local.set", counter)
        other = self.choice.choice(TYPES) if self.chance(0.5) else None
        self.value(kind, depth - 1)
        if other:
            self.value(other, depth - 1)
        kinds = " ".join([kind] + ([other] if other else []))
        self.emit(f"(loop (param {kinds}) (result {kinds})")
        if other == kind and self.chance(0.5):
            self.emit("local.set", f"$n_{kind}")
            self.emit("local.set", self.locals[kind][-1])
            self.emit("local.get", f"$n_{kind}")
            self.emit("local.get", self.locals[kind][-1])
        else:
            if self.chance(0.4):
                self.statement(depth - 1)
            self.emit("local.tee" if self.chance(0.5) else "nop ;;",
                      self.choice.choice(self.locals[other or kind]))
            if kind in ("i32", "i64") and not other:
                self.value(kind, depth - 1)
                self.emit(f"{kind}.{self.choice.choice(INTEGER[:11])}")
        self.emit("local.get", counter)
        self.emit("i32.const 1")
        self.emit("i32.add")
        self.emit("local.tee", counter)
        self.emit("i32.const", self.choice.randrange(4))
        self.emit("i32.lt_u")
        self.emit("br_if 0")
        self.emit(")")
        if other:
            self.consume(other, 0) if other in ("i32", "i64") else self.emit("drop")

    def several(self, kind, depth):
        """Two values out of a block that is left in two ways; swapped in between."""
        self.emit(f"(block (result {kind} i32)")
        self.value(kind, depth)
        self.value("i32", depth - 1)
        self.condition(depth - 1)
        self.emit("br_if 0")
        if self.chance(0.5):
            self.emit("drop drop")
            self.value(kind, depth - 1)
            self.value("i32", depth - 1)
        self.emit(")")
        self.consume("i32", depth)

    def call(self, kind, depth):
        roll = self.choice.random()
        if roll < 0.35:
            self.value(kind, depth)
            self.value("i32", depth)
            self.emit("call", "$helper_" + kind)
        elif roll < 0.6:
            self.value(kind, depth)
            self.value("i32", depth)
            self.value("i32", depth)
            if self.chance(0.9):
                self.emit("i32.const 3")
                self.emit("i32.and")
            self.emit(f"call_indirect (type $of_{kind})")
        elif kind == "i32" and roll < 0.8:
            self.emit("call $next")
        elif kind in ("i32", "i64"):
            self.value("i32", depth)
            self.value("i64", depth)
            self.emit("call $two")
            self.emit("drop" if kind == "i64" else f"local.set {self.choice.choice(self.locals['i32'])}")
            if kind == "i32":
                self.emit("i32.wrap_i64")
        else:
            self.emit("call $next")
            self.emit(f"{kind}.convert_i32_s")

    # What has effects.

    def statement(self, depth):
        self.budget -= 1
        if self.budget <= 0:
            return
        kind = self.choice.choice(TYPES)
        roll = self.choice.random()
        if roll < 0.3:
            self.value(kind, depth)
            self.emit("local.set", self.choice.choice(self.locals[kind]))
        elif roll < 0.45:
            self.value(kind, depth)
            self.emit("global.set", "$g_" + kind)
        elif roll < 0.65:
            offset = self.address(depth)
            if self.chance(0.2):
                self.statement(depth - 1)
            self.value(kind, depth)
            if kind in ("f32", "f64"):
                self.canonical(kind)
            self.emit(f"{kind}.{self.choice.choice(STORES[kind])}", offset)
        elif roll < 0.75:
            self.value(kind, depth)
            self.emit("call", "$log_" + kind)
        elif roll < 0.85:
            self.condition(depth)
            self.emit("(if (then")
            self.statement(depth - 1)
            self.emit("))")
        elif roll < 0.9:
            self.emit("(block")
            self.condition(depth)
            self.emit("br_if 0")
            self.statement(depth - 1)
            self.statement(depth - 1)
            self.emit(")")
        elif roll < 0.95:
            self.value(kind, depth)
            self.emit("drop")
        elif roll < 0.97:
            self.emit("i32.const", self.choice.choice([0, 1, 1, 40000]))
            self.emit("memory.grow")
            self.emit("call $log_i32")
        else:
            self.emit("i32.const", self.choice.choice([0, 100, 65530]))
            self.value("i32", depth)
            self.emit("i32.const", self.choice.choice([0, 1, 7, 30]))
            self.emit("memory.fill")

    def text(self):
        return "\n    ".join(self.extra + self.out)


def expressions(choice, number):
    parameters = [choice.choice(TYPES) for _ in range(choice.randrange(6))]
    results = [choice.choice(TYPES) for _ in range(choice.choice([1, 1, 1, 2, 3]))]
    body = Body(choice, parameters)
    for _ in range(choice.randrange(3)):
        body.statement(4)
    for position, kind in enumerate(results):
        body.budget = 200
        body.value(kind, 6)
        if position == 0 and choice.random() < 0.2:
            body.condition(3)
            body.emit("(if (then")
            for other in results:
                body.value(other, 2)
            body.emit("return ))")
    signature = "".join(f" (param $p{i} {kind})" for i, kind in enumerate(parameters))
    return f'(func (export "e{number}"){signature} (result {" ".join(results)})\n    {body.text()})'


def accesses(choice, number):
    """One access, at an edge, by a constant and by a parameter."""
    kind = choice.choice(TYPES)
    isLoad = choice.random() < 0.5
    name = choice.choice((LOADS if isLoad else STORES)[kind])
    digits = "".join(c for c in name if c.isdigit())
    width = int(digits) // 8 if digits else int(kind[1:]) // 8
    size = choice.choice([65536, 65536, 131072])
    edge = choice.choice([size - width, size - width + 1, size - 1, size, 0xFFFFFFFF, 0xFFFFFFFF - width + 1, 0, 1])
    offset = choice.choice([0, 1, width, 65535, 65536 - width, 65536, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, edge])
    address = choice.choice([edge, (edge - offset) & 0xFFFFFFFF])
    how = choice.choice([f"(i32.const {address})", "(local.get 0)", f"(i32.add (local.get 0) (i32.const {address}))",
                         f"(i32.wrap_i64 (i64.extend_i32_u (i32.const {address})))",
                         f"(i32.sub (i32.const {address}) (local.get 0))", "(i32.sub (local.get 0) (i32.const 1))",
                         f"(i32.xor (local.get 0) (i32.const {address}))", "(i32.shr_s (local.get 0) (i32.const 1))",
                         "(i32.extend16_s (local.get 0))", "(i32.wrap_i64 (i64.load offset=64 (i32.const 0)))",
                         "(i32.load8_s (local.get 0))", "(i32.eqz (local.get 0))"])
    if isLoad:
        code = f"({kind}.{name} offset={offset} {how})"
        if kind in PARTS and choice.random() < 0.6:
            # What is made of the value must not make the access smaller, or nothing.
            code = choice.choice(PARTS[kind]).format(code)
        if kind in ("f32", "f64"):
            code = f"({kind}.abs {code})"
        return f'(func (export "a{number}") (param i32) (result {kind}) {code})'
    value = choice.choice(EDGES[kind])
    if kind in PARTS and choice.random() < 0.5:
        # The low half of the page may hold the value.
        other = choice.choice([65536 - width, 65537 - width, 65535, 65528, 0])
        return (f'(func (export "a{number}") (param i32) ({kind}.{name} (i32.const 8) '
                f'({kind}.load (i32.const {other}))))')
    return f'(func (export "a{number}") (param i32) ({kind}.{name} offset={offset} {how} ({kind}.const {value})))'


def table(choice, number):
    """A br_table into nested blocks, with or without values."""
    depth = choice.choice([1, 2, 3, 8, 9, 10, 11, 40])
    count = choice.choice([1, 2, 3, 8, 9, 10, 11, 100, 300])
    kinds = [choice.choice(TYPES) for _ in range(choice.choice([0, 0, 1, 2, 3]))]
    result = f" (result {' '.join(kinds)})" if kinds else ""
    body = Body(choice, ["i32"])
    for level in range(depth):
        body.emit(f"(block{result}")
    for kind in kinds:
        body.value(kind, 2)
    selector = choice.choice(["local", "tree", "tee"])
    if selector == "tree":
        body.value("i32", 3)
    else:
        body.emit("local.get $p0")
        if selector == "tee":
            body.emit("local.tee $v_i32_0")
    labels = [choice.randrange(depth + (0 if kinds else 1)) for _ in range(count)]
    if kinds == ["i32"]:
        labels = [choice.randrange(depth + 1) for _ in range(count)]
    body.emit("br_table", *labels)
    for level in range(depth):
        body.emit(")")
        for kind in reversed(kinds):
            body.emit("drop")
        body.emit(f"i32.const {level}", "call $log_i32")
        if level + 1 < depth:
            for kind in kinds:
                body.value(kind, 1)
    # The outermost label may be the function's own, which has one i32.
    end = "i32.const 77" if kinds == ["i32"] else ""
    result = " (result i32)" if kinds == ["i32"] else ""
    return f'(func (export "t{number}") (param $p0 i32){result}\n    {body.text()} {end})'


def wide(choice, number):
    """Many parameters and results; direct, indirect and through another instance's copy."""
    parameters = [choice.choice(TYPES) for _ in range(choice.choice([5, 7, 20, 99, 100, 101, 102, 200]))]
    results = [choice.choice(TYPES) for _ in range(choice.choice([0, 1, 2, 3, 30, 100]))]
    body = Body(choice, parameters)
    body.budget = 100
    for kind in results:
        if choice.random() < 0.7:
            candidates = [i for i, other in enumerate(parameters) if other == kind]
            if candidates:
                body.emit(f"local.get $p{choice.choice(candidates)}")
                continue
        body.value(kind, 2)
    named = "".join(f" (param $p{i} {kind})" for i, kind in enumerate(parameters))
    plain = f"(param {' '.join(parameters)})" + (f" (result {' '.join(results)})" if results else "")
    text = [f"(type $w{number} (func {plain}))",
            f"(func $w{number} (export \"wide{number}\") {named}" + (f" (result {' '.join(results)})" if results else "") + f"\n {body.text()})"]
    text += [call_wide(choice, number, parameters, results, how) for how in ("direct", "indirect")]
    caller = [f'(import "m" "wide{number}" (func $w{number} {plain}))',
              call_wide(choice, number, parameters, results, "direct")]
    return "\n  ".join(text), caller


def call_wide(choice, number, parameters, results, how):
    caller = Body(choice, ["i32"])
    caller.budget = 250
    for kind in parameters:
        caller.value(kind, choice.choice([0, 0, 0, 2]))
        if choice.random() < 0.03:
            caller.statement(2)
    if how == "indirect":
        caller.emit(f"i32.const {4 + number}")
    caller.emit(f"call $w{number}" if how == "direct" else f"call_indirect (type $w{number})")
    for kind in reversed(results):
        caller.emit("call", "$log_" + kind)
    return f'(func (export "w{how}{number}") (param $p0 i32)\n    {caller.text()})'


def helpers(choice):
    text = []
    for kind in TYPES:
        text.append(f"(type $of_{kind} (func (param {kind} i32) (result {kind})))")
        text.append(f"(global $g_{kind} (export \"g_{kind}\") (mut {kind}) ({kind}.const {choice.choice(EDGES[kind])}))")
        body = Body(choice, [kind, "i32"])
        body.budget = 40
        body.call = lambda kind, depth, body=body: body.leaf(kind)
        body.statement(2)
        body.value(kind, 4)
        text.append(f"(func $helper_{kind} (type $of_{kind}) (param $p0 {kind}) (param $p1 i32) (result {kind})\n"
                    f"    {body.text()})")
    return text


def module(seed):
    """The text of a module, and of one that imports from it, if there is one."""
    choice = random.Random(seed)
    count = choice.randrange(1, 6)
    wides = range(choice.choice([0, 0, 1, 2]))
    parts = [IMPORTS, *surroundings(choice, len(wides))]
    parts += [expressions(choice, number) for number in range(count)]
    parts += [accesses(choice, number) for number in range(choice.choice([0, 0, 30]))]
    parts += [table(choice, number) for number in range(choice.choice([0, 2]))]
    imports, callers = [], []
    for number in wides:
        text, (imported, caller) = wide(choice, number)
        parts += [text, f"(elem (i32.const {4 + number}) $w{number})"]
        imports.append(imported)
        callers.append(caller)
    importer = [IMPORTS, *imports, *surroundings(choice, 0), *callers]
    return [wrap(parts)] + ([wrap(importer)] if callers else [])


def surroundings(choice, wides):
    """A memory, a table, globals, and functions that others call."""
    return ["(memory (export \"memory\") 1 3)", f"(table (export \"table\") {5 + wides} funcref)",
            "(data (i32.const 0) \"" + "".join(f"\\{choice.getrandbits(8):02x}" for _ in range(300)) + "\")",
            "(data (i32.const 65516) \"" + "".join(f"\\{choice.getrandbits(8):02x}" for _ in range(20)) + "\")",
            *helpers(choice), "(elem (i32.const 0) $helper_i32 $helper_i64 $helper_f32 $helper_f64)"]


def wrap(parts):
    return "(module\n  " + "\n  ".join(parts) + ")"

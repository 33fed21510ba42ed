"""Modules full of vector instructions, with numbers for parameters and results.

Every operation occurs by itself, on halves that the caller chooses; and in expressions with locals, memory, globals,
calls and control, which is what a translator can get wrong. Bits of NaNs differ between engines, so the results of
floats are made canonical where they arise.
"""

import random

SHAPES = {"i8x16": 16, "i16x8": 8, "i32x4": 4, "i64x2": 2, "f32x4": 4, "f64x2": 2}
SCALAR = {"i8x16": "i32", "i16x8": "i32", "i32x4": "i32", "i64x2": "i64", "f32x4": "f32", "f64x2": "f64"}
COMPARE = "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u".split()
LOADS = [("v128.load", 4), *((f"v128.load{n}_splat", k) for k, n in enumerate((8, 16, 32, 64))), ("v128.load32_zero", 2),
         ("v128.load64_zero", 3), *((f"v128.load{form}_{sign}", 3) for form in ("8x8", "16x4", "32x2") for sign in "su")]


def halves(name, form="extend"):
    return [f"{form}_{half}_{name}_{sign}" for half in ("low", "high") for sign in "su"]


def operations():
    """Names with their operands: v for a vector, i for a number."""
    found = [("v128." + name, "vv") for name in ("and", "andnot", "or", "xor")]
    found += [("v128.not", "v"), ("v128.bitselect", "vvv"), ("i8x16.swizzle", "vv"), ("i8x16.popcnt", "v")]
    for shape in list(SHAPES)[:4]:
        names = ["add", "sub", "eq", "ne", "lt_s", "gt_s", "le_s", "ge_s"] + ([] if shape == "i8x16" else ["mul"])
        if shape != "i64x2":
            names += [*COMPARE[2:], "min_s", "min_u", "max_s", "max_u"]
        if shape in ("i8x16", "i16x8"):
            names += ["add_sat_s", "add_sat_u", "sub_sat_s", "sub_sat_u", "avgr_u"]
        found += [(f"{shape}.{name}", "vv") for name in names]
        found += [(f"{shape}.{name}", "v") for name in ("abs", "neg")]
        found += [(f"{shape}.{name}", "vi") for name in ("shl", "shr_s", "shr_u")]
    for shape, half in (("i16x8", "i8x16"), ("i32x4", "i16x8"), ("i64x2", "i32x4")):
        found += [(f"{shape}.{name}", "v") for name in halves(half)]
        found += [(f"{shape}.{name}", "vv") for name in halves(half, "extmul")]
    found += [(f"i16x8.extadd_pairwise_i8x16_{sign}", "v") for sign in "su"]
    found += [(f"i32x4.extadd_pairwise_i16x8_{sign}", "v") for sign in "su"]
    found += [(f"{name}_{sign}", "vv") for name in ("i8x16.narrow_i16x8", "i16x8.narrow_i32x4") for sign in "su"]
    found += [("i32x4.dot_i16x8_s", "vv"), ("i16x8.q15mulr_sat_s", "vv")]
    for shape in ("f32x4", "f64x2"):
        found += [(f"{shape}.{name}", "vv") for name in "add sub mul div min max pmin pmax eq ne lt gt le ge".split()]
        found += [(f"{shape}.{name}", "v") for name in "abs neg sqrt ceil floor trunc nearest".split()]
    found += [(f"i32x4.trunc_sat_{name}", "v") for name in ("f32x4_s", "f32x4_u", "f64x2_s_zero", "f64x2_u_zero")]
    found += [(f"f32x4.convert_i32x4_{sign}", "v") for sign in "su"]
    found += [(f"f64x2.convert_low_i32x4_{sign}", "v") for sign in "su"]
    return found + [("f32x4.demote_f64x2_zero", "v"), ("f64x2.promote_low_f32x4", "v")]


OPERATIONS = sorted(set(operations()))
TESTS = ["v128.any_true", *(f"{shape}.{test}" for shape in list(SHAPES)[:4] for test in ("all_true", "bitmask"))]
LANES = [0, 1, -1, 127, 128, 255, 32767, 32768, 65535, 0x7FFFFFFF, 0x80000000, 0x3F800000, 0xBFC00000, 0x7FC00000,
         0x7F800000, 0xFF800000, 0x4F000000, 0xCF000000, 0x4F800000, 0x3FF8000000000000, 0xC1E0000000200000,
         0x41EFFFFFFFF00000, 0x7FF8000000000000, 0x7FF0000000000000, 0x8000000000000000, 0x7FFFFFFFFFFFFFFF]


class Body:
    """Expressions of a function: parameters 0 to 5 are i64, 6 is i32; then vectors from local 7 on."""

    vectors = range(7, 12)

    def __init__(self, choice):
        self.choice = choice

    def constant(self):
        pick = self.choice.choice
        shape = pick(["i8x16", "i32x4", "i64x2"])
        mask = {"i8x16": 0xFF, "i32x4": 0xFFFFFFFF, "i64x2": (1 << 64) - 1}[shape]
        return f"(v128.const {shape} " + " ".join(str(pick(LANES) & mask) for _ in range(SHAPES[shape])) + ")"

    def pair(self, first):
        return f"(i64x2.replace_lane 1 (i64x2.splat (local.get {first})) (local.get {first + 1}))"

    def address(self, depth):
        return f"(i32.and {self.number(depth)} (i32.const 0x1ff))" if self.choice.random() < 0.9 else self.number(depth)

    def vector(self, depth):
        pick, leaf = self.choice.choice, depth <= 0
        kind = pick(["local", "constant", "pair"]) if leaf else pick(
            ["operation"] * 8 + ["local", "tee", "load", "lane", "splat", "shuffle", "select", "call", "global", "block",
                                 "if", "load lane"])
        below = lambda: self.vector(depth - 1)
        if kind == "local":
            return f"(local.get {pick(self.vectors)})"
        if kind == "constant":
            return self.constant()
        if kind == "pair":
            return self.pair(pick([0, 2, 4]))
        if kind == "operation":
            return self.operation(*pick(OPERATIONS), depth)
        if kind == "tee":
            return f"(local.tee {pick(self.vectors)} {below()})"
        if kind == "load":
            name, _ = pick(LOADS)
            return f"({name} offset={pick([0, 0, 3, 64])} {self.address(depth - 1)})"
        if kind == "load lane":
            width = pick([8, 16, 32, 64])
            lane = self.choice.randrange(128 // width)
            return f"(v128.load{width}_lane offset=5 {lane} {self.address(depth - 1)} {below()})"
        shape = pick(list(SHAPES)[:4])
        scalar = self.number(depth - 1)
        if shape == "i64x2":
            scalar = f"(i64.extend_i32_s {scalar})"
        if kind == "lane":
            return f"({shape}.replace_lane {self.choice.randrange(SHAPES[shape])} {below()} {scalar})"
        if kind == "splat":
            return f"({shape}.splat {scalar})"
        if kind == "shuffle":
            lanes = " ".join(str(self.choice.randrange(32)) for _ in range(16))
            return f"(i8x16.shuffle {lanes} {below()} {below()})"
        if kind == "select":
            return f"(select {below()} {below()} {self.number(depth - 1)})"
        if kind == "call":
            return f"(call $helper {below()} {self.number(depth - 1)} {below()})"
        if kind == "global":
            return f"(block (result v128) (global.get $g) (global.set $g {below()}))"
        if kind == "if":
            return f"(if (result v128) {self.number(depth - 1)} (then {below()}) (else {below()}))"
        return f"(block (result v128) (br_if 0 {below()} {self.number(depth - 1)}) (drop) {below()})"

    def operation(self, name, operands, depth):
        parts = [self.vector(depth - 1) if each == "v" else self.number(depth - 1) for each in operands]
        return canonical(name, f"({name} {' '.join(parts)})")

    def number(self, depth):
        pick = self.choice.choice
        if depth <= 0:
            return pick(["(local.get 6)", f"(i32.const {pick([0, 1, 7, 31, 64, 255, -1])})",
                         f"(i32.wrap_i64 (local.get {pick(range(6))}))"])
        shape = pick(["i8x16", "i16x8", "i32x4"])
        sign = "" if shape == "i32x4" else pick(["_s", "_u"])
        lane = f"({shape}.extract_lane{sign} {self.choice.randrange(SHAPES[shape])} {self.vector(depth - 1)})"
        test = f"({pick(TESTS)} {self.vector(depth - 1)})"
        load = f"(i32.load16_u {self.address(depth - 1)})"
        both = f"(i32.add {self.number(depth - 1)} {self.number(depth - 1)})"
        return pick([lane, lane, test, load, both])

    def statement(self, depth):
        pick = self.choice.choice
        width = pick([8, 16, 32, 64])
        return pick([
            f"(local.set {pick(self.vectors)} {self.vector(depth)})",
            f"(local.set {pick(self.vectors)} {self.vector(depth)})",
            f"(v128.store offset={pick([0, 9])} {self.address(2)} {self.vector(depth)})",
            f"(v128.store{width}_lane {self.choice.randrange(128 // width)} {self.address(2)} {self.vector(depth)})",
            f"(if {self.number(2)} (then (local.set {pick(self.vectors)} {self.vector(depth)})))",
            f"(drop {self.vector(depth)})",
        ])


def canonical(name, text):
    """Without the bits that engines choose: a lane that is a NaN becomes one and the same."""
    for shape in ("f32x4", "f64x2"):
        if name.startswith(shape) and name.rsplit(".")[1] not in "eq ne lt gt le ge abs neg".split():
            return f"(call ${shape} {text})"
    return text


def module(seed):
    """The text of a module."""
    choice = random.Random(seed)
    parameters = "(param i64 i64 i64 i64 i64 i64 i32)"
    parts = ['(memory (export "memory") 1)',
             '(data (i32.const 0) "' + "".join(f"\\{choice.getrandbits(8):02x}" for _ in range(600)) + '")',
             "(global $g (mut v128) (v128.const i64x2 5 -6))", '(global (export "seen") (mut i64) (i64.const 0))',
             "(func $helper (param v128 i32 v128) (result v128)"
             " (i32x4.add (i32x4.shl (local.get 0) (local.get 1)) (local.get 2)))"]
    for shape in ("f32x4", "f64x2"):
        parts.append(f"(func ${shape} (param v128) (result v128) (v128.bitselect (local.get 0)"
                     f" (v128.const i32x4 0x7fc00000 0x7ff80000 0x7fc00000 0x7ff80000)"
                     f" ({shape}.eq (local.get 0) (local.get 0))))")
    for number, (name, operands) in enumerate(choice.sample(OPERATIONS, 12)):
        body = Body(choice)
        given = [body.pair(2 * at) if each == "v" else "(local.get 6)" for at, each in enumerate(operands)]
        parts.append(f'(func (export "one{number}") {parameters} (result i64 i64) (local v128)'
                     f" (local.set 7 {canonical(name, '(' + name + ' ' + ' '.join(given) + ')')})"
                     " (i64x2.extract_lane 0 (local.get 7)) (i64x2.extract_lane 1 (local.get 7)))")
    for number in range(choice.randrange(1, 5)):
        body = Body(choice)
        statements = [body.statement(choice.randrange(1, 5)) for _ in range(choice.randrange(2, 7))]
        total = f"(local.get {body.vectors[0]})"
        for local in body.vectors[1:]:
            total = f"(v128.xor (i64x2.add {total} {total}) (local.get {local}))" if local % 2 else (
                f"(i64x2.add {total} (local.get {local}))")
        parts.append(f'(func (export "many{number}") {parameters} (result i64 i64) (local v128 v128 v128 v128 v128)'
                     f" (local.set 7 {body.pair(0)}) (local.set 8 {body.pair(2)}) (local.set 9 {body.pair(4)}) "
                     + " ".join(statements) + f" (local.set 7 {total})"
                     " (i64x2.extract_lane 0 (local.get 7)) (i64x2.extract_lane 1 (local.get 7)))")
    return ["(module\n  " + "\n  ".join(parts) + ")"]

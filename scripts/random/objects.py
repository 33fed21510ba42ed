"""Modules about objects: structures, arrays, casts, references that are null or integers, and their order of effects.

Operands have statements between them that change what they read, functions that allocate so much that collections
happen are called from everywhere, and most of what may trap traps now and then.
"""

import random

from object_types import ARRAYS, EDGES, FIELDS, IMMUTABLE, NUMBERS, REFERENCES, SUPPORT, TYPES, storage


class Body:
    """One function's instructions, in stack form."""

    def __init__(self, choice):
        self.choice, self.out, self.budget, self.labels = choice, [], 250, 0
        self.locals, self.extra = {"i32": ["$p0"], "i64": ["$p1"], "f64": ["$p2"]}, []
        for kind in [*NUMBERS, "v128", *REFERENCES]:
            for number in range(2):
                self.locals.setdefault(kind, []).append(f"$v_{kind}_{number}")
                self.extra.append(f"(local $v_{kind}_{number} {storage(kind)})")

    def emit(self, *words):
        self.out.append(" ".join(str(word) for word in words))

    def chance(self, probability):
        return self.choice.random() < probability

    def pick(self, *makers):
        return self.choice.choice(makers)

    def value(self, kind, depth):
        kind = "i32" if kind in ("i8", "i16") else kind
        self.budget -= 1
        if depth <= 0 or self.budget <= 0 or self.chance(0.12):
            self.leaf(kind)
        elif self.chance(0.1):
            self.value(kind, depth - 1)
            self.emit("local.tee", self.choice.choice(self.locals[kind]))
        elif self.chance(0.06):
            self.value(kind, depth - 1)
            self.value(kind, depth - 1)
            self.value("i32", depth - 1)
            self.emit(f"select (result {storage(kind)})")
        elif self.chance(0.15):
            self.read(kind, depth - 1)
        elif kind in NUMBERS or kind == "v128":
            self.number(kind, depth - 1)
        else:
            self.reference(kind, depth - 1)
        if self.chance(0.08):
            self.statement(depth - 1)

    def leaf(self, kind):
        if kind in REFERENCES and self.chance(0.35):
            self.make(kind, 0)
        elif self.chance(0.7):
            self.emit("local.get", self.choice.choice(self.locals[kind]))
        elif kind == "v128":
            self.emit("v128.const i64x2", self.choice.choice(EDGES), self.choice.choice(EDGES))
        elif kind in NUMBERS:
            self.emit(kind + ".const", self.choice.choice(EDGES))
        elif kind in ("s0", "any", "ints") and self.chance(0.7):
            self.emit("global.get", {"s0": "$gs", "any": "$ga", "ints": "$gi"}[kind])
        else:
            self.emit("ref.null", "none" if self.chance(0.2) else kind if kind == "any" else "$" + kind)

    def number(self, kind, depth):
        if kind == "v128":
            self.value("i64", depth)
            self.emit("i64x2.splat")
        elif kind in ("f32", "f64"):
            self.value("i32", depth)
            self.emit(kind + ".convert_i32_s")
        elif kind == "i64":
            self.pick(self.operator, self.widened, self.summed)(kind, depth)
        else:
            self.pick(self.operator, self.operator, self.tested, self.tested, self.length, self.tagged, self.called,
                      self.equal, self.branched, self.branched)(kind, depth)

    def operator(self, kind, depth):
        self.value(kind, depth)
        if self.chance(0.3):
            self.statement(depth - 1)
        self.value(kind, depth)
        self.emit(f"{kind}.{self.choice.choice('add add sub mul xor and or shl shr_s div_s rem_u'.split())}")

    def widened(self, _, depth):
        self.value("i32", depth)
        self.emit("i64.extend_i32_s")

    def summed(self, _, depth):
        self.value("s0", depth)
        self.emit("call $sum")

    def target(self, source):
        """A type to test a reference for."""
        if source in ("s0", "s1", "s2"):
            heap = self.choice.choice(["$s0", "$s1", "$s2", "struct", "none", "eq", "any"])
        elif source == "any":
            heap = self.choice.choice(["$s0", "$s1", "$s2", "$end", "$ints", "$bytes", "struct", "array", "i31", "eq",
                                       "any", "none"])
        else:
            heap = self.choice.choice(["$" + source, "any", "none", "eq"])
        return f"(ref {'null ' if self.chance(0.5) else ''}{heap})"

    def tested(self, _, depth):
        source = self.choice.choice(["s0", "s1", "any", "any", "any", "end", "bytes"])
        self.value(source, depth)
        if self.chance(0.3):
            self.emit("ref.is_null")
        else:
            self.emit("ref.test", self.target(source))

    def length(self, _, depth):
        self.value(self.choice.choice(list(ARRAYS)), depth)
        self.emit("array.len")

    def tagged(self, _, depth):
        self.value("any", depth)
        if self.chance(0.8):
            self.value("i32", depth)
            self.emit("ref.i31")
            self.value("any", depth - 1)
            self.emit("ref.test (ref i31)")
            self.emit("select (result anyref)")
        self.emit("ref.cast i31ref")
        self.emit(self.choice.choice(["i31.get_s", "i31.get_u"]))

    def called(self, _, depth):
        if self.chance(0.4):
            self.emit("call $waste")
            return
        self.value("i32", depth)
        self.value("s0", depth)
        roll = self.choice.random()
        if roll < 0.4:
            self.emit("call", self.choice.choice(["$one", "$two"]))
            return
        self.emit("ref.func", self.choice.choice(["$one", "$two"]))
        if roll < 0.8:
            self.emit("ref.null $fn")
            self.value("i32", depth - 1)
            self.emit("i32.const 7 i32.and")
            self.emit("select (result (ref null $fn))")
        self.emit("call_ref $fn")

    def equal(self, _, depth):
        kinds = ["s0", "s1", "end", "ints"]
        for _ in range(2):
            self.value(self.choice.choice(kinds), depth)
        self.emit("ref.eq")

    def branched(self, _, depth):
        """A block that is left with or without a reference."""
        source = self.choice.choice(["s0", "any", "any", "s1"])
        how = self.choice.choice(["br_on_null", "br_on_non_null", "br_on_cast", "br_on_cast_fail"])
        self.labels += 1
        label = f"$b{self.labels}"
        carries = self.chance(0.4)
        carried = "i32 " if carries else ""
        nullable = storage(source)
        if how == "br_on_null":
            self.emit(f"(block {label} (result {carried or 'i32'})")
            self.value("i32", depth - 1)
            self.value(source, depth)
            self.emit("br_on_null", label)
            self.emit("drop")
            self.consume(depth)
            self.value("i32", depth - 1)
            self.emit(")")
            return
        heap = self.choice.choice(["$s0", "$s1", "$s2"] if source != "any" else ["$s0", "$s2", "i31", "struct", "$ints"])
        target, taken = f"(ref null {heap})", None
        if how == "br_on_non_null":
            taken = nullable
        elif how == "br_on_cast":
            taken = target
        else:
            taken = nullable
        if heap == "$s0" and source == "s1":
            taken, target = nullable, nullable
        self.emit(f"(block {label} (result {carried}{taken})")
        if carries:
            self.value("i32", depth - 1)
        self.value(source, depth)
        self.emit(how, label, *([] if how == "br_on_non_null" else [nullable, target]))
        if how != "br_on_non_null":
            self.emit("drop")
        if carries:
            self.consume(depth)
            self.value("i32", depth - 1)
        self.emit("ref.null none")
        self.emit(")")
        self.emit("ref.is_null" if self.chance(0.5) else "ref.test (ref $s1)" if "$ints" not in taken else "ref.is_null")
        if carries:
            self.emit("i32.add")

    def consume(self, depth):
        """An i32."""
        if self.chance(0.5):
            self.emit("drop")
        else:
            self.emit("local.set", self.choice.choice(self.locals["i32"]))
        if self.chance(0.3):
            self.statement(depth - 1)

    # References

    def reference(self, kind, depth):
        roll = self.choice.random()
        if roll < 0.45:
            self.make(kind, depth)
        elif roll < 0.6 and kind != "any":
            self.value("any" if self.chance(0.4) else self.wider(kind), depth)
            if self.chance(0.8):
                self.guarded(kind)
            else:
                self.emit("ref.cast", storage(kind))
        elif roll < 0.7:
            self.value(kind, depth)
            self.emit("ref.as_non_null")
        elif kind == "any":
            self.any(depth)
        elif kind == "s0" and self.chance(0.6):
            self.value(self.choice.choice(["s1", "s2"]), depth)
        else:
            self.value(kind, depth)

    def wider(self, kind):
        return {"s1": "s0", "s2": "s1"}.get(kind, "any")

    def guarded(self, kind):
        """A cast that gives a new object where it would fail."""
        self.labels += 1
        label = f"$c{self.labels}"
        self.emit("local.set $any")
        self.emit(f"(block {label} (result {storage(kind)})")
        self.emit("local.get $any")
        self.emit("br_on_cast", label, "anyref", storage(kind))
        self.emit("drop")
        self.make(kind, 0)
        self.emit(")")

    def any(self, depth):
        if self.chance(0.3):
            self.value("i32", depth)
            self.emit("ref.i31")
        elif self.chance(0.2):
            self.value("any", depth)
            self.emit("extern.convert_any any.convert_extern")
        elif self.chance(0.2):
            self.emit("i32.const 1 table.get $t")
        else:
            self.value(self.choice.choice(REFERENCES), depth)

    def make(self, kind, depth):
        if kind == "any":
            self.value("i32", depth)
            self.emit("ref.i31")
        elif kind in FIELDS:
            if self.chance(0.2):
                self.emit("struct.new_default", "$" + kind)
                return
            for field in FIELDS[kind]:
                self.value(field, depth if self.chance(0.4) else 0)
            self.emit("struct.new", "$" + kind)
        else:
            self.make_array(kind, depth)

    def make_array(self, kind, depth):
        element = ARRAYS[kind]
        roll = self.choice.random()
        if roll < 0.4:
            self.value(element, depth)
            self.index(depth)
            self.emit("array.new", "$" + kind)
        elif roll < 0.75 or kind in ("anys", "fixed"):
            count = self.choice.choice([0, 1, 2, 5])
            for _ in range(count):
                self.value(element, depth)
            self.emit("array.new_fixed", "$" + kind, count)
        elif kind == "refs":
            self.emit(f"i32.const {self.choice.randrange(3)} i32.const {self.choice.randrange(2)}")
            self.emit("array.new_elem $refs $elements")
        elif roll < 0.85:
            self.index(depth)
            self.emit("array.new_default", "$" + kind)
        else:
            self.emit(f"i32.const {self.choice.randrange(4)} i32.const {self.choice.choice([0, 1, 1, 9])}")
            self.emit("array.new_data", "$" + kind, "$data")

    def index(self, depth):
        """A small one, mostly."""
        if self.chance(0.4):
            self.emit("i32.const", self.choice.choice([0, 0, 1, 1, 2, 3, 5, -1 if self.chance(0.05) else 4]))
        else:
            self.value("i32", depth)
            self.emit("i32.const 3 i32.and")

    # Fields and elements

    def read(self, kind, depth):
        places = [(name, i) for name, fields in FIELDS.items() for i, field in enumerate(fields)
                  if field == kind or (kind == "i32" and field in ("i8", "i16"))]
        arrays = [name for name, element in ARRAYS.items()
                  if element == kind or (kind == "i32" and element in ("i8", "i16"))]
        if arrays and (not places or self.chance(0.5)):
            name = self.choice.choice(arrays)
            self.value(name, depth)
            self.index(depth)
            self.emit(f"array.get{self.sign(ARRAYS[name])} ${name}")
        elif places:
            name, field = self.choice.choice(places)
            self.value(name, depth)
            self.emit(f"struct.get{self.sign(FIELDS[name][field])} ${name} {field}")
        else:
            self.leaf(kind)

    def sign(self, element):
        return self.choice.choice(["_s", "_u"]) if element in ("i8", "i16") else ""

    # What has effects

    def statement(self, depth):
        self.budget -= 1
        if self.budget <= 0:
            return
        self.pick(self.set_local, self.set_field, self.set_field, self.set_field, self.set_element, self.set_element,
                  self.set_global, self.set_table, self.drop, self.many, self.conditional, self.waste)(depth)

    def set_local(self, depth):
        kind = self.choice.choice([*NUMBERS, "v128", *REFERENCES, "s0", "s0", "any"])
        self.value(kind, depth)
        self.emit("local.set", self.choice.choice(self.locals[kind]))

    def set_field(self, depth):
        name = self.choice.choice(list(FIELDS))
        field = self.choice.choice([i for i in range(len(FIELDS[name])) if (name, i) not in IMMUTABLE])
        self.value(name, depth)
        if self.chance(0.2):
            self.statement(depth - 1)
        self.value(FIELDS[name][field], depth)
        self.emit(f"struct.set ${name} {field}")

    def set_element(self, depth):
        name = self.choice.choice([name for name in ARRAYS if name != "fixed"])
        self.value(name, depth)
        self.index(depth)
        if self.chance(0.2):
            self.statement(depth - 1)
        self.value(ARRAYS[name], depth)
        self.emit("array.set", "$" + name)

    def set_global(self, depth):
        kind, name = self.choice.choice([("i32", "$g"), ("s0", "$gs"), ("any", "$ga"), ("ints", "$gi")])
        self.value(kind, depth)
        self.emit("global.set", name)

    def set_table(self, depth):
        self.emit("i32.const", self.choice.choice([0, 1, 1, 4]))
        self.value("any", depth)
        self.emit("table.set $t")

    def drop(self, depth):
        self.value(self.choice.choice([*NUMBERS, *REFERENCES]), depth)
        self.emit("drop")

    def many(self, depth):
        """An instruction on several elements."""
        name = self.choice.choice([name for name in ARRAYS if name != "fixed"])
        self.value(name, depth)
        self.index(depth)
        if self.chance(0.5):
            self.value(ARRAYS[name], depth)
            self.emit(f"i32.const {self.choice.choice([0, 1, 1, 2])} array.fill ${name}")
        elif name in ("refs", "anys") or self.chance(0.5):
            self.value(name, depth)
            # wasmtime looks at the other array's bounds before it looks at this one.
            self.emit("ref.as_non_null")
            self.index(depth)
            self.emit(f"i32.const {self.choice.choice([0, 1, 1, 2])} array.copy ${name} ${name}")
        else:
            self.emit(f"i32.const 1 i32.const {self.choice.choice([0, 1])} array.init_data ${name} $data")

    def conditional(self, depth):
        self.value("i32", depth)
        self.emit("(if (then")
        self.statement(depth - 1)
        self.emit("))")

    def waste(self, _):
        self.emit("call $waste drop")

    def text(self):
        return "\n    ".join(["(local $any anyref)", *self.extra, *self.out])


def function(choice, number):
    body = Body(choice)
    for kind in ("s0", "s1", "s2", "ints", "bytes", "refs", "any", "end"):
        # Not null from the start, mostly.
        if body.chance(0.75):
            body.make(kind, 1)
            body.emit("local.set", body.locals[kind][0])
    for _ in range(choice.randrange(4)):
        body.statement(3)
    body.budget = 150
    body.value("i32", 5)
    body.value("i64", 4)
    body.emit("local.get $v_s0_0 call $sum i64.add")
    return (f'(func (export "e{number}") (param $p0 i32) (param $p1 i64) (param $p2 f64) (result i32 i64)\n'
            f"    {body.text()})")


def module(seed):
    """The module as text, alone in a list."""
    choice = random.Random(seed)
    functions = "\n  ".join(function(choice, number) for number in range(6))
    kept = "(global $kept (ref null $s0) (struct.new_default $s1))"
    return [f"(module\n  {TYPES}\n  {kept}{SUPPORT}\n  {functions})"]

"""Modules about exceptions: thrown in the middle of expressions and through frames that hold references, caught with
and without their own; branches, returns and tail calls out of handlers.

What throws allocates before, so a runtime that collects at every allocation loses what is in no root.
"""

import random

KINDS = ["i32", "i64", "f64", "v128", "node"]
TAGS = {"$node": ("node",), "$pair": ("i32", "node"), "$vector": ("v128",), "$empty": (),
        "$many": ("node", "f64", "v128", "node")}


def storage(kind):
    return {"node": "(ref null $n)", "exn": "exnref"}.get(kind, kind)


def results(kinds):
    return f"(result {' '.join(map(storage, kinds))})" if kinds else ""


SUPPORT = """
  (type $n (struct (field (mut i32)) (field (mut (ref null $n)))))
  (type $m (func (param i32 (ref null $n)) (result i32)))
  (global $seen (export "seen") (mut i32) (i32.const 1)) (global $kept (mut (ref null $n)) (ref.null $n))
  (table $calls funcref (elem $may $after $may $after))
  (func $log (param i32) (result i32)
    (global.set $seen (i32.add (i32.mul (global.get $seen) (i32.const 31)) (local.get 0))) (local.get 0))
  (func $make (param i32 (ref null $n)) (result (ref null $n))
    (drop (struct.new $n (i32.const 5) (ref.null $n))) (struct.new $n (local.get 0) (local.get 1)))
  (func $sum (param $x (ref null $n)) (result i32) (local $s i32) (local $k i32)
    (block $out (loop $next
      (br_if $out (ref.is_null (local.get $x)))
      (br_if $out (i32.gt_u (local.tee $k (i32.add (local.get $k) (i32.const 1))) (i32.const 20)))
      (local.set $s (i32.add (i32.mul (local.get $s) (i32.const 31)) (struct.get $n 0 (local.get $x))))
      (local.set $x (struct.get $n 1 (local.get $x)))
      (br $next)))
    (local.get $s))
  (func $may (type $m) (local $how i32)
    (local.set $how (i32.and (call $log (local.get 0)) (i32.const 15)))
    (if (i32.eq (local.get $how) (i32.const 1)) (then (throw $node (call $make (i32.const 1) (local.get 1)))))
    (if (i32.eq (local.get $how) (i32.const 2)) (then
      (throw $pair (local.get 0) (call $make (i32.const 2) (local.get 1)))))
    (if (i32.eq (local.get $how) (i32.const 3)) (then (throw $vector (i32x4.splat (local.get 0)))))
    (if (i32.eq (local.get $how) (i32.const 4)) (then (throw $empty)))
    (if (i32.eq (local.get $how) (i32.const 5)) (then
      (throw $many (local.get 1) (f64.const 2.5) (v128.const i64x2 1 2) (call $make (i32.const 3) (local.get 1)))))
    (i32.shr_u (local.get 0) (i32.const 1)))
  (func $after (type $m)
    (return_call $may (i32.add (local.get 0) (i32.const 1)) (call $make (local.get 0) (local.get 1))))
  (func $two (param i32 i32 i32 i32 (ref null $n) (ref null $n)) (result (ref null $n) i32 (ref null $n))
    (call $make (local.get 0) (local.get 5)) (call $log (i32.add (local.get 1) (local.get 3)))
    (call $make (local.get 2) (local.get 4)))
  (func $finish (param (ref null $n) i32) (result i32)
    (i32.add (call $sum (call $make (i32.const 1) (local.get 0))) (local.get 1)))
"""


class Body:
    """One function's instructions, folded."""

    def __init__(self, choice):
        self.choice, self.budget, self.names, self.labels, self.caught = choice, 160, 0, [], []

    def chance(self, probability):
        return self.choice.random() < probability

    def name(self):
        self.names += 1
        return f"$l{self.names}"

    def local(self, kind):
        return f"${kind}{self.choice.randrange(3)}"

    def values(self, kinds, depth):
        return " ".join(self.value(kind, depth) for kind in kinds)

    def within(self, label, kinds, make):
        """What `make` gives, where a label can be branched to."""
        self.labels.append((label, kinds))
        text = make()
        self.labels.pop()
        return text

    def block(self, depth, kind=None):
        text = " ".join(self.statement(depth) for _ in range(self.choice.randrange(3)))
        return text + (" " + self.value(kind, depth) if kind else "")

    # --- Values ---

    def value(self, kind, depth):
        self.budget -= 1
        if depth <= 0 or self.budget < 0 or self.chance(0.1):
            return self.leaf(kind)
        makers = [self.tee, self.labelled, self.either, self.selected, self.left, self.looped]
        if self.chance(0.3):
            return self.choice.choice(makers)(kind, depth - 1)
        if self.chance(0.25):
            return self.guarded(kind, depth - 1)
        return getattr(self, kind)(depth - 1)

    def leaf(self, kind):
        if self.chance(0.6):
            return f"(local.get {self.local(kind)})"
        number = self.choice.randrange(40)
        return {"i32": f"(i32.const {number})", "i64": f"(i64.const {-number})", "f64": f"(f64.const {number}.5)",
                "v128": f"(v128.const i64x2 {number} 3)",
                "node": self.choice.choice(["(ref.null $n)", "(global.get $kept)", "(struct.new_default $n)"])}[kind]

    def tee(self, kind, depth):
        return f"(local.tee {self.local(kind)} {self.value(kind, depth)})"

    def labelled(self, kind, depth):
        label = self.name()
        return f"(block {label} {results([kind])} {self.within(label, (kind,), lambda: self.block(depth, kind))})"

    def either(self, kind, depth):
        return (f"(if {results([kind])} {self.value('i32', depth)} (then {self.block(depth, kind)})"
                f" (else {self.block(depth, kind)}))")

    def selected(self, kind, depth):
        return f"(select {results([kind])} {self.values((kind, kind, 'i32'), depth)})"

    def left(self, kind, depth):
        """Through a conditional branch that carries it."""
        labels = [label for label, kinds in self.labels if kinds == (kind,)]
        value = self.value(kind, depth)
        return f"(br_if {self.choice.choice(labels)} {value} {self.value('i32', depth)})" if labels else value

    def again(self, label, *values):
        count = "(i32.lt_u (local.tee $rounds (i32.add (local.get $rounds) (i32.const 1))) (i32.const 9))"
        return f"(br_if {label} {' '.join(values)} {count})"

    def looped(self, kind, depth):
        """A loop with parameters."""
        label = self.name()
        inner = self.within(label, None, lambda: self.block(depth))
        return (f"(block {results([kind])} {self.value(kind, 1)} {self.value('node', 1)} (loop {label}"
                f" (param {storage(kind)} {storage('node')}) {results([kind])} (local.set {self.local('node')})"
                f" (local.set {self.local(kind)}) {inner}"
                f" {self.again(label, self.value(kind, depth), self.value('node', depth))} (drop)))")

    def i32(self, depth):
        roll = self.choice.random()
        if roll < 0.35:
            return f"(call {self.choice.choice(['$may', '$after'])} {self.values(('i32', 'node'), depth)})"
        if roll < 0.45:
            index = f"(i32.and (i32.const 3) {self.value('i32', depth)})"
            return f"(call_indirect $calls (type $m) {self.values(('i32', 'node'), depth)} {index})"
        if roll < 0.6:
            return f"(call $sum {self.value('node', depth)})"
        if roll < 0.65:
            return f"(struct.get $n 0 {self.made(depth)})"
        if roll < 0.7:
            return f"(ref.eq {self.values(('node', 'node'), depth)})"
        if roll < 0.75:
            return f"(i32x4.extract_lane 0 {self.value('v128', depth)})"
        operator = self.choice.choice(["add", "sub", "xor", "mul", "div_u"])
        return f"(i32.{operator} {self.values(('i32', 'i32'), depth)})"

    def i64(self, depth):
        return f"(i64.add {self.value('i64', depth)} (i64.extend_i32_s {self.value('i32', depth)}))"

    def f64(self, depth):
        return f"(f64.add {self.value('f64', depth)} (f64.convert_i32_s {self.value('i32', depth)}))"

    def v128(self, depth):
        return f"(i64x2.add {self.value('v128', depth)} (i64x2.splat {self.value('i64', depth)}))"

    def node(self, depth):
        roll = self.choice.random()
        if roll < 0.6:
            return self.made(depth)
        if roll < 0.8:
            return f"(struct.get $n 1 {self.made(depth)})"
        arguments = self.values(("i32",) * 4 + ("node",) * 2, depth - 1)
        return (f"(block {results(['node'])} (call $two {arguments}) (local.set {self.local('node')})"
                f" (local.set {self.local('i32')}))")

    def made(self, depth):
        """Not null, mostly."""
        if self.chance(0.1):
            return self.value("node", depth)
        return f"({self.choice.choice(['call $make', 'struct.new $n'])} {self.values(('i32', 'node'), depth)})"

    # --- try_table ---

    def guarded(self, kind, depth):
        """A value, or what one of some clauses makes of an exception."""
        done, clauses = self.name(), []
        for tag in [*self.choice.sample(list(TAGS), self.choice.randint(1, 3)), *(["all"] if self.chance(0.3) else [])]:
            kinds = TAGS.get(tag, ()) + (("exn",) if self.chance(0.4) else ())
            clauses.append((self.name(), tag, kinds))
        direct = [f"(catch {tag} {label})" for label, kinds in self.labels for tag in TAGS
                  if TAGS[tag] == kinds and self.chance(0.15)]
        own = [f"(catch{'_all' if tag == 'all' else ''}{'_ref' if 'exn' in kinds else ''}"
               f"{'' if tag == 'all' else ' ' + tag} {label})" for label, tag, kinds in clauses]
        self.labels.append((done, (kind,)))
        self.labels += [(label, kinds if "exn" not in kinds else None) for label, _, kinds in clauses]
        inner = self.name()
        text = self.within(inner, (kind,), lambda: self.block(depth, kind))
        text = f"(br {done} (try_table {inner} {results([kind])} {' '.join(direct + own)} {text}))"
        for label, _, kinds in reversed(clauses):
            self.labels.pop()
            taken = " ".join(f"(local.set {self.local(each)})" for each in reversed(kinds))
            text = f"(block {label} {results(kinds)} {text}) {taken} (br {done} {self.block(depth - 1, kind)})"
        self.labels.pop()
        return f"(block {done} {results([kind])} {text})"

    # --- Statements ---

    def statement(self, depth):
        self.budget -= 1
        makers = [self.set_local, self.set_local, self.keep, self.change, self.call, self.branch, self.table,
                  self.throw, self.throw_again, self.finish, self.repeat, self.choose]
        return (self.set_local if depth <= 0 or self.budget < 0 else self.choice.choice(makers))(depth - 1)

    def set_local(self, depth):
        kind = self.choice.choice(KINDS)
        return f"(local.set {self.local(kind)} {self.value(kind, depth)})"

    def keep(self, depth):
        return f"(global.set $kept {self.value('node', depth)})"

    def change(self, depth):
        return f"(struct.set $n 1 (local.get $node0) {self.value('node', depth)})"

    def call(self, depth):
        return f"(drop (call $may {self.values(('i32', 'node'), depth)}))"

    def target(self):
        return self.choice.choice([each for each in self.labels if each[1] is not None] or [(None, ())])

    def branch(self, depth):
        label, kinds = self.target()
        if not label:
            return self.call(depth)
        return f"(br_if {label} {self.values(kinds, depth)} {self.value('i32', depth)})" + " (drop)" * len(kinds)

    def table(self, depth):
        label, kinds = self.target()
        if not label:
            return self.keep(depth)
        alike = [other for other, others in self.labels if others == kinds]
        labels = " ".join(self.choice.choice(alike) for _ in range(self.choice.choice([2, 3, 12])))
        carried = self.values((*kinds, "i32"), depth)
        return f"(if {self.value('i32', 1)} (then (br_table {labels} {carried})))"

    def throw(self, depth):
        tag = self.choice.choice(list(TAGS))
        return f"(if {self.value('i32', 1)} (then (throw {tag} {self.values(TAGS[tag], depth)})))"

    def throw_again(self, _):
        return f"(if (i32.eqz (ref.is_null (local.get {self.local('exn')}))) (then (throw_ref (local.get $exn0))))"

    def finish(self, depth):
        return f"(if {self.value('i32', 1)} (then (return_call $finish {self.values(('node', 'i32'), depth)})))"

    def repeat(self, depth):
        label = self.name()
        return f"(loop {label} {self.within(label, (), lambda: self.block(depth))} {self.again(label)})"

    def choose(self, depth):
        return f"(if {self.value('i32', depth)} (then {self.block(depth)}) (else {self.block(depth)}))"


def function(choice, number):
    body = Body(choice)
    text = "\n    ".join(body.statement(4) for _ in range(5))
    if number % 2:
        text = f"(block $end (try_table (catch_all $end)\n    {text}))"
    locals_ = "".join(f"(local ${kind}{each} {storage(kind)})" for kind in [*KINDS, "exn"] for each in range(3))
    return f"""(func (export "e{number}") (param $p i32) (param $q i32) (result i32) {locals_} (local $rounds i32)
    (local.set $i320 (i32.and (local.get $p) (i32.const 63))) (local.set $i321 (local.get $q))
    (local.set $node0 (call $make (i32.const 7) (ref.null $n)))
    (local.set $node1 (call $make (i32.const 8) (local.get $node0)))
    {text}
    (i32.add (i32.add (call $sum (local.get $node0)) (i32.mul (i32.const 7) (call $sum (local.get $node1))))
      (i32.add (i32.add (local.get $i320) (local.get $i322)) (i32.wrap_i64 (local.get $i640)))))"""


def module(seed):
    """The module as text, alone in a list."""
    choice = random.Random(seed)
    tags = " ".join(f"(tag {tag} (param {' '.join(map(storage, kinds))}))" for tag, kinds in TAGS.items())
    functions = "\n  ".join(function(choice, number) for number in range(8))
    return [f"(module{SUPPORT}  {tags}\n  {functions})"]

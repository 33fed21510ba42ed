"""A module around another one: whatever that exports, as functions of plain numbers.

Hosts and scripts need to know nothing of references, vectors and the many kinds of memories: references go in as null
or as new objects and come out as what they are, vectors go in as a splat and come out in halves, memories and tables
come out as sums."""

from binary import (NUMBERS, Module, heap_bytes, name, reference_bytes, section, signed, unsigned, vector)

ANY = (0x6E, 0x6D, 0x6C, 0x6B, 0x6A, 0x71)
I32, I64, V128 = 0x7F, 0x7E, 0x7B


class Adapter:
    def __init__(self, contents, alias):
        """`alias`: under which name the module's exports are imported."""
        self.alias = name(alias.encode())
        self.module = Module(contents)
        self.new_types, self.imports, self.functions, self.exports, self.bodies = [], [], [], [], []
        self.counts = {kind: 0 for kind in range(4)}
        for position, (text, kind, index) in enumerate(self.module.exports):
            [self.function, self.table, self.memory, self.global_, lambda *_: None][kind](text, index, position)

    # --- Sections ---

    def take(self, text, kind, description):
        """Imports something; its index among its kind."""
        self.imports.append(self.alias + name(text) + bytes([kind]) + description)
        self.counts[kind] += 1
        return self.counts[kind] - 1

    def add(self, label, parameters, results, locals_, code):
        self.new_types.append(b"\x60" + vector([bytes([p]) for p in parameters]) + vector([bytes([r]) for r in results]))
        body = vector([unsigned(1) + kind for kind in locals_]) + code + b"\x0b"
        self.exports.append(label.encode())
        self.bodies.append(unsigned(len(body)) + body)

    def contents(self):
        types = self.module.type_count
        type_content = unsigned(types + len(self.new_types)) + self.module.type_items + b"".join(self.new_types)
        # Type indices count types, the section's entries count groups.
        first = len(self.module.types)
        functions = [unsigned(first + number) for number in range(len(self.new_types))]
        imported = self.counts[0]
        exports = [name(label) + b"\0" + unsigned(imported + number) for number, label in enumerate(self.exports)]
        return (b"\0asm\1\0\0\0\1" + unsigned(len(type_content)) + type_content + section(2, self.imports)
                + section(3, functions) + section(7, exports) + section(10, self.bodies))

    # --- Values ---

    def is_any(self, kind):
        heap = kind[2]
        return heap & 0xFF in ANY if heap & 0x1000 else self.module.types[heap][0] != "func"

    def composed(self, heap, choice):
        """Code for a new object of a type index; None if there is no default one."""
        form, fields, _ = self.module.types[heap]
        if form == "func" or any(isinstance(f, tuple) and not f[1] for f, _ in fields):
            return None
        if form == "struct":
            return b"\xfb\x01" + unsigned(heap)
        return b"\x41" + signed(choice % 5) + b"\xfb\x07" + unsigned(heap)

    def reference(self, kind, choice):
        """Code for an argument of a reference type; None if there is none to be had."""
        _, nullable, heap = kind
        made = None
        if not heap & 0x1000:
            made = self.composed(heap, choice)
        elif heap & 0xFF in (0x6E, 0x6D, 0x6C):
            made = b"\x41" + signed(choice * 7 - 3) + b"\xfb\x1c"
        if made and (choice % 3 or not nullable):
            return made
        return b"\xd0" + heap_bytes(kind) if nullable else None

    def result(self, kind, local):
        """Code that pushes the numbers a value in a local stands for, and their types."""
        get = b"\x20" + unsigned(local)
        if kind == V128:
            return get + b"\xfd\x1d\x00" + get + b"\xfd\x1d\x01", [I64, I64]
        if kind in NUMBERS:
            return get, [kind]
        return self.classify(kind, get), [I32]

    def classify(self, kind, get):
        code = get + b"\xd1"
        if self.is_any(kind):
            for bit, heap in ((2, 0x6C), (4, 0x6B), (8, 0x6A)):
                code += get + b"\xfb\x14" + bytes([heap]) + b"\x41" + signed(bit) + b"\x6c\x6a"
        return code

    def local_type(self, kind):
        return bytes([kind]) if kind in NUMBERS else reference_bytes((kind[0], True, kind[2]))

    # --- What is exported ---

    def function(self, text, index, position):
        type_index = self.module.functions[index]
        _, parameters, results = self.module.types[type_index]
        own, code = [], b""
        for number, kind in enumerate(parameters):
            if kind in NUMBERS:
                code += b"\x20" + unsigned(len(own)) + (b"\xfd\x12" if kind == V128 else b"")
                own.append(I64 if kind == V128 else kind)
                continue
            value = self.reference(kind, position + number)
            if value is None:
                return
            code += value
        code += b"\x10" + unsigned(self.take(text, 0, unsigned(type_index)))
        first = len(own)
        for number in reversed(range(len(results))):
            code += b"\x21" + unsigned(first + number)
        numbers = []
        for number, kind in enumerate(results):
            pushed, kinds = self.result(kind, first + number)
            code += pushed
            numbers += kinds
        self.add(f"f{position} {text.decode()}", own, numbers, [self.local_type(kind) for kind in results], code)

    def global_(self, text, index, position):
        kind, description = self.module.globals[index]
        code = b"\x23" + unsigned(self.take(text, 3, description)) + b"\x21\x00"
        pushed, kinds = self.result(kind, 0)
        self.add(f"state g{position}", [], kinds, [self.local_type(kind)], code + pushed)

    def loop(self, is64, end, value):
        """Sum over [0, end): locals 0 place, 1 sum, 2 end; `value` pushes an i64."""
        const, below, add = (b"\x42\x01", b"\x5a", b"\x7c") if is64 else (b"\x41\x01", b"\x4f", b"\x6a")
        factor = b"\x42" + signed(6364136223846793005)
        return (end + b"\x21\x02" + b"\x02\x40\x03\x40" + b"\x20\x00\x20\x02" + below + b"\x0d\x01"
                + b"\x20\x01" + factor + b"\x7e" + value + b"\x7c\x21\x01"
                + b"\x20\x00" + const + add + b"\x21\x00\x0c\x00\x0b\x0b"
                + b"\x20\x01\x20\x02" + (b"" if is64 else b"\xad") + b"\x7c")

    def memory(self, text, index, position):
        limits, description = self.module.memories[index]
        own = self.take(text, 2, description)
        address = bytes([I64 if limits["is64"] else I32])
        shift = b"\x42\x10\x86" if limits["is64"] else b"\x41\x10\x74"
        end = b"\x3f" + unsigned(own) + (shift if limits["shift"] else b"")
        value = b"\x20\x00\x31" + (b"\x40" + unsigned(own) if own else b"\x00") + b"\x00"
        code = self.loop(limits["is64"], end, value)
        self.add(f"state m{position}", [], [I64], [address, bytes([I64]), address], code)

    def table(self, text, index, position):
        kind, limits, description = self.module.tables[index]
        own = self.take(text, 1, description)
        address = bytes([I64 if limits["is64"] else I32])
        end = b"\xfc\x10" + unsigned(own)
        value = b"\x20\x00\x25" + unsigned(own) + b"\x21\x03" + self.classify(kind, b"\x20\x03") + b"\xad"
        code = self.loop(limits["is64"], end, value)
        self.add(f"state t{position}", [], [I64], [address, bytes([I64]), address, self.local_type(kind)], code)

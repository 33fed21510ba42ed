"""As much of WebAssembly's binary format as it takes to write a module that uses another one's exports."""

NUMBERS = {0x7F: "i32", 0x7E: "i64", 0x7D: "f32", 0x7C: "f64", 0x7B: "v128"}
PACKED = (0x78, 0x77)


def unsigned(value):
    parts = bytearray()
    while True:
        value, low = value >> 7, value & 0x7F
        parts.append(low | (0x80 if value else 0))
        if not value:
            return bytes(parts)


def signed(value):
    parts = bytearray()
    while True:
        low, value = value & 0x7F, value >> 7
        if value == (-1 if low & 0x40 else 0):
            return bytes([*parts, low])
        parts.append(low | 0x80)


def vector(items):
    return unsigned(len(items)) + b"".join(items)


def section(number, items):
    content = vector(items)
    return bytes([number]) + unsigned(len(content)) + content


def name(contents):
    return unsigned(len(contents)) + contents


class Reader:
    def __init__(self, contents, at=0):
        self.contents, self.at = contents, at

    def byte(self):
        self.at += 1
        return self.contents[self.at - 1]

    def take(self, count):
        self.at += count
        return self.contents[self.at - count:self.at]

    def unsigned(self):
        result = shift = 0
        while True:
            byte = self.byte()
            result |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return result

    def signed(self):
        start = self.at
        value = self.unsigned()
        width = 7 * (self.at - start)
        return value - (1 << width) if value >> (width - 1) else value

    def many(self, read):
        return [read() for _ in range(self.unsigned())]

    def value_type(self):
        """A number's code, or ("ref", nullable, heap type: a code or, not negative, a type index)."""
        code = self.byte()
        if code in NUMBERS or code in PACKED:
            return code
        if code in (0x63, 0x64):
            heap = self.signed()
            return ("ref", code == 0x63, heap if heap >= 0 else heap & 0x7F | 0x1000)
        return ("ref", True, code | 0x1000)

    def limits(self):
        flags = self.byte()
        minimum = self.unsigned()
        maximum = self.unsigned() if flags & 1 else None
        return {"flags": flags, "minimum": minimum, "maximum": maximum, "is64": bool(flags & 4),
                "shift": self.unsigned() if flags & 8 else 16}

    def field(self):
        return self.value_type(), self.byte()

    def composite(self):
        form = self.byte()
        if form in (0x50, 0x4F):
            self.many(self.unsigned)
            form = self.byte()
        if form == 0x60:
            return "func", self.many(self.value_type), self.many(self.value_type)
        if form == 0x5F:
            return "struct", self.many(self.field), None
        assert form == 0x5E, hex(form)
        return "array", [self.field()], None

    def table(self):
        if self.contents[self.at] == 0x40:
            self.take(2)
            start = self.at
            kind = self.value_type(), self.limits()
            kind = (*kind, self.contents[start:self.at])
            self.expression()
            return kind
        start = self.at
        return (self.value_type(), self.limits(), self.contents[start:self.at])

    def memory(self):
        start = self.at
        limits = self.limits()
        return limits, self.contents[start:self.at]

    def global_type(self):
        start = self.at
        kind = self.value_type()
        self.byte()
        return kind, self.contents[start:self.at]

    def expression(self):
        """Skips a constant expression."""
        while (code := self.byte()) != 0x0B:
            if code in (0x41, 0x42, 0xD0):
                self.signed()
            elif code in (0x23, 0xD2):
                self.unsigned()
            elif code in (0x43, 0x44):
                self.take(4 if code == 0x43 else 8)
            elif code == 0xFD:
                assert self.unsigned() == 12
                self.take(16)
            elif code == 0xFB:
                operation = self.unsigned()
                if operation in (0, 1, 6, 7, 8):
                    self.unsigned()
                if operation == 8:
                    self.unsigned()


def reference_bytes(kind):
    _, nullable, heap = kind
    code = bytes([heap & 0xFF]) if heap & 0x1000 else signed(heap)
    return bytes([0x63 if nullable else 0x64]) + code


def heap_bytes(kind):
    return reference_bytes(kind)[1:]


class Module:
    """Types and exports of a module: what a module that imports all of it has to know."""

    def __init__(self, contents):
        self.types, self.functions, self.tables, self.memories, self.globals = [], [], [], [], []
        self.exports, self.type_items, self.type_count = [], b"", 0
        reader = Reader(contents, 8)
        while reader.at < len(contents):
            number, size = reader.byte(), reader.unsigned()
            end = reader.at + size
            read = {1: self.type_section, 2: self.imports, 3: self.function_section, 4: self.table_section,
                    5: self.memory_section, 6: self.global_section, 7: self.export_section}.get(number)
            if read:
                read(reader, end)
            reader.at = end

    def type_section(self, reader, end):
        self.type_count = reader.unsigned()
        self.type_items = reader.contents[reader.at:end]
        for _ in range(self.type_count):
            if reader.contents[reader.at] == 0x4E:
                reader.byte()
                self.types += reader.many(reader.composite)
            else:
                self.types.append(reader.composite())

    def imports(self, reader, _):
        for _ in range(reader.unsigned()):
            reader.take(reader.unsigned())
            reader.take(reader.unsigned())
            kind = reader.byte()
            if kind == 4:
                reader.byte()
                reader.unsigned()
            else:
                spaces = [self.functions, self.tables, self.memories, self.globals]
                read = [reader.unsigned, reader.table, reader.memory, reader.global_type]
                spaces[kind].append(read[kind]())

    def function_section(self, reader, _):
        self.functions += reader.many(reader.unsigned)

    def table_section(self, reader, _):
        self.tables += reader.many(reader.table)

    def memory_section(self, reader, _):
        self.memories += reader.many(reader.memory)

    def global_section(self, reader, _):
        for _ in range(reader.unsigned()):
            self.globals.append(reader.global_type())
            reader.expression()

    def export_section(self, reader, _):
        for _ in range(reader.unsigned()):
            text = bytes(reader.take(reader.unsigned()))
            self.exports.append((text, reader.byte(), reader.unsigned()))

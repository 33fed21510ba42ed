"""As much of WebAssembly's binary format as the benchmarks need."""

from problem import Problem

MAGIC = b"\0asm\1\0\0\0"
FUNCTION_SECTION, CODE_SECTION = 3, 10


def leb(contents, offset):
    """An unsigned LEB128 number, and where it ends."""
    value = shift = 0
    while True:
        byte = contents[offset]
        value |= (byte & 0x7F) << shift
        offset, shift = offset + 1, shift + 7
        if byte < 0x80:
            return value, offset


def unsigned(value):
    """A number as LEB128."""
    parts = bytearray()
    while True:
        value, low = value >> 7, value & 0x7F
        parts.append(low | (0x80 if value else 0))
        if not value:
            return bytes(parts)


def sections(path):
    """Numbers and contents of a module's sections, in their order."""
    contents = path.read_bytes()
    if contents[:8] != MAGIC:
        raise Problem(f"{path} is not a WebAssembly module")
    offset = 8
    try:
        while offset < len(contents):
            number = contents[offset]
            size, start = leb(contents, offset + 1)
            offset = start + size
            if offset > len(contents):
                raise IndexError
            yield number, contents[start:offset]
    except IndexError as error:
        raise Problem(f"{path} ends in the middle of a section") from error


def code_bytes(path):
    """Bytes of a module's code section, without its header; 0 if there is none."""
    return sum(len(content) for number, content in sections(path) if number == CODE_SECTION)

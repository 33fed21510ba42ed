"""How much machine code an ELF file holds: what libtcc makes, and what wasmtime does."""

import struct

from problem import Problem

EXECUTABLE = 0x4  # SHF_EXECINSTR


def machine_code_bytes(path):
    """Bytes of the sections that are executable."""
    contents = path.read_bytes()
    if contents[:5] != b"\x7fELF\x02":
        raise Problem(f"{path} is not a 64-bit ELF file")
    table, = struct.unpack_from("<Q", contents, 0x28)
    entry_size, count = struct.unpack_from("<HH", contents, 0x3A)
    total = 0
    for index in range(count):
        flags, _, _, size = struct.unpack_from("<QQQQ", contents, table + index * entry_size + 8)
        total += size if flags & EXECUTABLE else 0
    return total

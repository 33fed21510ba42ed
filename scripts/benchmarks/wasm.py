"""The size of a module's code section, which everything else is divided by."""

from problem import Problem

CODE_SECTION = 10


def leb(contents, offset):
    """An unsigned LEB128 number, and where it ends."""
    value = shift = 0
    while True:
        byte = contents[offset]
        value |= (byte & 0x7F) << shift
        offset, shift = offset + 1, shift + 7
        if byte < 0x80:
            return value, offset


def code_bytes(path):
    """Bytes of a module's code section, without its header; 0 if there is none."""
    contents = path.read_bytes()
    if contents[:8] != b"\0asm\1\0\0\0":
        raise Problem(f"{path} is not a WebAssembly module")
    try:
        offset = 8
        while offset < len(contents):
            section = contents[offset]
            size, offset = leb(contents, offset + 1)
            if section == CODE_SECTION:
                return size
            offset += size
    except IndexError as error:
        raise Problem(f"{path} ends in the middle of a section") from error
    return 0

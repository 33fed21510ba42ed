"""What a function costs that nobody asks for."""

from guests import hello
from server import Client, Server, assemble

# Bytes of memory.
WANTED = 200_000


def run(options, scraps):
    folder = scraps / "served"
    folder.mkdir()
    with Server(options.server, scraps, *options.flag) as server:
        warm_up(server)
        before = server.resident()
        for number in range(options.functions):
            assemble(hello(f"function {number}\\n"), folder / f"f{number}.wasm")
        client = Client(server)
        right = 0
        for number in range(options.functions):
            right += client.get(f"f{number}.wasm") == (200, f"function {number}\n".encode())
        each = (server.resident() - before) / options.functions
        yield f"{right} of {options.functions} functions answer", right == options.functions
        yield f"{each / 1000:.0f} kB each, of {WANTED / 1000:.0f}, loaded and idle", each <= WANTED
        yield f"{server.mappings()} mappings, {server.descriptors()} descriptors", server.mappings() < 60_000


def warm_up(server):
    """What the first function costs is the server's."""
    assemble(hello("first\\n"), server.folder / "first.wasm")
    client = Client(server)
    for _ in range(200):
        client.get("first.wasm")

"""How much machine code comes of a module, beside what wasmtime's compilers make of it."""

import elf
from table import ratio, show
from wasm import code_bytes

PEERS = ["winch", "cranelift"]


def show_code_size(bench, options):
    wasmtime = bench.wasmtime(options.wasmtime)
    peers = PEERS if wasmtime else []
    rows = []
    for module in bench.modules(options.modules, None):
        code, ours = code_bytes(module.path), own_code(bench, module)
        theirs = [peer_code(bench, wasmtime, peer, module) for peer in peers]
        rows.append([module.name, str(code), str(ours), *map(str, theirs), ratio(ours, code),
                     *(ratio(ours, other) for other in theirs)])
    show("machine code (bytes): code section of the module, what tfc makes of it, what wasmtime does",
         ["module", "code", "tfc", *peers, "tfc/code", *(f"tfc/{peer}" for peer in peers)], rows)


def own_code(bench, module):
    folder = bench.scraps / "artifact"
    bench.run(bench.tfc, "compile", module.path, "-o", folder)
    return elf.machine_code_bytes(folder / "code.so")


def peer_code(bench, wasmtime, peer, module):
    path = bench.scraps / "peer.cwasm"
    bench.run(wasmtime, "compile", "-C", f"compiler={peer}", module.path, "-o", path)
    return elf.machine_code_bytes(path)

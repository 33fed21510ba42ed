"""How fast compiled modules run, beside wasmtime's compilers: ../shared/bench/compare does that."""

import json
import pathlib
import subprocess
import sys

from native import show_native
from problem import Problem
from table import show


def compare_execution(bench, options):
    """The exit status of compare: 1 if a module went wrong."""
    compare = bench.shared / "bench" / "compare"
    if not compare.is_file():
        raise Problem(f"{compare} is not there, and it does the comparing: set TERRAFIRMA_SHARED")
    wasmtime = bench.wasmtime(options.wasmtime)
    peers = options.peers if wasmtime else ""
    flags = ["--tfc", bench.tfc, "--peers", peers, "--what", options.what, "-n", options.runs,
             "--tiers", options.tiers]
    if wasmtime:
        flags += ["--wasmtime", wasmtime]
    numbers = pathlib.Path(options.json or bench.scraps / "numbers.json")
    modules = folders(bench, options.modules)
    command = [sys.executable, compare, *flags, "--json", numbers, *modules]
    status = subprocess.run([str(part) for part in command], env=bench.environment, check=False).returncode
    if numbers.exists():
        found = json.loads(numbers.read_text())
        show_memory(found)
        if options.native:
            show_native(bench, [module.name for module in modules], found, options.runs)
    return status


def show_memory(numbers):
    """What each process held at its peak, as compare has it from wait4."""
    kinds = ("compile_rss", "run_rss")
    subjects = sorted({subject for found in numbers.values() for subject in found})
    header = [f"{subject}-{kind[:-4]}" for kind in kinds for subject in subjects]
    rows = [[name, *(megabytes(found.get(subject), kind) for kind in kinds for subject in subjects)]
            for name, found in numbers.items()]
    show("memory at the peak (MB)", ["module", *header], rows)


def megabytes(measured, kind):
    return f"{measured[kind] * 1024 / 1e6:.0f}" if measured and kind in measured else "-"


def folders(bench, arguments):
    """compare takes folders: a module with the input it needs."""
    if arguments:
        return [folder(bench.module(argument).path) for argument in arguments]
    corpus = bench.shared / "corpus"
    found = [path.parent for kind in ("bench", "programs") for path in sorted((corpus / kind).glob("*/module.wasm"))]
    if not found:
        raise Problem(f"there are no modules in {corpus}: set TERRAFIRMA_SHARED")
    return found


def folder(path):
    if path.name != "module.wasm":
        raise Problem(f"{path} stands alone: name a folder that holds module.wasm, and what it reads")
    return path.parent

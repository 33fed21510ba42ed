"""How fast compiled modules run, beside wasmtime's compilers: ../shared/bench/compare does that."""

import subprocess
import sys

from problem import Problem


def compare_execution(bench, options):
    """The exit status of compare: 1 if a module went wrong."""
    compare = bench.shared / "bench" / "compare"
    if not compare.is_file():
        raise Problem(f"{compare} is not there, and it does the comparing: set TERRAFIRMA_SHARED")
    wasmtime = bench.wasmtime(options.wasmtime)
    peers = options.peers if wasmtime else ""
    flags = ["--tfc", bench.tfc, "--peers", peers, "--what", options.what, "-n", options.runs]
    if wasmtime:
        flags += ["--wasmtime", wasmtime]
    if options.json:
        flags += ["--json", options.json]
    command = [sys.executable, compare, *flags, *folders(bench, options.modules)]
    return subprocess.run([str(part) for part in command], env=bench.environment, check=False).returncode


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

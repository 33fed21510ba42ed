"""scripts/bench; see `--help`."""

import argparse
import sys
import tempfile

from bench import ROOT, Bench
from compilation import show_compilation
from execution import compare_execution
from growth import show_growth
from instances import show_instances
from instructions import show_instructions
from interface import CASES, show_interface
from load import CASES as LOADS, show_load
from problem import Problem
from size import show_code_size
from start import COMMANDS, show_start
from tiers import show_tiers

DESCRIPTION = """
    Measures tfc. It builds nothing, and has a cache of its own in TMPDIR. A MODULE is a file, a folder that holds
    module.wasm, or a name in the corpus of ../shared (or TERRAFIRMA_SHARED); the defaults are from there, and need it.
    wasmtime is where ../shared/bench/peers puts it. Tables go to standard output, what is left out is named on standard
    error. Exit status 2 if nothing could be measured."""


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench", description=DESCRIPTION)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add(commands, show_compilation, "compile", "throughput by phase, sizes, peak memory; default: all programs",
        runs=5)
    run = add(commands, compare_execution, "run",
              "execution beside wasmtime's compilers (../shared/bench/compare); default: all kernels and programs",
              runs=3, wasmtime=True)
    run.add_argument("--peers", default="winch,cranelift", help="compilers of wasmtime, by commas")
    run.add_argument("--tiers", default="quick", help="quick, optimized or both, by commas")
    run.add_argument("--native", action="store_true", help="beside native builds too, of the kernels")
    run.add_argument("--what", default="run", help="run, compile or both, by commas (CPU seconds)")
    run.add_argument("--json", help="write the numbers there too")
    start = add(commands, show_start, "start",
                "a cached hello by tfc run and as an executable, beside C, a shell script, wasmtime and node; "
                "default: hello-c", runs=50,
                wasmtime=True, modules="?")
    start.add_argument("--commands", type=names, default=",".join(COMMANDS),
                       help="by commas; a round with node leaves the others cold caches (default: %(default)s)")
    start.add_argument("--strict", action="store_true", help="exit 1 if it is slower than we want it")
    growth = add(commands, show_growth, "growth",
                 "whether compiling stays linear: a module with its functions again and again; default: quickjs",
                 runs=3, modules="?")
    growth.add_argument("--steps", type=positive, default=6, help="doublings, the first included; default: %(default)s")
    add(commands, show_code_size, "size", "machine code beside wasmtime's compilers; default: all programs",
        wasmtime=True)
    add(commands, show_instructions, "count",
        "instructions by phase, by valgrind; default: hello-c, bzip2-c, lua-eh, quickjs")
    instance = add(commands, show_instances, "instance",
                   "a fresh instance for a call, deadlines, and what the protections cost", modules=None)
    instance.add_argument("--count", type=positive, default=20_000, help="rounds; default: %(default)s")
    instance.add_argument("--guests", type=positive, default=64, help="that loop; default: %(default)s")
    instance.add_argument("--strict", action="store_true", help="exit 1 if a round takes longer than it may")
    interface = add(commands, show_interface, "wasi", "what WASI's functions cost, beside wasmtime", runs=5,
                    wasmtime=True, modules=None)
    interface.add_argument("--cases", help=f"by commas, of {', '.join(CASES)}; default: all")
    interface.add_argument("--strict", action="store_true", help="exit 1 if one takes longer than in wasmtime")
    load = add(commands, show_load, "http",
               "requests a second beside a plain server on the same library, and wasmtime serve", runs=3, wasmtime=True,
               modules=None)
    load.add_argument("--cases", default=",".join(LOADS), help="by commas; default: %(default)s")
    load.add_argument("--seconds", type=positive, default=10, help="of each run; default: %(default)s")
    load.add_argument("--idle", type=positive, default=10_000, help="connections; default: %(default)s")
    load.add_argument("--functions", type=positive, default=1000, help="that are asked for; default: %(default)s")
    load.add_argument("--flag", action="append", default=[], help="one more for the server, as --flag=--workers=4")
    load.add_argument("--strict", action="store_true", help="exit 1 if it is slower than we want it")
    tiers = add(commands, show_tiers, "tiers",
                "a function of a server under load on its way to optimized code, and what that costs others", runs=3,
                modules=None)
    tiers.add_argument("--seconds", type=positive, default=5, help="of each run; default: %(default)s")
    tiers.add_argument("--connections", type=positive, default=8, help="that ask for it; default: %(default)s")
    tiers.add_argument("--functions", type=positive, default=30, help="to be compiled beside another one; default: %(default)s")
    tiers.add_argument("--flag", action="append", default=[], help="one more for the server, as --flag=--workers=4")
    tiers.add_argument("--strict", action="store_true", help="exit 1 if a request fails, or others wait for long")
    return parser.parse_args()


def add(commands, action, name, purpose, runs=None, wasmtime=False, modules="*"):
    """A command and the flags it shares with others."""
    command = commands.add_parser(name, help=purpose, description=purpose)
    command.set_defaults(action=action)
    command.add_argument("--tfc", default=str(ROOT / ".build/release/tfc"),
                         help="what to measure; default: the release build")
    if runs:
        command.add_argument("-n", dest="runs", type=positive, default=runs, help=f"runs of each; default: {runs}")
    if wasmtime:
        command.add_argument("--wasmtime", help="default: that of the peers")
    if modules:
        command.add_argument("modules", nargs=modules, metavar="MODULE", help="see scripts/bench --help")
    return command


def names(text):
    chosen = text.split(",")
    if "tfc" not in chosen or not set(chosen) <= set(COMMANDS):
        raise argparse.ArgumentTypeError(f"tfc, and any other of {', '.join(COMMANDS)}")
    return chosen


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def main():
    options = arguments()
    if isinstance(getattr(options, "modules", None), str):
        options.modules = [options.modules]
    with tempfile.TemporaryDirectory(prefix="terrafirma-bench-") as scraps:
        try:
            return options.action(Bench(options.tfc, scraps), options) or 0
        except (Problem, OSError) as problem:
            print(f"scripts/bench: {problem}", file=sys.stderr)
            return 2
        except KeyboardInterrupt:
            return 130


if __name__ == "__main__":
    sys.exit(main())

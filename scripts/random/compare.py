"""Random modules, compiled by tfc, against wasmtime; see `--help`."""

import argparse
import itertools
import json
import os
import pathlib
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile

import exceptions
import objects
import oracle
import shapes
import vectors

PEERS = pathlib.Path(os.environ["PEERS"])
HERE = pathlib.Path(__file__).resolve().parent
SMITH = """ensure-termination fuel=200 export-everything=true canonicalize-nans=true min-funcs=3 min-types=3
    max-instructions=500 max-memories=3 max-memory32-bytes=262144 max-memory64-bytes=262144 memory-max-size-required=true
    max-table-elements=200 table-max-size-required=true max-tables=3 simd-enabled=true relaxed-simd-enabled=false
    threads-enabled=true gc-enabled=true exceptions-enabled=true tail-call-enabled=true memory64-enabled=true
    extended-const-enabled=true custom-page-sizes-enabled=true wide-arithmetic-enabled=true
    shared-everything-threads-enabled=false compact-imports-enabled=false custom-descriptors-enabled=false""".split()
# What of binaryen's features has not changed its encoding since Debian's version.
TTF = """-mvp --enable-sign-ext --enable-mutable-globals --enable-nontrapping-float-to-int --enable-bulk-memory
    --enable-multivalue --enable-simd --enable-tail-call --enable-threads --enable-extended-const
    --denan""".split()


IMPORTS = "(module" + shapes.IMPORTS + """
    (import "fuzzing-support" "shared" (memory 1 3)) (import "fuzzing-support" "funcs" (table 8 20 funcref))
    (import "fuzzing-support" "fixed" (global f64)) (import "fuzzing-support" "tag" (tag (param i32 i64)))
    (import "fuzzing-support" "wide" (memory i64 1 2)))"""


def run(command, **options):
    return subprocess.run([str(part) for part in command], capture_output=True, check=False, **options)


def smith(seed, folder):
    bytes_ = random.Random(seed).randbytes(2000 + seed % 7 * 1000)
    imports = folder / "imports.wasm"
    if not imports.exists():
        imports.write_bytes(run([PEERS / "wasm-tools", "parse", "-"], input=IMPORTS.encode()).stdout)
    flags = [word for option in SMITH for word in ("--" + option).split("=")]
    result = run([PEERS / "wasm-tools", "smith", *flags, "--available-imports", imports], input=bytes_)
    return [result.stdout] if result.returncode == 0 else None


def ttf(seed, folder):
    source, target = folder / "ttf.bin", folder / "ttf.wasm"
    source.write_bytes(random.Random(seed).randbytes(3000 + seed % 9 * 3000))
    result = run(["wasm-opt", "-ttf", source, *TTF, "-o", target])
    return [target.read_bytes()] if result.returncode == 0 else None


def shape(seed, folder):
    return [bytes(oracle.wasmtime.wat2wasm(text)) for text in shapes.module(seed)]


def vector(seed, folder):
    return [bytes(oracle.wasmtime.wat2wasm(text)) for text in vectors.module(seed)]


def object_(seed, folder):
    return [bytes(oracle.wasmtime.wat2wasm(text)) for text in objects.module(seed)]


def exception(seed, folder):
    return [bytes(oracle.wasmtime.wat2wasm(text)) for text in exceptions.module(seed)]


GENERATORS = {"smith": smith, "ttf": ttf, "shapes": shape, "vectors": vector, "objects": object_,
              "exceptions": exception}


def is_allowed(reason):
    """Divergences that the specification allows, or that are limits of ours."""
    if "call stack exhausted" in reason or "undefined element, instead of: out of bounds table access" in reason:
        return True
    # wasmtime finds an address beyond 32 bits before it looks at the alignment; both trap.
    if "unaligned atomic, instead of: out of bounds memory access" in reason:
        return True
    match = re.search(r"f(32|64)\((\d+)\) instead of arithmeticNaN", reason)
    if match:
        width = int(match[1])
        return int(match[2]) & ((1 << width - 1) - 1) > (0x7F800000 if width == 32 else 0x7FF0000000000000)
    return False


class Comparison:
    def __init__(self, options):
        self.options = options
        self.refused = self.compared = self.commands = self.failures = 0

    def write(self, seed, kind, folder):
        """A module's script in a folder; None if there is nothing to compare."""
        contents = GENERATORS[kind](seed, folder)
        if contents is None:
            return None
        return self.record(contents, f"{kind}-{seed}", seed, folder)

    def record(self, modules, stem, seed, folder, canonical=False):
        """The script, or None. wasmtime runs in a process of its own, since there are modules that end it."""
        path = folder / f"{stem}.json"
        child = os.fork()
        if child == 0:
            os._exit(self.record_here(modules, stem, seed, path, canonical))
        _, status = os.waitpid(child, 0)
        if status != 0:
            if self.options.verbose and status != 256:
                print(f"{stem}: wasmtime: ended with status {status}")
            return None
        self.commands += 0 if canonical else len(json.loads(path.read_text())["commands"])
        return path

    def record_here(self, modules, stem, seed, path, canonical):
        try:
            script = oracle.Recorder(path.parent, seed, canonical).record(modules[0], stem, modules[1:])
            path.write_text(json.dumps(script))
            return 0
        except oracle.Refused as error:
            if self.options.verbose:
                print(f"{stem}: wasmtime: {str(error)[:150]}", flush=True)
            return 1
        except BaseException as error:
            print(f"{stem}: not compared: {error!r}", flush=True)
            return 2

    def hangs_on_nans(self, script, reason):
        """Whether wasmtime itself gets other results where this one failed, or before, once all NaNs are alike."""
        line = re.match(r"line (\d+),", reason)
        modules = [script.with_suffix(".wasm"), *sorted(script.parent.glob(f"{script.stem}.importer?.wasm"))]
        folder = script.parent / "alike"
        folder.mkdir(exist_ok=True)
        contents = [module.read_bytes() for module in modules]
        again = line and self.record(contents, script.stem, self.seed(script), folder, canonical=True)
        if not again:
            return False
        pairs = zip(*(json.loads(path.read_text())["commands"][:int(line[1])] for path in (script, again)))
        return any(first != second for first, second in pairs)

    def check(self, scripts):
        """Failures by script: the whole of a folder at once, single ones if that does not end well."""
        found = self.differences(scripts)
        return {script: reason for script, reason in found.items() if not self.hangs_on_nans(script, reason)}

    def differences(self, scripts):
        found = {}
        options = self.options
        for tier, checks, limit in itertools.product(options.tiers, options.bounds_checks, options.expression_limits):
            flags = ["--tier", tier, "--bounds-checks", checks, *(["--expression-limit", limit] if limit else [])]
            found = {**self.check_once(scripts, flags), **found}
        return found

    def check_once(self, scripts, flags):
        command = [self.options.tfc, "wast", "-v", *flags, *scripts]
        try:
            result = run(command, timeout=60 + 10 * len(scripts))
        except subprocess.TimeoutExpired:
            result = None
        # A sanitizer's finding ends it with 1 too, but without the counts of all together.
        if result is None or not re.search(rb"^\d+ passed, \d+ failed", result.stdout, re.MULTILINE):
            if len(scripts) > 1:
                middle = len(scripts) // 2
                return {**self.check_once(scripts[:middle], flags), **self.check_once(scripts[middle:], flags)}
            why = "takes for ever" if result is None else f"status {result.returncode} {result.stderr[-300:]!r}"
            return {scripts[0]: f"tfc wast {' '.join(flags)}: {why}"}
        return self.failures_in(result.stdout.decode(errors="replace"), flags)

    def failures_in(self, text, flags):
        found, spoiled = {}, set()
        for line in text.splitlines():
            match = re.match(r"(.*\.json):(\d+): (.*)", line)
            if not match or "/" not in match[1]:
                continue
            path = pathlib.Path(match[1])
            # What was left after a divergence that is allowed is no longer the same state.
            if is_allowed(match[3]):
                spoiled.add(path)
            elif path not in spoiled:
                found.setdefault(path, f"line {match[2]}, {' '.join(flags)}: {match[3]}")
        return found

    def chunk(self, seeds, kind):
        with tempfile.TemporaryDirectory(prefix="terrafirma-random-") as name:
            folder = pathlib.Path(name)
            scripts = [self.write(seed, kind, folder) for seed in seeds]
            self.refused += scripts.count(None)
            scripts = [script for script in scripts if script]
            self.compared += len(scripts)
            for script, reason in self.check(scripts).items() if scripts else ():
                self.report(script, reason)

    def report(self, script, reason):
        self.failures += 1
        print(f"FAILED {script.stem}: {reason}", flush=True)
        kept = self.options.keep
        kept.mkdir(parents=True, exist_ok=True)
        module = kept / f"{script.stem}.wasm"
        shutil.copy(script.with_suffix(".wasm"), module)
        if self.options.reduce:
            self.reduce(module)

    def reduce(self, module):
        """Makes the module small while it still fails, and leaves it as text."""
        flags = ["--tfc", self.options.tfc, "--expression-limits", ",".join(self.options.expression_limits),
                 "--bounds-checks", ",".join(self.options.bounds_checks), "--tiers", ",".join(self.options.tiers),
                 "--seed", str(self.seed(module))]
        predicate = module.with_suffix(".sh")
        parts = " ".join(f"'{part}'" for part in [HERE.parent / "compare-random", *flags, "--fails"])
        predicate.write_text(f"#!/bin/sh\nexec {parts} \"$1\"\n")
        predicate.chmod(0o755)
        run([PEERS / "wasm-tools", "shrink", predicate, module, "-o", module.with_suffix(".small.wasm"), "-a", 300])
        small = module.with_suffix(".small.wasm")
        run([PEERS / "wasm-tools", "print", small if small.exists() else module, "-o", module.with_suffix(".wat")])

    def seed(self, path):
        """The seed of a module's arguments: the number in its name."""
        number = re.search(r"\d+", path.stem)
        return self.options.seed if self.options.seed is not None else int(number[0]) if number else 0

    def fails(self, path):
        """Whether one module, binary or text, fails."""
        contents = run([PEERS / "wasm-tools", "parse", path]).stdout
        with tempfile.TemporaryDirectory(prefix="terrafirma-random-") as name:
            script = self.record([contents], path.stem, self.seed(path), pathlib.Path(name))
            found = self.check([script]) if script else {}
            for reason in found.values():
                print(f"FAILED {path.stem}: {reason}")
            return bool(found)


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/compare-random", description="""
        Makes modules from seeds, calls all that they export with arguments chosen by the seed in wasmtime, and lets
        `tfc wast` find the same results, traps, globals, tables and memory. Kinds of modules: smith (wasm-tools
        smith), ttf (wasm-opt -ttf), shapes (expressions, order and control that the others hardly make), vectors,
        objects (structures, arrays, casts, with collections in between), exceptions (thrown and caught everywhere).
        What may differ: bits of NaNs, where the stack ends, and which of two traps one instruction ends in. Exit
        status 1 if anything else did. Modules that once failed are in Tests/RandomModules; name them to run them
        again.""")
    parser.add_argument("--tfc", default=str(HERE.parent.parent / ".build/release/tfc"), help="the tool to test")
    parser.add_argument("--kinds", default="smith,ttf,shapes,vectors,objects,exceptions", help="by commas")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--count", type=int, default=100, help="how many seeds of each kind")
    parser.add_argument("--expression-limits", default=",2,1", help="by commas; nothing is the default limit")
    parser.add_argument("--bounds-checks", default="guard-pages", help="guard-pages, explicit or both, by commas")
    parser.add_argument("--tiers", default="quick", help="quick, optimized or both, by commas")
    parser.add_argument("--keep", type=pathlib.Path, default=pathlib.Path("random-failures"),
                        help="where modules that fail are left")
    parser.add_argument("--reduce", action="store_true", help="make failing modules small, as text")
    parser.add_argument("--fails", type=pathlib.Path, metavar="MODULE", help="exit 0 if this module fails, else 1")
    parser.add_argument("--seed", type=int, help="of the arguments, for MODULE; the number in its name if not given")
    parser.add_argument("--verbose", action="store_true", help="say why modules are left out")
    parser.add_argument("modules", nargs="*", type=pathlib.Path, help="instead of seeds: modules, binary or text")
    options = parser.parse_args()
    options.expression_limits = options.expression_limits.split(",")
    options.bounds_checks = options.bounds_checks.split(",")
    options.tiers = options.tiers.split(",")
    return options


def main():
    options = arguments()
    comparison = Comparison(options)
    if options.fails:
        return 0 if comparison.fails(options.fails) else 1
    if options.modules:
        failed = [path for path in options.modules if comparison.fails(path)]
        print(f"{len(options.modules) - len(failed)} passed, {len(failed)} failed")
        return 1 if failed else 0
    passed = failed = 0
    for kind in options.kinds.split(","):
        comparison = compare_seeds(kind, options)
        passed += comparison.compared - comparison.failures
        # Nothing to compare is no success.
        failed += comparison.failures or (comparison.compared == 0)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def compare_seeds(kind, options):
    comparison = Comparison(options)
    last = options.first + options.count
    for start in range(options.first, last, 40):
        comparison.chunk(range(start, min(start + 40, last)), kind)
    print(f"{kind}: {comparison.compared} modules compared, {comparison.refused} left out, "
          f"{comparison.commands} commands, {comparison.failures} modules failed", flush=True)
    return comparison


if __name__ == "__main__":
    sys.exit(main())

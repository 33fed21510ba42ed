"""How fast modules are compiled, by phase, and what memory that takes."""

import collections
import re

from problem import Problem
from table import ratio, show
from wasm import code_bytes

PHASES = ["read", "hash", "decode and validate", "translate", "libtcc", "write", "publish", "load", "other"]
# What takes longer the larger a module is. Bodies are validated on the way of translation.
RATED = ["decode and validate", "translate", "libtcc", "write", "load", "total"]


class Measured:
    """A module's sizes, and the least of what each phase took."""

    def __init__(self, bench, module):
        self.name, self.path = module.name, module.path
        self.code = code_bytes(module.path)
        self.source = len(bench.output(bench.tfc, "compile", "--emit", "c", module.path))
        self.native = self.peak = None
        self.milliseconds = collections.defaultdict(lambda: float("inf"))

    def compile(self, bench):
        """Compiles it anew, and finds it in the cache once."""
        run = bench.run(bench.tfc, "compile", "--force", "--timings", self.path)
        self.native, times = report(run.output.read_text())
        for phase in PHASES:
            self.keep(phase, times.get(phase, 0))
        self.keep("total", times["total"])
        if run.peak is not None:
            self.peak = min(run.peak, self.peak or run.peak)
        _, again = report(bench.output(bench.tfc, "compile", "--timings", self.path).decode())
        self.keep("cached", again["total"])

    def keep(self, phase, milliseconds):
        self.milliseconds[phase] = min(self.milliseconds[phase], milliseconds)


def report(text):
    """Bytes of the artifact and milliseconds by phase, from what `tfc compile --timings` prints."""
    first = re.search(r": \d+ -> (\d+) bytes, ([\d.]+) ms, ", text)
    if not first:
        raise Problem(f"tfc compile --timings prints something else by now: {text}")
    times = {name: float(value) for value, name in re.findall(r"^ +([\d.]+) ms  (.+)$", text, re.MULTILINE)}
    return int(first[1]), {**times, "total": float(first[2])}


def measure(bench, modules, runs):
    """Round by round through all modules, so that what disturbs the machine for a while disturbs no module alone."""
    measured = [Measured(bench, module) for module in modules]
    for _ in range(runs):
        for each in measured:
            each.compile(bench)
    return measured


def show_compilation(bench, options):
    measured = measure(bench, bench.modules(options.modules, None), options.runs)
    show_sizes(measured)
    show_times(measured, options.runs)
    show_throughput(measured)
    show_memory(measured)


def column(phase):
    return phase.replace(" and ", "+")


def show_sizes(measured):
    show("size (bytes): code section of the module, C made of it, artifact in the cache",
         ["module", "code", "C", "native", "C/code", "native/code"],
         [[each.name, str(each.code), str(each.source), str(each.native), ratio(each.source, each.code),
           ratio(each.native, each.code)] for each in measured])


def show_times(measured, runs):
    columns = [*PHASES, "total", "cached"]
    show(f"time (ms, least of {runs}): compiling anew, by phase and in total, and finding it in the cache",
         ["module", *map(column, columns)],
         [[each.name, *(f"{each.milliseconds[phase]:.3f}" for phase in columns)] for each in measured])


def show_throughput(measured):
    def row(name, code, milliseconds):
        return [name, *(ratio(code / 1e3, milliseconds(phase)) for phase in RATED)]

    rows = [row(each.name, each.code, each.milliseconds.get) for each in measured]
    if len(measured) > 1:
        rows.append(row("all", sum(each.code for each in measured),
                        lambda phase: sum(each.milliseconds[phase] for each in measured)))
    show("throughput (MB of code section per s; MB is 1,000,000 bytes)", ["module", *map(column, RATED)], rows)


def show_memory(measured):
    show('peak memory of the process (MiB, least; "-": less than can be seen from here)',
         ["module", "MiB", "bytes/code"],
         [[each.name, ratio(each.peak, 1 << 20, 1), ratio(each.peak, each.code, 1)] for each in measured])

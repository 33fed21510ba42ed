"""How long a command that does nothing but say hello takes, beside what else says hello."""

import shutil
import statistics

import instructions
from bench import note
from problem import Problem
from table import ratio, show

# In the order of the rounds.
COMMANDS = ["sh", "c", "standalone", "tfc", "wasmtime", "wasmtime-uncached", "node"]
# What tfc run may take of what wasmtime does, and the module as an executable of what a static one in C does.
WANTED = 0.6
WANTED_STANDALONE = 1.3

C_SOURCE = """#include <stdio.h>
int main(void) {
    puts("hello, world");
    return 0;
}
"""


def show_start(bench, options):
    """1 if the ratios are to be met, and one is not."""
    module = bench.modules(options.modules, ["hello-c"])[0]
    compared = commands(bench, module, options)
    runs = interleave(bench, compared, options.runs)
    show_times(module, runs, options.runs)
    print()
    met = [state(runs, "standalone", "c", WANTED_STANDALONE), state(runs, "tfc", "wasmtime", WANTED)]
    state(runs, "tfc", "sh")
    for name in ("c", "standalone"):
        if name in compared:
            print(f"size of {name}: {compared[name][0].stat().st_size} bytes")
    count(bench, module)
    return 0 if all(met) or not options.strict else 1


def commands(bench, module, options):
    """What is compared, by name; None where it cannot run here."""
    makers = {
        "sh": lambda: shell_script(bench),
        "c": lambda: static_c(bench),
        "standalone": lambda: standalone(bench, module),
        "tfc": lambda: [bench.tfc, "run", module.path],
        "wasmtime": lambda: precompiled(bench, module, options.wasmtime),
        "wasmtime-uncached": lambda: uncached(bench, module, options.wasmtime),
        "node": lambda: node_script(bench),
    }
    found = {name: makers[name]() for name in COMMANDS if name in options.commands}
    return {name: command for name, command in found.items() if command}


def shell_script(bench):
    script = bench.scraps / "hello.sh"
    script.write_text("#!/bin/sh\necho hello, world\n")
    script.chmod(0o755)
    return [script]


def static_c(bench):
    """The least that a process can be: what says hello in C, without a library to be found at start."""
    compiler = next(filter(None, map(shutil.which, ("clang", "gcc"))), None)
    if not compiler:
        note("neither clang nor gcc is installed, so nothing is compared with C")
        return None
    source, program = bench.scraps / "hello.c", bench.scraps / "hello-c"
    source.write_text(C_SOURCE)
    bench.run(compiler, "-O2", "-static", source, "-o", program)
    return [program]


def standalone(bench, module):
    program = bench.scraps / "hello-standalone"
    try:
        bench.run(bench.tfc, "compile", "--emit", "executable", "-o", program, module.path)
    except Problem as problem:
        note(f"no executable is made of {module.name}: {problem}")
        return None
    return [program]


def uncached(bench, module, named):
    wasmtime = bench.wasmtime(named)
    return [wasmtime, "run", "-C", "cache=n", module.path] if wasmtime else None


def precompiled(bench, module, named):
    wasmtime = bench.wasmtime(named)
    if not wasmtime:
        return None
    path = bench.scraps / "hello.cwasm"
    bench.run(wasmtime, "compile", module.path, "-o", path)
    return [wasmtime, "run", "--allow-precompiled", path]


def node_script(bench):
    node = shutil.which("node")
    if not node:
        note("node is not installed, so nothing is compared with it")
        return None
    script = bench.scraps / "hello.js"
    script.write_text("console.log('hello, world')\n")
    return [node, script]


def interleave(bench, compared, rounds):
    """One of each, again and again: A B C D A B C D. What disturbs the machine for a while then disturbs all alike."""
    # The first run of each is not counted: it fills the cache, and the kernel's.
    said = {name: bench.output(*command) for name, command in compared.items()}
    runs = {name: [] for name in compared}
    for _ in range(rounds):
        for name, command in compared.items():
            run = bench.run(*command)
            if run.output.read_bytes() != said[name]:
                raise Problem(f"{name} did not say the same again")
            runs[name].append(run)
    return runs


def median(runs, name):
    return statistics.median(run.seconds for run in runs[name])


def least(runs, name):
    return min(run.seconds for run in runs[name])


def show_times(module, runs, rounds):
    def row(name):
        middle = median(runs, name)
        others = [ratio(middle, median(runs, other)) if other in runs else "-" for other in ("c", "sh", "wasmtime")]
        cpu = statistics.median(run.cpu for run in runs[name])
        return [name, f"{middle * 1e3:.3f}", f"{least(runs, name) * 1e3:.3f}", f"{cpu * 1e3:.3f}", *others]

    show(f"start (ms; {rounds} runs each, interleaved): c is a static executable, standalone one of {module.name}; "
         "tfc and wasmtime run it, compiled before unless uncached; sh and node run a script",
         ["command", "median", "least", "CPU-median", "median/c", "median/sh", "median/wasmtime"],
         [row(name) for name in runs])


def state(runs, name, other, wanted=None):
    """Prints the ratio of two; whether it is what is wanted. What was not measured is not."""
    if name not in runs or other not in runs:
        print(f"{name}/{other}: not measured")
        return False
    medians = median(runs, name) / median(runs, other)
    text = f"{name}/{other}: {medians:.2f} of medians, {least(runs, name) / least(runs, other):.2f} of the least"
    if wanted is None:
        print(text)
        return True
    print(f"{text}; wanted at most {wanted} of medians: {'met' if medians <= wanted else 'NOT MET'}")
    return medians <= wanted


def count(bench, module):
    """A count is the same again tomorrow."""
    try:
        profile = instructions.profile(bench, "run", module.path)
    except Problem as problem:
        note(f"the instructions of tfc are not counted: {problem}")
        return
    print(f"instructions of tfc run: {profile.total}")

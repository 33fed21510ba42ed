"""How long a command that does nothing but say hello takes, beside what else says hello."""

import shutil
import statistics

import instructions
from bench import note
from problem import Problem
from table import ratio, show

# In the order of the rounds.
COMMANDS = ["sh", "tfc", "wasmtime", "node"]
# Of what wasmtime takes.
WANTED = 0.6


def show_start(bench, options):
    """1 if the ratio to wasmtime is to be met, and is not."""
    module = bench.modules(options.modules, ["hello-c"])[0]
    runs = interleave(bench, commands(bench, module, options), options.runs)
    show_times(module, runs, options.runs)
    print()
    met = state("wasmtime", runs, WANTED)
    state("sh", runs)
    count(bench, module)
    return 0 if met or not options.strict else 1


def commands(bench, module, options):
    """What is compared, by name; None where it cannot run here."""
    makers = {
        "sh": lambda: shell_script(bench),
        "tfc": lambda: [bench.tfc, "run", module.path],
        "wasmtime": lambda: precompiled(bench, module, options.wasmtime),
        "node": lambda: node_script(bench),
    }
    found = {name: makers[name]() for name in COMMANDS if name in options.commands}
    return {name: command for name, command in found.items() if command}


def shell_script(bench):
    script = bench.scraps / "hello.sh"
    script.write_text("#!/bin/sh\necho hello, world\n")
    script.chmod(0o755)
    return [script]


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
        others = [ratio(middle, median(runs, other)) if other in runs else "-" for other in ("wasmtime", "sh")]
        cpu = statistics.median(run.cpu for run in runs[name])
        return [name, f"{middle * 1e3:.3f}", f"{least(runs, name) * 1e3:.3f}", f"{cpu * 1e3:.3f}", *others]

    show(f"start (ms; {rounds} runs each, interleaved): sh and node run a script, tfc and wasmtime {module.name}, "
         "compiled before", ["command", "median", "least", "CPU-median", "median/wasmtime", "median/sh"],
         [row(name) for name in runs])


def state(other, runs, wanted=None):
    """Prints tfc's ratio to another; whether it is what is wanted. What was not measured is not."""
    if other not in runs:
        print(f"tfc/{other}: not measured")
        return False
    medians = median(runs, "tfc") / median(runs, other)
    text = f"tfc/{other}: {medians:.2f} of medians, {least(runs, 'tfc') / least(runs, other):.2f} of the least"
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

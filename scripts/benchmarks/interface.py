"""What WASI's functions cost, beside wasmtime: programs that call little else."""

import os
import pathlib
import shutil
import statistics
import subprocess

import process
from bench import ROOT, note
from problem import Problem
from table import ratio, show

GUESTS = pathlib.Path(__file__).resolve().parent / "guests"
# What each does, and how its standard input, its standard output and its folder are made.
CASES = {
    "copy": "1 GiB from standard input, a file, to standard output",
    "pipe": "1 GiB from a pipe to a pipe",
    "list": "a folder of 100,000 files, read",
    "clock": "the time, 10 million times",
    "random": "16 random bytes, a million times",
    "files": "a file opened, read, closed, and found, 100,000 times",
    "lines": "a million lines of two pieces written",
}
COPIED = 1 << 30


def show_interface(bench, options):
    """1 if something takes longer than in wasmtime, and must not."""
    wasmtime = bench.wasmtime(options.wasmtime)
    chosen = options.cases.split(",") if options.cases else list(CASES)
    unknown = set(chosen) - set(CASES)
    if unknown:
        raise Problem(f"there is no case {', '.join(sorted(unknown))}; there are {', '.join(CASES)}")
    rows, met = [], True
    for case in chosen:
        runs = compare(bench, wasmtime, case, options.runs)
        seconds = {name: statistics.median(run.seconds for run in these) for name, these in runs.items()}
        cpu = {name: statistics.median(run.cpu for run in these) for name, these in runs.items()}
        met &= seconds["tfc"] <= seconds.get("wasmtime", seconds["tfc"])
        rows.append([case, *(f"{times[name] * 1e3:.1f}" if name in times else "-"
                             for times in (seconds, cpu) for name in ("tfc", "wasmtime")),
                     ratio(seconds["tfc"], seconds.get("wasmtime")), ratio(cpu["tfc"], cpu.get("wasmtime"))])
    show(f"WASI (ms, medians of {options.runs} runs each, interleaved; both compiled before, wasmtime by Cranelift)",
         ["case", "tfc", "wasmtime", "tfc-CPU", "wasmtime-CPU", "tfc/wasmtime", "of-CPU"], rows)
    for case in chosen:
        print(f"{case}: {CASES[case]}")
    return 0 if met or not options.strict else 1


def compare(bench, wasmtime, case, rounds):
    module = build(bench, "copy" if case == "pipe" else case)
    commands = {"tfc": [bench.tfc, "run"]}
    if wasmtime:
        commands["wasmtime"] = [wasmtime, "run", "--allow-precompiled"]
    folder = prepare(bench, case)
    programs = {"tfc": module, "wasmtime": bench.scraps / f"{case}.cwasm"}
    if wasmtime:
        bench.run(wasmtime, "compile", module, "-o", programs["wasmtime"])
    runs = {name: [] for name in commands}
    said = {}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            grant = ["--dir", f"{folder}::/"] if folder else []
            output, run = perform(bench, case, [*command, *grant, programs[name]])
            if said.setdefault(case, output) != output:
                raise Problem(f"{case}: {name} said {output}, not {said[case]}")
            if turn:  # the first fills caches
                runs[name].append(run)
    return runs


def build(bench, guest):
    """The guest, by the Swift toolchain's own clang."""
    swiftc = shutil.which("swiftc")
    if not swiftc:
        raise Problem("swiftc is not in PATH, and its clang compiles the guests")
    tools = pathlib.Path(swiftc).resolve().parent
    out = bench.scraps / f"{guest}.wasm"
    subprocess.run([tools / "clang", "--target=wasm32-unknown-unknown", "-nostdlib", "-ffreestanding", "-std=c11", "-O2",
                    "-Wall", "-Wextra", "-Werror", "-fuse-ld=lld", "-Wl,--no-entry,--stack-first,-zstack-size=65536",
                    GUESTS / f"{guest}.c", "-o", out], check=True)
    return out


def prepare(bench, case):
    """The folder to grant, or None; and the files that are read."""
    folder = bench.scraps / case
    if case == "copy":
        with open(bench.scraps / "input", "wb") as file:
            for _ in range(COPIED >> 20):
                file.write(bytes(1 << 20))
    elif case == "list":
        folder.mkdir()
        for number in range(100_000):
            os.close(os.open(folder / f"file-number-{number}.txt", os.O_CREAT | os.O_WRONLY, 0o600))
        return folder
    elif case == "files":
        (folder / "some/folder").mkdir(parents=True)
        (folder / "some/folder/file").write_bytes(bytes(1000))
        return folder
    return None


def perform(bench, case, command):
    """Runs it once; what it said (of what is too long: how much), and what it took."""
    output = bench.scraps / "output"
    if case == "pipe":
        return through_pipes(bench, command)
    if case in ("copy", "lines"):
        source = bench.scraps / "input" if case == "copy" else os.devnull
        return "", process.run(command, bench.environment, os.devnull, source=source, errors=f"{output}.errors")
    run = process.run(command, bench.environment, output)
    return output.read_text(), run


def through_pipes(bench, command):
    feeder = subprocess.Popen(["head", "-c", str(COPIED), "/dev/zero"], stdout=subprocess.PIPE)
    inside, outside = os.pipe()
    counter = subprocess.Popen(["wc", "-c"], stdin=inside, stdout=subprocess.PIPE)
    os.close(inside)
    run = process.run(command, bench.environment, outside, source=feeder.stdout.fileno(),
                      errors=bench.scraps / "output.errors")
    os.close(outside)
    feeder.stdout.close()
    feeder.wait()
    return counter.communicate()[0].decode().strip(), run

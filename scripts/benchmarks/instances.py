"""What a fresh instance costs, how exactly guests are stopped, and what each protection costs."""

import os
import pathlib
import shutil
import subprocess

from bench import ROOT, note
from problem import Problem
from table import show

PROGRAM = ROOT / ".build/release/instance-benchmark"
BUILD = "swift build -c release --static-swift-stdlib --product instance-benchmark"

EMPTY = '(module (memory 1) (func (export "run")))'
LOOP = '(module (func (export "run") (loop (br 0))))'
# 16 pages of a mebibyte that is there from the start.
IMAGE = """(module (memory 17)
  (func (export "run") (local i32)
    (loop (i64.store (local.get 0) (i64.const 1))
      (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 65536))) (i32.const 1048576)))))
  (data (i32.const 0) "%s"))""" % ("x" * (1 << 20))

# What is measured, and the most that the median may take, in microseconds.
CASES = {"empty": 5, "hello": 8, "image": 15}
# What can be left out, for the difference.
PROTECTIONS = {"pool": "no pool: fresh mappings", "deadline": "no deadline", "cpu": "no limit on processor time"}


def show_instances(bench, options):
    """1 if something takes longer than it may."""
    modules = assemble(bench)
    rows, met = [], True
    for name, most in CASES.items():
        for threads in (1, 2):
            times = rounds(bench, modules[name], threads, options.count)
            met &= times[0] <= most
            rows.append([name, str(threads), *(f"{time:.2f}" for time in times), str(most)])
    show(f"an instance taken, called and given back (us; {options.count} on each thread)",
         ["function", "threads", "median", "99%", "mean", "wanted"], rows)
    print()
    show_deadlines(bench, modules["loop"], options)
    print()
    show_protections(bench, modules, options)
    print()
    show_system_calls(bench, modules, options)
    return 0 if met or not options.strict else 1


def assemble(bench):
    texts = {"empty": EMPTY, "loop": LOOP, "image": IMAGE,
             "hello": (ROOT / "Sources/Examples/hello-text.wat").read_text()}
    if not shutil.which("wat2wasm"):
        raise Problem("wat2wasm is not there: scripts/install test")
    if not os.access(PROGRAM, os.X_OK):
        raise Problem(f"there is no {PROGRAM}; build it: {BUILD}")
    paths = {}
    for name, text in texts.items():
        source = bench.scraps / f"{name}.wat"
        source.write_text(text)
        paths[name] = bench.scraps / f"{name}.wasm"
        subprocess.run(["wat2wasm", source, "-o", paths[name]], check=True)
    return paths


def measure(bench, *arguments):
    return [float(number) for number in bench.output(PROGRAM, *map(str, arguments)).split()]


def rounds(bench, module, threads, count, *without):
    return measure(bench, "rounds", threads, count, module, *without)


def show_deadlines(bench, module, options):
    rows = []
    for guests in (1, 8, options.guests):
        late = measure(bench, "deadlines", guests, 1000, module)
        rows.append([str(guests), *(f"{time / 1000:.2f}" for time in late)])
    show("guests that loop, stopped so much after their time (ms)", ["guests", "median", "99%", "worst"], rows)


def show_protections(bench, modules, options):
    """Each alone left out, interleaved with the whole; the least of the medians counts."""
    names = ["hello", "image"]
    least = {}
    for _ in range(5):
        for name in names:
            for without in (None, *PROTECTIONS):
                time = rounds(bench, modules[name], 1, options.count, *([without] if without else []))[0]
                least[name, without] = min(time, least.get((name, without), time))
    rows = [["all of them", *(f"{least[name, None]:.2f}" for name in names)]]
    for without, text in PROTECTIONS.items():
        rows.append([text, *(f"{least[name, without]:.2f}" for name in names)])
    show("a round with and without (us, least of 5 medians)", ["", *names], rows)


def show_system_calls(bench, modules, options):
    """Of 10,000 rounds, less those of none: what is left is of the rounds."""
    if not shutil.which("strace"):
        note("strace is not there, so system calls are not counted")
        return
    rows = []
    for name in CASES:
        few, many = (count_calls(bench, modules[name], count) for count in (1, 10_001))
        calls = {call: many[call] - few.get(call, 0) for call in many}
        busy = sorted((call for call in calls if calls[call] >= 100), key=lambda call: -calls[call])
        mapping = sum(calls.get(call, 0) for call in ("mmap", "munmap", "mprotect", "brk"))
        rows.append([name, str(mapping), ", ".join(f"{call} {calls[call]}" for call in busy) or "-"])
    show("system calls of 10,000 rounds (strace)", ["function", "mmap, munmap, mprotect, brk", "others"], rows)


def count_calls(bench, module, count):
    report = bench.scraps / "calls"
    bench.run(shutil.which("strace"), "-f", "-c", "-o", report, PROGRAM, "rounds", 1, count, module)
    calls = {}
    for line in pathlib.Path(report).read_text().splitlines():
        words = line.split()
        if len(words) >= 5 and words[0][0].isdigit() and words[-1] != "total":
            calls[words[-1]] = int(words[3])
    return calls

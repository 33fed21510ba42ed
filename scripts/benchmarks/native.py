"""Kernels as their authors' compiler builds them for this machine: what compiled modules are compared with at best."""

import math
import os
import shutil
import subprocess

from bench import note
from table import ratio, show

# As ../shared/bench/kernels/build has them.
FLAGS = ["-O2", "-ffp-contract=off"]


def show_native(bench, kernels, numbers, runs):
    """Each tier's time of a kernel by that of the same C, built natively."""
    source = bench.shared / "bench" / "kernels" / "kernels.c"
    compiler = shutil.which("clang") or shutil.which("gcc")
    if not source.is_file() or not compiler:
        note("native builds are left out: there is no compiler, or no kernels.c")
        return
    tiers = sorted({subject for found in numbers.values() for subject in found if subject.startswith("tfc/")})
    rows, quotients = [], {tier: [] for tier in tiers}
    for kernel in kernels:
        seconds = native_seconds(bench, compiler, source, kernel, runs)
        if seconds is None or kernel not in numbers:
            continue
        cells = []
        for tier in tiers:
            measured = (numbers[kernel].get(tier) or {}).get("run")
            cells.append(ratio(measured, seconds))
            if measured:
                quotients[tier].append(measured / seconds)
        rows.append([kernel, f"{seconds:.3f}", *cells])
    means = [f"{math.exp(sum(map(math.log, found)) / len(found)):.2f}" if found else "-" for found in quotients.values()]
    show(f"native builds by {os.path.basename(compiler)} {' '.join(FLAGS)} (CPU s), and the tiers by them",
         ["kernel", "native", *tiers], [*rows, ["geomean", "", *means]])


def native_seconds(bench, compiler, source, kernel, runs):
    """The least of some runs; None if there is no such kernel."""
    program = bench.scraps / f"native-{kernel}"
    made = subprocess.run([compiler, *FLAGS, f"-DKERNEL={kernel}", source, "-o", program], check=False,
                          stderr=subprocess.DEVNULL)
    if made.returncode != 0:
        return None
    return min(user_seconds(program) for _ in range(runs))


def user_seconds(program):
    process = subprocess.Popen([program], stdout=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return usage.ru_utime

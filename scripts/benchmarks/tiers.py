"""A function of a server under load on its way from quick to optimized code, and what its compiling costs others."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time

from bench import ROOT
from load import BUILD, HELLO, assemble, free_port, get, milliseconds, wait_for, wait_until_loaded
from problem import Problem
from table import ratio, show

EXAMPLE = ROOT / "Sources/Examples/mandelbrot.c"
WANTED_TAIL = 1.5
ASKING = """
local turn = 0
request = function() turn = turn + 1; return wrk.format("GET", "/g" .. turn %% %d .. ".wasm") end
"""


def show_tiers(bench, options):
    """1 if a request failed, or if others wait longer than we want them to."""
    for program in ("wat2wasm", "wrk"):
        if not shutil.which(program):
            raise Problem(f"{program} is not there: scripts/install test")
    folder = served(bench, options.functions)
    moves = [move(bench, options, folder) for _ in range(options.runs)]
    show(f"a function that computes, {options.connections} connections without pause (medians of {options.runs} runs)",
         ["", "value"],
         [["first-request-to-swap,s", f"{median(moves, 'seconds'):.2f}"],
          ["requests/s-quick", f"{median(moves, 'before'):.0f}"],
          ["requests/s-optimized", f"{median(moves, 'after'):.0f}"],
          ["ratio", ratio(median(moves, "after"), median(moves, "before"))],
          ["requests-until-the-swap", f"{median(moves, 'requests'):.0f}"],
          ["failed", str(sum(each["failed"] for each in moves))]])
    tails = {name: [] for name in ("quick", "auto")}
    for _ in range(options.runs):
        for tier, these in tails.items():
            these.append(tail(bench, options, folder, tier))
    rows = [[tier, *(f"{median(these, part):.2f}" for part in ("50", "99")), f"{median(these, 'rate'):.0f}",
             f"{median(these, 'share') * 100:.0f}%"] for tier, these in tails.items()]
    worse = median(tails["auto"], "99") / median(tails["quick"], "99")
    show(f"another function beside those that compute, without and with compiling all the while (wrk -t1 -c8 "
         f"-d{options.seconds}; ms)", ["tier", "50%", "99%", "requests/s", "compiling"], rows)
    print(f"99% with compiling: {worse:.2f} of that without")
    failed = sum(each["failed"] for each in moves + tails["quick"] + tails["auto"])
    return 0 if not options.strict or not failed and worse <= WANTED_TAIL else 1


def median(these, part):
    values = sorted(each[part] for each in these)
    return values[len(values) // 2]


def served(bench, count):
    """A folder with hello, one function that computes, and so many of the same with code of their own."""
    folder, sources = bench.scraps / "served", bench.scraps / "sources"
    folder.mkdir()
    sources.mkdir()
    text = EXAMPLE.read_text()
    (sources / "f.c").write_text(text)
    for number in range(count):
        (sources / f"g{number}.c").write_text(text.replace("ROUNDS = 1000", f"ROUNDS = {900 + number}"))
    subprocess.run([ROOT / "scripts/build-examples", folder, sources], check=True)
    assemble(HELLO.read_text(), folder / "hello.wasm")
    return folder


@contextlib.contextmanager
def server(bench, folder, *flags):
    """Ports of a server with a cache of its own."""
    port, admin = free_port(), free_port()
    cache = bench.scraps / f"cache-{port}"
    serve = bench.tfc.parent / "tfc-serve"
    if not os.access(serve, os.X_OK):
        raise Problem(f"there is no {serve}; build it: {BUILD.format('tfc-serve')}")
    command = [serve, folder, "--addr", f"127.0.0.1:{port}", "--admin", f"127.0.0.1:{admin}", *flags]
    environment = {**bench.environment, "XDG_CACHE_HOME": str(cache)}
    with open(bench.scraps / "serve.log", "wb") as log:
        process = subprocess.Popen([str(part) for part in command], stdout=log, stderr=log, env=environment)
    try:
        wait_for(port, process, "serve", bench)
        wait_until_loaded(admin)
        yield port, admin
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
        shutil.rmtree(cache, ignore_errors=True)


# --- On the way ---

def move(bench, options, folder):
    with server(bench, folder, "--tier", "quick") as (port, _):
        before = Asking(port, "f.wasm", options.connections, options.seconds)
        before.wait()
        wanted = get(port, "f.wasm")
    with server(bench, folder, *options.flag) as (port, admin):
        start = time.monotonic()
        during = Asking(port, "f.wasm", options.connections, 3600)
        while tier(admin, "f.wasm") != "optimized":
            if time.monotonic() - start > 300:
                raise Problem(f"not optimized within 300 s: {(bench.scraps / 'serve.log').read_text()[-1000:]}")
            time.sleep(0.02)
        seconds = time.monotonic() - start
        # What is under way has to end well, too.
        time.sleep(1)
        during.interrupt()
        after = Asking(port, "f.wasm", options.connections, options.seconds)
        after.wait()
        if get(port, "f.wasm") != wanted:
            raise Problem("the optimized code gives another answer")
        failed = during.failed + after.failed + before.failed + failures(admin, "f.wasm")
    return {"seconds": seconds, "before": before.rate, "after": after.rate, "requests": during.requests,
            "failed": failed}


def tier(admin, name):
    functions = json.loads(get(admin, "functions"))
    return next((each.get("tier") for each in functions if each["name"] == name), None)


def failures(admin, name):
    """Answers that were not 200, as the server counts them."""
    answers = next(each["answers"] for each in json.loads(get(admin, "functions")) if each["name"] == name)
    return sum(count for status, count in answers.items() if status not in ("200", "499"))


class Asking:
    """wrk at work."""

    def __init__(self, port, path, connections, seconds, script=None):
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}", "--timeout", "30", "--latency",
                   *(["-s", script] if script else []), f"http://127.0.0.1:{port}/{path}"]
        self.process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, text=True)

    def interrupt(self):
        self.process.send_signal(signal.SIGINT)
        self.wait()

    def wait(self):
        said = self.process.communicate()[0]
        self.rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
        self.requests = int(re.search(r"(\d+) requests in", said)[1])
        self.latency = {part: milliseconds(re.search(rf" {part}%\s+([\d.]+)(us|ms|s)", said)) for part in (50, 99)}
        self.failed = int((re.search(r"Non-2xx or 3xx responses: (\d+)", said) or [0, 0])[1])
        errors = re.search(r"connect (\d+), read (\d+), write (\d+), timeout (\d+)", said)
        self.failed += sum(map(int, errors.groups())) if errors else 0


# --- Beside it ---

def tail(bench, options, folder, tier):
    """What hello takes while others compute, and while one after the other of them is compiled if the tier is auto."""
    flags = ["--tier", tier] if tier == "quick" else ["--optimize-after", "1ms", *options.flag]
    script = bench.scraps / "asking.lua"
    script.write_text(ASKING % options.functions)
    with server(bench, folder, *flags) as (port, _), Compilers(bench) as compilers:
        others = Asking(port, "", options.connections, 3600, script)
        time.sleep(1.5)
        compilers.begin()
        hello = Asking(port, "hello.wasm", 8, options.seconds)
        hello.wait()
        share = compilers.share()
        others.interrupt()
    return {"50": hello.latency[50], "99": hello.latency[99], "rate": hello.rate, "share": share,
            "failed": hello.failed + others.failed}


class Compilers:
    """How much of the time there is a compiler at work for a server of ours."""

    def __init__(self, bench):
        self.mark = str(bench.scraps).encode()
        self.seen, self.looks, self.over = 0, 0, threading.Event()
        self.thread = threading.Thread(target=self.look)

    def __enter__(self):
        return self

    def begin(self):
        self.thread.start()

    def look(self):
        while not self.over.wait(0.1):
            self.looks += 1
            self.seen += any(self.is_compiler(number) for number in os.listdir("/proc") if number.isdigit())

    def is_compiler(self, number):
        try:
            with open(f"/proc/{number}/environ", "rb") as file:
                return b"TMPDIR=" + self.mark in file.read()
        except OSError:
            return False

    def share(self):
        self.over.set()
        self.thread.join()
        return self.seen / max(1, self.looks)

    def __exit__(self, *_):
        self.over.set()

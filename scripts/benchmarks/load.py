"""Requests a second: the server beside a plain server on the same library, and wasmtime."""

import contextlib
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import statistics
import subprocess
import time
import urllib.request

from bench import ROOT, note
from problem import Problem
from table import ratio, show

RELEASE = ROOT / ".build/release"
BUILD = "swift build -c release --static-swift-stdlib --product {}"
HELLO = ROOT / "Sources/Examples/hello-text.wat"
LOOP = '(module (func (export "run") (loop (br 0))))'
# What each run looks like.
CASES = {
    "hello": "one function, 32 connections",
    "idle": "the same, with {idle} idle connections open",
    "many": "{functions} functions, asked for at random",
    "looping": "the same as hello, beside a function that loops until its time is up, asked for without pause",
}
WANTED_OF_PLAIN = 0.7
WANTED_OF_WASMTIME = 5

# wrk's own way to ask for one of many.
SCRIPT = """
math.randomseed(os.time())
request = function() return wrk.format("GET", "/f" .. math.random(0, %d) .. ".wasm") end
"""


def show_load(bench, options):
    """1 if the server is slower than we want it."""
    for program in ("wat2wasm", "wrk"):
        if not shutil.which(program):
            raise Problem(f"{program} is not there: scripts/install test")
    cases = options.cases.split(",")
    unknown = set(cases) - set(CASES)
    if unknown:
        raise Problem(f"there is no case {', '.join(sorted(unknown))}; there are {', '.join(CASES)}")
    met = True
    with contextlib.ExitStack() as stack:
        servers = start_all(bench, options, stack)
        for case in cases:
            met &= measure(bench, options, case, servers)
    return 0 if met or not options.strict else 1


# --- Servers ---

def start_all(bench, options, stack):
    """Ports by name."""
    admin = free_port()
    command = [needed("tfc-serve"), served(bench, options), "--admin", f"127.0.0.1:{admin}", *server_flags(bench, options)]
    serve = stack.enter_context(started(bench, "tfc", command))
    wait_until_loaded(admin)
    servers = {"plain": stack.enter_context(started(bench, "plain", [needed("plain-server")])), "tfc": serve}
    wasmtime, component = bench.wasmtime(options.wasmtime), wasmtime_component(bench)
    if wasmtime and component:
        servers["wasmtime"] = stack.enter_context(started(bench, "wasmtime", [wasmtime, "serve", component]))
    return servers


def server_flags(bench, options):
    return ["--access-log", "json", "--access-log-file", str(bench.scraps / "access.log"), *options.flag]


def needed(name):
    program = RELEASE / name
    if not os.access(program, os.X_OK):
        raise Problem(f"there is no {program}; build it: {BUILD.format(name)}")
    return program


def served(bench, options):
    """A folder with hello, with as many functions of their own code as are asked for at random, and one that loops."""
    folder = bench.scraps / "served"
    folder.mkdir()
    text = HELLO.read_text()
    assemble(text, folder / "hello.wasm")
    assemble(LOOP, folder / "loop.wasm")
    for number in range(options.functions if "many" in options.cases else 0):
        assemble(text.replace("Hello World!", f"Hello {number:05}!"), folder / f"f{number}.wasm")
    return folder


def assemble(text, path):
    source = path.with_suffix(".wat")
    source.write_text(text)
    subprocess.run(["wat2wasm", source, "-o", path], check=True)
    source.unlink()


def wasmtime_component(bench):
    """The component of ../shared that answers hello; None if it cannot be had."""
    text, tools = bench.shared / "bench/httphello.wat", bench.peers / "wasm-tools"
    if not text.is_file() or not os.access(tools, os.X_OK):
        note(f"{text} or {tools} is not there, so nothing is compared with wasmtime")
        return None
    made = bench.scraps / "hello-component.wasm"
    subprocess.run([tools, "parse", text, "-o", made], check=True)
    return made


@contextlib.contextmanager
def started(bench, name, command):
    port = free_port()
    address = [str(port)] if name == "plain" else ["--addr", f"127.0.0.1:{port}"]
    # wasmtime's flags come before the component.
    command = [*command[:2], *address, *command[2:]] if name == "wasmtime" else [*command, *address]
    with open(bench.scraps / f"{name}.log", "wb") as log:
        process = subprocess.Popen([str(part) for part in command], stdout=log, stderr=log, env=bench.environment)
    try:
        wait_for(port, process, name, bench)
        yield port
    finally:
        process.send_signal(signal.SIGTERM if name == "tfc" else signal.SIGKILL)
        process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port, process, name, bench):
    for _ in range(400):
        if process.poll() is not None:
            break
        try:
            return get(port, "hello.wasm")
        except OSError:
            time.sleep(0.05)
    raise Problem(f"{name} did not start: {pathlib.Path(bench.scraps / f'{name}.log').read_text()[-1000:]}")


def wait_until_loaded(admin):
    """All functions are there: until then threads compile them."""
    for _ in range(600):
        try:
            return get(admin, "readyz")
        except OSError:
            time.sleep(0.1)
    raise Problem("the server did not load its functions within a minute")


def get(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=30) as answer:
        return answer.read()


# --- Load ---

def measure(bench, options, case, servers):
    runs = {name: [] for name in servers}
    with contextlib.ExitStack() as stack:
        if case == "idle":
            servers = with_idle(stack, servers, options.idle)
            runs = {name: [] for name in servers}
        if case == "many":
            warm_up(servers["tfc"], options.functions)
        if case == "looping":
            stack.enter_context(looping(servers["tfc"]))
        for _ in range(options.runs):
            for name, port in servers.items():
                runs[name].append(load(bench, options, port, case == "many" and name == "tfc"))
    if "tfc" not in runs:
        return False
    print_case(case, options, runs)
    rates = {name: statistics.median(run.rate for run in these) for name, these in runs.items()}
    failed = sum(run.failed for run in runs["tfc"])
    if failed:
        print(f"{failed} requests failed")
    return (not failed and rates["tfc"] >= WANTED_OF_PLAIN * rates["plain"]
            and rates["tfc"] >= WANTED_OF_WASMTIME * rates.get("wasmtime", 0))


def print_case(case, options, runs):
    rates = {name: statistics.median(run.rate for run in these) for name, these in runs.items()}
    rows = [[name, f"{rates[name]:.0f}", *(f"{statistics.median(run.latency[part] for run in these):.2f}" for part in (50, 99)),
             ratio(rates[name], rates["plain"]), ratio(rates[name], rates.get("wasmtime"))]
            for name, these in runs.items()]
    title = CASES[case].format(idle=options.idle, functions=options.functions)
    show(f"{case}: {title} (wrk -t1 -c32 -d{options.seconds}, medians of {options.runs} interleaved runs; ms)",
         ["server", "requests/s", "50%", "99%", "of-plain", "of-wasmtime"], rows)


class load:
    """What wrk says of one run."""

    def __init__(self, bench, options, port, at_random):
        command = ["wrk", "-t1", "-c32", f"-d{options.seconds}", "--latency", f"http://127.0.0.1:{port}/hello.wasm"]
        if at_random:
            script = bench.scraps / "many.lua"
            script.write_text(SCRIPT % (options.functions - 1))
            command[1:1] = ["-s", script]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        self.rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
        self.latency = {part: milliseconds(re.search(rf" {part}%\s+([\d.]+)(us|ms|s)", said)) for part in (50, 99)}
        self.failed = int((re.search(r"Non-2xx or 3xx responses: (\d+)", said) or [0, 0])[1])
        errors = re.search(r"connect (\d+), read (\d+), write (\d+), timeout (\d+)", said)
        self.failed += sum(map(int, errors.groups())) if errors else 0


def milliseconds(match):
    number, unit = match.groups()
    return float(number) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit]


def warm_up(port, functions):
    """Every function has been loaded, and has proved to be short."""
    for _ in range(8):
        for number in random.sample(range(functions), functions):
            get(port, f"f{number}.wasm")


@contextlib.contextmanager
def looping(port):
    """Four clients that ask for a function that never returns."""
    command = ["wrk", "-t1", "-c4", "-d3600", "--timeout", "60", f"http://127.0.0.1:{port}/loop.wasm"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        time.sleep(0.5)
        yield
    finally:
        process.kill()
        process.wait()


def with_idle(stack, servers, count):
    """The servers that keep so many connections open."""
    kept = {}
    for name, port in servers.items():
        try:
            stack.enter_context(idle_connections(port, count))
            kept[name] = port
        except Problem as problem:
            note(f"{name}: {problem}")
    return kept


@contextlib.contextmanager
def idle_connections(port, count):
    """Connections that have had an answer, and ask for nothing more; renewed by nobody, so they must outlive the run."""
    child = subprocess.Popen(["python3", "-c", IDLE, str(port), str(count)], stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, text=True)
    try:
        if child.stdout.readline().strip() != "ready":
            raise Problem(f"{count} idle connections could not be opened")
        yield
    finally:
        child.kill()
        child.wait()


# A process of its own, for its limit of descriptors. It asks again before the servers' idle time is up.
IDLE = r"""
import resource, socket, sys, time
port, count = int(sys.argv[1]), int(sys.argv[2])
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
request = b"GET /hello.wasm HTTP/1.1\r\nHost: x\r\n\r\n"
sockets = []
for number in range(count):
    for attempt in range(50):
        try:
            sockets.append(socket.create_connection(("127.0.0.1", port), 10))
            break
        except OSError:
            time.sleep(0.1)
    sockets[-1].sendall(request)
    assert sockets[-1].recv(4096).startswith(b"HTTP/1.1 200")
print("ready", flush=True)
while True:
    for number, each in enumerate(sockets):
        time.sleep(30 / count)
        each.sendall(request)
        each.recv(4096)
"""

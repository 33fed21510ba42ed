"""Guests that never return, beside a function under load."""

import re
import subprocess
import threading
import time

import guests
from server import Client, Server, assemble, needed

LIMIT = 5.0
# Seconds that an answer may come after the limit.
LATE = 0.010


def run(options, scraps):
    folder = scraps / "served"
    folder.mkdir()
    assemble(guests.LOOP, folder / "loop.wasm")
    assemble(guests.hello("hello"), folder / "hello.wasm")
    workers = options.guests + 16
    flags = [f"--timeout={LIMIT:g}s", f"--workers={workers}", f"--max-instances-per-function={options.guests}"]
    with Server(options.server, scraps, *flags, *options.flag) as server:
        Client(server).get("loop.wasm")
        load(server, 2)
        alone = load(server, options.seconds)
        yield f"alone: {alone.rate:.0f} requests a second, 99 % within {alone.p99 * 1e3:.2f} ms", alone.failed == 0
        late = sorted(looping(server, options.guests, lambda: None))
        yield report(late, "nobody else"), late[len(late) * 99 // 100] <= LATE
        found = []
        late = sorted(looping(server, options.guests, lambda: found.append(load(server, options.seconds))))
        beside, = found
        yield report(late, "a function under load"), late[len(late) * 99 // 100] <= LATE
        yield (f"beside them: {beside.rate:.0f} requests a second, 99 % within {beside.p99 * 1e3:.2f} ms, "
               f"{beside.p99 / alone.p99:.2f} of what it was", beside.failed == 0 and beside.p99 <= 2 * alone.p99)


def report(late, beside):
    middle, most = late[len(late) // 2], late[len(late) * 99 // 100]
    return (f"{len(late)} loops beside {beside}: stopped {middle * 1e3:.1f} ms after their time, 99 % within "
            f"{most * 1e3:.1f}, the last {late[-1] * 1e3:.1f}")


def looping(server, count, meanwhile):
    """By how much the answers to guests that loop were late, as many at a time, while something else is done."""
    late, done = [], threading.Event()

    def ask():
        client = Client(server)
        while True:
            start = time.monotonic()
            status, _ = client.get("loop.wasm")
            # One that had to wait for a thread says nothing of the deadline.
            if status == 504:
                late.append(time.monotonic() - start - LIMIT)
            if done.is_set():
                return

    threads = [threading.Thread(target=ask) for _ in range(count)]
    for number, thread in enumerate(threads):
        thread.start()
        # Not all at the same moment.
        time.sleep(LIMIT / 5 / count)
    meanwhile()
    done.set()
    for thread in threads:
        thread.join()
    return late


class load:
    """What wrk says of a function."""

    def __init__(self, server, seconds):
        said = subprocess.run([needed("wrk"), "-t1", "-c4", f"-d{seconds}s", "--latency", server.url("hello.wasm")],
                              capture_output=True, text=True, check=True).stdout
        self.rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
        number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", said).groups()
        self.p99 = float(number) * {"us": 1e-6, "ms": 1e-3, "s": 1}[unit]
        self.failed = int((re.search(r"Non-2xx or 3xx responses: (\d+)", said) or [0, 0])[1])

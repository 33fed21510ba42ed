"""Clients of all kinds for a long time, while the server is killed twice: nothing acknowledged is lost, nothing grows."""

import collections
import os
import random
import signal
import socket
import threading
import time

import guests
from server import Client, Failure, Server, assemble

# What each kind of request is answered with; 503 and 429 are a server's way to say that it is busy.
RIGHT = {
    "hello.wasm": {200}, "command.wasm": {200}, "page.html": {200}, "swap.wasm": {200}, "trap.wasm": {500},
    "loop.wasm": {504}, "outgoing.wasm": {200}, "missing.wasm": {404}, "grow.wasm": {200},
}
WEIGHTS = {"hello.wasm": 60, "command.wasm": 10, "page.html": 10, "swap.wasm": 10, "trap.wasm": 3, "loop.wasm": 1,
           "outgoing.wasm": 2, "missing.wasm": 2, "grow.wasm": 2}
BUSY = {429, 503}
CLIENTS = 6
# Growth that is none, between a while after a start and the end.
SLACK = {"resident": 32 << 20, "mappings": 200, "descriptors": 60}
# What hostile clients send, and hang up or wait.
HOSTILE = [
    b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"GET /hello.wasm HTTP/1.1\r\nHost: x\r\n" + b"X-Y: z\r\n" * 400 + b"\r\n", b"\x16\x03\x01\x02\x00\x01\x00", b"\x00" * 5000,
    b"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 100,
    b"POST /hello.wasm HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + b"a" * 5000,
    b"GET /hello.wasm HTTP/1.1\r\nHost: ../../etc\r\n\r\n", b"GET /hello.wasm HTTP/1.1\r\nHost: x\r\n\r\n" * 300,
]


def run(options, scraps):
    folder, data = scraps / "served", scraps / "data"
    folder.mkdir()
    for name, text in {"hello.wasm": guests.hello("hello"), "trap.wasm": guests.TRAP, "loop.wasm": guests.LOOP,
                       "grow.wasm": guests.GROW, "command.wasm": guests.COMMAND, "outgoing.wasm": guests.OUTGOING,
                       "put.wasm": guests.PUT, "get.wasm": guests.GET, "swap.wasm": guests.image("a")}.items():
        assemble(text, folder / name)
    (folder / "page.html").write_text("<p>page</p>" * 1000)
    flags = ["--timeout=1s", f"--data={data}", "--workers=16", *options.flag]
    load = mixture(folder)
    seconds = options.minutes * 60
    shapes = []
    with Server(options.server, scraps, *flags) as server:
        load.begin(server)
        shapes.append(watched(load, server, seconds / 3))
        # The process that serves; the one that watches over it starts another.
        os.kill(server.pid, signal.SIGKILL)
        load.kills += 1
        server.wait_for_another()
        shapes.append(watched(load, server, seconds / 3))
        load.pause()
        os.kill(server.process.pid, signal.SIGKILL)
        os.kill(server.pid, signal.SIGKILL)
        load.kills += 1
        server.process.wait()
    with Server(options.server, scraps, *flags) as server:
        load.begin(server)
        shapes.append(watched(load, server, seconds / 3))
        load.pause()
        yield from reports(load, server, shapes)


def reports(load, server, shapes):
    lost = [key for key in load.written if Client(server).get(f"get.wasm?k={key:06}") != (200, b"%06d" % key)]
    yield (f"{len(load.written)} writes acknowledged, {load.kills} times killed, lost: {lost[:5] or 'none'}",
           bool(load.written) and not lost)
    for kind, statuses in sorted(load.statuses.items()):
        wrong = {status: count for status, count in statuses.items() if status not in RIGHT.get(kind, {200}) | BUSY}
        told = ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items(), key=str))
        yield f"{kind}: {told}", not wrong
    yield f"{load.broken} connections broke, all within moments of the kills: {load.stray or 'yes'}", not load.stray
    for number, (before, after) in enumerate(shapes):
        for what, slack in SLACK.items():
            yield (f"life {number + 1}: {what} {before[what]:,} after a while, {after[what]:,} at the end",
                   after[what] <= before[what] + slack)


def watched(load, server, seconds):
    """How large the server was a fifth into this time, and at its end."""
    time.sleep(seconds / 5)
    before = server.shape()
    time.sleep(seconds * 4 / 5)
    after = server.shape()
    return before, after


class mixture:
    """Clients in threads; they go on with whichever server there is."""

    def __init__(self, folder):
        self.folder, self.server, self.kills = folder, None, 0
        self.lock, self.running = threading.Lock(), threading.Event()
        self.statuses = collections.defaultdict(collections.Counter)
        self.written, self.next, self.broken, self.stray, self.threads = [], 0, 0, [], []
        self.swaps = 0

    def begin(self, server):
        self.server = server
        self.running.set()
        loops = [self.ask] * CLIENTS + [self.write] * 2 + [self.slow] * 4 + [self.hostile] * 2 + [self.swap]
        self.threads = [threading.Thread(target=self.go, args=(loop, number)) for number, loop in enumerate(loops)]
        for thread in self.threads:
            thread.start()

    def pause(self):
        self.running.clear()
        for thread in self.threads:
            thread.join()

    def go(self, loop, number):
        chooser = random.Random(number)
        client = Client(self.server)
        while self.running.is_set():
            try:
                loop(chooser, client)
            except (Failure, OSError) as failure:
                self.note_break(failure)
                client.close()
                time.sleep(0.05)

    def note_break(self, failure):
        with self.lock:
            self.broken += 1
            if not self.server.was_killed_lately() and len(self.stray) < 5:
                self.stray.append(f"{failure}")

    def count(self, kind, status):
        with self.lock:
            self.statuses[kind][status] += 1

    def ask(self, chooser, client):
        name = chooser.choices(list(WEIGHTS), WEIGHTS.values())[0]
        status, body = client.get(name)
        if name == "swap.wasm" and status == 200 and body not in (b"a" * 100, b"b" * 100):
            status = "mixed"
        self.count(name, status)

    def write(self, chooser, client):
        with self.lock:
            self.next += 1
            key = self.next
        status, body = client.get(f"put.wasm?k={key:06}")
        self.count("put.wasm", status)
        if status == 200 and body == b"%06d" % key:
            with self.lock:
                self.written.append(key)
        time.sleep(0.01)

    def slow(self, chooser, client):
        with self.server.connect() as connection:
            for byte in b"GET /hello.wasm HTTP/1.1\r\nHost: slow\r\nConnection: close\r\n\r\n":
                connection.sendall(bytes([byte]))
                time.sleep(0.02)
                if not self.running.is_set():
                    return
            answer = connection.recv(1000)
            if not answer:
                raise ConnectionResetError("closed without an answer")
            self.count("slow", int(answer.split(b" ")[1]))

    def hostile(self, chooser, client):
        with self.server.connect() as connection:
            connection.settimeout(2)
            try:
                connection.sendall(chooser.choice(HOSTILE))
                if chooser.random() < 0.5:
                    connection.recv(1000)
            except (TimeoutError, ConnectionError):
                pass  # it may hang up on them
        with self.lock:
            self.statuses["hostile"][200] += 1
        time.sleep(0.02)

    def swap(self, chooser, client):
        self.swaps += 1
        assemble(guests.image("ab"[self.swaps % 2]), self.folder / "swap.wasm")
        time.sleep(0.2)

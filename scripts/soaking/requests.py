"""A hundred thousand requests of every kind, after which the server is as it was."""

import random
import threading

import guests
from server import Client, Failure, Server, assemble

# What a function answers, and how often it is asked for; those that overrun their time are the slow ones.
KINDS = {
    "hello.wasm": (200, 700), "image.wasm": (200, 100), "swap.wasm": (200, 100), "trap.wasm": (500, 30),
    "unreachable.wasm": (500, 30), "recursion.wasm": (500, 20), "grow.wasm": (200, 15), "loop.wasm": (504, 4),
    "fill.wasm": (504, 1),
}
CLIENTS = 4
# Memory that comes and goes with the moment.
SLACK = 24 << 20


def run(options, scraps):
    folder = scraps / "served"
    folder.mkdir()
    texts = {"hello.wasm": guests.hello("hello"), "image.wasm": guests.image("i"), "trap.wasm": guests.TRAP,
             "unreachable.wasm": guests.UNREACHABLE, "recursion.wasm": guests.RECURSION, "grow.wasm": guests.GROW,
             "loop.wasm": guests.LOOP, "fill.wasm": guests.FILL, "swap.wasm": guests.image("a")}
    for name, text in texts.items():
        assemble(text, folder / name)
    with Server(options.server, scraps, "--timeout=200ms", "--workers=8", *options.flag) as server:
        warm = mixture(server, options.requests // 5)
        yield f"{warm.count} requests to warm up, wrong: {warm.wrong or 'none'}", not warm.wrong
        before = server.resident(), server.mappings(), server.descriptors()
        rest = mixture(server, options.requests - warm.count)
        after = server.resident(), server.mappings(), server.descriptors()
        yield f"{rest.count} requests, {rest.swaps} swaps, wrong: {rest.wrong or 'none'}", not rest.wrong
        yield (f"{before[0] >> 20} MiB resident before, {after[0] >> 20} after",
               after[0] <= before[0] + SLACK)
        yield f"{before[1]} mappings before, {after[1]} after", after[1] <= before[1] + 100
        yield f"{before[2]} descriptors before, {after[2]} after", after[2] <= before[2] + 5


class mixture:
    """So many requests, on several connections, while a function is overwritten again and again."""

    def __init__(self, server, count):
        self.server, self.left, self.count, self.wrong, self.swaps = server, count, 0, {}, 0
        self.lock, self.done = threading.Lock(), threading.Event()
        swapper = threading.Thread(target=self.swap)
        clients = [threading.Thread(target=self.ask, args=(number,)) for number in range(CLIENTS)]
        for thread in [swapper, *clients]:
            thread.start()
        for thread in clients:
            thread.join()
        self.done.set()
        swapper.join()

    def swap(self):
        while not self.done.wait(0.1):
            self.swaps += 1
            assemble(guests.image("ab"[self.swaps % 2]), self.server.folder / "swap.wasm")

    def ask(self, number):
        chooser, client = random.Random(number), Client(self.server)
        names, weights = list(KINDS), [weight for _, weight in KINDS.values()]
        while self.take():
            name = chooser.choices(names, weights)[0]
            try:
                status, body = client.get(name)
                right = status == KINDS[name][0] and (name != "swap.wasm" or body in (b"a" * 100, b"b" * 100))
            except (Failure, OSError) as failure:
                right, status = False, str(failure)
                client.close()
            with self.lock:
                self.count += 1
                if not right:
                    self.wrong[name, status] = self.wrong.get((name, status), 0) + 1

    def take(self):
        with self.lock:
            self.left -= 1
            return self.left >= 0

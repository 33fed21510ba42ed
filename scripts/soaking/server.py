"""A tfc-serve to measure, with a folder and a cache of its own."""

import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SERVER = ROOT / ".build/release/tfc-serve"
BUILD = "swift build -c release --static-swift-stdlib"


class Failure(Exception):
    pass


def needed(program):
    if not shutil.which(program):
        raise Failure(f"{program} is not there: scripts/install test")
    return program


def assemble(text, path):
    """Makes a module of its text, in place at once."""
    source, made = path.with_suffix(".wat"), path.with_suffix(".made")
    source.write_text(text)
    subprocess.run([needed("wat2wasm"), source, "-o", made], check=True)
    source.unlink()
    os.replace(made, path)


class Server:
    def __init__(self, executable, scraps, *flags):
        if not os.access(executable, os.X_OK):
            raise Failure(f"there is no {executable}; name another with --server, or build it: {BUILD}")
        self.folder = scraps / "served"
        self.folder.mkdir(exist_ok=True)
        self.log = scraps / "log"
        environment = {**os.environ, "XDG_CACHE_HOME": str(scraps / "cache"), "XDG_DATA_HOME": str(scraps / "data")}
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [executable, self.folder, "--addr", "127.0.0.1:0", *flags], stderr=log, env=environment)
        self.killed_at = None
        self.port = self.find_port()
        self.pid = self.serving_process()

    def wait_for_another(self):
        """After the process that served was killed."""
        self.killed_at = time.monotonic()
        for _ in range(400):
            time.sleep(0.05)
            found = self.serving_process()
            if found not in (self.pid, self.process.pid):
                self.pid = found
                return
        raise Failure("nobody started another server")

    def was_killed_lately(self):
        return self.killed_at is not None and time.monotonic() - self.killed_at < 10

    def shape(self):
        """What it takes of the system."""
        return {"resident": self.resident(), "mappings": self.mappings(), "descriptors": self.descriptors()}

    def find_port(self):
        for _ in range(400):
            found = re.search(rb"listening on http://[^ \n]*:(\d+)\n", self.log.read_bytes())
            if found:
                return int(found[1])
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise Failure(f"the server did not start: {self.log.read_text()}")

    def serving_process(self):
        """The process that listens: the server may be a child of what was started."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[0]) if children else self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def url(self, name):
        return f"http://127.0.0.1:{self.port}/{name}"

    def connect(self):
        client = socket.create_connection(("127.0.0.1", self.port), 60)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return client

    def resident(self):
        """Bytes of memory that the server takes."""
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024

    def mappings(self):
        return len(pathlib.Path(f"/proc/{self.pid}/maps").read_text().splitlines())

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))


class Client:
    """One connection, one request after the other."""

    def __init__(self, server):
        self.server = server
        self.socket = None

    def get(self, name):
        """The status and the body of an answer."""
        if self.socket is None:
            self.socket, self.rest = self.server.connect(), b""
        self.socket.sendall(f"GET /{name} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        while b"\r\n\r\n" not in self.rest:
            self.receive()
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        length = re.search(rb"(?i)content-length: (\d+)", head)
        body = self.take(int(length[1])) if length else self.chunks()
        if b"connection: close" in head.lower():
            self.close()
        return int(head.split(b" ", 2)[1]), body

    def take(self, count):
        while len(self.rest) < count:
            self.receive()
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def chunks(self):
        body = b""
        while True:
            while b"\r\n" not in self.rest:
                self.receive()
            size, self.rest = self.rest.split(b"\r\n", 1)
            piece = self.take(int(size, 16) + 2)
            if piece == b"\r\n":
                return body
            body += piece[:-2]

    def receive(self):
        received = self.socket.recv(65536)
        if not received:
            raise Failure("the server closed a connection within an answer")
        self.rest += received

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket = None

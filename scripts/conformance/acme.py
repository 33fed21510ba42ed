"""Certificates from end to end: pebble makes them out, certbot and lego fetch them in webroot mode, a server that was
started without any uses them, and renewed ones, without a restart.

The last line is "N passed, N failed". Exits 2 if a program is missing.
"""

import argparse
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

PROGRAMS = ["pebble", "pebble-challtestsrv", "certbot", "lego", "curl", "openssl"]
PATIENCE = 60


class Report:
    def __init__(self):
        self.passed = 0
        self.failed = 0

    def check(self, name, holds, detail=""):
        if holds:
            self.passed += 1
            print(f"ok {name}", flush=True)
        else:
            self.failed += 1
            print(f"FAILED {name}: {detail}", flush=True)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def run(command, **environment):
    """A program to its end: its code and all that it said."""
    done = subprocess.run(
        [str(word) for word in command], env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, check=False)
    return done.returncode, done.stdout.decode(errors="replace")


class Programs:
    """Programs that run until the end, with what they say in files."""

    def __init__(self, work):
        self.work = work
        self.running = []

    def start(self, name, command, **environment):
        log = self.work / f"{name}.log"
        with open(log, "wb") as output:
            process = subprocess.Popen(
                [str(word) for word in command], env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT)
        self.running.append(process)
        return process, log

    def stop(self):
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        for process in self.running:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def wait_for(condition, what):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(0.1)
    raise SystemExit(f"{what}: not within {PATIENCE} seconds")


class Authority:
    """pebble, and a DNS server that says that every name is here."""

    def __init__(self, programs, http_port):
        work = programs.work
        self.port, management, dns = free_port(), free_port(), free_port()
        self.trust = work / "pebble.pem"
        run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-days", "2", "-keyout", work / "pebble.key", "-out", self.trust, "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
        configuration = work / "pebble.json"
        configuration.write_text(json.dumps({"pebble": {
            "listenAddress": f"127.0.0.1:{self.port}", "managementListenAddress": f"127.0.0.1:{management}",
            "certificate": str(self.trust), "privateKey": str(work / "pebble.key"), "httpPort": http_port,
            "tlsPort": 1, "ocspResponderURL": "", "externalAccountBindingRequired": False}}))
        programs.start("dns", ["pebble-challtestsrv", "-defaultIPv4", "127.0.0.1", "-defaultIPv6", "",
                               "-dns01", f"127.0.0.1:{dns}", "-http01", "", "-https01", "", "-tlsalpn01", "",
                               "-management", f"127.0.0.1:{free_port()}"])
        programs.start("pebble", ["pebble", "-config", configuration, "-dnsserver", f"127.0.0.1:{dns}"],
                       PEBBLE_VA_NOSLEEP="1", PEBBLE_WFE_NONCEREJECT="0")
        self.root = work / "root.pem"
        curl = ["curl", "-sSf", "--cacert", self.trust, "-o", self.root, f"https://127.0.0.1:{management}/roots/0"]
        wait_for(lambda: run(curl)[0] == 0, "pebble")

    @property
    def directory(self):
        return f"https://127.0.0.1:{self.port}/dir"


class Server:
    """tfc-serve, contained, without any certificate at first."""

    def __init__(self, programs, command, name, certificates, redirect_port):
        work = programs.work
        folder, self.webroot = work / f"{name}-served", work / f"{name}-webroot"
        for place in [folder, self.webroot, certificates]:
            place.mkdir(parents=True, exist_ok=True)
        (folder / "file.txt").write_text("served\n")
        self.process, log = programs.start(
            f"{name}-server",
            [command, folder, "--addr", "127.0.0.1:0", "--tls-addr", "127.0.0.1:0", "--certificates", certificates,
             "--redirect-addr", f"127.0.0.1:{redirect_port}", "--acme-webroot", self.webroot],
            XDG_CACHE_HOME=str(work / "cache"))
        self.log = log
        self.redirect_port = redirect_port
        self.port = wait_for(self._port, f"{name}: the server")

    def _port(self):
        for line in self.log.read_text().splitlines():
            if " listening on https://" in line:
                return int(line.rsplit(":", 1)[1])
        return None

    def curl(self, host, *more):
        return run(["curl", "-sS", "--noproxy", "*", "--max-time", "30", "--resolve", f"{host}:{self.port}:127.0.0.1",
                    "-w", "%{http_code} %{http_version}", *more, f"https://{host}:{self.port}/file.txt"])

    def serial(self, host, root):
        context = ssl.create_default_context(cafile=str(root))
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            with context.wrap_socket(connection, server_hostname=host) as secure:
                return secure.getpeercert()["serialNumber"]


def certbot(work, authority, server, host, renew):
    place = ["--config-dir", work / "certbot", "--work-dir", work / "certbot-work", "--logs-dir", work / "certbot-logs"]
    command = ["certbot", "certonly", "-n", "--agree-tos", "--register-unsafely-without-email", "--server",
               authority.directory, "--webroot", "-w", server.webroot, "-d", host, "-d", f"www.{host}", *place]
    return run(command + (["--force-renewal"] if renew else []), REQUESTS_CA_BUNDLE=str(authority.trust))


def lego(work, authority, server, host, renew):
    command = ["lego", "--accept-tos", "--email", "a@example.com", "--server", authority.directory, "--path",
               work / "lego", "--http", "--http.webroot", server.webroot, "--domains", host]
    return run(command + (["renew", "--days", "10000", "--no-random-sleep"] if renew else ["run"]),
               LEGO_CA_CERTIFICATES=str(authority.trust))


def conversation(name, fetch, report, work, authority, server, host):
    before, text = server.curl(host, "-k")
    report.check(f"{name}: no certificate at first", before == 35 and "unrecognized name" in text, text)
    code, text = fetch(work, authority, server, host, False)
    report.check(f"{name}: a certificate is made out", code == 0, text)
    if code != 0:
        return
    trusted = ["--cacert", authority.root]
    code, text = server.curl(host, "--http2", *trusted)
    report.check(f"{name}: it is used without a restart, over HTTP/2", (code, text) == (0, "served\n200 2"), text)
    if name == "certbot":
        code, text = server.curl(f"www.{host}", "--http1.1", *trusted)
        report.check(f"{name}: and for its other name", (code, text) == (0, "served\n200 1.1"), text)
    serial = server.serial(host, authority.root)
    code, text = fetch(work, authority, server, host, True)
    report.check(f"{name}: it is renewed", code == 0, text)
    time.sleep(1.1)
    report.check(f"{name}: the new one is used without a restart", server.serial(host, authority.root) != serial)
    _, text = run(["curl", "-sS", "--noproxy", "*", "-o", os.devnull, "-w", "%{http_code} %{redirect_url}", "-H",
                   f"Host: {host}", f"http://127.0.0.1:{server.redirect_port}/file.txt"])
    report.check(f"{name}: other requests are sent on", text == f"301 https://{host}:{server.port}/file.txt", text)
    log = server.log.read_text()
    report.check(f"{name}: the server is the same, and contained",
                 server.process.poll() is None and "containment: no new privileges" in log and "refused" not in log, log)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--server", default=".build/debug/tfc-serve", help="the server to test")
    parser.add_argument("--keep", action="store_true", help="leave the folder with all logs")
    arguments = parser.parse_args()
    missing = [name for name in PROGRAMS if not shutil.which(name)]
    if missing:
        print(f"not there: {', '.join(missing)}")
        return 2
    work = pathlib.Path(tempfile.mkdtemp(prefix="terrafirma-acme-"))
    programs = Programs(work)
    report = Report()
    try:
        # certbot's links lead from `live` to `archive`.
        (work / "certbot" / "archive").mkdir(parents=True)
        for name, fetch, certificates in [
            ("certbot", certbot, work / "certbot" / "live"), ("lego", lego, work / "lego" / "certificates"),
        ]:
            redirect_port = free_port()
            server = Server(programs, arguments.server, name, certificates, redirect_port)
            folder = work / name / "authority"
            folder.mkdir(parents=True, exist_ok=True)
            authority = Authority(Part(programs, folder), redirect_port)
            conversation(name, fetch, report, work, authority, server, f"{name}.example.com")
    finally:
        programs.stop()
        if arguments.keep:
            print(f"see {work}")
        else:
            shutil.rmtree(work, ignore_errors=True)
    print(f"{report.passed} passed, {report.failed} failed")
    return 0 if report.failed == 0 else 1


class Part:
    """Programs that leave what they say in a folder of their own."""

    def __init__(self, programs, work):
        self.programs = programs
        self.work = work

    def start(self, name, command, **environment):
        part = Programs(self.work)
        result = part.start(name, command, **environment)
        self.programs.running += part.running
        return result


if __name__ == "__main__":
    sys.exit(main())

"""What all benchmarks share: the tfc to measure, a folder for scraps with a cache in it, and where modules are."""

import collections
import os
import pathlib
import sys

import process
from problem import Problem

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = "swift build -c release --static-swift-stdlib --product tfc"

Module = collections.namedtuple("Module", "name path")


class Bench:
    def __init__(self, tfc, scraps):
        self.tfc = pathlib.Path(tfc).resolve()
        if not os.access(self.tfc, os.X_OK):
            raise Problem(f"there is no {tfc}; name another with --tfc, or build it: {BUILD}")
        self.scraps = pathlib.Path(scraps)
        self.shared = pathlib.Path(os.environ.get("TERRAFIRMA_SHARED") or ROOT.parent / "shared").resolve()
        self.peers = peers_folder()
        # The user's cache is not ours to fill, nor may it have the answer already.
        self.environment = {**os.environ, "XDG_CACHE_HOME": str(self.scraps / "cache"), "XDG_DATA_HOME": str(self.scraps / "data")}

    def run(self, *command):
        return process.run(command, self.environment, self.scraps / "output")

    def output(self, *command):
        """What a command prints."""
        return self.run(*command).output.read_bytes()

    def module(self, argument):
        """A module by its path, the folder it lies in, or its name in the corpus."""
        places = [pathlib.Path(argument), *(self.shared / "corpus" / kind / argument for kind in ("programs", "bench"))]
        for place in places:
            if (place / "module.wasm").is_file():
                return Module(place.resolve().name, place / "module.wasm")
            if place.is_file():
                return Module(place.stem if place.stem != "module" else place.resolve().parent.name, place)
        raise Problem(f"there is no module {argument}, nor one of that name in {self.shared / 'corpus'}")

    def modules(self, arguments, default):
        """The modules that were asked for, or those of the corpus that `default` names (None: all programs)."""
        if not arguments:
            corpus = self.shared / "corpus" / "programs"
            if not corpus.is_dir():
                raise Problem(f"{corpus} is not there: name modules, or set TERRAFIRMA_SHARED")
            arguments = default or sorted(path.name for path in corpus.iterdir())
        return [self.module(argument) for argument in arguments]

    def wasmtime(self, named):
        """The wasmtime that was named, or that of the peers; None, and a word about it, if there is none."""
        path = pathlib.Path(named).resolve() if named else self.peers / "wasmtime"
        if os.access(path, os.X_OK):
            return path
        installer = self.shared / "bench" / "peers"
        note(f"{path} is not there, so nothing is compared with wasmtime; {installer} installs it")
        return None


def peers_folder():
    """Where ../shared/bench/peers puts what it installs, as scripts/compare-random finds it."""
    cache = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(os.environ.get("PEERS") or pathlib.Path(cache) / "terrafirma-peers")


def note(text):
    """Says what could not be done; the tables are elsewhere, on standard output."""
    print(f"scripts/bench: {text}", file=sys.stderr, flush=True)

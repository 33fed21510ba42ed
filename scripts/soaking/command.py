"""scripts/soak; see `--help`."""

import argparse
import pathlib
import sys
import tempfile

import functions
import loops
import mixed
import requests
import swaps
from server import Failure, SERVER

PARTS = {"functions": functions.run, "requests": requests.run, "loops": loops.run, "swaps": swaps.run, "mixed": mixed.run}
DESCRIPTION = """
    Serves functions with a release build of tfc-serve and looks at what becomes of the server. `functions` loads a
    thousand and says what each costs in memory while nobody asks for it. `requests` asks a hundred thousand times for
    functions that answer, trap, overrun their time, fill their memory and are overwritten, and fails if memory, mappings
    or descriptors grow meanwhile. `loops` runs 64 guests that never return beside a function under load, and says how
    late they were stopped and what the others felt of it. `swaps` overwrites a function of 100 kB under load, and says
    how soon each version answered. `mixed` has good, slow and hostile clients for half an hour, kills the server twice
    and looks whether a write that was acknowledged is lost. Needs wat2wasm and wrk: scripts/install test. The last line
    is "N passed, N failed"."""


def main():
    parser = argparse.ArgumentParser(prog="scripts/soak", description=DESCRIPTION)
    parser.add_argument("parts", nargs="*", metavar="PART", help="functions, requests, loops, swaps, mixed; default: all of them")
    parser.add_argument("--server", default=str(SERVER), help="default: the release build")
    parser.add_argument("--functions", type=int, default=1000, help="how many; default: %(default)s")
    parser.add_argument("--requests", type=int, default=100_000, help="how many; default: %(default)s")
    parser.add_argument("--guests", type=int, default=64, help="that loop; default: %(default)s")
    parser.add_argument("--swaps", type=int, default=200, help="how many; default: %(default)s")
    parser.add_argument("--minutes", type=float, default=30, help="of mixed clients; default: %(default)s")
    parser.add_argument("--seconds", type=int, default=10, help="of load beside them; default: %(default)s")
    parser.add_argument("--flag", action="append", default=[], help="one more for the server, as --flag=--pool-slots=0")
    options = parser.parse_args()
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    passed = failed = 0
    for name in options.parts or PARTS:
        print(f"== {name}", flush=True)
        with tempfile.TemporaryDirectory(prefix="terrafirma-soak-") as scraps:
            try:
                for check, holds in PARTS[name](options, pathlib.Path(scraps)):
                    print(("" if holds else "FAILED ") + check, flush=True)
                    passed, failed = passed + bool(holds), failed + (not holds)
            except (Failure, OSError) as failure:
                print(f"FAILED {name}: {failure}", flush=True)
                failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

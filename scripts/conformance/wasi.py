"""scripts/wasi-suite; see `--help`."""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEFAULTS = {"args": [], "root": None, "env": {}, "exit_code": 0, "stderr": None, "stdout": None}
VERSION = "wasm32-wasip1"
DESCRIPTION = """
    Runs the programs of https://github.com/WebAssembly/wasi-testsuite for WASI preview 1, each in a fresh copy of the
    folder it wants, and compares exit code and output with what its .json file says. FOLDER is a checkout of the branch
    prod/testsuite-base, which holds the programs compiled, or any folder beneath it. The last line is
    "N passed, N failed"."""


def programs_in(folder):
    """Compiled programs for preview 1 beneath a folder, in order; those of other versions are left out."""
    found = [path for path in sorted(folder.rglob("*.wasm")) if path.is_file()]
    return [path for path in found if version_of(path) == VERSION]


def version_of(program):
    manifest = program.parent / "manifest.json"
    return json.loads(manifest.read_text()).get("version", VERSION) if manifest.exists() else VERSION


def specification_of(program):
    """What to run it with and what to expect, of https://github.com/WebAssembly/wasi-testsuite doc/specification.md."""
    path = program.with_suffix(".json")
    given = json.loads(path.read_text()) if path.exists() else {}
    unknown = set(given) - set(DEFAULTS)
    if unknown:
        raise ValueError(f"{path.name} has {', '.join(sorted(unknown))}, which this runner does not know")
    return DEFAULTS | given


def command_for(program, specification, runner, grant):
    """The runner with environment and grant, the program, its arguments. The copy of the root folder is granted as /."""
    command = list(runner)
    for name, value in specification["env"].items():
        command += ["--env", f"{name}={value}"]
    if grant:
        command += ["--dir", f"{grant}::/"]
    return command + [str(program), *specification["args"]]


def differences(specification, result):
    if result.returncode != specification["exit_code"]:
        yield f"exit code {result.returncode} instead of {specification['exit_code']}"
        yield f"it said {(result.stdout + result.stderr)[-2000:].decode(errors='replace')!r}"
    for name, output in (("stdout", result.stdout), ("stderr", result.stderr)):
        # Output counts where the specification has a word about it: programs also print what only people read.
        if specification[name] is not None and output != specification[name].encode():
            yield f"{name} was {output[-2000:].decode(errors='replace')!r} instead of {specification[name]!r}"


def run(program, runner, scraps, seconds):
    """What is wrong, as a list of sentences."""
    specification = specification_of(program)
    grant = None
    if specification["root"]:
        grant = scraps / "root"
        shutil.rmtree(grant, ignore_errors=True)
        shutil.copytree(program.parent / specification["root"], grant, symlinks=True)
    try:
        result = subprocess.run(
            command_for(program, specification, runner, grant),
            stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=False,
            env={name: os.environ[name] for name in ("PATH", "HOME", "XDG_CACHE_HOME") if name in os.environ})
    except subprocess.TimeoutExpired:
        return [f"it did not end within {seconds} s"]
    return list(differences(specification, result))


def main():
    parser = argparse.ArgumentParser(prog="scripts/wasi-suite", description=DESCRIPTION)
    parser.add_argument("folder", type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("--tfc", default=str(ROOT / ".build/release/tfc"), help="default: the release build")
    parser.add_argument("--flag", action="append", default=[], help="one more for tfc run, as --flag=--bounds-checks=explicit")
    parser.add_argument("--runner", help="another engine's command, to compare: 'wasmtime run'")
    parser.add_argument("--only", default="", metavar="TEXT", help="programs with this in their name")
    parser.add_argument("--seconds", type=float, default=60, help="for each program; default: %(default)s")
    options = parser.parse_args()
    runner = options.runner.split() if options.runner else [options.tfc, "run", *options.flag]
    passed = failed = 0
    for program in programs_in(options.folder):
        if options.only not in program.stem:
            continue
        with tempfile.TemporaryDirectory(prefix="terrafirma-wasi-") as scraps:
            try:
                wrong = run(program, runner, pathlib.Path(scraps), options.seconds)
            except (OSError, ValueError) as error:
                wrong = [str(error)]
        passed += not wrong
        failed += bool(wrong)
        for sentence in wrong:
            print(f"FAILED {program.relative_to(options.folder)}: {sentence}", flush=True)
    if not passed + failed:
        print(f"FAILED: there are no programs for {VERSION} in {options.folder}; is it the branch prod/testsuite-base?")
        failed = 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

"""How many instructions compiling takes, by phase: the same again, however busy the machine is."""

import shutil

import process
from bench import note
from callgrind import Profile
from problem import Problem
from table import ratio, show
from wasm import code_bytes

# Each phase is what one function does, with all that it calls. Symbols of Swift end where their types begin.
PHASES = {
    "decode": ("$s10WasmBinary12decodeModule_",),
    "validate-module": ("$s14WasmValidation8validate_",),
    "translate+validate": ("$s12CTranslation9translate_",),
    "libtcc-compile": ("tcc_compile_string", "tcc_add_file"),
    "libtcc-output": ("tcc_output_file",),
    # valgrind's processor has no instructions for it, so this is more than elsewhere.
    "sha256": ("nettle_sha256_update", "nettle_sha256_digest"),
}
COLUMNS = [*PHASES, "rest", "total"]


def show_instructions(bench, options):
    """1 if a phase was not found."""
    # valgrind is fifty times slower: these are of all sizes but the largest.
    modules = bench.modules(options.modules, ["hello-c", "bzip2-c", "lua-eh", "quickjs"])
    counted = [(module, code_bytes(module.path), by_phase(profile(bench, "compile", "--force", module.path)))
               for module in modules]
    show("instructions of tfc compile --force (rest: what is named nowhere else, the process's start included)",
         ["module", "code", *COLUMNS],
         [[module.name, str(code), *(text(counts[phase]) for phase in COLUMNS)] for module, code, counts in counted])
    show("instructions per byte of code section", ["module", "code", *COLUMNS],
         [[module.name, str(code), *(ratio(counts[phase], code, 1) for phase in COLUMNS)]
          for module, code, counts in counted])
    return 0 if all(known(counts) for _, _, counts in counted) else 1


def profile(bench, *arguments):
    """A run of tfc under valgrind, which cannot read the debug information that Swift writes."""
    valgrind, strip = (tool(name) for name in ("valgrind", "strip"))
    stripped, result = bench.scraps / "tfc", bench.scraps / "callgrind.out"
    if not stripped.exists():
        bench.run(strip, "-g", "-o", stripped, bench.tfc)
    command = [valgrind, "--tool=callgrind", f"--callgrind-out-file={result}", stripped, *arguments]
    process.run(command, {**bench.environment, "SWIFT_DETERMINISTIC_HASHING": "1"}, bench.scraps / "output")
    return Profile(result.read_text(errors="replace"))


def tool(name):
    path = shutil.which(name)
    if not path:
        raise Problem(f"{name} is not installed")
    return path


def by_phase(found):
    """Instructions by column; None where a function was not seen."""
    counts = {phase: found.inclusive(names) for phase, names in PHASES.items()}
    counts["rest"] = found.total - sum(count or 0 for count in counts.values())
    counts["total"] = found.total
    return counts


def text(count):
    return "-" if count is None else str(count)


def known(counts):
    missing = [phase for phase in COLUMNS if counts[phase] is None]
    if missing:
        note(f"no function was seen of {', '.join(missing)}: scripts/benchmarks/instructions.py has other names")
    return not missing

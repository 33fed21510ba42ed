"""Runs a module in wasmtime and writes down what it does as a script for `tfc wast`."""

import math
import random
import struct

import wasmtime
from adapter import Adapter
from wasmtime import TrapCode, ValType

TRAPS = {
    TrapCode.MEMORY_OUT_OF_BOUNDS: "out of bounds memory access",
    TrapCode.TABLE_OUT_OF_BOUNDS: "out of bounds table access",
    TrapCode.INDIRECT_CALL_TO_NULL: "uninitialized element",
    TrapCode.BAD_SIGNATURE: "indirect call type mismatch",
    TrapCode.INTEGER_OVERFLOW: "integer overflow",
    TrapCode.INTEGER_DIVISION_BY_ZERO: "integer divide by zero",
    TrapCode.BAD_CONVERSION_TO_INTEGER: "invalid conversion to integer",
    TrapCode.UNREACHABLE: "unreachable",
    # Ours says of what kind.
    TrapCode.NULL_REFERENCE: "null ",
    TrapCode.ARRAY_OUT_OF_BOUNDS: "out of bounds array access",
    TrapCode.CAST_FAILURE: "cast failure",
    TrapCode.HEAP_MISALIGNED: "unaligned atomic",
    TrapCode.ATOMIC_WAIT_NON_SHARED_MEMORY: "expected shared memory",
}

FEATURES = """custom_page_sizes exceptions function_references gc memory64 multi_memory relaxed_simd
    relaxed_simd_deterministic tail_call threads wide_arithmetic""".split()

I32 = [0, 1, 2, 7, 31, 32, 63, 127, 128, 255, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 65535 - 3, 0x7FFFFFFF, 0x80000000,
       0x80000001, 0xFFFFFF80, 0xFFFFFFFE, 0xFFFFFFFF]
I64 = I32 + [1 << 32, (1 << 32) - 1, (1 << 63) - 1, 1 << 63, (1 << 63) + 1, (1 << 64) - 1, (1 << 64) - 128, 1 << 53]
FLOATS = [0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.5, -3.7, 1e-40, 1e10, -1e10, 2147483647.0, 2147483648.0, -2147483648.0,
          4294967295.0, 9.3e18, -9.2e18, 1.8e19, 3e38, math.inf, -math.inf, 0.1]

# What modules may import. Every call leaves its mark in `seen`, so that order counts.
SUPPORT = """(module
  (global $seen (export "seen") (mut i64) (i64.const 1))
  (global (export "counter") (mut i32) (i32.const 5))
  (global (export "fixed") f64 (f64.const 2.5))
  (memory (export "shared") 1 3)
  (memory (export "wide") i64 1 2)
  (tag (export "tag") (param i32 i64))
  (table (export "funcs") 8 20 funcref)
  (elem (i32.const 1) $mix $two)
  (func $mix (export "log-i64") (param i64)
    (global.set $seen (i64.add (i64.rotl (global.get $seen) (i64.const 7)) (i64.xor (local.get 0) (i64.const 77)))))
  (func (export "log-i32") (param i32) (call $mix (i64.extend_i32_s (local.get 0))))
  (func (export "log-f32") (param f32)
    (call $mix (select (i64.extend_i32_s (i32.reinterpret_f32 (local.get 0))) (i64.const 9)
      (f32.eq (local.get 0) (local.get 0)))))
  (func (export "log-f64") (param f64)
    (call $mix (select (i64.reinterpret_f64 (local.get 0)) (i64.const 11) (f64.eq (local.get 0) (local.get 0)))))
  (func (export "log-v128") (param v128) (call $mix (i64.const 13)))
  (func $two (export "two") (param i32 i64) (result i64 i32)
    (call $mix (local.get 1)) (i64.sub (local.get 1) (i64.const 3)) (i32.mul (local.get 0) (i32.const 5)))
  (func (export "next") (result i32)
    (global.set $seen (i64.add (global.get $seen) (i64.const 1))) (i32.wrap_i64 (global.get $seen))))"""

class Refused(Exception):
    """wasmtime does not take the module; nothing to compare."""


def argument(kind, choice):
    if kind == ValType.i32():
        return choice.choice(I32) if choice.random() < 0.8 else choice.getrandbits(32)
    if kind == ValType.i64():
        return choice.choice(I64) if choice.random() < 0.8 else choice.getrandbits(64)
    if kind in (ValType.f32(), ValType.f64()):
        value = choice.choice(FLOATS)
        return struct.unpack("<f", struct.pack("<f", value))[0] if kind == ValType.f32() else value
    return None


def signed(value, width):
    return value - (1 << width) if value >> (width - 1) else value


def json_value(kind, value):
    name = str(kind)
    if name == "i32":
        return {"type": name, "value": str(value & 0xFFFFFFFF)}
    if name == "i64":
        return {"type": name, "value": str(value & (1 << 64) - 1)}
    if math.isnan(value):
        return {"type": name, "value": "nan:arithmetic"}
    form = ("<f", "<I") if name == "f32" else ("<d", "<Q")
    return {"type": name, "value": str(struct.unpack(form[1], struct.pack(form[0], value))[0])}


class Recorder:
    """One module's calls in wasmtime, as commands."""

    def __init__(self, folder, seed, canonical=False):
        """`canonical`: all NaNs have the same bits, which the specification leaves open."""
        self.folder, self.choice, self.commands, self.files = folder, random.Random(seed), [], {}
        configuration = wasmtime.Config()
        configuration.cranelift_opt_level = "none"
        configuration.consume_fuel = True
        configuration.cranelift_nan_canonicalization = canonical
        configuration.max_wasm_stack = 1 << 20
        configuration.shared_memory = True
        # With faults for bounds, it panics at those in shared memories.
        configuration.signals_based_traps = False
        for feature in FEATURES:
            setattr(configuration, "wasm_" + feature, True)
        self.engine = wasmtime.Engine(configuration)
        self.store = wasmtime.Store(self.engine)
        self.linker = wasmtime.Linker(self.engine)

    def add(self, kind, **fields):
        self.commands.append({"type": kind, "line": len(self.commands) + 1, **fields})

    def place(self, name, contents):
        (self.folder / name).write_bytes(contents)
        return name

    def instantiate(self, contents, file, name, alias=None):
        try:
            module = wasmtime.Module(self.engine, contents)
        except wasmtime.WasmtimeError as error:
            raise Refused(str(error)) from error
        self.store.set_fuel(20_000_000)
        try:
            instance = self.linker.instantiate(self.store, module)
        except wasmtime.Trap as trap:
            if trap.trap_code not in TRAPS:
                raise Refused("ends in " + str(trap.trap_code))
            self.add("assert_uninstantiable", filename=file, module_type="binary", text=TRAPS[trap.trap_code])
            return None
        except wasmtime.WasmtimeError as error:
            raise Refused(str(error)) from error
        self.add("module", filename=file, name=name)
        if alias:
            self.add("register", name=name, **{"as": alias})
            self.linker.define_instance(self.store, alias, instance)
        return instance

    def invoke(self, function, module, field, arguments):
        """False when what follows cannot be compared: resources ran out, which has no fixed point."""
        kind = function.type(self.store)
        sent = []
        for parameter, value in zip(kind.params, arguments):
            width = 32 if parameter == ValType.i32() else 64
            sent.append(signed(value, width) if isinstance(value, int) else value)
        action = {"type": "invoke", "module": module, "field": field,
                  "args": [json_value(k, v) for k, v in zip(kind.params, arguments)]}
        self.store.set_fuel(20_000_000)
        try:
            results = function(self.store, *sent)
        except wasmtime.Trap as trap:
            # The Python package has no code for it.
            if "thrown Wasm exception" in str(trap):
                self.add("assert_exception", action=action, expected=[])
                return True
            if trap.trap_code not in TRAPS:
                return False
            self.add("assert_trap", action=action, text=TRAPS[trap.trap_code], expected=[])
            return True
        except wasmtime.WasmtimeError as error:
            if "fuel" in str(error) or "heap" in str(error):
                return False
            raise
        if len(kind.results) < 2:
            results = [results][:len(kind.results)]
        self.add("assert_return", action=action, expected=[json_value(k, v) for k, v in zip(kind.results, results)])
        return True

    def use(self, contents, stem, name, alias, rounds):
        """Instantiates a module and calls what it exports, through an adapter."""
        if self.instantiate(contents, self.place(stem + ".wasm", contents), name, alias) is not None and rounds > 0:
            self.look(contents, stem, name, alias, rounds)

    def look(self, contents, stem, name, alias, rounds):
        """Calls what an instance exports, and reads the state that it shows."""
        outside = Adapter(contents, alias).contents()
        name += "-outside"
        adapted = self.instantiate(outside, self.place(stem + ".outside.wasm", outside), name)
        if adapted is not None:
            self.call_all(adapted.exports(self.store), rounds, name)

    def call_all(self, exports, rounds, module):
        exports = list(exports.items())
        fuel = [item for item in exports if item[0].endswith(" hangLimitInitializer")]
        calls = [item for item in exports if item[0].startswith("f")]
        for _ in range(rounds):
            for name, function in calls:
                for again, initializer in fuel:
                    self.invoke(initializer, module, again, [])
                kinds = function.type(self.store).params
                if not self.invoke(function, module, name, [argument(kind, self.choice) for kind in kinds]):
                    return
        for name, function in exports:
            if name.startswith("state") and not self.invoke(function, module, name, []):
                return

    def record(self, contents, stem, importers=(), rounds=3):
        """Commands for a module and others that import from it: calls of all functions, then the state they left."""
        support = bytes(wasmtime.wat2wasm(SUPPORT))
        self.use(support, f"{stem}.support", "host", "fuzzing-support", 0)
        self.use(contents, stem, "m", "m", rounds)
        for number, other in enumerate(importers):
            self.use(other, f"{stem}.importer{number}", f"importer{number}", f"importer{number}", rounds)
        self.look(support, f"{stem}.support", "host", "fuzzing-support", 0)
        return {"source_filename": stem, "commands": self.commands}

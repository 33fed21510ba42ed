"""Whether compiling stays linear: a module with its functions over and over again."""

from bench import Module
from compilation import measure
from table import show
from wasm import CODE_SECTION, FUNCTION_SECTION, MAGIC, leb, sections, unsigned


def show_growth(bench, options):
    module = bench.modules(options.modules, ["quickjs"])[0]
    times = [1 << step for step in range(options.steps)]
    made = [multiplied(bench, module, count) for count in times]
    measured = measure(bench, made, options.runs)
    first = measured[0]
    rows = [[f"{count}x", f"{each.code / 1e6:.1f}", f"{each.milliseconds['total']:.0f}",
             f"{each.milliseconds['total'] / first.milliseconds['total'] / count:.2f}",
             f"{each.peak / 1e6:.0f}" if each.peak else "-", f"{each.peak / each.code:.1f}" if each.peak else "-",
             f"{each.native / first.native / count:.2f}"]
            for count, each in zip(times, measured)]
    show(f"the functions of {module.name}, so many times (least of {options.runs} runs): a ratio of 1 is linear growth",
         ["functions", "MB-of-code", "ms", "ms-ratio", "MB-peak", "peak/code", "size-ratio"], rows)


def multiplied(bench, module, count):
    """The same module with `count` times its functions: the copies call what the first ones call."""
    parts = [MAGIC]
    for number, content in sections(module.path):
        if number in (FUNCTION_SECTION, CODE_SECTION):
            functions, behind = leb(content, 0)
            content = unsigned(functions * count) + content[behind:] * count
        if number:  # what is custom, names, stays away
            parts.append(bytes([number]) + unsigned(len(content)) + content)
    path = bench.scraps / f"{module.name}-{count}.wasm"
    path.write_bytes(b"".join(parts))
    return Module(f"{module.name}-{count}", path)

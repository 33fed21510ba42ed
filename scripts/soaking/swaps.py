"""A function of a hundred kilobytes that is overwritten while many ask for it: how soon the next version answers."""

import os
import re
import subprocess
import time

import guests
from server import Client, Server, assemble, needed

# Seconds: half of the versions answer so soon, and all of them.
MEDIAN, WORST = 0.020, 0.200
MARK = b"v00000 "
# An answer is its version's mark and nothing else; wrk counts what is not.
CHECK = """
local threads = {}
function setup(thread) table.insert(threads, thread) end
function init() failed = 0; mixed = 0; answers = 0 end
function response(status, headers, body)
    answers = answers + 1
    if status ~= 200 then failed = failed + 1
    elseif body ~= string.rep(string.sub(body, 1, 7), 500) then mixed = mixed + 1 end
end
function done(summary, latency)
    local failed, mixed, answers = 0, 0, 0
    for _, thread in ipairs(threads) do
        failed = failed + thread:get("failed"); mixed = mixed + thread:get("mixed"); answers = answers + thread:get("answers")
    end
    local e = summary.errors
    io.write(string.format("answers %d failed %d mixed %d\\n", answers, failed + e.connect + e.read + e.write + e.timeout, mixed))
end
"""


def run(options, scraps):
    folder = scraps / "served"
    folder.mkdir()
    assemble(guests.large(MARK.decode() * 500, 100_000), folder / "swap.wasm")
    original = (folder / "swap.wasm").read_bytes()
    assert original.count(MARK) == 500
    with Server(options.server, scraps, *options.flag) as server:
        client = Client(server)
        client.get("swap.wasm")
        script = scraps / "check.lua"
        script.write_text(CHECK)
        load = subprocess.Popen([needed("wrk"), "-t1", "-c32", "-d3600", "-s", script, server.url("swap.wasm")],
                                stdout=subprocess.PIPE, text=True)
        time.sleep(1)
        times = [swap(folder, client, original, number) for number in range(1, options.swaps + 1)]
        load.send_signal(2)
        said, _ = load.communicate()
    times.sort()
    answers, failed, mixed = map(int, re.search(r"answers (\d+) failed (\d+) mixed (\d+)", said).groups())
    middle, most = times[len(times) // 2], times[-1]
    yield (f"{len(times)} versions of {len(original)} bytes under load: answered after {middle * 1e3:.1f} ms (median), "
           f"{times[len(times) * 99 // 100] * 1e3:.1f} ms (99 %), {most * 1e3:.1f} ms (the last)",
           middle <= MEDIAN and most <= WORST)
    yield f"{answers} answers meanwhile, {failed} failed, {mixed} mixed", answers > 0 and failed == mixed == 0


def swap(folder, client, original, number):
    """Seconds from the overwriting to the first answer of the new version: by a rename and in place in turn."""
    mark = b"v%05d " % number
    contents = original.replace(MARK, mark)
    if number % 2:
        (folder / ".new").write_bytes(contents)
        os.replace(folder / ".new", folder / "swap.wasm")
    else:
        (folder / "swap.wasm").write_bytes(contents)
    start = time.monotonic()
    while True:
        status, body = client.get("swap.wasm")
        passed = time.monotonic() - start
        if status == 200 and body == mark * 500:
            break
        if passed > 10:
            return passed
        time.sleep(0.0005)
    time.sleep(0.1)
    return passed

"""One run of a command: how it ended, and what it took."""

import collections
import os
import resource
import time

from problem import Problem

# Seconds by the clock, seconds of CPU (user and system), bytes of memory at the peak (None: too few to be seen).
Run = collections.namedtuple("Run", "seconds cpu peak output")


def run(command, environment, output, expected=0, source=os.devnull, errors=None):
    """Runs a command, whose first word is a path, with its input and output in files: paths or open descriptors.

    posix_spawn, since it costs least between the two looks at the clock.
    """
    command = [str(part) for part in command]
    errors = str(errors or f"{output}.errors")
    actions = [redirect(0, source, os.O_RDONLY),
               redirect(1, output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
               redirect(2, errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)]
    start = time.perf_counter_ns()
    process = os.posix_spawn(command[0], command, environment, file_actions=actions)
    _, status, usage = os.wait4(process, 0)
    seconds = (time.perf_counter_ns() - start) / 1e9
    status = os.waitstatus_to_exitcode(status)
    if status != expected:
        with open(errors, encoding="utf-8", errors="replace") as file:
            raise Problem(f"exit code {status} of: {' '.join(command)}\n{file.read()[-1000:].strip()}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, seen_peak(usage), output)


def redirect(descriptor, target, flags):
    if isinstance(target, int):
        return (os.POSIX_SPAWN_DUP2, target, descriptor)
    return (os.POSIX_SPAWN_OPEN, descriptor, str(target), flags, 0o600)


def seen_peak(usage):
    """A process starts with our own peak as its peak, so that less than that cannot be told."""
    ours = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return usage.ru_maxrss * 1024 if usage.ru_maxrss > ours * 1.05 else None

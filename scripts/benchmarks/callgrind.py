"""Reads what `valgrind --tool=callgrind` writes."""

import collections
import re

NAME = re.compile(r"(c?)fn=(\(\d+\)) ?(.*)")


class Profile:
    """Instructions of a run, by who called whom."""

    def __init__(self, text):
        self.total = 0
        # By caller and callee: the instructions of the calls, all that was called from there included.
        self.calls = collections.Counter()
        self.read(text.splitlines())

    def read(self, lines):
        names, caller, callee, cost_follows = {}, None, None, False
        for line in lines:
            if cost_follows:
                self.calls[caller, callee] += int(line.split()[-1])
                cost_follows = False
            elif match := NAME.match(line):
                # A name stands behind its number the first time only.
                name = names.setdefault(match[2], match[3])
                caller, callee = (caller, name) if match[1] else (name, callee)
            elif line.startswith("calls="):
                cost_follows = True
            elif line.startswith(("summary: ", "totals: ")):
                self.total = int(line.split()[1])

    def inclusive(self, prefixes):
        """Instructions within functions whose names start so, and within what they call; None if none was called.

        Only calls from elsewhere count, so that nothing counts twice if one of them calls another.
        """
        def is_one(name):
            return name.startswith(prefixes)

        found = [cost for (caller, callee), cost in self.calls.items() if is_one(callee) and not is_one(caller)]
        return sum(found) if found else None

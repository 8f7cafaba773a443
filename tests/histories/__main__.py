"""Records one more history, or the whole selection: see README.md."""

from __future__ import annotations

import sys

from tests.histories.recorder import every, one

if __name__ == "__main__":
    words = sys.argv[1:]
    if words != ["--all"] and len(words) != 3:
        sys.exit('python -m tests.histories NAME WORKFLOW "scenario"   or   --all')
    for name in every() if words == ["--all"] else one(*words):
        sys.stdout.write(f"{name}\n")

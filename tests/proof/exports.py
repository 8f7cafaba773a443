"""`python -m tests.proof.exports`: the exports in every foreign tool, with nothing left out.

Makes an environment for pm4py (AGPL) and a folder for Mermaid (MIT, by npm) under `.data/`, outside
our own environment and lock, and then runs the tests of the exports with all scenarios.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".data" / "tools"
PM4PY = Path(os.environ.get("CHENGNUO_PM4PY", TOOLS / "pm4py" / "bin" / "python"))
MERMAID = Path(os.environ.get("CHENGNUO_MERMAID", TOOLS / "mermaid"))
HAS_PM4PY = PM4PY.exists()
HAS_MERMAID = (MERMAID / "node_modules" / "mermaid").exists() and shutil.which("node") is not None
HOW = "is not there; `python -m tests.proof.exports` (part of make proof) fetches it"


def fetched() -> None:
    """pm4py and Mermaid, unless they are there already. A missing npm leaves Mermaid out."""
    if not PM4PY.exists():
        venv.create(PM4PY.parents[1], with_pip=True)
        _run([str(PM4PY), "-m", "pip", "install", "--quiet", "pm4py"])
    if HAS_MERMAID:
        return
    if shutil.which("npm") is None:
        sys.stderr.write("no npm: Mermaid's own parser is left out\n")
        return
    MERMAID.mkdir(parents=True, exist_ok=True)
    _run(["npm", "install", "--silent", "--no-fund", "--prefix", str(MERMAID), "mermaid", "jsdom"])


def _run(words: list[str]) -> None:
    subprocess.run(words, check=True)


def main() -> int:
    """Fetches the tools, runs the tests; the exit code is theirs."""
    fetched()
    words = [sys.executable, "-m", "pytest", "-q", "-s", "tests/exports", "--timeout", "1800"]
    return subprocess.run(words, cwd=ROOT, env={**os.environ, "CHENGNUO_EXPORTS": "all"}).returncode


if __name__ == "__main__":
    sys.exit(main())

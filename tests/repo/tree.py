"""The files of the repository, as its own tests see them."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("workflows", "machines", "rules", "api", "scheduler", "cases", "simulation")
GENERATED = {".venv", ".data", ".git", "__pycache__", "dist", "node_modules"}


@cache
def files() -> tuple[Path, ...]:
    """Every file that is or would be committed, relative to the root.

    Asks git; in an unpacked archive, or for an account that git does not trust with the folder,
    walks the tree and leaves out what is generated.
    """
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True)
        names = {Path(name) for name in done.stdout.split("\0") if name}
    except (OSError, subprocess.CalledProcessError):
        names = {path.relative_to(ROOT) for path in ROOT.rglob("*")}
    kept = (name for name in names if (ROOT / name).is_file() and not _generated(name))
    return tuple(sorted(kept))


def _generated(name: Path) -> bool:
    return any(part in GENERATED or part.endswith("_cache") for part in name.parts)


def python_files(*, tests: bool = True) -> tuple[Path, ...]:
    """The Python files, with or without those of `tests/`."""
    return tuple(
        name for name in files() if name.suffix == ".py" and (tests or name.parts[0] != "tests")
    )


def text(name: Path) -> str | None:
    """What the file says, or None when it is not text."""
    try:
        return (ROOT / name).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None

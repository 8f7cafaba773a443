"""Is every package really ours? Answered before anything else is imported.

The top-level names are plain words (`rules`, `workflows`...) and other projects publish packages
of the same names. A foreign one that lies earlier on the path wins silently, and one installed
into the same folder is merged with ours without a word. A licence must not be revoked by somebody
else's rule, so a command that finds either stops here. Refuses to know what the packages contain.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("workflows", "machines", "rules", "api", "scheduler", "cases", "simulation")
DISTRIBUTION = "chengnuo"
MISUSE = 2


def refuse_foreign_packages() -> None:
    """Ends the process with exit code 2 when one of PACKAGES is missing, foreign or merged.

    Names every intruder and its owner on standard error, and what to do about it.
    """
    findings = list(foreign_packages())
    if not findings:
        return
    sys.stderr.write(
        "Chengnuo does not start: some of its packages are not its own.\n"
        + "".join(f"  {finding}\n" for finding in findings)
        + "Uninstall the other distribution from this environment, or give Chengnuo its own\n"
        "(remove .venv and run `make setup`), and see that PYTHONPATH names no other project.\n"
    )
    raise SystemExit(MISUSE)


def foreign_packages() -> Iterator[str]:
    """Yields one sentence for each package that is missing, elsewhere, or owned twice."""
    root = Path(__file__).resolve().parent.parent
    places = {name: _resolved(name) for name in PACKAGES}
    # Reading every installed distribution costs a tenth of a second, and a source tree that nobody
    # installs into, with no namesake on the path, cannot have been merged with anything.
    alone = set(places.values()) == {root} and all(_copies(name) == 1 for name in PACKAGES)
    quick = alone and not any(root.glob("*.dist-info"))
    owners: Mapping[str, Sequence[str]] = {} if quick else packages_distributions()
    for name, place in places.items():
        others = sorted(set(owners.get(name, ())) - {DISTRIBUTION})
        if place is None:
            yield f"`{name}` is missing; it belongs in {root}."
        elif place != root:
            whose = f" of {', '.join(others)}" if others else ""
            yield f"`{name}` is the one{whose} in {place}, not ours in {root}."
        elif others:
            both = ", ".join([DISTRIBUTION, *others])
            yield f"`{name}` has more than one owner: {both} (in {place})."


def _resolved(name: str) -> Path | None:
    """The folder that holds the package as `import` would find it, or None."""
    spec = find_spec(name)
    if spec is None:
        return None
    if spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations))).resolve().parent
    return Path(spec.origin).resolve().parent if spec.origin else None


def _copies(name: str) -> int:
    """How many folders of the path hold an importable `name`."""
    folders = {Path(entry or ".").resolve() for entry in sys.path}
    return sum(
        (folder / name / "__init__.py").is_file() or (folder / f"{name}.py").is_file()
        for folder in folders
    )

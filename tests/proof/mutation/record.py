"""What a run has found, line by line in a file: it can be broken off and gone on with."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
MUTATED = ("workflows", "machines", "rules")


@dataclass(frozen=True, slots=True)
class Found:
    """One mutant: by which operator, of which workflow or module, and who noticed (`by` empty:
    nobody)."""

    key: str
    operator: str
    where: str
    by: str
    what: str
    seconds: float


class Record:
    """A file of findings about one state of what is mutated. Those that survived are asked again
    when a run goes on: stories may have been added."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.found: dict[str, Found] = {}
        state = digest()
        if path.exists():
            first, *rest = path.read_text(encoding="utf-8").splitlines()
            if json.loads(first)["of"] == state:
                for line in rest:
                    one = Found(**json.loads(line))
                    self.found[one.key] = one
                return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"of": state}) + "\n", encoding="utf-8")

    def add(self, found: Found) -> None:
        """Writes one finding down at once."""
        self.found[found.key] = found
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(found), ensure_ascii=False) + "\n")

    def noticed(self, key: str) -> bool:
        """Whether somebody has noticed a mutant already; a judge that broke down has not."""
        return key in self.found and self.found[key].by not in ("", "broken")


def digest() -> str:
    """A hash of everything that is mutated."""
    whole = hashlib.sha256()
    for folder in MUTATED:
        for file in sorted((ROOT / folder).rglob("*")):
            if file.suffix in (".py", ".yaml"):
                whole.update(f"{file.relative_to(ROOT)}\n".encode() + file.read_bytes())
    return whole.hexdigest()


def table(found: Iterable[Found], explained: Mapping[str, str]) -> Iterator[str]:
    """Operators, mutants, who noticed them, survivors: as Markdown."""
    by: dict[str, Counter[str]] = defaultdict(Counter)
    for one in found:
        who = one.by or ("explained" if one.key in explained else "survived")
        by[one.operator][who] += 1
        by["**all**"][who] += 1
    names = (
        "reader",
        "check",
        "story",
        "auditor",
        "list",
        "test",
        "time",
        "broken",
        "explained",
        "survived",
    )
    yield "| operator | mutants | " + " | ".join(names) + " |"
    yield "|---|" + "---:|" * (len(names) + 1)
    for operator in sorted(by, key=lambda name: (name == "**all**", name)):
        of = by[operator]
        cells = [sum(of.values()), *(of[name] for name in names)]
        yield f"| {operator} | " + " | ".join(map(str, cells)) + " |"

"""The file of an import: rows of cells read strictly, every problem with file, line and column.

CSV with a header, or JSON as a list of objects; docs/IMPORT.md names the columns. Dotted columns
(`facts.NAME`) and nested objects (`{"facts": {...}}`) are the same thing.
"""

from __future__ import annotations

import csv
import difflib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from machines.acts import Refused
from machines.case import Party
from machines.definition import FactSpec, PartySpec

PLAIN = (
    "workflow", "evidence", "subject_name", "uscc", "ref", "licence", "issued_by", "issued_on",
    "materials", "confirmed_by",
)  # fmt: skip
GROUPS = ("parties", "facts", "due", "done")
REQUIRED = ("workflow", "evidence", "subject_name", "issued_on")
_COLUMN_OF = {
    "in_future": "issued_on", "evidence_required": "confirmed_by", "name_missing": "subject_name",
    "uscc_wrong": "uscc", "material_unknown": "materials", "licence_missing": "licence",
    "licence_unknown": "licence", "issued_by_missing": "issued_by",
    "issued_by_unknown": "issued_by", "party_missing": "parties", "party_unknown": "parties",
    "obligation_unknown": "due", "no_date": "due", "too_early": "due",
    "setting_missing": "workflow",
}  # fmt: skip


class ImportFailed(ValueError):
    """Nothing was imported. `problems`: one sentence each, with file, line and column."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line (CSV) or number (JSON), and its cells by dotted column."""

    line: int
    cells: Mapping[str, Any]


def read_rows(file: Path) -> tuple[Row, ...]:
    """The rows of a file. Raises ImportFailed where it cannot be read or names a strange column."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ImportFailed([f"{file}: cannot be read as UTF-8 text: {error}"]) from None
    rows = _json(file, text) if file.suffix.lower() == ".json" else _csv(file, text)
    if not rows:
        raise ImportFailed([f"{file.name}: there is no row to import"])
    problems = [
        f"{file.name}:{row.line}: column {name}: {why}"
        for row in (rows[:1] if file.suffix.lower() != ".json" else rows)
        for name in row.cells
        if (why := _strange(name))
    ]
    missing = [name for name in REQUIRED if name not in rows[0].cells]
    if missing and not problems and file.suffix.lower() != ".json":
        problems.append(f"{file.name}:1: the column {', '.join(missing)} is missing")
    if problems:
        raise ImportFailed(problems)
    return rows


def _csv(file: Path, text: str) -> tuple[Row, ...]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    names = list(reader.fieldnames or ())
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ImportFailed([f"{file.name}:1: the column {', '.join(twice)} stands there twice"])
    rows: list[Row] = []
    try:
        for cells in reader:
            if None in cells or None in cells.values():
                raise ImportFailed([f"{file.name}:{reader.line_num}: the row has not as many "
                                    "fields as the header"])  # fmt: skip
            rows.append(Row(reader.line_num, {k: v.strip() for k, v in cells.items()}))
    except csv.Error as error:
        raise ImportFailed([f"{file.name}:{reader.line_num}: not CSV: {error}"]) from None
    return tuple(rows)


def _json(file: Path, text: str) -> tuple[Row, ...]:
    try:
        plain = json.loads(text)
    except json.JSONDecodeError as error:
        raise ImportFailed([f"{file.name}:{error.lineno}: not JSON: {error.msg}"]) from None
    if not isinstance(plain, list) or not all(isinstance(one, dict) for one in plain):
        raise ImportFailed([f"{file.name}:1: expected a list of objects, one a licence"])
    return tuple(Row(number, dict(_flat(one))) for number, one in enumerate(plain, 1))


def _flat(plain: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    for name, value in plain.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _strange(name: str) -> str | None:
    group, dot, rest = name.partition(".")
    if name in PLAIN or (dot and rest and group in GROUPS):
        return None
    near = difflib.get_close_matches(name, PLAIN, 1)
    if near:
        return f"unknown; did you mean {near[0]}?"
    return (
        f"unknown; the columns are {', '.join(PLAIN)} and {', '.join(g + '.NAME' for g in GROUPS)}"
    )


@dataclass
class Cells:
    """The cells of one row as they are asked for. What is wrong is noted, and a harmless value
    goes on, so that one run names every problem."""

    file: str
    row: Row
    problems: list[str] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    def wrong(self, column: str, why: str) -> None:
        """Notes a problem."""
        self.problems.append(f"{self.file}:{self.row.line}: column {column}: {why}")

    def refused(self, refused: Refused, column: str | None = None) -> None:
        """Notes what the rules say against the row."""
        fact = refused.context.get("fact")
        where = column or (f"facts.{fact}" if fact else _COLUMN_OF.get(refused.reason, "row"))
        if where == "due" and "obligation" in refused.context:
            where = f"due.{refused.context['obligation']}"
        clause = f" [{refused.clause}]" if refused.clause else ""
        self.wrong(where, f"{refused.zh} {refused.en}{clause}")

    def optional(self, column: str) -> str | None:
        """A text, or None where the cell is empty or absent."""
        self._seen.add(column)
        value = self.row.cells.get(column)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            self.wrong(column, f"must be text, not {value!r}")
            return None
        return value.strip() or None

    def text(self, column: str) -> str:
        """A text that must be there."""
        value = self.optional(column)
        if value is None and not self.problems:
            self.wrong(column, "is empty; every row needs it")
        return value or "?"

    def day(self, column: str) -> date:
        """A day that must be there."""
        value = self.optional(column)
        return self._date(column, value) if value else self._date(column, "")

    def _date(self, column: str, value: str) -> date:
        try:
            found = date.fromisoformat(value)
            if found.isoformat() == value:
                return found
        except ValueError:
            pass
        self.wrong(column, f"must be a day such as 2025-02-28, not {value!r}")
        return date(2000, 1, 1)

    def names(self, column: str) -> tuple[str, ...]:
        """Ids separated by spaces or semicolons; a list in JSON."""
        self._seen.add(column)
        value = self.row.cells.get(column) or ""
        if isinstance(value, list):
            return tuple(map(str, value))
        return tuple(str(value).replace(";", " ").split())

    def dates(self, group: str, known: Mapping[str, Any]) -> dict[str, date]:
        """The days of a group (`due.X`, `done.X`) by the name of X."""
        found: dict[str, date] = {}
        for column, value in self._group(group, known):
            found[column.partition(".")[2]] = self._date(column, str(value))
        return found

    def facts(self, specs: Mapping[str, FactSpec]) -> dict[str, Any]:
        """The facts stated, each by its type."""
        found: dict[str, Any] = {}
        for column, value in self._group("facts", specs):
            name = column.partition(".")[2]
            if name in specs:
                found[name] = self._typed(column, specs[name], value)
        return found

    def parties(self, specs: Mapping[str, PartySpec]) -> dict[str, Party]:
        """The other parties: `parties.ROLE.name` and `parties.ROLE.uscc`."""
        found: dict[str, Party] = {}
        for role, spec in specs.items():
            name = self.optional(f"parties.{role}.name")
            code = self.optional(f"parties.{role}.uscc")
            if name is not None:
                found[role] = Party(spec.kind, name, code)
            elif code is not None:
                self.wrong(f"parties.{role}.name", "is empty, but there is a code")
        return found

    def finish(self) -> None:
        """Notes every filled cell that nothing asked for: nothing is dropped silently."""
        for column, value in self.row.cells.items():
            if value not in (None, "") and column not in self._seen:
                self.wrong(column, "this workflow has nothing of that name; leave the cell empty")

    def _group(self, group: str, known: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
        for column, value in self.row.cells.items():
            prefix, _, name = column.partition(".")
            if prefix != group or value in (None, ""):
                continue
            if column not in self._seen and name not in known:
                near = difflib.get_close_matches(name, list(known), 1)
                hint = f"; did you mean {group}.{near[0]}?" if near else ""
                self.wrong(column, f"the workflow has no {name}{hint}")
            self._seen.add(column)
            if name in known:
                yield column, value

    def _typed(self, column: str, spec: FactSpec, value: Any) -> Any:
        """CSV knows text alone: flags, numbers and lists are read by the fact's type."""
        if not isinstance(value, str):
            return value
        if spec.type in ("flag", "confirmation") and value in ("true", "false"):
            return value == "true"
        if spec.type == "choices":
            return value.replace(";", " ").split()
        if spec.type in ("integer", "number"):
            try:
                return int(value) if spec.type == "integer" else float(value)
            except ValueError:
                self.wrong(column, f"must be a number, not {value!r}")
        return value

"""`chengnuo check`: the definitions examined, and every case they can lead to walked.

Everyday the walk is short, `--deep` has no bound and looks across workflows, too. A process walks
each workflow, as many at a time as there are cores; what is found does not depend on how many.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli_answers import FINDING, AsJson, guarded, misuse, show_json
from api.cli_lint import InLanguage, Language, line_of, of_all, row_of_error
from api.cli_workflows import hint

if TYPE_CHECKING:
    from machines.book import Overlay, Workflow
    from machines.exploration.property import Register
    from machines.lists import ListFile
    from machines.reader import DefinitionError
    from machines.texts import Role

Row = dict[str, Any]


def register(app: typer.Typer) -> None:
    """Adds the command `check`."""
    app.command("check")(check)


def check(
    keys: Annotated[list[str] | None, typer.Argument(help="only these; else every one")] = None,
    folder: Annotated[
        Path | None, typer.Option("--folder", help="definitions elsewhere: one folder a workflow")
    ] = None,
    deep: Annotated[
        bool, typer.Option("--deep", help="walk every case, and across workflows; takes long")
    ] = False,
    shape: Annotated[
        bool, typer.Option("--shape", help="only the shape of the definitions, at once")
    ] = False,
    at_most: Annotated[
        int | None, typer.Option("--at-most", min=1, help="break off after so many cases a slice")
    ] = None,
    lang: InLanguage = None,
    as_json: AsJson = False,
) -> None:
    """检查流程定义。Examines definitions; exit 1 with findings, each with file and line."""
    if shape and (deep or at_most is not None):
        misuse("--shape walks nothing: it goes with neither --deep nor --at-most")
    with guarded():
        from machines.book import workflows_folder

        place = folder or workflows_folder()
        if not place.is_dir():
            misuse(f"no folder {place}")
        wanted = _wanted(place, keys or [])
        rows = _examined(place, wanted, None if shape else (deep, at_most), every=not keys)
        pairs = _across(place, wanted, at_most) if deep else None
    findings = sum(len(row["findings"]) for row in (*rows, *(pairs or ())))
    if as_json:
        across = {} if pairs is None else {"across": pairs}
        show_json({"workflows": rows, **across, "findings": findings})
    else:
        _table(rows, walked=not shape)
        if pairs is not None:
            _table_across(pairs)
        for row in (*rows, *(pairs or ())):
            _tell(row["findings"], lang)
    if findings:
        raise typer.Exit(FINDING)


def _wanted(place: Path, keys: list[str]) -> list[Path]:
    """The folders to examine. Misuse for a key that has none, or a folder without definitions."""
    single = (place / "machine.yaml").exists()
    present = {one.parent.name: one.parent for one in sorted(place.glob("*/machine.yaml"))}
    if single:
        present = {place.name: place}
    if not present:
        misuse(f"no definition below {place}: expected KEY/machine.yaml")
    for key in keys:
        if key not in present:
            misuse(f"no workflow {key}{hint(key, list(present))}")
    return [path for key, path in present.items() if not keys or key in keys]


def _home(place: Path) -> Path:
    """Where the roles, lists and service rules are that hold for the definitions of a folder."""
    from machines.book import workflows_folder

    own = place if (place / "roles.yaml").exists() else place.parent
    return own if (own / "roles.yaml").exists() else workflows_folder()


@lru_cache(maxsize=4)
def _shared(home: Path) -> tuple[dict[str, Role], Overlay | None, ListFile]:
    from machines.book import read_lists, read_overlay, read_roles

    lists, _ = read_lists(home)
    return read_roles(home), read_overlay(home), lists


def _load(path: Path, home: Path) -> Workflow:
    from machines.book import load_workflow

    return load_workflow(path, *_shared(home))


def _examined(
    place: Path, wanted: list[Path], walk: tuple[bool, int | None] | None, *, every: bool
) -> list[Row]:
    """One row a workflow; a definition that cannot be read is a finding, the rest go on. `every`:
    none was chosen, so that what only all of them together can tell is told, too."""
    from machines.graph import examine
    from machines.links import link_errors
    from machines.reader import DefinitionError

    home = _home(place)
    readable, unreadable = {}, []
    for path in wanted:
        try:
            readable[path.name] = _load(path, home)
        except DefinitionError as error:
            unreadable.append(_unreadable(path, error))
    others = _others(place, home, {path.name for path in wanted})
    known = {key: (one.definition, one.parsed) for key, one in (readable | others).items()}
    links = ((key, error) for key, error in link_errors(known) if key in readable)
    astray: dict[str, list[Row]] = {}
    for key, astray_at in links:
        astray.setdefault(key, []).append(row_of_error(astray_at))
    walked: dict[str, Row] = {}
    if walk is not None:
        from machines.exploration.examine import register_of

        named = register_of(_shared(home)[2], (readable | others).values())
        paths = {path.name: path for path in wanted if path.name in readable}
        walked = _walked(_Walk(home, named, *walk), paths)
    rows = []
    for key, one in readable.items():
        row, more = asdict(examine(one)), dict(walked.get(key, {}))
        findings = [*row["findings"], *astray.get(key, ()), *more.pop("findings", ())]
        rows.append({**row, **more, "findings": findings})
    whole = every and home == place and not unreadable
    return [*rows, *unreadable, *(of_all(home, readable) if whole else ())]


@dataclass(frozen=True, slots=True)
class _Walk:
    """What every process has to know: where the shared files are, the lists, how far to walk."""

    home: Path
    register: Register
    deep: bool
    at_most: int | None

    def row(self, path: Path) -> Row:
        """What was walked of one workflow, how long it took, what was found, with its story."""
        from cases.clock import monotonic_seconds
        from machines.book import parameters_of
        from machines.exploration.examine import EVERYDAY, explore
        from rules.working_days import load_calendar

        workflow = _load(path, self.home)
        limit = self.at_most if self.deep else self.at_most or EVERYDAY
        say = _say if self.deep else None
        begun = monotonic_seconds()
        found = explore(workflow, load_calendar(), parameters_of([workflow]), limit, self.register,
                        deep=self.deep, progress=say)  # fmt: skip
        return {
            "cases_walked": found.cases,
            "steps_walked": found.steps,
            "slices": len(found.slices),
            "slices_broken_off": found.bounded,
            "whole": found.whole,
            "not_gone_on_from": found.pruned,
            "seconds": round(monotonic_seconds() - begun, 2),
            "findings": [
                {**asdict(one), "story": [{"zh": line.zh, "en": line.en} for line in story]}
                for one, story in found.findings
            ],
        }


def _walked(walk: _Walk, paths: Mapping[str, Path]) -> dict[str, Row]:
    """The walk of each, in as many processes as there are cores, the longest definitions first."""
    cores = min(len(os.sched_getaffinity(0)), len(paths))
    if cores < 2:
        return {key: walk.row(path) for key, path in paths.items()}
    by_size = sorted(paths, key=lambda key: -(paths[key] / "machine.yaml").stat().st_size)
    with ProcessPoolExecutor(cores) as pool:
        ahead: dict[str, Future[Row]] = {key: pool.submit(walk.row, paths[key]) for key in by_size}
        return {key: ahead[key].result() for key in paths}


def _across(place: Path, wanted: list[Path], at_most: int | None) -> list[Row]:
    """The workflows that close the commitment route, each with those that admit on it."""
    from cases.clock import monotonic_seconds
    from machines.exploration.pairs import across
    from machines.reader import DefinitionError
    from rules.working_days import load_calendar

    home, found = _home(place), {}
    for path in wanted:
        try:
            found[path.name] = _load(path, home)
        except DefinitionError:
            continue  # said where it was examined
    others = _others(place, home, {path.name for path in wanted})
    rows, begun = [], monotonic_seconds()
    for one in across(found, found | others, _shared(home)[2], load_calendar(), at_most):
        _say(f"{one.closes} × {one.admits}")
        rows.append({
            "closes": one.closes, "admits": one.admits, "by": one.by, "ended_by": one.ended_by,
            "cases_walked": one.cases, "steps_walked": one.steps, "whole": one.whole,
            "seconds": round(monotonic_seconds() - begun, 2),
            "findings": [
                {**asdict(finding), "story": [{"zh": line.zh, "en": line.en} for line in story]}
                for finding, story in one.findings
            ],
        })  # fmt: skip
        begun = monotonic_seconds()
    return rows


def _others(place: Path, home: Path, known: set[str]) -> dict[str, Workflow]:
    """The workflows beside those examined, to which a link may lead; unreadable ones left out."""
    from machines.reader import DefinitionError

    found = {}
    folders = {one.parent for where in (place, home) for one in where.glob("*/machine.yaml")}
    for path in sorted(folders):
        if path.name in known:
            continue
        try:
            found[path.name] = _load(path, home)
        except DefinitionError:
            continue
    return found


def _say(text: str) -> None:
    typer.echo(text, err=True)


def _unreadable(path: Path, error: DefinitionError) -> Row:
    return {"workflow": path.name, "states": 0, "transitions": 0, "obligations": 0,
            "findings": [row_of_error(error)]}  # fmt: skip


def _table(rows: list[Row], *, walked: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    names = {"cases_walked": "cases", "steps_walked": "steps", "seconds": "s"} if walked else {
        name: name for name in ("states", "transitions", "obligations")}  # fmt: skip
    table = Table(title="流程检查 definitions examined")
    table.add_column("workflow", no_wrap=True)
    for name in (*names.values(), *(("walked",) if walked else ()), "findings"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        far = [_far(row)] if walked else []
        numbers = (str(row.get(name, "-")) for name in names)
        table.add_row(row["workflow"], *numbers, *far, str(len(row["findings"])))
    Console().print(table)


def _far(row: Row) -> str:
    """Whole, or how many slices of how many were broken off."""
    if "whole" not in row:
        return "-"
    if row["whole"]:
        return "全 whole"
    return f"{row['slices_broken_off']}/{row['slices']} 未尽 bounded"


def _table_across(pairs: list[Row]) -> None:
    for one in pairs:
        far = "全 whole" if one["whole"] else "未尽 bounded"
        typer.echo(f"{one['closes']} × {one['admits']} [{one['by']}]: {one['cases_walked']}, "
                   f"{one['steps_walked']}, {one['seconds']} s, {far}, "
                   f"{len(one['findings'])}")  # fmt: skip


def _tell(findings: list[Row], lang: Language | None) -> None:
    for one in findings:
        typer.echo(line_of(one, lang))
        for line in one.get("story", ()):
            typer.echo(f"    {line['zh']}\n       {line['en']}")

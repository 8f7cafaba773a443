"""`chengnuo workflows` and `chengnuo check`: the definitions, shown and examined."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api import cli_versions
from api.cli_answers import FINDING, AsJson, guarded, misuse, show_json
from api.cli_lint import InLanguage, Language, line_of, of_all, row_of_error
from api.cli_versions import KeyOrCommand

if TYPE_CHECKING:
    from machines.book import Overlay, Rulebook, Workflow
    from machines.graph import Report
    from machines.reader import DefinitionError


def register(app: typer.Typer) -> None:
    """Adds the commands `workflows`, with those on versions, and `check`."""
    group = typer.Typer(cls=KeyOrCommand, help="流程定义 the definitions and their versions")
    group.command("show", hidden=True)(workflows)
    cli_versions.register(group)
    app.add_typer(group, name="workflows")
    app.command("check")(check)


def workflows(
    key: Annotated[str | None, typer.Argument(help="show this one")] = None,
    as_json: AsJson = False,
    schemas: Annotated[
        Path | None, typer.Option("--schemas", help="write the JSON Schemas of the files here")
    ] = None,
    guards: Annotated[
        bool, typer.Option("--guards", help="the conditions a definition may name")
    ] = False,
) -> None:
    """Lists the reforms, or shows one: states, events, obligations, clauses. 列出或查看流程。"""
    if schemas is not None:
        _write_schemas(schemas)
        return
    if guards:
        _show_guards(as_json=as_json)
        return
    with guarded():
        from machines.book import rulebook

        book = rulebook()
        known = book.workflows
    if key is None:
        _list(book, as_json=as_json)
        return
    if book.overlay is not None and key == book.overlay.key:
        _show_overlay(book.overlay, as_json=as_json)
        return
    if key not in known:
        misuse(f"no workflow {key}{_hint(key, list(known))}")
    if as_json:
        show_json(_whole(known[key]))
    else:
        _show(known[key])


def _list(book: Rulebook, *, as_json: bool) -> None:
    """The reforms of the area by number, then the other processes, then the overlay."""
    ordered = sorted(book.workflows.values(), key=lambda one: one.definition.reform or 99)
    rows = [_line(one) for one in ordered]
    if book.overlay is not None:
        title = book.overlay.rules.title
        rows.append({"key": book.overlay.key, "reform": None, "zh": title.zh, "en": title.en,
                     "definition": None})  # fmt: skip
    if as_json:
        show_json(rows)
        return
    for row in rows:
        number = "" if row["reform"] is None else str(row["reform"])
        typer.echo(f"{number:>3} {row['key']:38}{row['zh']}  {row['en']}")


def _show_overlay(overlay: Overlay, *, as_json: bool) -> None:
    rules = overlay.rules
    if as_json:
        show_json({"key": overlay.key, **rules.model_dump(mode="json", exclude_none=True)})
        return
    typer.echo(f"{overlay.key}  {rules.title.zh}  {rules.title.en}")
    for rule in rules.rules:
        typer.echo(f"\n{rule.rule}  [{' '.join(rule.clauses)}]\n  {rule.zh}\n  {rule.en}\n"
                   f"  来源 source: {rule.source.zh} / {rule.source.en}")  # fmt: skip
        if rule.reading is not None:
            typer.echo(f"  理解 reading: {rule.reading.zh} / {rule.reading.en}")


def _show_guards(*, as_json: bool) -> None:
    from rules.guards import GUARDS

    rows = [
        {"name": name, "needs": sorted(one.required), "may": sorted(one.allowed - one.required),
         "means": " ".join(one.means.split())}
        for name, one in sorted(GUARDS.items())
    ]  # fmt: skip
    if as_json:
        show_json(rows)
        return
    for row in rows:
        args = ", ".join([*row["needs"], *(f"{name}?" for name in row["may"])])
        typer.echo(f"{row['name']}({args})\n    {row['means']}")


def _write_schemas(folder: Path) -> None:
    """The schemas an editor checks the files against, generated from the models that read them."""
    from machines.texts import schemas

    if not folder.is_dir():
        misuse(f"{folder} is no folder")
    for name, schema in schemas().items():
        text = json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True)
        (folder / f"{name}.schema.json").write_text(text + "\n", encoding="utf-8")


def _hint(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f"; did you mean {near[0]}?" if near else f"; known: {', '.join(known)}"


def _line(workflow: Workflow) -> dict[str, Any]:
    definition = workflow.definition
    return {"key": workflow.key, "reform": definition.reform, "zh": definition.title.zh,
            "en": definition.title.en, "definition": workflow.compiled.hash}  # fmt: skip


def _whole(workflow: Workflow) -> dict[str, Any]:
    return {
        **_line(workflow),
        "machine": workflow.definition.model_dump(
            mode="json", by_alias=True, exclude_defaults=True
        ),
        "clauses": [one.model_dump(mode="json") for one in workflow.clauses.clauses],
        "parameters": {
            name: {"unit": one.unit, "values": [
                {"from": str(v.since), "value": v.value, "clause": v.clause} for v in one.values
            ]}
            for name, one in workflow.parameters.items()
        },
    }  # fmt: skip


def _show(workflow: Workflow) -> None:
    definition = workflow.definition
    typer.echo(f"{workflow.key}  {definition.title.zh}  {definition.title.en}")
    typer.echo(f"文本 text {workflow.compiled.hash[:12]}  {workflow.parsed.file}")
    for track, spec in definition.tracks.items():
        typer.echo(f"\n[{track}]")
        for name, state in spec.states.items():
            marks = " ▸" if name == spec.initial else " ■" if state.final else ""
            typer.echo(f"  {name:24}{state.zh}  {state.en}{marks}")
    typer.echo("\n操作 events")
    for edge in definition.transitions:
        event = definition.events[edge.event]
        who = ", ".join(edge.role) or "engine"
        typer.echo(f"  {edge.event:24}{event.zh}  {', '.join(edge.source)} → {edge.to}  ({who})  "
                   f"[{' '.join(edge.clauses)}]")  # fmt: skip
    typer.echo("\n义务 obligations")
    for duty in definition.obligations:
        typer.echo(f"  {duty.id:26}{duty.zh}  {duty.bearer}  {_due(duty)}  "
                   f"[{' '.join(duty.clauses)}]")  # fmt: skip


def _due(duty: Any) -> str:
    due = duty.due.model_dump(mode="json", exclude_none=True)
    return ", ".join(f"{name}={value}" for name, value in due.items())


def check(
    keys: Annotated[list[str] | None, typer.Argument(help="only these; else every one")] = None,
    folder: Annotated[
        Path | None, typer.Option("--folder", help="definitions elsewhere: one folder a workflow")
    ] = None,
    deep: Annotated[
        bool, typer.Option("--deep", help="walk every case that can come about; takes minutes")
    ] = False,
    at_most: Annotated[
        int | None, typer.Option("--at-most", min=1, help="with --deep: cases a slice of tracks")
    ] = None,
    lang: InLanguage = None,
    as_json: AsJson = False,
) -> None:
    """检查流程定义。Examines definitions; exit 1 with findings, each with file and line."""
    if at_most is not None and not deep:
        misuse("--at-most belongs to --deep")
    with guarded():
        from machines.book import workflows_folder

        place = folder or workflows_folder()
        if not place.is_dir():
            misuse(f"no folder {place}")
        wanted = _wanted(place, keys or [])
        rows = list(_examined(place, wanted, _Deep(at_most) if deep else None, all_=not keys))
    findings = sum(len(row["findings"]) for row in rows)
    if as_json:
        show_json({"workflows": rows, "findings": findings})
    else:
        _table(rows, lang)
    if findings:
        raise typer.Exit(FINDING)


_WALKED = {"cases_walked": "cases", "steps_walked": "steps", "seconds": "seconds"}


class _Deep:
    """The long check: `at_most` cases a slice of tracks, all of them without a number."""

    def __init__(self, at_most: int | None) -> None:
        from rules.working_days import load_calendar

        self.at_most, self.calendar = at_most, load_calendar()

    def row(self, workflow: Workflow) -> dict[str, Any]:
        """What was walked, how long it took, and what was found, each with its story."""
        from cases.clock import monotonic_seconds
        from machines.book import parameters_of
        from machines.exploration.examine import explore

        parameters = parameters_of([workflow])
        begun = monotonic_seconds()
        found = explore(workflow, self.calendar, parameters, self.at_most)
        return {
            "cases_walked": found.cases,
            "steps_walked": found.steps,
            "whole": found.whole,
            "not_gone_on_from": found.pruned,
            "seconds": round(monotonic_seconds() - begun, 2),
            "findings": [
                {**asdict(one), "story": [{"zh": line.zh, "en": line.en} for line in story]}
                for one, story in found.findings
            ],
        }


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
            misuse(f"no workflow {key}{_hint(key, list(present))}")
    return [path for key, path in present.items() if not keys or key in keys]


def _examined(
    place: Path, wanted: list[Path], deep: _Deep | None = None, *, all_: bool = False
) -> Iterator[dict[str, Any]]:
    """One row a workflow; a definition that cannot be read is a finding, the rest go on."""
    from machines.book import load_workflow, read_overlay, read_roles, workflows_folder
    from machines.graph import examine
    from machines.links import link_errors
    from machines.reader import DefinitionError

    own = place if (place / "roles.yaml").exists() else place.parent
    home = own if (own / "roles.yaml").exists() else workflows_folder()
    roles, overlay = read_roles(home), read_overlay(home)
    readable, unreadable = {}, []
    for path in wanted:
        try:
            readable[path.name] = load_workflow(path, roles, overlay)
        except DefinitionError as error:
            unreadable.append(_unreadable(path, error))
    beside = {key: (one.definition, one.parsed) for key, one in readable.items()}
    beside.update(_others(place, home, roles, overlay, {path.name for path in wanted}))
    links = ((key, error) for key, error in link_errors(beside) if key in readable)
    astray: dict[str, list[dict[str, Any]]] = {}
    for key, astray_at in links:
        astray.setdefault(key, []).append(row_of_error(astray_at))
    for key, one in readable.items():
        row = _row(examine(one))
        more = {} if deep is None else deep.row(one)
        findings = [*row["findings"], *astray.get(key, ()), *more.pop("findings", ())]
        yield {**row, **more, "findings": findings}
    yield from unreadable
    if all_ and own == place and not unreadable:
        yield from of_all(home, readable)


def _others(
    place: Path, home: Path, roles: Any, overlay: Overlay | None, known: set[str]
) -> dict[str, Any]:
    """The workflows beside those examined, to which a link may lead; unreadable ones left out."""
    from machines.book import load_workflow
    from machines.reader import DefinitionError

    found = {}
    folders = {one.parent for where in (place, home) for one in where.glob("*/machine.yaml")}
    for path in sorted(folders):
        if path.name in known:
            continue
        try:
            one = load_workflow(path, roles, overlay)
        except DefinitionError:
            continue
        found[path.name] = (one.definition, one.parsed)
    return found


def _unreadable(path: Path, error: DefinitionError) -> dict[str, Any]:
    return {"workflow": path.name, "states": 0, "transitions": 0, "obligations": 0,
            "findings": [row_of_error(error)]}  # fmt: skip


def _row(report: Report) -> dict[str, Any]:
    return {**asdict(report), "findings": [asdict(one) for one in report.findings]}


def _table(rows: list[dict[str, Any]], lang: Language | None) -> None:
    from rich.console import Console
    from rich.table import Table

    walked = any("cases_walked" in row for row in rows)
    names = _WALKED if walked else {n: n for n in ("states", "transitions", "obligations")}
    table = Table(title="流程检查 definitions examined")
    table.add_column("workflow", no_wrap=True)
    for name in (*names.values(), "findings"):
        table.add_column(name, justify="right")
    for row in rows:
        numbers = [str(row.get(name, "-")) for name in names]
        if not row.get("whole", True):
            numbers[0] += "+"  # the walk was broken off
        table.add_row(row["workflow"], *numbers, str(len(row["findings"])))
    Console().print(table)
    for row in rows:
        for one in row["findings"]:
            typer.echo(line_of(one, lang))
            for line in one.get("story", ()):
                typer.echo(f"    {line['zh']}\n       {line['en']}")

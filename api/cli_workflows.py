"""`chengnuo workflows` and `chengnuo check`: the definitions, shown and examined."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli_answers import FINDING, AsJson, guarded, misuse, show_json

if TYPE_CHECKING:
    from machines.book import Workflow
    from machines.graph import Report


def register(app: typer.Typer) -> None:
    """Adds the commands `workflows` and `check`."""
    app.command("workflows")(workflows)
    app.command("check")(check)


def workflows(
    key: Annotated[str | None, typer.Argument(help="show this one")] = None,
    as_json: AsJson = False,
    schemas: Annotated[
        Path | None, typer.Option("--schemas", help="write the JSON Schemas of the files here")
    ] = None,
) -> None:
    """Lists the reforms, or shows one: states, events, obligations, clauses. 列出或查看流程。"""
    if schemas is not None:
        _write_schemas(schemas)
        return
    with guarded():
        from machines.book import rulebook

        known = rulebook().workflows
    if key is None:
        listed = [_line(one) for one in known.values()]
        if as_json:
            show_json(listed)
            return
        for row in listed:
            typer.echo(f"{row['key']:22}{row['zh']}  {row['en']}")
        return
    if key not in known:
        misuse(f"no workflow {key}{_hint(key, list(known))}")
    if as_json:
        show_json(_whole(known[key]))
    else:
        _show(known[key])


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
    as_json: AsJson = False,
) -> None:
    """检查流程定义。Examines definitions; exit 1 with findings, each with file and line."""
    with guarded():
        from machines.book import workflows_folder

        place = folder or workflows_folder()
        if not place.is_dir():
            misuse(f"no folder {place}")
        wanted = _wanted(place, keys or [])
        rows = list(_examined(place, wanted))
    findings = sum(len(row["findings"]) for row in rows)
    if as_json:
        show_json({"workflows": rows, "findings": findings})
    else:
        _table(rows)
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
            misuse(f"no workflow {key}{_hint(key, list(present))}")
    return [path for key, path in present.items() if not keys or key in keys]


def _examined(place: Path, wanted: list[Path]) -> Iterator[dict[str, Any]]:
    """One row a workflow; a definition that cannot be read is a finding, the rest go on."""
    from machines.book import load_workflow, read_roles, workflows_folder
    from machines.graph import examine
    from machines.reader import DefinitionError

    own = place if (place / "roles.yaml").exists() else place.parent
    roles = read_roles(own if (own / "roles.yaml").exists() else workflows_folder())
    for path in wanted:
        try:
            yield _row(examine(load_workflow(path, roles)))
        except DefinitionError as error:
            finding = {"check": "unreadable", "text": error.text, "clauses": [],
                       "file": error.file, "line": error.line}  # fmt: skip
            yield {"workflow": path.name, "states": 0, "transitions": 0, "obligations": 0,
                   "findings": [finding]}  # fmt: skip
        except FileNotFoundError as error:
            finding = {"check": "unreadable", "text": f"the file is missing: {error.filename}",
                       "clauses": [], "file": str(error.filename), "line": 1}  # fmt: skip
            yield {"workflow": path.name, "states": 0, "transitions": 0, "obligations": 0,
                   "findings": [finding]}  # fmt: skip


def _row(report: Report) -> dict[str, Any]:
    return {**asdict(report), "findings": [asdict(one) for one in report.findings]}


def _table(rows: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="流程检查 definitions examined")
    for name in ("workflow", "states", "transitions", "obligations", "findings"):
        table.add_column(name, justify="left" if name == "workflow" else "right")
    for row in rows:
        numbers = [str(row[name]) for name in ("states", "transitions", "obligations")]
        table.add_row(row["workflow"], *numbers, str(len(row["findings"])))
    Console().print(table)
    for row in rows:
        for one in row["findings"]:
            clauses = f"  [{' '.join(one['clauses'])}]" if one["clauses"] else ""
            typer.echo(f"{one['file']}:{one['line']}: {one['check']}: {one['text']}{clauses}")

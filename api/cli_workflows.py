"""`chengnuo workflows`: the definitions, listed and shown."""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api import cli_versions
from api.cli_answers import AsJson, guarded, misuse, show_json
from api.cli_versions import KeyOrCommand

if TYPE_CHECKING:
    from machines.book import Overlay, Rulebook, Workflow


def register(app: typer.Typer) -> None:
    """Adds the command `workflows`, with those on versions."""
    group = typer.Typer(cls=KeyOrCommand, help="流程定义 the definitions and their versions")
    group.command("show", hidden=True)(workflows)
    cli_versions.register(group)
    app.add_typer(group, name="workflows")


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
        misuse(f"no workflow {key}{hint(key, list(known))}")
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


def hint(name: str, known: list[str]) -> str:
    """What a misspelt name may have meant, or which names there are."""
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

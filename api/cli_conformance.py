"""`chengnuo audit conformance`: every journal held against the definition that governs its case."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli_answers import FINDING, AsJson, Database, serving, show_json

if TYPE_CHECKING:
    from cases.rows import ConformanceRow, OutboxRow

SHOWN = 50


def conformance(
    tolerance_hours: Annotated[
        float, typer.Option("--tolerance-hours", min=0, help="how late an automatic act may be")
    ] = 24.0,
    batch: Annotated[int, typer.Option("--batch", min=1, max=1000)] = 50,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """合规核查。Every journal replayed against its own text, time included; exit 1 with deviations,
    each a task until it is mended. Goes on with a run that was interrupted."""
    from api.second_opinion import dates_again
    from cases.conformance import begin, go_on

    with serving(db) as service:
        run = begin(service.casework, again=True)
        assert run is not None, "asked for by hand, it is made again"
        done = go_on(service.casework, run, dates_again, batch=batch,
                     tolerance=timedelta(hours=tolerance_hours))  # fmt: skip
        with service.store.unit(write=False) as unit:
            tasks = unit.deviations()
    if as_json:
        show_json({"run": _plain(done), "open": [_task(row) for row in tasks]})
    else:
        _show(done, tasks)
    if tasks:
        raise typer.Exit(FINDING)


def _plain(run: ConformanceRow) -> dict[str, Any]:
    return {
        "number": run.seq, "cases": run.cases, "conforming": run.conforming,
        "fitness": fitness(run), "deviations": run.deviations,
        "started_at": run.started_at.isoformat(),
        "finished_at": None if run.finished_at is None else run.finished_at.isoformat(),
    }  # fmt: skip


def fitness(run: ConformanceRow) -> float:
    """Conforming cases of all cases; 1 where there are none."""
    return run.conforming / run.cases if run.cases else 1.0


def _task(row: OutboxRow) -> dict[str, Any]:
    what = json.loads(row.body)["what"]
    return {"case": row.case_id, "entry": what["entry"], "kind": what["conformance"],
            "about": what["about"], "found_at": row.at.isoformat(), "zh": what["zh"],
            "en": what["en"]}  # fmt: skip


def _show(run: ConformanceRow, tasks: Any) -> None:
    typer.echo(f"合规 conforming：{run.conforming} / {run.cases}（{fitness(run):.2%}），"
               f"偏差 deviations {run.deviations}")  # fmt: skip
    for one in map(_task, tasks[:SHOWN]):
        typer.echo(f"{one['case']}  {one['kind']}  {one['zh']}\n  {one['en']}", err=True)
    if len(tasks) > SHOWN:
        typer.echo(f"… 另有 {len(tasks) - SHOWN} 项 more: --json", err=True)

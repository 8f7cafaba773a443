"""`chengnuo outage`: an outage of the office goes on record and extends the other side's dates."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli_answers import FINDING, AsJson, Database, misuse, serving, show_json

if TYPE_CHECKING:
    from cases.rows import OutageRow


def register(app: typer.Typer) -> None:
    """Adds the command group `outage`."""
    group = typer.Typer(help="办公系统中断 outages of the office", no_args_is_help=True)
    group.command("record")(record)
    group.command("list")(listed)
    app.add_typer(group, name="outage")


def record(
    from_: Annotated[
        str, typer.Option("--from", metavar="WHEN", help="a date, or an instant with an offset")
    ],
    to: Annotated[
        str, typer.Option("--to", metavar="WHEN", help="a date (to its end), or an instant")
    ],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT")],
    by: Annotated[str, typer.Option("--by", metavar="USER")],
    confirmed_by: Annotated[str, typer.Option("--confirmed-by", metavar="USER")],
    zone: Annotated[str | None, typer.Option("--zone", help="of one zone alone (片区)")] = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """登记中断。Its days do not count in the other side's open periods, and a hold ends. Exit 1 if
    a case could not be told."""
    from cases.outages import Recording
    from scheduler.outages import begin, run_of, tell

    begins, ends = _instant(from_, "--from"), _instant(to, "--to", end_of_day=True)
    with serving(db) as service:
        service.put_in_service()
        asked = Recording(begins, ends, reason, by, confirmed_by, zone)
        row = begin(service.casework, asked)
        tell(service.casework)
        with service.store.unit(write=False) as unit:
            run = run_of(unit, row)
    if as_json:
        from api.outage_record import plain_outage

        show_json({"outage": plain_outage(row, run)})
    else:
        typer.echo(f"已登记第 {row.seq} 号中断 outage {row.seq} on record: {_span(row)}")
        typer.echo(f"已顺延 {run.cases} 件案件的期限 cases told; 搁置 set aside {run.aside}")
    if run.aside:
        raise typer.Exit(FINDING)


def listed(db: Database = None, as_json: AsJson = False) -> None:
    """查询中断。What is on record, and how many cases each has changed."""
    with serving(db) as service, service.store.unit(write=False) as unit:
        runs = {run.seq: run for run in unit.outage_runs()}
        rows = [(row, runs[row.seq]) for row in unit.outages()]
    if as_json:
        from api.outage_record import plain_outage

        show_json({"outages": [plain_outage(row, run) for row, run in rows]})
        return
    for row, run in rows:
        under_way = "" if run.finished_at else "，未完成 under way"
        where = row.zone or "全部片区 every zone"
        who = f"{row.recorded_by}/{row.confirmed_by}"
        typer.echo(f"{row.seq}  {_span(row)}  {where}  {row.reason}  {who}  "
                   f"{run.cases} 件 cases{under_way}")  # fmt: skip
    if not rows:
        typer.echo("没有中断记录 none on record")


def _instant(text: str, option: str, *, end_of_day: bool = False) -> datetime:
    """A date as its beginning (or its end), or an instant with an offset."""
    from machines.rungs import midnight

    try:
        if len(text) == len("2025-03-10"):
            day = date.fromisoformat(text)
            return midnight(day + timedelta(days=1) if end_of_day else day)
        at = datetime.fromisoformat(text)
        if at.utcoffset() is not None:
            return at
    except ValueError:
        pass
    misuse(f"{option} takes a date (2025-03-10) or an instant (2025-03-10T17:00+08:00), "
           f"not {text}")  # fmt: skip


def _span(row: OutageRow) -> str:
    from machines.rungs import SHANGHAI

    ends = (row.from_at.astimezone(SHANGHAI), row.to_at.astimezone(SHANGHAI))
    return " – ".join(f"{at:%Y-%m-%d %H:%M}" for at in ends)

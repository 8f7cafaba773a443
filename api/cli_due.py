"""`chengnuo due`: one date with its receipt, or a file of them. Arithmetic only, no database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from api.cli_due_batch import batch_text, due_iso
from api.receipt_table import one_line, receipt_rows, table_of
from rules.due import Bearer, Due, compute_due
from rules.office_hours import ASSUMED as ASSUMED_HOURS
from rules.office_hours import parse_office_hours
from rules.periods import parse_period, parse_start, shanghai_date
from rules.working_days import CalendarHorizon, load_calendar

MISUSE = 2
KINDS = {"firm": "确定 firm", "provisional": "暂定 provisional"}


def register(app: typer.Typer) -> None:
    """Adds the command `due` to an application."""
    app.command("due")(due)


def due(
    start: Annotated[
        str | None,
        typer.Argument(help="day or instant of the event: 2026-03-31, 2026-03-31T16:30:00+08:00"),
    ] = None,
    period: Annotated[
        str | None,
        typer.Argument(help="unit:amount: wd:30, cd-roll:15, mo-roll:6, yr-elapsed:3, h:12, oh:2"),
    ] = None,
    bearer: Annotated[
        str, typer.Option(help="who owes the act: applicant, authority or third_party")
    ] = "applicant",
    batch: Annotated[
        Path | None,
        typer.Option(help="CSV with the columns rule_id,unit,amount,start_iso; CSV comes back"),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(help="know only what was published by this day")
    ] = None,
    office_hours: Annotated[
        str | None,
        typer.Option(help="for oh: 08:30-12:00,13:30-17:00, which is also what is assumed"),
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="print the receipt")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON, receipt included")] = False,
) -> None:
    """By when: counts a period from an event, as the law counts. 计算期限，并给出依据。"""
    try:
        side = _bearer(bearer)
        calendar = load_calendar(as_of=shanghai_date(parse_start(as_of)) if as_of else None)
        hours = parse_office_hours(office_hours) if office_hours else ASSUMED_HOURS
        if batch is not None:
            if start is not None or explain or as_json:
                _misuse("--batch takes neither START nor PERIOD, --explain nor --json")
            typer.echo(batch_text(batch, calendar, side, hours), nl=False)
            return
        if start is None or period is None:
            _misuse("give START and PERIOD (for example 2026-01-20 wd:30), or --batch FILE.csv")
        result = compute_due(parse_start(start), parse_period(period), calendar, bearer=side,
                             office_hours=hours)  # fmt: skip
    except (CalendarHorizon, ValueError) as error:  # a bad period, calendar, batch or option
        _misuse(str(error))
    if as_json:
        typer.echo(json.dumps(_plain(result), ensure_ascii=False, indent=2))
    elif explain:
        Console().print(table_of(receipt_rows(result.receipt)), highlight=False)
    else:
        typer.echo(one_line(result.receipt["result"]))


def _misuse(text: str) -> NoReturn:
    typer.echo(f"chengnuo due: {text}", err=True)
    raise typer.Exit(MISUSE)


def _bearer(text: str) -> Bearer:
    match text:
        case "applicant" | "authority" | "third_party":
            return text
    raise ValueError(f"unknown bearer `{text}`; write applicant, authority or third_party")


def _plain(result: Due) -> dict[str, Any]:
    return {"due_iso": due_iso(result), **result.receipt["result"], "receipt": result.receipt}

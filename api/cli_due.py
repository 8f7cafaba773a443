"""`chengnuo due`: one date with its receipt, or a file of them. Arithmetic only, no database."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from api.cli_due_batch import batch_text, due_iso
from rules.due import Bearer, Due, compute_due
from rules.festivals import ENGLISH
from rules.office_hours import ASSUMED as ASSUMED_HOURS
from rules.office_hours import parse_office_hours
from rules.periods import parse_period, parse_start, shanghai_date
from rules.receipt import ASSUMED, WEEKEND
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
        _explain(result, Console())
    else:
        typer.echo(_one_line(result))


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


def _one_line(result: Due) -> str:
    line = f"{due_iso(result)}  {KINDS[result.kind]}"
    if result.is_provisional:
        line += f"  不早于 {result.earliest}，不晚于 {result.latest} (between them)"
    if result.enforceable_from is not None:
        line += f"  可执行日 enforceable from {result.enforceable_from}"
    return line


def _explain(result: Due, console: Console) -> None:
    """The receipt as a table, in the order in which a person would compute."""
    receipt = result.receipt
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    counted = "" if result.at is not None else "（不计入 not counted）"
    table.add_row("起算 start", f"{receipt['start']} → {receipt['day_zero']}{counted}")
    table.add_row("期间 period", f"{receipt['period']}  {receipt['bearer']}")
    table.add_row("规则 rule", f"{receipt['rule']['zh']}\n{receipt['rule']['en']}")
    if "office_hours" in receipt:
        mark = "（假定 assumed）" if receipt["office_hours"]["assumed"] else ""
        table.add_row("办公时间 office hours", f"{receipt['office_hours']['sessions']}{mark}")
    for label, words in _left_out(receipt):
        table.add_row(label, words)
    if "nominal" in receipt:
        table.add_row("届满 last day", receipt["nominal"])
    if "rolled" in receipt:
        table.add_row("顺延 moved", f"{receipt['rolled']['from']} → {receipt['rolled']['to']}")
    if "counted_from_next_day" in receipt:
        table.add_row(
            "次日起算说", f"{receipt['counted_from_next_day']}（可执行日从宽 the other reading, "
            "for the first enforceable day only）",
        )  # fmt: skip
    for number, published_on in receipt["calendar"].get("notices", ()):
        table.add_row("依据 notice", f"{number}（{published_on}）")
    table.add_row("日历 calendar", f"{receipt['calendar']['version'][:12]}，确定至 firm until "
                  f"{receipt['calendar']['firm_until']}")  # fmt: skip
    table.add_row("到期 due", _one_line(result))
    table.add_row("逾期 missed on", str(result.missed_on))
    if "range" in receipt:
        table.add_row("范围 range", f"{receipt['range']['zh']}\n{receipt['range']['en']}")
    console.print(table, highlight=False)


def _left_out(receipt: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The days that did not count, and those weekend days that did."""
    for paused_on, resumed_on, days in receipt.get("pauses", ()):
        yield "中止 pause", f"{paused_on} / {resumed_on}：{days} 日不计入 not counted"
    if "weekend_days" in receipt:
        yield "周末 weekends", f"{receipt['weekend_days']} 日 days"
    for label, key in (("休息日 rest day", "rest_days"), ("调休上班 make-up", "make_up_days")):
        for row in receipt.get(key, ()):
            yield label, _day_row(row)


def _day_row(row: list[str]) -> str:
    first, last, name, *number = row
    days = first if first == last else f"{first} … {last}"
    return "  ".join([days, name, _english(name), *number])


def _english(name: str) -> str:
    """The English of a reason: a weekend, one holiday or several, assumed or not."""
    if name == WEEKEND:
        return "weekend"
    plain = name.removesuffix(ASSUMED)
    names = [ENGLISH.get(part, "compensation") for part in plain.split("、")]
    return ", ".join(names) + (" (assumed)" if plain != name else "")

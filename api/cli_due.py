"""`chengnuo due`: one date with its receipt, or a file of them. Arithmetic only, no database."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from rules.due import Bearer, Due, compute_due
from rules.festivals import ENGLISH
from rules.periods import PeriodError, parse_period, parse_start, shanghai_date
from rules.receipt import ASSUMED, WEEKEND
from rules.working_days import Calendar, CalendarHorizon, load_calendar

MISUSE = 2
COLUMNS = ("rule_id", "unit", "amount", "start_iso")
ADDED = ("due_iso", "kind")
KINDS = {"firm": "确定 firm", "provisional": "暂定 provisional"}


class BatchError(ValueError):
    """Rows of a batch that cannot be computed, one line of text for each."""


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
        typer.Argument(help="unit:amount: wd:30, cd-roll:15, mo-roll:6, yr-elapsed:3, h:12"),
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
    explain: Annotated[bool, typer.Option("--explain", help="print the receipt")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON, receipt included")] = False,
) -> None:
    """By when: counts a period from an event, as the law counts. 计算期限，并给出依据。"""
    try:
        side = _bearer(bearer)
        calendar = load_calendar(as_of=shanghai_date(parse_start(as_of)) if as_of else None)
        if batch is not None:
            if start is not None or explain or as_json:
                _misuse("--batch takes neither START nor PERIOD, --explain nor --json")
            typer.echo(_batch(batch, calendar, side), nl=False)
            return
        if start is None or period is None:
            _misuse("give START and PERIOD (for example 2026-01-20 wd:30), or --batch FILE.csv")
        result = compute_due(parse_start(start), parse_period(period), calendar, bearer=side)
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


def _due_iso(result: Due) -> str:
    return result.at.isoformat() if result.at is not None else result.on.isoformat()


def _plain(result: Due) -> dict[str, Any]:
    return {"due_iso": _due_iso(result), **result.receipt["result"], "receipt": result.receipt}


def _one_line(result: Due) -> str:
    line = f"{_due_iso(result)}  {KINDS[result.kind]}"
    if result.is_provisional:
        line += f"  不早于 {result.earliest}，不晚于 {result.latest} (between them)"
    if result.enforceable_from is not None:
        line += f"  可执行日 enforceable from {result.enforceable_from}"
    return line


def _batch(file: Path, calendar: Calendar, bearer: Bearer) -> str:
    """The file as CSV with two columns added, all rows or none. BatchError names the bad ones."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BatchError(f"{file} cannot be read as UTF-8 text: {error}") from None
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    header = list(reader.fieldnames or ())
    _check_header(file, header)
    out = io.StringIO()
    writer = csv.DictWriter(out, [*header, *ADDED], lineterminator="\n")
    writer.writeheader()
    problems: list[str] = []
    for line, row in _rows(file, reader):
        try:
            writer.writerow({**row, **_computed(row, calendar, bearer)})
        except (PeriodError, CalendarHorizon) as error:
            problems.append(f"{file.name}:{line}: {error}")
    if problems:
        raise BatchError("\n".join(["nothing was computed; correct these rows:", *problems]))
    return out.getvalue()


def _check_header(file: Path, header: list[str]) -> None:
    if missing := [name for name in COLUMNS if name not in header]:
        raise BatchError(
            f"{file.name}:1: the column {', '.join(missing)} is missing; "
            f"the first line must name {','.join(COLUMNS)}"
        )
    if taken := [name for name in ADDED if name in header]:
        raise BatchError(
            f"{file.name}:1: the column {', '.join(taken)} is there already; remove it"
        )
    if repeated := sorted({name for name in header if header.count(name) > 1}):
        raise BatchError(f"{file.name}:1: the column {', '.join(repeated)} stands there twice")


def _rows(file: Path, reader: csv.DictReader[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row with its line in the file."""
    try:
        for row in reader:
            if None in row or None in row.values():
                raise BatchError(
                    f"{file.name}:{reader.line_num}: the row has not as many fields as the header"
                )
            yield reader.line_num, row
    except csv.Error as error:
        raise BatchError(f"{file.name}:{reader.line_num}: not CSV: {error}") from None


def _computed(row: Mapping[str, str], calendar: Calendar, bearer: Bearer) -> dict[str, str]:
    period = parse_period(f"{row['unit'].strip()}:{row['amount'].strip()}")
    result = compute_due(parse_start(row["start_iso"]), period, calendar, bearer=bearer)
    return {"due_iso": _due_iso(result), "kind": result.kind}


def _explain(result: Due, console: Console) -> None:
    """The receipt as a table, in the order in which a person would compute."""
    receipt = result.receipt
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("起算 start", f"{receipt['start']} → {receipt['day_zero']}（不计入 not counted）")
    table.add_row("期间 period", f"{receipt['period']}  {receipt['bearer']}")
    table.add_row("规则 rule", f"{receipt['rule']['zh']}\n{receipt['rule']['en']}")
    for paused_on, resumed_on, days in receipt.get("pauses", ()):
        table.add_row("中止 pause", f"{paused_on} / {resumed_on}：{days} 日不计入 not counted")
    if "weekend_days" in receipt:
        table.add_row("周末 weekends", f"{receipt['weekend_days']} 日 days")
    for label, key in (("休息日 rest day", "rest_days"), ("调休上班 make-up", "make_up_days")):
        for row in receipt.get(key, ()):
            table.add_row(label, _day_row(row))
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

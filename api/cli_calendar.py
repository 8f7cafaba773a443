"""`chengnuo calendar`: what is published, and the loading of a new year or a further notice."""

from __future__ import annotations

import getpass
from collections import Counter
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli_answers import FINDING, AsJson, Database, guarded, misuse, serving, show_json

if TYPE_CHECKING:
    from api.service import Service
    from cases.calendar_loading import Loading, Report
    from cases.recounting import Moved
    from rules.working_days import Calendar

SHOWN = 50  # lines of a diff on a terminal; JSON has them all
LEVELS = {
    "quiet": "无须查看 nothing to look for",
    "look": "请每日查看 look daily",
    "warn": "警告 WARNING",
    "page": "紧急 URGENT",
}


def register(app: typer.Typer) -> None:
    """Adds the command group `calendar`."""
    group = typer.Typer(help="工作日历 the calendar of working days", no_args_is_help=True)
    group.command("check")(check)
    group.command("load")(load)
    app.add_typer(group, name="calendar")


def check(db: Database = None, as_json: AsJson = False) -> None:
    """What is published and how far a date is firm; of a database with --db. 已公布的放假安排。

    Exit 1 where a database lacks the next year and its clock has passed 1 December."""
    with serving(db) if db else nullcontext() as service, guarded():
        plain = _of_files() if service is None else _of_database(service)
    if as_json:
        show_json(plain)
    else:
        _show(plain)
    if db and plain["watchdog"]["level"] in ("warn", "page"):
        raise typer.Exit(FINDING)


def _of_files() -> dict[str, Any]:
    from cases.clock import machine_time
    from rules.periods import shanghai_date
    from rules.working_days import load_calendar

    calendar = load_calendar()
    return {**_plain(calendar), "watchdog": _watch(calendar, shanghai_date(machine_time()))}


def _of_database(service: Service) -> dict[str, Any]:
    from rules.periods import shanghai_date

    with service.store.unit(write=False) as unit:
        calendar = service.casework.calendars.of(unit)
        today = shanghai_date(service.clock.now(unit))
        live, versions, recounts = unit.live_calendar(), unit.calendars(), unit.recounts()
    kept = [row for row in versions if live is not None and row.seq == live.seq]
    waiting = versions[-1] if versions and not versions[-1].confirmed_by else None
    return {
        **_plain(calendar),
        "watchdog": _watch(calendar, today),
        "database": {
            "number": kept[0].seq if kept else None,
            "version": calendar.version,
            "loaded_by": kept[0].loaded_by if kept else "shipped",
            "confirmed_by": kept[0].confirmed_by if kept else "shipped",
            "loaded_at": kept[0].at.isoformat() if kept else None,
            "recount": next((row.operation for row in recounts if row.finished_at is None), None),
            "awaits_confirmation": waiting.cause if waiting is not None else None,
        },
    }


def _watch(calendar: Calendar, today: Any) -> dict[str, Any]:
    from rules.watchdog import watch

    state = watch(calendar, today)
    return {"level": state.level, "missing_year": state.year, "on": str(today)}


def _plain(calendar: Calendar) -> dict[str, Any]:
    return {
        "version": calendar.version,
        "first_day": str(calendar.first_day),
        "last_day": str(calendar.last_day),
        "firm_until": str(calendar.firm_until),
        "notices": [
            {
                "year": one.year,
                "number": one.number,
                "title": one.title,
                "published_on": str(one.published_on),
                "url": one.url,
                "amends": one.amends,
            }
            for one in calendar.notices
        ],
    }


def _show(plain: dict[str, Any]) -> None:
    for notice in plain["notices"]:
        amends = "（修改 amends）" if notice["amends"] else ""
        typer.echo(f"{notice['year']}  {notice['published_on']}  {notice['number']}{amends}")
    typer.echo(f"确定至 firm until   {plain['firm_until']}")
    typer.echo(f"公布至 published to {plain['last_day']}（其后为暂定 later dates are provisional）")
    typer.echo(f"版本 version        {plain['version']}")
    kept = plain.get("database")
    if kept is not None:
        number = f"第 {kept['number']} 版" if kept["number"] else "随程序 shipped"
        typer.echo(f"数据库 database     {number}，录入 loaded by {kept['loaded_by']}，"
                   f"确认 confirmed by {kept['confirmed_by']}")  # fmt: skip
        if kept["recount"]:
            typer.echo(f"正在重新计算 recount under way: {kept['recount']}")
        if kept["awaits_confirmation"]:
            typer.echo(f"待第二人确认 awaits a second person: {kept['awaits_confirmation']}")
    watch = plain["watchdog"]
    missing = f"，缺 {watch['missing_year']} 年 is missing" if watch["missing_year"] else ""
    typer.echo(f"查看 watchdog       {LEVELS[watch['level']]}{missing}（{watch['on']}）")


def load(
    file: Annotated[Path, typer.Argument(help="a year file, as in rules/calendars/")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="the diff; change nothing")] = False,
    by: Annotated[
        str | None, typer.Option("--by", metavar="USER", help="who loads it (the login name)")
    ] = None,
    confirmed_by: Annotated[
        str | None,
        typer.Option("--confirmed-by", metavar="USER", help="who compared it; else it waits"),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option("--against", help="a second source: another year file, or JSON of its days"),
    ] = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Loads a year or a further notice and counts every open date anew. 录入放假安排。

    Exit 1 while it waits for a second person, or where a case could not be counted."""
    from cases.calendar_loading import load as load_year
    from cases.calendar_loading import plan

    with serving(db) as service:
        asked = _asked(file, by or getpass.getuser(), confirmed_by, against)
        if dry_run:
            report = plan(service.casework, asked)
        else:
            report = load_year(service.casework, asked, sandbox=service.sandbox)
    if as_json:
        show_json(plain_report(report, dry_run=dry_run))
    else:
        _show_report(report, dry_run=dry_run)
    if report.aside or not (report.live or dry_run):
        raise typer.Exit(FINDING)


def _asked(file: Path, by: str, confirmed_by: str | None, against: Path | None) -> Loading:
    from cases.calendar_loading import Loading
    from rules.holiday_notices import read_notices
    from rules.second_source import read_second_source

    for one in (file, against):
        if one is not None and not one.is_file():
            misuse(f"没有这个文件 there is no file {one}")
    second = None if against is None else read_second_source(against)
    return Loading(read_notices(file), by, confirmed_by, second)


def plain_report(report: Report, *, dry_run: bool) -> dict[str, Any]:
    """A report as JSON."""
    return {
        "operation": report.operation,
        "number": report.number,
        "version": report.calendar.version,
        "firm_until": str(report.calendar.firm_until),
        "cause": list(report.cause),
        "live": report.live,
        "dry_run": dry_run,
        "counts": _counts(report),
        "doubts": list(report.doubts),
        "set_aside": report.aside,
        "moved": [_plain_line(one) for one in report.lines],
    }


def _counts(report: Report) -> dict[str, int]:
    kinds = Counter("review" if one.line.review else one.line.direction for one in report.lines)
    return {kind: kinds[kind] for kind in ("confirmed", "later", "earlier", "review")}


def _plain_line(one: Moved) -> dict[str, Any]:
    line = one.line
    days = {"old": line.old, "new": line.new, "effective": line.effective}
    return {
        "case": one.case_id,
        "obligation": line.obligation,
        "occurrence": line.occurrence,
        **{name: None if day is None else str(day) for name, day in days.items()},
        "was": line.was,
        "kind": line.kind,
        "direction": line.direction,
        "told": list(line.told),
        "review": line.review,
    }


def _show_report(report: Report, *, dry_run: bool) -> None:
    for one in report.lines[:SHOWN]:
        line = one.line
        review = "  复核 review" if line.review else ""
        told = f"  告知 told: {', '.join(line.told)}" if line.told else ""
        typer.echo(f"{one.case_id}  {line.obligation}#{line.occurrence}  {line.old} → {line.new}  "
                   f"生效 effective {line.effective}  {line.direction}{review}{told}")  # fmt: skip
    if len(report.lines) > SHOWN:
        typer.echo(f"…… 其余 {len(report.lines) - SHOWN} 项见 --json 其中 the rest with --json")
    for doubt in report.doubts:
        typer.echo(f"请核对 please check: {doubt}", err=True)
    counts = "，".join(f"{kind} {n}" for kind, n in _counts(report).items())
    cause = "、".join(report.cause) or "—"
    typer.echo(f"{cause}：{counts}；确定至 firm until {report.calendar.firm_until}")
    if report.aside:
        typer.echo(f"已搁置 set aside, to be looked at: {report.aside} 件 cases", err=True)
    if dry_run:
        typer.echo("未作任何改变 nothing was changed")
    elif report.live:
        typer.echo(f"第 {report.number} 版已生效 in force: {report.operation}")
    else:
        typer.echo("待第二人确认后生效，以上为届时的变动；请由其运行：加 --confirmed-by USER")
        typer.echo("waits for a second person (--confirmed-by); the above is what will move then")

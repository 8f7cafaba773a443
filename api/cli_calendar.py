"""`chengnuo calendar check`: which years are published, and how far a date is firm."""

from __future__ import annotations

from typing import Any

import typer

from api.cli_answers import AsJson, guarded, show_json


def register(app: typer.Typer) -> None:
    """Adds the command group `calendar`."""
    group = typer.Typer(help="工作日历 the calendar of working days", no_args_is_help=True)
    group.command("check")(check)
    app.add_typer(group, name="calendar")


def check(as_json: AsJson = False) -> None:
    """What is published, notice by notice, and the last firm day. 已公布的放假安排。"""
    with guarded():
        plain = _plain()
    if as_json:
        show_json(plain)
        return
    for notice in plain["notices"]:
        amends = "（修改 amends）" if notice["amends"] else ""
        typer.echo(f"{notice['year']}  {notice['published_on']}  {notice['number']}{amends}")
    typer.echo(f"确定至 firm until   {plain['firm_until']}")
    typer.echo(f"公布至 published to {plain['last_day']}（其后为暂定 later dates are provisional）")
    typer.echo(f"版本 version        {plain['version']}")


def _plain() -> dict[str, Any]:
    from rules.working_days import load_calendar

    calendar = load_calendar()
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

"""`chengnuo settings`: the numbers the texts leave to the zone, dated and with their basis."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

import typer

from api.cli_answers import AsJson, Database, Zone, serving, show_json

ZONE = "yingkou"


def register(app: typer.Typer) -> None:
    """Adds the command group `settings`."""
    group = typer.Typer(help="片区设定 zone settings", no_args_is_help=True)
    group.command("list")(list_settings)
    group.command("set")(set_value)
    app.add_typer(group, name="settings")


def list_settings(db: Database = None, zone: Zone = ZONE, as_json: AsJson = False) -> None:
    """Every setting the workflows ask for, and what the zone has recorded. 列出设定。"""
    from cases.settings import declared

    with serving(db) as service:
        asked = declared(service.book)
        with service.store.unit(write=False) as unit:
            rows = unit.settings(zone)
    recorded: dict[str, list[dict[str, Any]]] = {path: [] for path in asked}
    for row in rows:
        recorded.setdefault(f"{row.workflow}.{row.name}", []).append(
            {"value": row.value, "unit": row.unit, "since": str(row.since), "basis": row.basis,
             "assumed": row.assumed, "set_by": row.set_by, "confirmed_by": row.confirmed_by}
        )  # fmt: skip
    if as_json:
        show_json({"zone": zone, "settings": recorded})
        return
    for path, values in recorded.items():
        label = asked.get(path)
        text = f"{label.zh} {label.en}" if label else "（已不再使用 no longer asked for）"
        typer.echo(f"{path}  {text}")
        for one in values:
            typer.echo(f"    {_value(one)}")
        if not values and path.startswith("zone."):
            typer.echo("    未设定，按假定或整日计算 not set: read as assumed, or as the whole day")
        elif not values:
            typer.echo("    未设定，不能受理 not set: no case may open")


def _value(one: dict[str, Any]) -> str:
    mark = "（假定值 assumed）" if one["assumed"] else ""
    return f"{one['value']} {one['unit']}，自 since {one['since']}：{one['basis']}{mark}"


def set_value(
    path: Annotated[str, typer.Argument(help="workflow.setting, as `settings list` shows it")],
    value: Annotated[int, typer.Argument(help="a whole number of the setting's unit")],
    since: Annotated[datetime, typer.Option("--since", formats=["%Y-%m-%d"])],
    basis: Annotated[str, typer.Option("--basis", help="the legal basis, with its number")],
    by: Annotated[str, typer.Option("--by", metavar="USER", help="who sets it")],
    confirmed_by: Annotated[
        str, typer.Option("--confirmed-by", metavar="USER", help="the second person")
    ],
    db: Database = None,
    zone: Zone = ZONE,
    as_json: AsJson = False,
) -> None:
    """Records a setting from a date on. Nothing already counted is moved. 录入设定。"""
    from cases.settings import set_setting

    first: date = since.date()
    with serving(db) as service, service.store.unit() as unit:
        row = set_setting(
            unit, service.book, zone, path, value, since=first, basis=basis,
            set_by=by, confirmed_by=confirmed_by, at=service.clock.now(unit),
        )  # fmt: skip
    if as_json:
        show_json({"zone": zone, "path": path, "value": row.value, "unit": row.unit,
                   "since": str(row.since), "seq": row.seq, "hash": row.hash})  # fmt: skip
    else:
        typer.echo(f"{path} = {row.value} {row.unit}，自 since {row.since}（{row.hash[:12]}）")

"""`chengnuo enforce`: one sweep now, what it would do, or the release of a hold."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from api.cli_answers import FINDING, AsJson, Database, misuse, serving, show_json


def register(app: typer.Typer) -> None:
    """Adds the command `enforce`."""
    app.command("enforce")(enforce)


def enforce(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="list it, change nothing")] = False,
    release: Annotated[
        bool, typer.Option("--release", help="let held adverse enforcement go on")
    ] = False,
    by: Annotated[str | None, typer.Option("--by", metavar="USER")] = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT")] = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """执行到期事项。One sweep now; exit 1 when a case had to be set aside."""
    if release and dry_run:
        misuse("--release and --dry-run exclude each other")
    if release and not (by and reason):
        misuse("--release needs --by USER and --reason TEXT: who confirms, and why")
    if (by or reason) and not release:
        misuse("--by and --reason belong to --release")
    with serving(db) as service:
        if not dry_run:
            service.put_in_service()
        if release:
            _release(service, str(by), str(reason), as_json)
        elif dry_run:
            _plan(service, as_json)
        else:
            _sweep(service, as_json)


def _release(service: Any, by: str, reason: str, as_json: bool) -> None:
    from scheduler.holds import release

    with service.store.unit() as unit:
        held = release(unit, service.clock.now(unit), by, reason)
    if as_json:
        show_json({"released": asdict(held), "by": by, "reason": reason})
    else:
        typer.echo(f"已解除暂停 released: {held.reason}（{held.detail}）")


def _plan(service: Any, as_json: bool) -> None:
    planned = service.enforcer.plan()
    if as_json:
        show_json({"planned": [{**asdict(one), "due": one.due.isoformat()} for one in planned]})
        return
    for one in planned:
        kind = "不利 ADVERSE" if one.adverse else "提示 mild"
        held = "，已暂停 held" if one.held else ""
        typer.echo(f"{one.due:%Y-%m-%d %H:%M}  {kind}{held}  {one.case_id}  {one.subject}  "
                   f"{one.workflow}.{one.obligation}#{one.occurrence} {one.rung}")  # fmt: skip
    typer.echo(f"共 {len(planned)} 项，未作任何改变 items; nothing was changed")


def _sweep(service: Any, as_json: bool) -> None:
    report = service.enforcer.sweep()
    if as_json:
        show_json({
            "sweep": report.sweep,
            "at": report.at.isoformat() if report.at else None,
            "enforced": [plain_enforced(one) for one in report.enforced],
            "set_aside": report.set_aside,
            "work": report.work,
            "hold": None if report.hold is None else asdict(report.hold),
        })  # fmt: skip
    else:
        for one in report.enforced:
            typer.echo(f"{one.at:%Y-%m-%d}  {one.case_id}  {one.subject}  {one.obligation} "
                       f"{one.rung} → {one.event}  [{' '.join(one.clauses)}]")  # fmt: skip
        typer.echo(f"已执行 {len(report.enforced)} 项 done; 关联事项 work items {report.work}")
        if report.hold is not None:
            typer.echo(f"不利处理暂停中 adverse enforcement is held: {report.hold.reason} "
                       f"({report.hold.detail})")  # fmt: skip
        for case_id, why in report.set_aside.items():
            typer.echo(f"已搁置 set aside {case_id}: {why}", err=True)
    if report.set_aside:
        raise typer.Exit(FINDING)


def plain_enforced(one: Any) -> dict[str, Any]:
    """One automatic act as JSON."""
    return {**asdict(one), "at": one.at.isoformat(), "due": one.due.isoformat()}

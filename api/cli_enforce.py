"""`chengnuo enforce`: one sweep, what it would do, a plan carried out, a hold or brake let go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from msgspec import structs

from api.cli_answers import FINDING, AsJson, Database, misuse, serving, show_json

if TYPE_CHECKING:
    from api.service import Service
    from scheduler.brake import Standing
    from scheduler.plan import Planned


def register(app: typer.Typer) -> None:
    """Adds the command `enforce`."""
    app.command("enforce")(enforce)


def enforce(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="list it, change nothing")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="with --dry-run: keep the plan")
    ] = None,
    plan: Annotated[
        Path | None,
        typer.Option("--plan", metavar="FILE", help="carry out exactly this plan, nothing else"),
    ] = None,
    tomorrow: Annotated[
        bool, typer.Option("--tomorrow", help="what the next day's sweep would do, to whom")
    ] = False,
    release: Annotated[
        bool, typer.Option("--release", help="let held adverse enforcement go on")
    ] = False,
    brake: Annotated[
        str | None,
        typer.Option("--brake", metavar="ZONE/WORKFLOW/CONSEQUENCE", help="with --release"),
    ] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="USER")] = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT")] = None,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """执行到期事项。One sweep now; exit 1 when a case was set aside, a hold or a brake stopped
    something, or a line of a plan was refused."""
    _must_fit((release, dry_run, plan is not None, tomorrow), out, brake, by, reason, dry_run)
    if release and not (by and reason):
        misuse("--release needs --by USER and --reason TEXT: who confirms, and why")
    with serving(db) as service:
        if plan is not None or release or not (dry_run or tomorrow):
            service.put_in_service()
        if release:
            _release(service, brake, str(by), str(reason), as_json)
        elif dry_run:
            _dry_run(service, out, as_json)
        elif tomorrow:
            _list(service.enforcer.tomorrow(), as_json)
        elif plan is not None:
            _carry_out(service, plan, as_json)
        else:
            _sweep(service, as_json)


def _must_fit(
    modes: Sequence[bool], out: Path | None, brake: str | None, by: str | None,
    reason: str | None, dry_run: bool,
) -> None:  # fmt: skip
    """Ends with exit code 2 where options contradict each other."""
    if sum(modes) > 1:
        misuse("--release, --dry-run, --plan and --tomorrow exclude each other")
    if (by or reason or brake) and not modes[0]:
        misuse("--by, --reason and --brake belong to --release")
    if out is not None and not dry_run:
        misuse("--out belongs to --dry-run")


def _release(service: Service, brake: str | None, by: str, reason: str, as_json: bool) -> None:
    from scheduler.brake import named
    from scheduler.holds import release
    from scheduler.releases import go_on, let_go

    with service.store.unit() as unit:
        now = service.clock.now(unit)
        if brake is None:
            held = release(unit, now, by, reason)
            said, what = f"{held.reason}（{held.detail}）", asdict(held)
        else:
            row = let_go(unit, named(brake), now, by, reason)
            said = f"{brake}（{row.cases} 件案件 cases）"
            what = {"brake": brake, "cases": row.cases, "since": row.since.isoformat()}
    if brake is not None:
        go_on(service.casework)
    if as_json:
        show_json({"released": what, "by": by, "reason": reason})
    else:
        typer.echo(f"已解除暂停 released: {said}")


def _dry_run(service: Service, out: Path | None, as_json: bool) -> None:
    from scheduler.plan_file import written
    from scheduler.plan_run import made

    plan = made(service.enforcer)
    if out is not None:
        try:
            out.write_text(written(plan), encoding="utf-8")
        except OSError as error:
            misuse(f"the plan cannot be kept in {out}: {error.strerror}")
    _list(plan.lines, as_json, hash=plan.hash)
    if out is not None and not as_json:
        typer.echo(f"计划已保存 plan kept in {out}（sha256 {plan.hash}）")


def _list(lines: Sequence[Planned], as_json: bool, **more: str) -> None:
    if as_json:
        show_json({"planned": [plain_planned(one) for one in lines], **more})
        return
    for one in lines:
        kind = "不利 ADVERSE" if one.adverse else "提示 mild"
        held = f"，已暂停 held ({one.held_by})" if one.held else ""
        typer.echo(f"{one.due:%Y-%m-%d %H:%M}  {kind}{held}  {one.case_id}  {one.subject}  "
                   f"{one.workflow}.{one.obligation}#{one.occurrence} {one.rung} → {one.act}  "
                   f"[{' '.join(one.clauses)}]")  # fmt: skip
    typer.echo(f"共 {len(lines)} 项，未作任何改变 items; nothing was changed")


def _carry_out(service: Service, file: Path, as_json: bool) -> None:
    from scheduler.plan_file import read
    from scheduler.plan_run import execute

    if not file.is_file():
        misuse(f"there is no plan {file}: make one with --dry-run --out FILE")
    plan = read(file.read_bytes().decode("utf-8", "replace"))
    outcomes = execute(service.enforcer, plan)
    refused = [one for one in outcomes if one.outcome == "refused"]
    if as_json:
        show_json({"plan": plan.hash, "lines": [
            {"case": one.line.case_id, "obligation": one.line.obligation,
             "occurrence": one.line.occurrence, "rung": one.line.rung, "outcome": one.outcome,
             "reason": one.reason, "detail": one.detail}
            for one in outcomes
        ]})  # fmt: skip
    else:
        words = {
            "executed": "已执行 done",
            "already": "此前已执行 done before",
            "refused": "拒绝 refused",
        }
        for one in outcomes:
            why = f"  {one.reason}: {one.detail}" if one.reason else ""
            typer.echo(f"{words[one.outcome]}  {one.line.case_id}  {one.line.obligation}"
                       f"#{one.line.occurrence} {one.line.rung}{why}")  # fmt: skip
        typer.echo(f"共 {len(outcomes)} 项，拒绝 {len(refused)} 项 lines; refused {len(refused)}")
    if refused:
        raise typer.Exit(FINDING)


def _sweep(service: Service, as_json: bool) -> None:
    from scheduler.brake import standing

    report = service.enforcer.sweep()
    with service.store.unit(write=False) as unit:
        brakes = standing(unit)
    if as_json:
        show_json({
            "sweep": report.sweep,
            "at": report.at.isoformat() if report.at else None,
            "enforced": [plain_enforced(one) for one in report.enforced],
            "set_aside": report.set_aside,
            "work": report.work,
            "hold": None if report.hold is None else asdict(report.hold),
            "held": [{**asdict(one), "due": one.due.isoformat()} for one in report.held],
            "brakes": [plain_brake(one) for one in brakes],
        })  # fmt: skip
    else:
        _tell(report, brakes)
    if report.set_aside or report.held or report.hold is not None:
        raise typer.Exit(FINDING)


def _tell(report: Any, brakes: Sequence[Standing]) -> None:
    for one in report.enforced:
        typer.echo(f"{one.at:%Y-%m-%d}  {one.case_id}  {one.subject}  {one.obligation} "
                   f"{one.rung} → {one.event}  [{' '.join(one.clauses)}]")  # fmt: skip
    typer.echo(f"已执行 {len(report.enforced)} 项 done; 关联事项 work items {report.work}")
    if report.hold is not None:
        typer.echo(f"不利处理暂停中 adverse enforcement is held: {report.hold.reason} "
                   f"({report.hold.detail})")  # fmt: skip
    for brake in brakes:
        typer.echo(f"制动 brake {brake.name}: {brake.cases} 件待另一人确认 cases wait for a second "
                   f"person; 当日已执行 {brake.taken}/{brake.allowed} done that day")  # fmt: skip
    for case_id, why in report.set_aside.items():
        typer.echo(f"已搁置 set aside {case_id}: {why}", err=True)


def plain_brake(one: Standing) -> dict[str, Any]:
    """A standing brake as JSON."""
    oldest = None if one.oldest is None else one.oldest.isoformat()
    return {"name": one.name, **asdict(one), "since": one.since.isoformat(), "oldest": oldest}


def plain_planned(one: Planned) -> dict[str, Any]:
    """A line of a plan as JSON."""
    return {**structs.asdict(one), "due": one.due.isoformat(), "held": one.held}


def plain_enforced(one: Any) -> dict[str, Any]:
    """One automatic act as JSON."""
    return {**asdict(one), "at": one.at.isoformat(), "due": one.due.isoformat()}

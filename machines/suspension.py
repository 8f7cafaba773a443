"""Periods that stand still and run on: each pause with its reason, its notice and who ordered it.

The days after a pause up to and including the day of resumption do not count (行政许可法 45); no
written notice, no pause. What becomes of the period is said by the act that lets it run on.
"""

from __future__ import annotations

from typing import Final, Literal

from machines.acts import Refused
from machines.case import Duty, Pause
from machines.counting import Moment, recount
from machines.definition import Obligation
from machines.duties import side_of
from machines.frozen import replace
from machines.occurrence import Occurrence
from machines.remedy import Remedy, running, with_move

Policy = Literal["keep_remaining", "keep_date", "restart"]
POLICIES: Final[dict[str, Policy]] = {
    "keep_remaining": "keep_remaining", "keep_date": "keep_date", "restart": "restart",
}  # fmt: skip


def suspend(remedy: Remedy) -> Occurrence | Refused:
    """Stops a period, before its last day."""
    duty = running(remedy)
    if isinstance(duty, Refused):
        return duty
    if duty.status == "suspended":
        return Refused("already_suspended", "该期限已中止。", "the period is already suspended")
    if duty.due.on is not None and duty.due.on <= remedy.today:
        return Refused(
            "last_day",
            f"期限今日（{duty.due.on}）届满，中止后已无剩余时间；如有正当理由，请延长期限。",
            f"today ({duty.due.on}) is its last day: no time would remain; extend it instead",
            "行政许可法45",
        )  # fmt: skip
    pause = Pause(remedy.today, None, remedy.fact("reason"), remedy.fact("notice"),
                  remedy.base.actor.user)  # fmt: skip
    paused = replace(duty, status="suspended", pauses=(*duty.pauses, pause))
    return replace(remedy.base, duties=(paused,))


def resume(remedy: Remedy) -> Occurrence | Refused:
    """Lets a suspended period run on by the stated policy: the days of the pause do not count
    (keep_remaining, where nothing is said), the old date stays, or the period starts anew."""
    duty = running(remedy)
    if isinstance(duty, Refused):
        return duty
    if duty.status != "suspended":
        return Refused("not_suspended", "该期限没有中止。", "the period is not suspended")
    said = remedy.said("policy") or "keep_remaining"
    refused = _unfit(remedy, duty, said)
    if refused is not None:
        return refused
    policy = POLICIES[said]
    over = replace(duty.pauses[-1], until=remedy.today, resumed_by=remedy.base.actor.user,
                   policy=policy)  # fmt: skip
    resumed = replace(duty, pauses=(*duty.pauses[:-1], over),
                      status="filed" if duty.acted_at else "open")  # fmt: skip
    moved = resumed if policy == "keep_date" else counted_anew(remedy, resumed, policy)
    dates = (duty.due.on, moved.due.on)
    receipt = with_move(moved.receipt, "resume", policy, dates, remedy.today)
    return replace(remedy.base, duties=(replace(moved, receipt=receipt),))


def counted_anew(remedy: Remedy, duty: Duty, policy: Policy) -> Duty:
    """The duty with its period counted once more; from today on where it starts anew."""
    spec = remedy.compiled.duties[duty.obligation]
    if policy == "restart":
        kept = {k: v for k, v in duty.receipt.items() if k not in ("extended", "told", "recounted")}
        duty = replace(duty, anchor=remedy.base.at, extensions=(), receipt=kept,
                       due=replace(duty.due, opens_on=None))  # fmt: skip
    moment = Moment(remedy.case, remedy.world, duty.anchor, side_of(spec, remedy.compiled.sides))
    counted = recount(duty, spec, moment)
    to_come = tuple((days, day) for days, day in counted.warn_on if day > remedy.today)
    return replace(duty, due=counted.due, warn_on=to_come, receipt=counted.receipt)


def _unfit(remedy: Remedy, duty: Duty, policy: str) -> Refused | None:
    """Why a policy cannot be: not one of a pause, a date already over, a date set by an act."""
    if policy not in POLICIES:
        listed = ", ".join(POLICIES)
        return Refused(
            "policy_unfit", f"恢复计时的处理方式须为：{listed}。",
            f"the policy of a resumption is one of: {listed}",
        )  # fmt: skip
    if policy == "keep_date" and duty.due.on is not None and duty.due.on < remedy.today:
        return Refused(
            "date_passed", f"原期限 {duty.due.on} 已过，不能保留；请顺延或重新起算。",
            f"the old date {duty.due.on} has passed: keep_remaining or restart",
        )  # fmt: skip
    spec = remedy.compiled.duties[duty.obligation]
    named = spec.due.given is not None or spec.due.before is not None
    if policy == "restart" and (named or (isinstance(spec, Obligation) and spec.recurs)):
        return Refused(
            "policy_unfit", "该期限由文书或另一期限载明，或按期重复，不能重新起算。",
            "its date is named by an act or another duty, or it recurs: it cannot start anew",
        )  # fmt: skip
    return None

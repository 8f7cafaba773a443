"""Later dates: asked for by the bearer, granted or refused by an officer, never by themselves.

An extension is granted before the old date has passed, runs on from that date and not from the day
of the grant (行政许可法 42), and names its ground, who asked and who granted. Force majeure is one
of the grounds and like the others needs a person (行政诉讼法 48, 民事诉讼法 86).
"""

from __future__ import annotations

from datetime import date

from machines.acts import Refused
from machines.case import Case, DueDate, Duty, Extension, ExtensionRequest
from machines.counting import warnings
from machines.duties import side_of
from machines.frozen import replace
from machines.occurrence import Occurrence
from machines.remedy import Remedy, running, with_move
from rules.periods import parse_period
from rules.statutes import statutory

STATUTORY_GROUND = "statutory_42"
_OF_TWO = (STATUTORY_GROUND, "agreement")  # approved by the head, or agreed: never one person's act


def extend(remedy: Remedy) -> Occurrence | Refused:
    """Moves a due date later, before it has passed, and answers what was asked."""
    duty = running(remedy)
    if isinstance(duty, Refused):
        return duty
    new = date.fromisoformat(remedy.fact("new_due_on"))
    refused = (
        _barred(remedy, duty) or _unfit_date(remedy, duty, new) or _beyond(remedy, duty, new)
        or _of_one_alone(remedy, duty)
    )  # fmt: skip
    if refused is not None:
        return refused
    calendar = remedy.world.calendar
    on = calendar.roll(new)
    due = replace(duty.due, kind="firm", on=on, told_on=on, earliest=None, latest=None,
                  enforceable_from=calendar.add_firm(on, 1))  # fmt: skip
    spec = remedy.compiled.duties[duty.obligation]
    granted = _granted(remedy, duty, new, due)
    told = {
        "from": str(granted.from_on), "to": str(on), "named": str(new), "ground": granted.ground,
        "reason": granted.reason, "document": granted.paper, "by": granted.granted_by,
        "requested_by": granted.requested_by,
        "working_days_added": calendar.assumed("estimate").count(granted.from_on, on),
    }  # fmt: skip
    receipt = with_move({**duty.receipt, "extended": told}, "extend", "keep_remaining",
                        (duty.due.on, on), remedy.today)  # fmt: skip
    to_come = tuple(one for one in warnings(spec, due, calendar) if one[1] > remedy.today)
    moved = replace(duty, due=due, warn_on=to_come, receipt=receipt, request=None,
                    extensions=(*duty.extensions, granted))  # fmt: skip
    return replace(remedy.base, duties=(moved,))


def request_extension(remedy: Remedy) -> Occurrence | Refused:
    """The bearer asks for more time, before the date has passed; an officer answers."""
    duty = running(remedy)
    if isinstance(duty, Refused):
        return duty
    actor = remedy.base.actor
    if not owes_it(remedy.case, duty, actor.role):
        return Refused(
            "not_the_bearer", "只能由义务人申请延长自己的期限。",
            f"{duty.obligation} is owed by {duty.bearer}: nobody else asks for its extension",
        )  # fmt: skip
    if duty.request is not None:
        return Refused(
            "already_requested", "该期限已有一项延长申请待答复。",
            "an extension of this period has been asked for and is not yet answered",
        )  # fmt: skip
    until = remedy.day("new_due_on")
    refused = _barred(remedy, duty)
    if refused is None and until is not None:
        refused = _unfit_date(remedy, duty, until)
    if refused is not None:
        return refused
    asked = ExtensionRequest(remedy.base.at, actor.user, actor.role, remedy.fact("reason"), until)
    return replace(remedy.base, duties=(replace(duty, request=asked),))


def refuse_extension(remedy: Remedy) -> Occurrence | Refused:
    """Answers a request with no; the date stays."""
    duty = running(remedy)
    if isinstance(duty, Refused):
        return duty
    if duty.request is None:
        return Refused("nothing_requested", "没有待答复的延长申请。", "no extension was asked for")
    return replace(remedy.base, duties=(replace(duty, request=None),))


def owes_it(case: Case, duty: Duty, role: str) -> bool:
    """Whether a role is the duty's bearer; the applicant is where it is the party that owes it."""
    bearer = duty.bearer or ""
    own = bearer in case.parties and case.party(bearer) == case.subject
    return role == bearer or (role == "applicant" and own)


def _granted(remedy: Remedy, duty: Duty, named: date, due: DueDate) -> Extension:
    assert duty.due.on is not None
    assert due.on is not None
    return Extension(
        granted_on=remedy.today, from_on=duty.due.on, named_on=named, to_on=due.on,
        ground=remedy.fact("ground"), reason=remedy.fact("reason"), paper=remedy.fact("paper"),
        requested_by=_asked_by(remedy, duty),
        granted_by=remedy.base.actor.user,
    )  # fmt: skip


def _asked_by(remedy: Remedy, duty: Duty) -> str:
    """Who wants the extension: the person named, or who asked for it, or the officer alone."""
    asked = duty.request.by if duty.request is not None else None
    return remedy.said("requested_by") or asked or remedy.base.actor.user


def _of_one_alone(remedy: Remedy, duty: Duty) -> Refused | None:
    """An agreement has two parties; the statute wants the head's approval of what another asks."""
    if remedy.fact("ground") not in _OF_TWO or _asked_by(remedy, duty) != remedy.base.actor.user:
        return None
    return Refused(
        "second_person_required",
        "协商一致或者法定延长须记明由谁提出（requested_by），且与批准人不是同一人。",
        "an agreed or statutory extension names who asked for it (requested_by), and that is "
        "another person than the one who grants it",
        "行政许可法42" if remedy.fact("ground") == STATUTORY_GROUND else None,
    )


def _barred(remedy: Remedy, duty: Duty) -> Refused | None:
    """Why no extension can be granted or asked for now."""
    if duty.due.on is None or duty.due.at is not None:
        return Refused("no_date", "该义务没有可以延长的日期。", "this duty has no date to extend")
    if duty.status == "suspended":
        return Refused("suspended", "该期限已中止，请先恢复计时。",
                       "the period is suspended: let it run on first")  # fmt: skip
    if remedy.today > duty.due.on:
        return Refused("late", "期限已届满，不能再延长。", "the period has ended")
    last = duty.extensions[-1] if duty.extensions else None
    if last is not None and remedy.today <= last.from_on:
        return Refused(
            "already_extended",
            f"该期限已延长至 {last.to_on}，原期限 {last.from_on} 届满前不再延长。",
            f"already extended to {last.to_on}; one extension at a time: "
            f"no further one before {last.from_on} has passed",
        )  # fmt: skip
    return None


def _unfit_date(remedy: Remedy, duty: Duty, new: date) -> Refused | None:
    """Why a new date cannot be: not later, or in a year whose calendar nobody knows yet."""
    assert duty.due.on is not None
    if new <= duty.due.on:
        return Refused(
            "not_later", f"新的期限须晚于原期限（{duty.due.on}）。",
            f"the new date must be later than {duty.due.on}",
        )  # fmt: skip
    calendar = remedy.world.calendar
    on = calendar.roll(new) if new <= calendar.firm_until else new
    if on > calendar.firm_until:
        return Refused(
            "calendar_unpublished", f"{new} 所在年度的放假安排尚未公布，不能作为确定期限。",
            f"the calendar of {new} is not published yet (firm until {calendar.firm_until})",
        )  # fmt: skip
    return None


def _beyond(remedy: Remedy, duty: Duty, new: date) -> Refused | None:
    """The extension of 行政许可法 42: of the authority's own period, once, by so many days."""
    if remedy.fact("ground") != STATUTORY_GROUND:
        return None
    spec, clause = remedy.compiled.duties[duty.obligation], "行政许可法42"
    if side_of(spec, remedy.compiled.sides) != "authority":
        return Refused(
            "ground_unfit", "法定延长（行政许可法第四十二条）只适用于行政机关自己的办理期限。",
            "the statutory extension is for the authority's own period", clause,
        )  # fmt: skip
    if any(one.ground == STATUTORY_GROUND for one in duty.extensions):
        return Refused(
            "ground_unfit", "法定延长只能一次。", "the statutory extension is granted once", clause,
        )  # fmt: skip
    assert duty.due.on is not None
    period, book = parse_period(duty.period or "wd:0"), remedy.world.parameters
    start = duty.due.on
    long = statutory(book, "joint_decision_working_days", start)[1].value
    joint = period.family == "wd" and isinstance(long, int) and period.amount >= long
    name = "joint_extension_working_days" if joint else "extension_working_days"
    days = statutory(book, name, start)[1].value
    assert isinstance(days, int)
    last = remedy.world.calendar.assumed("estimate").add(start, days)
    if new <= last:
        return None
    return Refused(
        "beyond_the_statute", f"依法最多延长{days}个工作日，至 {last}。",
        f"the statute allows {days} more working days, up to {last}", clause,
    )  # fmt: skip

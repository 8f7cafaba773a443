"""A person takes note of dates that came out earlier than they were told: `acknowledge_recount`.

Changes no date; the receipt of each says who has seen it, and when.
"""

from __future__ import annotations

from machines.acts import Refused
from machines.case import Case, Duty
from machines.frozen import replace
from machines.occurrence import Occurrence
from machines.remedy import Remedy


def unacknowledged(case: Case) -> tuple[Duty, ...]:
    """The duties whose date came out earlier and of which nobody has taken note yet."""
    return tuple(
        duty
        for duty in case.duties
        if duty.receipt.get("recounted", {}).get("direction") == "earlier"
        and "acknowledged" not in duty.receipt["recounted"]
    )


def acknowledge_recount(remedy: Remedy) -> Occurrence | Refused:
    """Takes note of one duty (`obligation`), or of all in the case."""
    name = remedy.base.facts.get("obligation")
    seen = tuple(
        _seen(duty, remedy)
        for duty in unacknowledged(remedy.case)
        if name in (None, duty.obligation)
    )
    if not seen:
        return Refused(
            "nothing_to_acknowledge", "没有待知悉的期限提前。",
            "no date that came out earlier waits to be acknowledged",
        )  # fmt: skip
    return replace(remedy.base, duties=seen)


def _seen(duty: Duty, remedy: Remedy) -> Duty:
    by = {"by": remedy.base.actor.user, "at": remedy.base.at.isoformat()}
    recounted = {**duty.receipt["recounted"], "acknowledged": by}
    return replace(duty, receipt={**duty.receipt, "recounted": recounted})

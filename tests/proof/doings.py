"""What may happen in a life: acts of everybody, ordinary ones and the engine's own."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from machines.acts import Act, Channel, Evidence
from machines.case import Actor
from tests.proof.lives import APPLICANT, BANK, OFFICER, SUPERVISOR, Life, calendars
from tests.proof.lives import invented_calendars as invented

LONGEST_ACTS = 16
BEARERS: Final[Mapping[str, Actor]] = {"applicant": APPLICANT, "bank": BANK, "approval": OFFICER}


def lived(seed: int) -> Life:
    """The life of a seed, from its opening through some acts; the scheduler works in between."""
    chance = random.Random(seed)
    life = Life(chance, invented() if chance.random() < 0.5 else calendars())
    if not life.begun():
        return life
    begin(life)
    for _ in range(chance.randint(2, LONGEST_ACTS)):
        life.pass_time()
        if life.over:
            break
        chance.choice(DOINGS)(life)
    return life


def begin(life: Life) -> None:
    """Everything that starts with one event."""
    named = life.now.date() + timedelta(days=life.chance.randint(-3, 120))
    life.do(Act("begin", OFFICER, {"named_on": named.isoformat()}, {}, _happened(life)))


def _happened(life: Life, share: float = 0.15) -> datetime | None:
    """Now, or some days before it is recorded."""
    back = timedelta(days=life.chance.choice((1, 4, 9)), minutes=life.chance.randrange(900))
    return life.now - back if life.chance.random() < share else None


def comment(life: Life) -> None:
    """Comments served on two parties, one after the other; a note that counts from them."""
    life.do(Act("comment", OFFICER, {}, {}, _happened(life)))
    for to in life.chance.sample(("subject", "bank"), life.chance.randint(1, 2)):
        _serve(life, "comments", to)
        life.at(life.now + timedelta(hours=life.chance.choice((0, 5, 50))))
    if life.chance.random() < 0.6:
        life.do(Act("arm", OFFICER))


def serve_rejection(life: Life) -> None:
    """The rejection of what was filed is served."""
    _serve(life, "rejection", "subject")


def _serve(life: Life, document: str, to: str) -> None:
    """A document served by one of the channels, on the day its proof names; or in vain."""
    channel = life.chance.choice(("electronic", "in_person", "post", "public_notice"))
    facts: dict[str, Any] = {"document": document, "to": to, "channel": channel}
    if channel in ("post", "public_notice"):
        facts["reference"] = "EMS-1"
    if life.chance.random() < 0.2:
        life.do(Act("record_failed_service", OFFICER, {**facts, "reason": "查无此人"}))
        return
    happened = _happened(life)
    if happened is None and life.chance.random() < 0.4:
        day = life.now.date() - timedelta(days=life.chance.choice((0, 1, 3)))
        facts["published_on" if channel == "public_notice" else "served_on"] = day.isoformat()
    life.do(Act("serve", OFFICER, facts, {}, happened))


def _running(life: Life, name: str = "") -> str:
    """The name of a duty, mostly of one that runs."""
    assert life.case is not None
    duties = [one for one in life.case.duties if one.status in ("open", "suspended")]
    names = [one.obligation for one in duties if one.bearer is not None]
    return life.chance.choice(names) if names else name or "working_days"


def suspend(life: Life) -> None:
    """A pause, with its written notice."""
    facts = {"obligation": _running(life), "reason": "听证", "notice": "告知-1"}
    life.do(Act("suspend", OFFICER, facts))


def resume(life: Life) -> None:
    """The end of a pause, by one of the policies."""
    assert life.case is not None
    paused = [one.obligation for one in life.case.duties if one.status == "suspended"]
    facts: dict[str, Any] = {"obligation": life.chance.choice(paused or ["days"]),
                             "reason": "听证结束"}  # fmt: skip
    if life.chance.random() < 0.4:
        facts["policy"] = life.chance.choice(("keep_remaining", "keep_date", "restart"))
    life.do(Act("resume", OFFICER, facts))


def extend(life: Life) -> None:
    """A later date, asked for or not; on a ground of the parties, or of the statute."""
    assert life.case is not None
    if life.chance.random() < 0.4:
        request(life)
    asked = [one for one in life.case.duties if one.request is not None]
    duty = life.chance.choice(asked) if asked else life.case.latest(_running(life))
    if duty is None:
        return
    ground = life.chance.choice(("force_majeure", "agreement", "statutory_42"))
    days = life.chance.randint(1, 14 if ground == "statutory_42" else 40)
    new = _later(life, duty.due.on, days)
    facts = {"obligation": duty.obligation, "reason": "不可抗力", "new_due_on": new,
             "ground": ground, "paper": "文-1"}  # fmt: skip
    life.do(Act("extend", OFFICER, facts))


def _later(life: Life, on: date | None, days: int) -> str:
    return ((on or life.now.date()) + timedelta(days=days)).isoformat()


def request(life: Life) -> None:
    """A bearer asks for more time, with or without naming a day."""
    assert life.case is not None
    duty = life.case.latest(_running(life))
    if duty is None or duty.bearer is None:
        return
    facts = {"obligation": duty.obligation, "reason": "材料未齐"}
    if life.chance.random() < 0.5:
        facts["new_due_on"] = _later(life, duty.due.on, life.chance.randint(1, 30))
    life.do(Act("request_extension", BEARERS[duty.bearer], facts))


def refuse(life: Life) -> None:
    """What was asked for is refused; the date stays."""
    assert life.case is not None
    request(life)
    for duty in [one for one in life.case.duties if one.request is not None]:
        life.do(Act("refuse_extension", OFFICER, {"obligation": duty.obligation, "reason": "无"}))


def file(life: Life) -> None:
    """The bearer files, at a counter, online, or by post under the day of its postmark."""
    _keep(life, "file", APPLICANT)


def hand_over(life: Life) -> None:
    """What a counter takes until it closes, and never late."""
    _keep(life, "hand_over", APPLICANT)


def _keep(life: Life, event: str, actor: Actor) -> None:
    channel: Channel = life.chance.choice(("online", "counter", "post"))
    happened = _happened(life, 0.6 if channel == "post" else 0.15)
    proof = Evidence("EMS-2", "e")
    life.do(Act(event, actor, {}, {}, happened, proof, channel))


def reject(life: Life) -> None:
    """What was filed is rejected."""
    life.do(Act("reject", OFFICER))


def settle(life: Life) -> None:
    """What settles duties, and now and then the end."""
    event, actor = life.chance.choice((
        ("accept", OFFICER), ("done", APPLICANT), ("finish", APPLICANT), ("drop", OFFICER),
        ("wind_up", OFFICER),
    ))  # fmt: skip
    if event != "wind_up" or life.chance.random() < 0.2:
        _keep(life, event, actor)


def punish(life: Life) -> None:
    """An adverse act of a person."""
    life.do(Act("punish", SUPERVISOR, {}, {}, _happened(life)))


def restore(life: Life) -> None:
    """The latest adverse act is undone, by one of the policies."""
    assert life.case is not None
    if not life.case.undo:
        return
    policy = life.chance.choice(("keep_date", "keep_remaining", "restart", "fulfilled"))
    facts = {"entry": life.case.undo[-1].seq, "policy": policy, "reason": "处理不当",
             "paper": "文-2", "confirmed_by": "e"}  # fmt: skip
    life.do(Act("restore", OFFICER, facts))


def stay(life: Life) -> None:
    """Enforcement is stayed, or goes on again."""
    assert life.case is not None
    if life.case.stayed is None:
        life.do(Act("stay", OFFICER, {"reason": "行政复议期间", "paper": "文-3"}))
    else:
        life.do(Act("lift_stay", OFFICER, {"reason": "复议终结"}))


def outage(life: Life) -> None:
    """The office was out for some days, until today at the latest."""
    last = life.now.date() - timedelta(days=life.chance.randint(0, 6))
    life.suffer_outage(last - timedelta(days=life.chance.randint(0, 9)), last)


def on_record(life: Life) -> None:
    """What moves no date: a corrected fact, an earlier date taken note of; rarely, the end of the
    enterprise."""
    correct = {"fact": "named_on", "value": "2031-01-02", "reason": "笔误", "confirmed_by": "e"}
    life.do(Act("acknowledge_recount", OFFICER))
    life.do(Act("correct_record", OFFICER, correct))
    if life.chance.random() < 0.1:
        life.do(Act("cancel_registration", OFFICER, {"reason": "终止", "paper": "文-4"}))


DOINGS: Final[tuple[Callable[[Life], None], ...]] = (
    begin, comment, comment, suspend, suspend, resume, resume, extend, extend, refuse, file, file,
    hand_over, reject, serve_rejection, settle, punish, punish, restore, restore, restore, stay,
    outage, outage, on_record,
)  # fmt: skip

"""Plays every scenario file over HTTP on one server, in the order in which things happen.

One sandbox clock serves all stories: their steps are merged into one timeline, each story in a
zone and with credit codes of its own, and the clock goes from one instant to the next.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import httpx

from api.service import Service
from cases.casework import Opening
from cases.identity import Identity, keep_token
from cases.settings import declared, set_setting
from machines.book import Workflow, rulebook
from machines.case import Party
from machines.rungs import SHANGHAI
from rules.credit_code import check_character
from rules.office_hours import ZONE_WIDE
from tests.scenarios.runner import Scenario, effect_names, filled, instant, needs_of, scenarios

BOOK = rulebook()
OVERSEER = "overseer"


def codes(number: int) -> list[str]:
    """The credit codes of one story's firms; their region does not exist."""
    stems = [f"91999999{number:04d}{index:05d}" for index in range(4)]
    return [stem + check_character(stem) for stem in stems]


@dataclass
class Story:
    """One scenario on its way: what is still to do, and what went wrong."""

    number: int
    scenario: Scenario
    case_id: str | None = None
    wrong: list[str] = field(default_factory=list)

    @property
    def workflow(self) -> Workflow:
        """The reform it is about."""
        return BOOK.workflows[self.scenario.workflow]

    @property
    def zone(self) -> str:
        """A zone of its own, so that its settings and firms are nobody else's."""
        return f"story{self.number}"

    def timeline(self) -> Iterator[tuple[datetime, Mapping[str, Any]]]:
        """The opening, every step, and the judgement, each with its instant."""
        now = instant(self.scenario.opening.get("at", date(2025, 1, 2)))
        yield now, {"open": True}
        for step in self.scenario.steps:
            if "until" in step:
                now = max(now, instant(step["until"]))
                yield now, {"wait": True}
            else:
                now = instant(step["at"]) if "at" in step else now
                yield now, step
        yield now, {"judge": True}


def tellable(workflows: tuple[str, ...] | None = None, stride: int = 1) -> list[Story]:
    """Every scenario (or one of so many), of all or some reforms, that people alone can tell: no
    credit file made up beforehand, and nothing that another case says or does."""
    told = [
        one
        for one in scenarios()
        if not one.credit
        and one.parent is None
        and not any("credit" in step for step in one.steps)
        and "engine" not in {one.opening.get("by"), *(step.get("by") for step in one.steps)}
        and (workflows is None or one.workflow in workflows)
    ]
    return [Story(number, one) for number, one in enumerate(told[::stride])]


def prepare(service: Service, stories: list[Story]) -> datetime:
    """Tokens and settings of every story, and the clock at the first instant."""
    begin = min(next(story.timeline())[0] for story in stories) - timedelta(hours=1)
    with service.store.unit() as unit:
        unit.set_meta({"clock": begin.isoformat()})
        keep_token(unit, OVERSEER, Identity("overseer", frozenset({"admin"})), "", begin)
        for story in stories:
            for path, setting in declared(service.book).items():
                key, _, name = path.partition(".")
                own = key == story.scenario.workflow
                wanted = story.scenario.settings.get(name, setting.assumed if own else None)
                if (own or key == ZONE_WIDE) and wanted is not None:
                    set_setting(
                        unit, service.book, story.zone, path, wanted, since=date(2017, 4, 10),
                        basis="story", set_by="a", confirmed_by="b", at=begin,
                    )  # fmt: skip
    # A sandbox with a case in it is not filled with the demonstration zone.
    firm = Party("enterprise", "虚构先行有限公司", codes(9999)[0])
    opener = Identity("first", frozenset({"applicant"}), enterprise=firm.uscc)
    service.casework.open(Opening("network_freight", firm, "elsewhere"), opener)
    return begin


class Telling:
    """The stories against one server."""

    def __init__(self, client: httpx.Client, service: Service, stories: list[Story]) -> None:
        self.client, self.service, self.stories = client, service, stories
        self.tokens: set[str] = set()
        self.now: datetime | None = None

    def tell(self) -> None:
        """Everything, in the order of time; each story notes what went wrong with it."""
        queue: list[tuple[datetime, int, int, Mapping[str, Any]]] = []
        for story in self.stories:
            for order, (at, step) in enumerate(story.timeline()):
                heapq.heappush(queue, (at, story.number, order, step))
        while queue:
            at, number, _, step = heapq.heappop(queue)
            self._clock(at)
            self._do(self.stories[number], step)

    def _clock(self, at: datetime) -> None:
        if self.now is not None and at <= self.now:
            return
        answer = self.client.post(
            "/v1/sandbox/clock", json={"to": at.isoformat()}, headers=self._as(OVERSEER)
        )
        assert answer.status_code == 200, answer.text
        self.now = at

    def _as(self, token: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {token}"}

    def _token(self, story: Story, user: str, role: str, enterprise: str | None) -> dict[str, str]:
        secret = f"{story.number}-{user}-{role}-{enterprise}"
        if secret not in self.tokens:
            identity = Identity(user, frozenset({role}), enterprise=enterprise)
            at = self.now or datetime(2000, 1, 1, tzinfo=SHANGHAI)
            with self.service.store.unit() as unit:
                keep_token(unit, secret, identity, "", at)
            self.tokens.add(secret)
        return self._as(secret)

    def _do(self, story: Story, step: Mapping[str, Any]) -> None:
        if "wait" in step:
            return
        if "open" in step:
            self._open(story)
        elif "judge" in step:
            self._judge(story)
        elif story.case_id is not None:
            self._act(story, step)

    def _open(self, story: Story) -> None:
        opening, definition = story.scenario.opening, story.workflow.definition
        kind, firms = definition.subject, codes(story.number)
        code = None if kind in ("pre_establishment", "person", "project") else firms[0]
        role = opening.get("by", definition.opening.role[0])
        parties = {
            name: {"kind": spec.kind, "name": f"虚构{spec.zh}", "uscc": firms[1 + index % 3]}
            for index, (name, spec) in enumerate(definition.parties.items())
            if (spec.required or name in opening.get("parties", ())) and not spec.same_as_subject
        }
        needs = definition.opening.needs
        body = {
            "workflow": definition.key,
            "zone": story.zone,
            "subject": {"kind": kind, "name": "虚构企业有限公司", "uscc": code},
            "parties": parties,
            "facts": filled(
                story.workflow, needs, opening.get("facts", {}), bare=bool(opening.get("bare"))
            ),
        }
        headers = self._token(story, f"{role}-1", role, code if role == "applicant" else None)
        answer = self.client.post("/v1/cases", json=body, headers=headers)
        self._expect(story, "the opening", opening.get("refused"), answer)
        if answer.status_code == 201:
            story.case_id = answer.json()["id"]

    def _act(self, story: Story, step: Mapping[str, Any]) -> None:
        event, role = step["does"], step["by"]
        case = self._case(story)
        own_side = BOOK.sides[role] == "applicant"  # a ship's crew acts for the ship
        party = case["parties"].get(role, case["subject"] if own_side else {})
        mine = step.get("enterprise", party.get("uscc"))
        facts = filled(
            story.workflow, needs_of(story.workflow, event), step.get("facts", {}),
            bare=bool(step.get("bare")),
        )  # fmt: skip
        if step.get("documents"):
            facts["documents"] = list(step["documents"])
        body: dict[str, Any] = {"event": event, "facts": facts}
        if "happened" in step:
            body["happened_at"] = instant(step["happened"]).isoformat()
        for name in ("evidence", "channel"):
            if name in step:
                body[name] = step[name]
        headers = self._token(story, step.get("user", f"{role}-1"), role, mine)
        url = f"/v1/cases/{story.case_id}/events"
        answer = self.client.post(url, json=body, headers=headers)
        self._expect(story, event, step.get("refused"), answer)
        if answer.status_code != 200:
            after = self._case(story)
            if after["version"] != case["version"]:
                story.wrong.append(f"{event}: refused, yet the case changed")

    def _expect(self, story: Story, what: str, refused: str | None, answer: httpx.Response) -> None:
        said = None if answer.status_code < 300 else answer.json().get("reason")
        if said == "forbidden" and refused in (
            "not_your_case",
            "party_not_named",
            "not_an_application",
        ):
            return  # a stranger is stopped before the rules are asked
        if said != refused:
            story.wrong.append(f"{what}: expected {refused}, got {said}: {answer.text[:300]}")

    def _case(self, story: Story) -> dict[str, Any]:
        answer = self.client.get(f"/v1/cases/{story.case_id}", headers=self._as(OVERSEER))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def _judge(self, story: Story) -> None:
        then = story.scenario.then
        if story.case_id is None:
            if then != {"opened": False}:
                story.wrong.append("no case was opened")
            return
        case = self._case(story)
        latest = {one["id"]: one for one in (*case["timers"], *case["obligations"])}
        held = {one["licence"]: one for one in case["licences"]}
        found: dict[str, Mapping[str, Any]] = {
            "tracks": case["tracks"],
            "obligations": {key: one["status"] for key, one in latest.items()},
            "due": {key: one["due"].get("on") for key, one in latest.items()},
            "enforceable_from": {
                key: one["due"].get("enforceable_from") for key, one in latest.items()
            },
            "missed_on": {key: one["missed_on"] for key, one in latest.items()},
            "licences": {key: one["status"] for key, one in held.items()},
            "annotation": {key: one.get("annotation") for key, one in held.items()},
            "targets": {one["id"]: one["outcome"] for one in case["targets"]},
            "parties": {role: one["name"] for role, one in case["parties"].items()},
        }
        for name, values in found.items():
            for key, wanted in then.get(name, {}).items():
                missing = "none" if name in ("obligations", "licences") else None
                got = values.get(key, missing)
                if got != (wanted.isoformat() if isinstance(wanted, date) else wanted):
                    story.wrong.append(f"{name}.{key}: {got}, not {wanted}")
        for name in ("settled", "closed"):
            if name in then and case[name] is not then[name]:
                story.wrong.append(f"{name} is {case[name]}")
        self._judge_effects(story, then)

    def _judge_effects(self, story: Story, then: Mapping[str, Any]) -> None:
        url = f"/v1/cases/{story.case_id}/journal"
        answer = self.client.get(url, headers=self._as(OVERSEER))
        entries = answer.json().get("items") or answer.json().get("entries")
        ordered = {
            name
            for entry in entries
            for effect in entry.get("effects", ())
            for name in effect_names(effect["do"], effect.get("what", {}), effect["against"])
        }
        rungs = [entry["because"] for entry in entries if entry.get("because")]
        warned = {f"{one['obligation']}:{one['rung'].removeprefix('warn:')}" for one in rungs}
        for wanted in then.get("warned", ()):
            if wanted not in warned:
                story.wrong.append(f"no warning {wanted}")
        for wanted in then.get("effects", ()):
            if wanted not in ordered:
                story.wrong.append(f"no effect {wanted}")
        for unwanted in then.get("no_effects", ()):
            if unwanted in ordered:
                story.wrong.append(f"{unwanted} was ordered")

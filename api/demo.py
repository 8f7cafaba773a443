"""What a story looks like when told: the journal in words, each automatic act with its clause and
the receipt of its date. Rendering only; the story runs on the production use cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from api.demo_words import effect_words, label_of
from api.sandbox_zone import ACCOUNTS, CAST, ZONE, staged
from api.service import Service
from api.stage import Scene, Story, Telling, tell
from cases.casework import Casework
from cases.clock import SANDBOX_START, SandboxClock, machine_time
from cases.store import open_store
from machines import engine_events
from machines.book import Rulebook, Workflow, rulebook
from rules.working_days import load_calendar
from scheduler.enforcer import Enforcer

Kind = Literal["act", "note", "refused", "warning", "label", "adverse", "case"]
_SIDES: dict[tuple[str, ...], str] = {
    ("applicant",): "申请人 applicant",
    ("preparer",): "编制单位 preparer",
}
_NAMES = {account.user: _SIDES.get(account.roles, account.zh) for account in ACCOUNTS}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened. `details`: effects with clauses, dates armed with receipts."""

    on: str
    who: str
    kind: Kind
    text: str
    clauses: tuple[str, ...] = ()
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """A story as it went. `cases`: where its cases stand now, its own by the name ""; `lists` and
    `facts`: the credit file of its subject."""

    story: Story
    lines: tuple[Line, ...]
    cases: Mapping[str, Mapping[str, Any]]
    lists: tuple[str, ...]
    facts: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """The story as JSON."""
        tracks = {name: dict(case["tracks"]) for name, case in self.cases.items()}
        return {
            "key": self.story.key,
            "zh": self.story.zh,
            "en": self.story.en,
            "subject": self.story.subject.name,
            "lines": [asdict(line) for line in self.lines],
            "tracks": tracks.pop(""),
            "other_cases": tracks,
            "lists": list(self.lists),
            "credit_facts": list(self.facts),
        }


def told(story: Story) -> Told:
    """Tells one story on a store of its own, from the sandbox's first day. Raises StoryBroken."""
    service = in_memory()
    staged(service)
    telling = Telling(service, CAST, story, SANDBOX_START.date(), ZONE)
    scenes = (scene for n, (_, scene) in enumerate(tell(service, [telling])) if n >= story.heard)
    lines = tuple(_headed(service.book, story.workflow, scenes))
    telling.judge()
    cases = {name: telling.case(name) for name in ("", *story.others_end)}
    file = telling.credit()
    service.close()
    return Told(story, lines, cases, file.lists, tuple(fact.fact for fact in file.facts))


def in_memory() -> Service:
    """A sandbox that lives as long as the process."""
    store = open_store("memory://", clock=machine_time)
    store.upgrade("sandbox")
    clock = SandboxClock()
    casework = Casework(store, rulebook(), load_calendar(), clock)
    return Service(store, casework, Enforcer(casework), clock, sandbox=True)


def _headed(book: Rulebook, begun: str, scenes: Iterable[Scene]) -> Iterator[Line]:
    """The lines of all scenes; a heading wherever the story goes on in another workflow."""
    last = begun
    for scene in scenes:
        for key, line in _scene(book, scene):
            if key not in ("", last):
                last, title = key, book.workflows[key].definition.title
                yield Line(line.on, "", "case", f"▸ {title.zh} {title.en}")
            yield line


def _scene(book: Rulebook, scene: Scene) -> Iterator[tuple[str, Line]]:
    """What the engine did on the way, what the story says, what the person did: each line with the
    workflow it belongs to, a note with none."""
    today = f"{scene.at:%Y-%m-%d}"
    earlier = [entry for entry in scene.entries if str(entry[1]["at"])[:10] < today]
    for key, entry in earlier:
        yield key, _line(book, book.workflows[key], entry)
    if scene.step.zh:
        yield "", Line(today, "", "note", f"{scene.step.zh} {scene.step.en}")
    if scene.refusal is not None:
        refusal = scene.refusal
        clause, rule = getattr(refusal, "clause", None), getattr(refusal, "rule", None)
        label = label_of(book.workflows[scene.workflow], scene.step.does)
        text = f"“{label}”被拒绝 refused ({refusal.reason})：{refusal.zh}"
        who = _NAMES.get(scene.step.by, scene.step.by)
        yield scene.workflow, Line(today, who, "refused", text, (clause,) if clause else (),
                                   () if rule is None else (f"{rule[0]} {rule[1]}",))  # fmt: skip
    for key, entry in scene.entries[len(earlier) :]:
        yield key, _line(book, book.workflows[key], entry)


def _line(book: Rulebook, workflow: Workflow, entry: Mapping[str, Any]) -> Line:
    """One journal entry in words."""
    because = entry.get("because")
    effects = entry.get("effects", ())
    kind: Kind = "act"
    text = label_of(workflow, str(entry["event"]))
    if because is not None:
        kind, text = _rung(workflow, because, text, effects)
    details = [
        *_stated(workflow, entry),
        *_moves(workflow, entry),
        *(effect_words(book, workflow, effect) for effect in effects),
        *_armed(workflow, entry),
    ]
    if because is not None and kind != "warning":
        details.append(_receipt_of(entry, because))
    user = entry["actor"]["user"]
    return Line(
        on=str(entry["at"])[:10], who=_NAMES.get(user, "系统 engine" if user == "engine" else user),
        kind=kind, text=text, clauses=tuple(entry.get("clauses", ())),
        details=tuple(one for one in details if one),
    )  # fmt: skip


def _rung(
    workflow: Workflow, because: Mapping[str, Any], text: str, effects: Any
) -> tuple[Kind, str]:
    rung = str(because["rung"])
    if rung == "served":
        return "act", f"公告期满，视为送达 public notice over, served：{text}"
    name = workflow.compiled.duties[because["obligation"]]
    if rung.startswith("warn:"):
        days = rung.partition(":")[2]
        return "warning", f"提醒 reminder：{name.zh}（还有 {days} 个工作日 working days left）"
    if rung == "missed":
        return "label", f"逾期 missed：{name.zh} {name.en}"
    if rung == "raised":
        return "act", f"期间届满 period over：{name.zh} {name.en}"
    adverse = any(effect.get("adverse") for effect in effects)
    return ("adverse" if adverse else "label"), f"自动处理 automatic：{text}"


def _moves(workflow: Workflow, entry: Mapping[str, Any]) -> Iterator[str]:
    for track, (source, target) in entry.get("moves", {}).items():
        states = workflow.definition.tracks[track].states
        if source != target:
            yield f"{states[source].zh} → {states[target].zh} ({track}: {source} → {target})"


def _stated(workflow: Workflow, entry: Mapping[str, Any]) -> Iterator[str]:
    """What an engine event says for itself: the document and whom it reached, the reason."""
    facts = entry.get("facts", {})
    if entry["event"] == "serve":
        document = workflow.compiled.labels[facts["document"]]
        yield f"{document[0]} {document[1]} → {facts['to']}"
    elif entry["event"] in engine_events.EVENTS and "reason" in facts:
        yield str(facts["reason"])


def _armed(workflow: Workflow, entry: Mapping[str, Any]) -> Iterator[str]:
    """Each date that begins to run with this entry, with the short form of its receipt."""
    if entry.get("because") is not None:
        return
    for duty in entry.get("duties", ()):
        due = duty.get("due", {})
        if duty["status"] != "open" or due.get("on") is None or duty.get("bearer") is None:
            continue
        spec = workflow.compiled.duties[duty["obligation"]]
        yield f"期限 due {due['on']}：{spec.zh}  {_receipt(duty)}"


def _receipt_of(entry: Mapping[str, Any], because: Mapping[str, Any]) -> str:
    for duty in entry.get("duties", ()):
        if duty["obligation"] == because["obligation"]:
            return f"依据 receipt：{_receipt(duty)}"
    return ""


def _receipt(duty: Mapping[str, Any]) -> str:
    """A receipt in one line: from which day, which period of which clause, what moved it."""
    receipt, due = duty.get("receipt", {}), duty.get("due", {})
    source = receipt.get("source", {})
    ground = source.get("clause") or source.get("setting") or source.get("given") or ""
    if "day_zero" in receipt:
        parts = [f"{receipt['day_zero']} + {duty.get('period', '')}", str(ground)]
    else:
        parts = [f"至迟与 not after {receipt['before']}"] if "before" in receipt else []
    rolled = receipt.get("rolled")
    if rolled:
        parts.append(f"顺延 rolled {rolled['from']} → {rolled['to']}")
    if due.get("enforceable_from"):
        parts.append(f"可执行日 enforceable {due['enforceable_from']}")
    return "，".join(part for part in parts if part)

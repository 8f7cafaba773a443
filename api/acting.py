"""Acts as they come in: whose token it is, what is asked for, and the acts themselves, of one
caller or of several at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from api.auth import identified, token_unknown
from api.schemas import ActBody, HandedInBody
from api.service import Service
from cases.answer import Answer
from cases.casework import Asked, Doing
from cases.errors import Misused
from cases.identity import Identity, identify
from cases.together import act_together
from machines.acts import Evidence

Acted = tuple[Identity, Answer]


@dataclass(frozen=True, slots=True)
class Posted:
    """An act as it was sent: nobody has looked yet at whose the token is."""

    secret: str
    case_id: str
    body: ActBody
    key: str | None
    if_match: str | None

    def asked(self, identity: Identity) -> Asked:
        """As the use cases take it. Raises Misused."""
        return Asked(self.case_id, doing(self.body, self.if_match), identity, self.key)


def act_alone(service: Service, posted: Posted) -> Acted:
    """Raises what `identified` and `Casework.act` raise."""
    identity = identified(service, posted.secret)
    asked = posted.asked(identity)
    answer = service.casework.act(asked.case_id, asked.doing, identity, asked.key)
    return identity, answer.drawn()


def act_as_crowd(service: Service, posted: Sequence[Posted]) -> Sequence[Acted | Exception | None]:
    """The outcome of each, and None for those to be carried out alone."""
    known = _identities(service, {one.secret for one in posted})
    found: list[Acted | Exception | None] = []
    asked: dict[int, Asked] = {}
    for number, one in enumerate(posted):
        try:
            asked[number] = one.asked(known[one.secret])
            found.append(None)
        except KeyError:
            found.append(token_unknown())
        except Misused as error:
            found.append(error)
    outcomes = act_together(service.casework, list(asked.values()))
    for (number, act), outcome in zip(asked.items(), outcomes, strict=True):
        found[number] = _told(act, outcome) if isinstance(outcome, Answer) else outcome
    return found


def _told(act: Asked, answer: Answer) -> Acted | Exception:
    """The answer drawn here, and not where everybody's requests are read."""
    try:
        return act.identity, answer.drawn()
    except Exception as error:
        return error


def _identities(service: Service, secrets: Iterable[str]) -> Mapping[str, Identity]:
    """Whose tokens these are, asked of the database for every crowd anew: one that was revoked a
    moment ago opens nothing, whichever process revoked it."""
    with service.store.unit(write=False) as unit:
        known = {secret: identify(unit, secret) for secret in secrets}
    return {secret: identity for secret, identity in known.items() if identity is not None}


def doing(body: ActBody, if_match: str | None) -> Doing:
    """What is asked for. Raises Misused."""
    facts, documents = _apart(body.facts)
    return Doing(
        event=body.event,
        facts=facts,
        documents=documents,
        happened_at=body.happened_at,
        evidence=Evidence(**body.evidence.model_dump()) if body.evidence else None,
        if_version=_version(if_match),
        channel=body.channel,
    )


def _version(if_match: str | None) -> int | None:
    """The version in an `If-Match` header; a proxy may have made the tag weak."""
    if if_match is None or if_match.strip() == "*":
        return None
    found = re.fullmatch(r'\s*(?:W/)?"(\d{1,9})"\s*', if_match)
    if found is None:
        raise Misused('If-Match 须为案件的 ETag，如 "3"。',
                      'If-Match takes the ETag of the case, such as "3"',
                      reason="if_match_malformed")  # fmt: skip
    return int(found[1])


_DOCUMENTS = TypeAdapter(list[str | HandedInBody])


def _apart(stated: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str | None]]:
    """Facts and documents: `documents` is a reserved fact. Raises Misused where it is not a list
    of ids or `{id, sha256}`, or names a material twice."""
    facts = dict(stated)
    listed = facts.pop("documents", None)
    try:
        read = _DOCUMENTS.validate_python([] if listed is None else listed, strict=True)
    except ValidationError:
        raise _documents_wrong(
            "须为材料编号的列表，或 {id, sha256} 的列表",
            "is a list of material ids, or of {id, sha256}",
        ) from None
    pairs = [(one, None) if isinstance(one, str) else (one.id, one.sha256) for one in read]
    found: dict[str, str | None] = dict(pairs)
    if len(found) < len(pairs):
        raise _documents_wrong("同一材料重复出现", "names a material twice")
    return facts, found


def _documents_wrong(zh: str, en: str) -> Misused:
    return Misused(f"documents {zh}。", f"`documents` {en}", reason="fact_wrong",
                   fact="documents")  # fmt: skip

"""Conditions about the case that opened this one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rules.guard import guard
from rules.view import Unmet, View
from rules.wording import any_of

_ORPHAN = Unmet("no_parent", "本案并非由其他案件发起。", "no other case opened this one.")


@guard
def parent_licence_live(view: View, licence: str) -> Unmet | None:
    """The licence of the case that opened this one is in force."""
    parent = view.world.parent
    if parent is not None and parent.licences.get(licence) == "live":
        return None
    return Unmet("parent_licence_not_live", "来源案件的证照已不在有效状态。",
                 "the licence of the originating case is not in force.")  # fmt: skip


@guard
def parent_in_state(view: View, track: str, states: Sequence[str]) -> Unmet | None:
    """The case that opened this one is in one of the states."""
    parent = view.world.parent
    if parent is None:
        return replace(_ORPHAN, reason="parent_not_ready")
    at = parent.tracks.get(track)
    if at in states:
        return None
    at_zh, at_en = parent.word("state", track, str(at))
    zh, en = any_of(parent.word("state", track, state) for state in states)
    return Unmet("parent_not_ready", f"来源案件当前为“{at_zh}”，须为{zh}。",
                 f"the originating case is in “{at_en}”; it must be in {en}.")  # fmt: skip


@guard
def has_parent(view: View) -> Unmet | None:
    """The case was opened by another one."""
    if view.world.parent is not None:
        return None
    return _ORPHAN

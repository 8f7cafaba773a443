"""Conditions about the case that opened this one."""

from __future__ import annotations

from collections.abc import Sequence

from rules.guard import guard
from rules.view import Unmet, View


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
    at = parent.tracks.get(track) if parent is not None else None
    if at in states:
        return None
    names = ", ".join(states)
    return Unmet("parent_not_ready", f"来源案件当前为 {at}，须为 {names}。",
                 f"the originating case is in {at}; it must be in {names}.")  # fmt: skip


@guard
def has_parent(view: View) -> Unmet | None:
    """The case was opened by another one."""
    if view.world.parent is not None:
        return None
    return Unmet("no_parent", "本案并非由其他案件发起。", "no other case opened this one.")

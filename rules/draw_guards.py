"""The conditions that a draw can be made, and is the one the published seed gives."""

from __future__ import annotations

from rules.draws import draw, name_of
from rules.guard import guard
from rules.view import Unmet, View


@guard
def drawn_from_seed(view: View, drawn: str, pool: str, seed: str, take: str) -> Unmet | None:
    """The drawn ones are exactly those that the published seed gives: in any order, none more,
    none fewer. `drawn`, `pool`: facts that hold lists; `seed`: a text; `take`: how many."""
    facts, label = view.facts, view.label(drawn)
    candidates, count = facts.get(pool) or (), int(facts.get(take) or 0)
    try:
        expected = draw(candidates, str(facts.get(seed) or ""), count)
    except ValueError as error:
        zh = f"名录共 {len(candidates)} 个，无法抽取 {count} 个，或者名录内有重复。"
        return Unmet(f"{drawn}_impossible", f"{label[0]}：{zh}",
                     f"{label[1]}: the draw is impossible ({error}).")  # fmt: skip
    stated = [name_of(one) for one in facts.get(drawn) or ()]
    if sorted(stated) == sorted(expected):
        return None
    names = "、".join(expected)
    return Unmet(
        f"{drawn}_not_drawn",
        f"{label[0]}：与公布的种子抽取结果不符，应为：{names}。",
        f"{label[1]}: not what the published seed gives; it gives: {', '.join(expected)}.",
    )


@guard
def enough_to_draw(view: View, pool: str, take: str) -> Unmet | None:
    """The pool holds at least as many as are to be drawn."""
    candidates, count = view.facts.get(pool) or (), int(view.facts.get(take) or 0)
    if 0 < count <= len(candidates):
        return None
    zh, en = view.label(pool)
    return Unmet(f"{pool}_too_small", f"{zh}：共 {len(candidates)} 个，不足抽取 {count} 个。",
                 f"{en}: {len(candidates)} there, {count} to be drawn.")  # fmt: skip

"""Who an enterprise is today: its names, and whom it merged into or took over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cases.errors import ActRefused
from cases.ports import Unit
from cases.rows import ChangeRow
from machines.acts import Refused


@dataclass(frozen=True, slots=True)
class Lineage:
    """`codes`: the code that bears rights and duties, then those that merged into it; `changes`:
    everything the register recorded of them, oldest first."""

    codes: tuple[str, ...]
    changes: tuple[ChangeRow, ...]

    @property
    def head(self) -> str:
        """The code that bears rights and duties."""
        return self.codes[0]


def lineage_of(unit: Unit, code: str, *, today: bool = True) -> Lineage:
    """The enterprise that a code stands for today, or (not `today`) the one it stood for, with
    what had merged into it. What has merged can merge no more: there are no circles."""
    known: dict[str, tuple[ChangeRow, ...]] = {}

    def of(one: str) -> tuple[ChangeRow, ...]:
        if one not in known:
            known[one] = tuple(unit.changes(one))
        return known[one]

    head = code
    while today and (heir := _heir(of(head), head)) is not None:
        head = heir
    codes = [head]
    for one in codes:
        codes.extend(row.uscc for row in of(one) if row.successor == one)
    every = {row.seq: row for one in codes for row in of(one)}
    return Lineage(tuple(codes), tuple(every[seq] for seq in sorted(every)))


def _heir(changes: Iterable[ChangeRow], code: str) -> str | None:
    return next((row.successor for row in changes if row.uscc == code and row.successor), None)


def must_stand(unit: Unit, code: str) -> None:
    """Raises ActRefused for an enterprise that has merged into another or was deregistered."""
    ended = [row for row in unit.changes(code) if row.uscc == code and row.kind != "rename"]
    if not ended:
        return
    end = ended[-1]
    heir = end.successor
    by_zh = f"并入 {end.name}（{heir}）" if heir else "注销"
    by_en = f"merged into {end.name} ({heir})" if heir else "was deregistered"
    raise ActRefused(
        Refused("enterprise_ended", f"{code} 已于 {end.on_date} {by_zh}。",
                f"{code} {by_en} on {end.on_date}", context={"successor": heir})
    )  # fmt: skip


def names_today(changes: Iterable[ChangeRow]) -> Mapping[str, tuple[str, str]]:
    """Code -> the code and name that stand for it today, of every enterprise that changed; a
    deregistered one keeps its own. `changes`: all there are, oldest first."""
    own: dict[str, str] = {}
    heirs: dict[str, str] = {}
    for row in changes:
        if row.successor is not None and row.name is not None:
            heirs[row.uscc] = row.successor
            own.setdefault(row.successor, row.name)
        elif row.name is not None:
            own[row.uscc] = row.name
    return {code: (_last(heirs, code), own[_last(heirs, code)]) for code in {*own, *heirs}}


def _last(heirs: Mapping[str, str], code: str) -> str:
    while code in heirs:
        code = heirs[code]
    return code

"""Zone settings: the numbers the texts leave to the zone. Dated, with legal basis, chained."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from itertools import chain
from typing import Any

from cases.errors import Misused, NotFound
from cases.ports import Unit
from cases.records import GENESIS
from cases.rows import SettingRow
from machines.book import Rulebook
from machines.codec import canonical, to_plain
from machines.definition import Setting
from machines.frozen import replace
from rules.office_hours import ASSUMED, CLOCK_SETTINGS, ZONE_WIDE

# The zone's own: no case waits for them. What is promised in office hours is counted by them.
_OFFICE_HOURS = tuple(
    Setting(id=name, unit="clock", assumed=at.hour * 100 + at.minute, zh=zh, en=en)
    for name, at, zh, en in zip(
        CLOCK_SETTINGS,
        chain.from_iterable(ASSUMED.sessions),
        ("办公时间：上午开始", "办公时间：上午结束", "办公时间：下午开始", "办公时间：下午结束"),
        ("office hours: opens", "office hours: noon closing", "office hours: opens again",
         "office hours: closes"),
        strict=True,
    )
)  # fmt: skip


def declared(book: Rulebook) -> dict[str, Setting]:
    """Every setting the workflows ask for, as `workflow.name`, and those of the zone itself."""
    asked = {
        f"{key}.{setting.id}": setting
        for key, workflow in book.workflows.items()
        for setting in workflow.definition.settings
    }
    return asked | {f"{ZONE_WIDE}.{setting.id}": setting for setting in _OFFICE_HOURS}


def set_setting(
    unit: Unit, book: Rulebook, zone: str, path: str, value: int, *, since: date, basis: str,
    set_by: str, confirmed_by: str | None, at: datetime, assumed: bool = False,
) -> SettingRow:  # fmt: skip
    """Records a setting from a date on. Raises NotFound for an unknown path, Misused without
    basis or second person, or where the value is no whole number of at least 1."""
    known = declared(book)
    if path not in known:
        names = ", ".join(known) or "none"
        raise NotFound(f"没有名为 {path} 的设定（有：{names}）。",
                       f"no setting {path}; known: {names}", reason="unknown_setting")  # fmt: skip
    if isinstance(value, bool) or value < 1:
        raise Misused("设定值须为不小于 1 的整数。", "a setting is a whole number of at least 1")
    if known[path].unit == "clock" and not (value < 2400 and value % 100 < 60):
        raise Misused("时刻写作整数，如 830 表示 8:30。",
                      "a clock time is a whole number: 830 is half past eight")  # fmt: skip
    if not basis.strip():
        raise Misused("须写明法律依据。", "state the legal basis")
    if not assumed and (not confirmed_by or confirmed_by == set_by):
        raise Misused("须由另一名工作人员确认。", "a second person must confirm a setting",
                      reason="second_person_required")  # fmt: skip
    workflow, _, name = path.partition(".")
    rows = unit.settings(zone)
    row = SettingRow(
        zone=zone, seq=len(rows) + 1, workflow=workflow, name=name, unit=known[path].unit,
        value=value, since=since, basis=basis, assumed=assumed, set_by=set_by,
        confirmed_by=confirmed_by, at=at, prev_hash=rows[-1].hash if rows else GENESIS, hash="",
    )  # fmt: skip
    row = replace(row, hash=setting_hash(row))
    unit.add_setting(row)
    return row


def setting_hash(row: SettingRow) -> str:
    """The hash of a setting: over the previous hash and everything it says."""
    body: dict[str, Any] = to_plain(replace(row, hash=""))
    body["at"] = row.at.timestamp()
    text = f"{row.prev_hash}\n{row.zone}\n{row.seq}\n{canonical(body)}"
    return hashlib.sha256(text.encode("utf-8")).hexdigest()

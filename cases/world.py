"""The rest of the world as a decision may see it, read in the decision's own transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cases.credit import credit_of
from cases.ports import Unit
from cases.rows import SettingRow
from machines.book import Rulebook
from machines.case import Case, Party
from machines.rungs import closed
from rules.parameters import Settings, ZoneSetting, settings_of
from rules.view import ParentView, World
from rules.working_days import Calendar

_SETTINGS: dict[str, tuple[Sequence[SettingRow], Settings]] = {}


def world_for(
    unit: Unit,
    book: Rulebook,
    calendar: Calendar,
    zone: str,
    parties: Iterable[Party],
    origin: Case | None = None,
) -> World:
    """Calendar, dated parameters, the zone's settings, the credit of the parties, and the case
    that opened (or opens) this one."""
    codes = {party.credit_key for party in parties if party.credit_key is not None}
    return World(
        calendar=calendar,
        parameters=book.parameters,
        settings=zone_settings(unit, zone),
        credit={code: credit_of(unit, book.lists, code) for code in sorted(codes)},
        parent=None if origin is None else _parent(book, origin),
    )


def _parent(book: Rulebook, origin: Case) -> ParentView:
    compiled = book.by_hash.get(origin.definition)
    return ParentView(
        id=origin.id,
        workflow=origin.workflow,
        tracks=origin.tracks,
        licences={name: licence.status for name, licence in origin.licences.items()},
        closed=closed(compiled, origin) if compiled is not None else origin.ended is not None,
        words={} if compiled is None else compiled.words,
    )


def zone_settings(unit: Unit, zone: str) -> Settings:
    """The settings of a zone as recorded. A store that hands out the same rows again, because they
    have not changed, has the same settings."""
    rows = unit.settings(zone)
    known = _SETTINGS.get(zone)
    if known is None or known[0] is not rows:
        known = _SETTINGS[zone] = (rows, settings_of(zone, map(_setting, rows)))
    return known[1]


def _setting(row: SettingRow) -> ZoneSetting:
    return ZoneSetting(
        row.workflow, row.name, row.unit, row.value, row.since, row.basis, row.assumed
    )

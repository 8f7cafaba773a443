"""Numbers that statutes set for every procedure: the engine's own dated parameters.

They stand beside the reforms' parameters under the name `engine`, are looked up on the date that
governs, and can be set to something else in a what-if run like any other number.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from rules.parameters import DatedParameter, DatedValue, ParameterBook

ENGINE: Final = "engine"

STATUTORY: Final[Mapping[str, DatedParameter]] = {
    one.name: one
    for one in (
        # How long a public notice has to stand before it counts as service. Sixty days until the
        # amendment of 24 December 2021, in force since 1 January 2022. The present article was
        # read in full; the sixty days and the day of the change from a summary of the amendment.
        DatedParameter(
            "public_notice_days",
            "natural_days",
            (
                DatedValue(date(2017, 7, 1), 60, "民事诉讼法（2017年修正）92"),
                DatedValue(date(2022, 1, 1), 30, "民事诉讼法95"),
            ),
        ),
        # By how much an authority may extend its own period for a licence, on the leave of its
        # head; and where several departments decide together.
        DatedParameter(
            "extension_working_days",
            "working_days",
            (DatedValue(date(2004, 7, 1), 10, "行政许可法42(1)"),),
        ),
        DatedParameter(
            "joint_extension_working_days",
            "working_days",
            (DatedValue(date(2004, 7, 1), 15, "行政许可法42(2)"),),
        ),
        DatedParameter(
            "joint_decision_working_days",
            "working_days",
            (DatedValue(date(2004, 7, 1), 45, "行政许可法42(2)"),),
        ),
    )
}
"""Name -> parameter."""


def statutory(book: ParameterBook, name: str, on: date) -> tuple[DatedParameter, DatedValue]:
    """A statutory number on a day: as the book has it, else as the statute does.

    Raises ParameterError before the first known date."""
    if name in book.tables.get(ENGINE, {}):
        return book.value(ENGINE, name, on)
    return STATUTORY[name], STATUTORY[name].on(on)

"""What a process that stays does once, before it takes up its work."""

from __future__ import annotations

import gc

from cases.casework import Casework
from machines.case import Case, Entry
from machines.codec import make_ready
from rules.festivals import VARIANTS


def settle_in(casework: Casework) -> None:
    """Reads ahead what the first act would wait for, and takes all that has been read out of the
    sight of the garbage collector.

    Rulebook, statements and routes are a third of a million objects that live as long as the
    process. A full collection looks at every one of them for a quarter of a second, in which
    nobody is answered, and comes every few hundred acts; without them it takes six milliseconds.
    """
    make_ready(Case, Entry)
    casework.calendar.assumed(VARIANTS[0])
    gc.set_threshold(10_000, 20, 20)  # an act makes some thousand values, and keeps none of them
    gc.collect()  # so that nothing is kept for ever that is garbage already
    gc.freeze()

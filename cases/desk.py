"""What waits for an officer in a case, in words a store can look for: deliveries, requests.

A projection of the case like its next instant: `service:failed`, `service:waiting`,
`service:served` where it has a document in that state, `extension:asked` where one waits for an
answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from machines.case import Case, Duty
from machines.compiler import Compiled
from machines.deliveries import deliveries

ASKED: Final = "extension:asked"


def service_mark(state: str) -> str:
    """The word for a document in that state."""
    return f"service:{state}"


def desk_of(compiled: Compiled, case: Case) -> str | None:
    """The words of a case, sorted, with spaces between; None where nothing waits."""
    marks = {service_mark(one.state) for one in deliveries(compiled, case)}
    if any(True for _ in requests(case)):
        marks.add(ASKED)
    return " ".join(sorted(marks)) or None


def requests(case: Case) -> Iterator[Duty]:
    """The duties whose bearer has asked for more time and has no answer yet."""
    for duty in case.duties:
        if duty.request is not None and duty.status in ("open", "suspended"):
            yield duty

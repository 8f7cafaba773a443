"""Public notices whose period still decides: the part of service that runs on a clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from machines.case import Case, Service
from machines.compiler import Compiled
from machines.definition import Document


def running_notices(compiled: Compiled, case: Case) -> Iterator[Service]:
    """The public notices that will be service when their period has run out. One that a later
    delivery, or a new issue of the document, has overtaken decides nothing."""
    for one in case.services:
        document = compiled.definition.documents.get(one.document)
        if one.status != "waiting" or document is None:
            continue
        overtaken = any(
            other.n > one.n and other.key == one.key and other.status != "failed"
            for other in case.services
        )
        if not overtaken and issued_at(case, document) <= one.recorded_at:
            yield one


def issued_at(case: Case, document: Document) -> datetime:
    """When a document was last issued; what no event issues exists from the opening on."""
    moments = [case.happened[name] for name in document.issued_by if name in case.happened]
    return max(moments, default=case.opened_at)

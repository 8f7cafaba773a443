"""What becomes of a case that another opened by an act since taken back (decision record 0031).

The engine raises it when the act is restored; nobody raises it in a case directly.
"""

from __future__ import annotations

from machines.acts import Refused
from machines.occurrence import Occurrence
from machines.remedy import Remedy


def annul(remedy: Remedy) -> Occurrence | Refused:
    """Ends the case by an entry of its own, as one that should not have been opened: nothing is
    due in it any more. Refuses where something has come of it that a person must look at: a
    licence, an adverse act, a case it has opened itself."""
    case = remedy.case
    grown = (
        ("许可", "a licence") if case.licences
        else ("不利处理", "an adverse act") if any(one.retractable for one in case.undo)
        else ("关联案件", "a case it has opened") if any(case.linked.values())
        else None
    )  # fmt: skip
    if grown is not None:
        return Refused(
            "not_annullable", f"本案已产生{grown[0]}，不能径行撤销立案，须由人员核查处理。",
            f"something has come of this case ({grown[1]}): a person must look at it",
        )  # fmt: skip
    return remedy.marked(ended="annulled")

"""A second opinion on every date of a case, from its plain record and the holiday notices alone.

Shares no code with the engine: its own reading of the notices, its own sun and moon, a finger on
the calendar in place of sums (decision record 0009). `audit` takes the journal of a case as
`GET /v1/cases/{id}/journal` gives it and the folder of the year files, and answers what it has
worked out, line by line: agree, differ, or not derivable with what is missing in the record.

Read: days.py (which days are worked), counting.py (one period), derivation.py (what moves a date),
arming.py and duties.py (from the entries to the dates), record.py (the chain), telling.py (words).
"""

from simulation.auditor.audit import Audit, Step, audit
from simulation.auditor.days import Almanacs, NotDerivable, Notice
from simulation.auditor.record import Line

__all__ = ["Almanacs", "Audit", "Line", "NotDerivable", "Notice", "Step", "audit"]

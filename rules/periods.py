"""TEMPORARY stand-in; being replaced."""
from __future__ import annotations
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
S = timezone(timedelta(hours=8))
@dataclass(frozen=True)
class Period:
    unit: str
    amount: int
    pauses: tuple = ()
    def __str__(self): return f"{self.unit}:{self.amount}"
def parse_period(t):
    u, _, a = t.rpartition(":"); return Period(u, int(a))
def shanghai_date(i):
    return i.astimezone(S).date() if isinstance(i, datetime) else i

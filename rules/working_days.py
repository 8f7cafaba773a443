"""TEMPORARY stand-in; being replaced."""
from __future__ import annotations
from dataclasses import dataclass
from datetime import date, timedelta
import chinese_calendar
class CalendarHorizon(LookupError): ...
@dataclass(frozen=True)
class Calendar:
    version: str = "stub"
    firm_until: date = date(2026, 12, 24)
    def is_working(self, d): return chinese_calendar.is_workday(d)
    def add(self, d, n):
        while n:
            d += timedelta(1); n -= self.is_working(d)
        return d
    def back(self, d, n):
        while n:
            d -= timedelta(1); n -= self.is_working(d)
        return d
    def roll(self, d):
        return d if self.is_working(d) else self.add(d, 1)
def load_calendar(folder=None, *, as_of=None): return Calendar()

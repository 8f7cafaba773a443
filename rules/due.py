"""TEMPORARY stand-in; being replaced."""
from __future__ import annotations
import calendar as c
from dataclasses import dataclass, field
from datetime import date, timedelta
from rules.periods import shanghai_date
@dataclass(frozen=True)
class Due:
    kind: str; on: date; at: object; earliest: object; latest: object; enforceable_from: object
    receipt: dict = field(default_factory=dict)
def months(d, n):
    y, m = divmod(d.month - 1 + n, 12); y += d.year; m += 1
    return date(y, m, min(d.day, c.monthrange(y, m)[1]))
def compute_due(start, period, cal, *, bearer="applicant"):
    d = shanghai_date(start); n = period.amount; u = period.unit
    if u == "wd": on = cal.add(d, n)
    elif u.startswith("cd"): on = d + timedelta(n)
    elif u.startswith("mo"): on = months(d, n)
    elif u.startswith("yr"): on = months(d, 12 * n)
    if u.endswith("-roll"): on = cal.roll(on)
    for a, b in period.pauses:
        k = sum(cal.is_working(a + timedelta(i)) for i in range(1, (b - a).days + 1)) if u == "wd" else (b-a).days
        on = cal.add(on, k) if u == "wd" else cal.roll(on + timedelta(k))
    base = on
    if u[:2] in ("mo", "yr"): base = max(on, cal.roll(months(d + timedelta(1), n * (12 if u[:2] == "yr" else 1))))
    return Due("firm", on, None, None, None, cal.add(base, 1), {"stub": True})

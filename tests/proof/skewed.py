"""`python -m tests.proof.skewed DAYS WORDS...`: `chengnuo WORDS` where the local clock is wrong.

Whatever asks this machine for the date and time is told another: the one place of our own that
does, and the alarm clock. (A clock that is never set counts its seconds as before.)
"""

from __future__ import annotations

import datetime as real
import sys
from typing import Any

import cases.clock
import scheduler.runner  # noqa: F401 (loads the alarm clock)
from api.cli import app

ASKING = ("apscheduler", "cases.clock")


class _AnyInstant(type):
    """An instant of the real kind is one, too."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, real.datetime)


def skewed(by: real.timedelta) -> type[real.datetime]:
    """A `datetime` whose `now` is wrong."""

    class Wrong(real.datetime, metaclass=_AnyInstant):
        @classmethod
        def now(cls, tz: real.tzinfo | None = None) -> Any:
            return real.datetime.now(tz) + by  # noqa: TID251

    return Wrong


def set_wrong(days: int) -> list[str]:
    """Sets the clocks wrong; the modules that ask them."""
    wrong, found = skewed(real.timedelta(days=days)), []
    for name, module in list(sys.modules.items()):
        asks = getattr(module, "datetime", None) is real.datetime
        if asks and name.startswith(ASKING):
            setattr(module, "datetime", wrong)  # noqa: B010
            found.append(name)
    return found


if __name__ == "__main__":
    told = set_wrong(int(sys.argv[1]))
    assert {"cases.clock", "apscheduler.schedulers.base"} <= set(told), told
    assert cases.clock.machine_time() > real.datetime.now(real.UTC)  # noqa: TID251
    app(sys.argv[2:])

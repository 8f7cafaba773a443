"""Another process on the same database, for the tests.

python -m tests.recount.victim URL load FILE DAY BATCH     counts anew in small batches
python -m tests.recount.victim URL grant                   grants a case for each line `DAY NUMBER`
"""

import sys
from datetime import date
from pathlib import Path

from cases import recounting
from cases.calendar_loading import Loading, load
from cases.casework import Casework
from cases.clock import machine_time
from cases.store import open_store
from rules.holiday_notices import read_notices
from rules.working_days import load_calendar
from tests.recount.office import Office, at

KNOWN = date(2026, 12, 1)


def say(line: str) -> None:
    """One line, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def counts_anew(office: Office, file: Path, day: str, batch: int) -> None:
    """Loads a year, a few cases at a time, and says when a batch is written."""
    office.clock.at = at(day, 15)
    one_batch = recounting._one_batch

    def told(casework: Casework, limit: int) -> None:
        one_batch(casework, limit)
        say("batch")

    recounting._one_batch = told
    load(office.casework, Loading(read_notices(file), "wang", "li"), sandbox=False, batch=batch)
    say("done")


def grants(office: Office) -> None:
    """Answers each line with the calendar that the case's date was counted on."""
    for line in sys.stdin:
        day, number = line.split()
        case_id = office.grant(day, int(number))
        receipt = office.duty(case_id, "supply_papers").receipt
        say(f"{case_id} {receipt['calendar']['version']}")


def main() -> None:
    """What the arguments ask for."""
    url, what, *more = sys.argv[1:]
    office = Office(open_store(url, clock=machine_time), load_calendar(as_of=KNOWN))
    if what == "load":
        counts_anew(office, Path(more[0]), more[1], int(more[2]))
    else:
        grants(office)


if __name__ == "__main__":
    main()

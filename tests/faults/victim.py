"""A process made to be killed: acts or sweeps on a database, says what it has finished.

python -m tests.faults.victim URL act FIRST COUNT
python -m tests.faults.victim URL sweep
"""

import sys

from cases.clock import machine_time
from cases.store import open_store
from tests.faults.town import ENFORCEABLE_AT, LICENSED_AT, enforcer, open_case, steps, town


def say(line: str) -> None:
    """One line, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def act(url: str, first: int, count: int) -> None:
    """Opens and licenses firms; prints each act once it is committed."""
    casework, _ = town(open_store(url, clock=machine_time), LICENSED_AT)
    for number in range(first, first + count):
        case_id = str(open_case(casework, number).plain["id"])
        say(f"done {case_id} open")
        for identity, doing in steps(number):
            casework.act(case_id, doing, identity, key=f"{number}-{doing.event}")
            say(f"done {case_id} {doing.event}")


def sweep(url: str) -> None:
    """Sweeps in small batches; prints each batch's report."""
    worker = enforcer(open_store(url, clock=machine_time), ENFORCEABLE_AT, batch=5)
    say("ready")
    report = worker.sweep()
    say(f"swept {len(report.enforced)}")


if __name__ == "__main__":
    if sys.argv[2] == "act":
        act(sys.argv[1], int(sys.argv[3]), int(sys.argv[4]))
    else:
        sweep(sys.argv[1])

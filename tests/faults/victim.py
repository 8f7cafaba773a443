"""A process made to be killed: acts or sweeps on a database, says what it has finished.

python -m tests.faults.victim URL act FIRST COUNT
python -m tests.faults.victim URL sweep
"""

import sys

from cases.clock import machine_time
from cases.store import open_store
from tests.faults.town import ENFORCEABLE_AT, LICENSED_AT, enforcer, open_case, steps, town


def act(url: str, first: int, count: int) -> None:
    """Opens and licenses firms; prints each act once it is committed."""
    casework, _ = town(open_store(url, clock=machine_time), LICENSED_AT)
    for number in range(first, first + count):
        case_id = str(open_case(casework, number).plain["id"])
        print(f"done {case_id} open", flush=True)
        for identity, doing in steps(number):
            casework.act(case_id, doing, identity, key=f"{number}-{doing.event}")
            print(f"done {case_id} {doing.event}", flush=True)


def sweep(url: str) -> None:
    """Sweeps in small batches; prints each batch's report."""
    worker = enforcer(open_store(url, clock=machine_time), ENFORCEABLE_AT, batch=5)
    print("ready", flush=True)
    report = worker.sweep()
    print(f"swept {len(report.enforced)}", flush=True)


if __name__ == "__main__":
    if sys.argv[2] == "act":
        act(sys.argv[1], int(sys.argv[3]), int(sys.argv[4]))
    else:
        sweep(sys.argv[1])

"""`python -m tests.proof.visitor URL TOKEN FILE`: somebody at another host who acts over HTTP.

Posts one event to each case that the file names, in turn, and says which were confirmed. Whatever
gets no answer, or the answer that the database is away, is sent again under the same key.
"""

from __future__ import annotations

import json
import sys
import time
import urllib.error
import urllib.request

PATIENCE_S = 120


def post(url: str, token: str, case_id: str, event: str) -> int:
    """The status of the answer; 0 where there was none."""
    request = urllib.request.Request(
        f"{url}/v1/cases/{case_id}/events",
        json.dumps({"event": event, "facts": {}}).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json",
         "Idempotency-Key": f"{event}-{case_id}"},
    )  # fmt: skip
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def main(url: str, token: str, file: str) -> None:
    """One line a case: its id, the status of the last answer, how often it was sent."""
    for case_id in open(file, encoding="utf-8").read().split():  # noqa: SIM115
        begun, tries, status = time.monotonic(), 0, 0
        while status in (0, 503) and time.monotonic() - begun < PATIENCE_S:
            tries += 1
            status = post(url, token, case_id, "confirm_push")
            if status in (0, 503):
                time.sleep(0.2)
        sys.stdout.write(f"{case_id} {status} {tries}\n")
        sys.stdout.flush()
        time.sleep(0.05)


if __name__ == "__main__":
    main(*sys.argv[1:4])

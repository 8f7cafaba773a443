"""Judges mutants in forked processes, so many at a time: what one breaks, no other sees.

A process that takes too long is ended, and that is a verdict too: an endless loop is noticed.
"""

from __future__ import annotations

import gc
import json
import os
import selectors
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from cases.clock import monotonic_seconds

Subject = TypeVar("Subject")
Verdict = tuple[str, str]
"""By whom it was noticed (empty: by nobody), and in whose words."""


@dataclass(slots=True)
class _Child(Generic[Subject]):
    subject: Subject
    pid: int
    begun: float
    said: bytes = b""


def judged(
    subjects: Iterable[Subject], judge: Callable[[Subject], Verdict], *, processes: int,
    limit_s: float,
) -> Iterator[tuple[Subject, Verdict, float]]:  # fmt: skip
    """Each subject with its verdict and the seconds it took, in the order of their ends."""
    gc.collect()
    gc.freeze()  # what is read stays shared with the children
    waiting = iter(subjects)
    with selectors.DefaultSelector() as ears:
        while True:
            while len(ears.get_map()) < processes:
                subject = next(waiting, None)
                if subject is None:
                    break
                ear, child = _begun(subject, judge)
                ears.register(ear, selectors.EVENT_READ, child)
            if not ears.get_map():
                return
            yield from _ended(ears, limit_s)


def _begun(
    subject: Subject, judge: Callable[[Subject], Verdict]
) -> tuple[int, _Child[Subject]]:  # fmt: skip
    ear, mouth = os.pipe()
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        os.close(mouth)
        return ear, _Child(subject, pid, monotonic_seconds())
    try:
        os.close(ear)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        verdict = judge(subject)
        os.write(mouth, json.dumps(verdict).encode())
        os._exit(0)
    except BaseException:
        os.write(mouth, json.dumps(["broken", traceback.format_exc()[-400:]]).encode())
    finally:
        os._exit(1)


def _ended(
    ears: selectors.BaseSelector, limit_s: float
) -> Iterator[tuple[Subject, Verdict, float]]:  # fmt: skip
    for key, _ in ears.select(timeout=0.5):
        child: _Child[Subject] = key.data
        told = os.read(key.fd, 65536)
        child.said += told
        if not told:
            os.waitpid(child.pid, 0)
            by, what = json.loads(child.said) if child.said else ("crash", "the process ended")
            yield _done(ears, key, (by, what))
    for key in list(ears.get_map().values()):
        if monotonic_seconds() - key.data.begun > limit_s:
            os.kill(key.data.pid, signal.SIGKILL)
            os.waitpid(key.data.pid, 0)
            yield _done(ears, key, ("time", f"over {limit_s:.0f} s"))


def _done(
    ears: selectors.BaseSelector, key: selectors.SelectorKey, verdict: Verdict
) -> tuple[Subject, Verdict, float]:
    ears.unregister(key.fileobj)
    os.close(key.fd)
    return key.data.subject, verdict, monotonic_seconds() - key.data.begun

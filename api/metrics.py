"""`GET /metrics`: what the office of a zone keeps its promises by, in Prometheus' text format.

What concerns cases is read from the database, whichever process did it, off indexes and sums that
are kept up to date; acts by outcome are this process's own. Nobody's name or code is in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from api.auth import TheService
from api.contract import problems
from api.service import Service
from cases.rows import ConformanceRow, TallyRow
from cases.safety_port import Gauges
from cases.tally import LIVE, OPEN
from scheduler.brake import standing
from scheduler.holds import current, heartbeat
from scheduler.lateness import histograms

router = APIRouter(tags=["health"])
_OF_WORKFLOW = ("zone", "workflow")


@router.get(
    "/metrics",
    summary="运行指标 · Metrics",
    response_class=PlainTextResponse,
    responses={200: {"description": "Prometheus 文本格式 · in Prometheus' text format"},
               **problems()},
)  # fmt: skip
def metrics(service: TheService) -> Response:
    """Lateness, what is overdue, open, held, set aside and waiting, and acts by outcome. Needs no
    token: it says nothing about anybody."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(service))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)


class _Figures(Collector):
    """One look at the database and at this process."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def collect(self) -> Iterator[Metric]:
        """Every figure."""
        service = self._service
        with service.store.unit(write=False) as unit:
            now = service.clock.now(unit)
            gauges, rows = unit.gauges(now), unit.tallies()
            brakes, hold, beat = len(standing(unit)), current(unit), heartbeat(unit)
            runs, tasks = unit.conformance_runs(), len(unit.deviations())
        yield _lateness(rows)
        yield from _waiting(gauges, now)
        if beat is not None:
            yield _gauge("heartbeat_age_seconds", "since an enforcer last said it is at work",
                         _since(beat, now))  # fmt: skip
        yield _gauge("brakes_standing", "consequences that wait for a second person", brakes)
        yield _gauge("enforcement_hold", "1 while everything adverse stands still",
                     int(hold is not None))  # fmt: skip
        yield from _conformance(runs, tasks)
        yield _by_workflow(rows, OPEN, "cases_open", "cases in which something can still happen")
        yield _by_workflow(rows, LIVE, "licences_live", "licences not ended")
        yield _acts(service.casework.outcomes.counts())


def _lateness(rows: Iterable[TallyRow]) -> Metric:
    found = HistogramMetricFamily(
        "chengnuo_enforcement_lateness_seconds",
        "how long after the first instant at which it was possible a step was taken; of an "
        "adverse step, after the first day on which it was lawful",
        labels=("workflow", "kind"),
    )
    for one in histograms(rows):
        found.add_metric((one.workflow, one.kind), buckets=list(one.buckets),
                         sum_value=one.seconds)  # fmt: skip
    return found


def _waiting(gauges: Gauges, now: datetime) -> Iterator[Metric]:
    yield _gauge("cases_due", "cases in which something is due now", gauges.due)
    yield _gauge("oldest_overdue_seconds", "how long the oldest of them has been due",
                 _since(gauges.oldest_due, now))  # fmt: skip
    yield _gauge("cases_held", "cases that a brake holds", gauges.held)
    yield _gauge("oldest_held_seconds", "how long the oldest of them has been due",
                 _since(gauges.oldest_held, now))  # fmt: skip
    yield _gauge("cases_set_aside", "cases that could not be processed", gauges.aside)
    yield _gauge("work_items_waiting", "lists, linked cases and signals not yet applied",
                 gauges.work)  # fmt: skip
    yield _gauge("oldest_work_seconds", "how long the oldest of them has waited",
                 _since(gauges.oldest_work, now))  # fmt: skip


def _since(at: datetime | None, now: datetime) -> float:
    return 0.0 if at is None else max(0.0, (now - at).total_seconds())


def _conformance(runs: Sequence[ConformanceRow], tasks: int) -> Iterator[Metric]:
    """Of the last run that came to its end; what is open may be from the one under way."""
    last = next((run for run in reversed(runs) if run.finished_at is not None), None)
    yield _gauge("conformance_deviations_open", "deviations of journals not mended", tasks)
    if last is not None and last.finished_at is not None:
        yield _gauge("conformance_cases", "cases of the last nightly run", last.cases)
        yield _gauge("conformance_cases_conforming", "those without a deviation", last.conforming)
        yield _gauge("conformance_finished_timestamp_seconds", "when that run came to its end",
                     last.finished_at.timestamp())  # fmt: skip


def _gauge(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(f"chengnuo_{name}", told, value=value)


def _by_workflow(rows: Sequence[TallyRow], of: str, name: str, told: str) -> Metric:
    found = GaugeMetricFamily(f"chengnuo_{name}", told, labels=_OF_WORKFLOW)
    for row in rows:
        if row.name == of:
            found.add_metric((row.zone, row.workflow), row.value)
    return found


def _acts(counts: dict[str, int]) -> Metric:
    found = CounterMetricFamily("chengnuo_acts", "acts of people in this process by outcome: "
                                "done, repeated, or the reason of the refusal",
                                labels=("outcome",))  # fmt: skip
    for outcome, n in counts.items():
        found.add_metric((outcome,), n)
    return found

"""The numbers for Prometheus. They come from the database at the moment of asking, not from counters in this process:
whichever web process answers, it says the same, and a restart forgets nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from fayol.worker.registry import Gauge, gauges
from fayol.worker.report import WorkerReport, number, waiting_rows, worker_report

CONTENT_TYPE = CONTENT_TYPE_LATEST


def exposition(now: datetime) -> bytes:
    """The text of /metrics."""
    registry = CollectorRegistry()
    registry.register(_Snapshot(now))
    return generate_latest(registry)


class _Snapshot(Collector):
    def __init__(self, now: datetime) -> None:
        self.now = now

    def describe(self) -> list[Metric]:
        return []  # asking for the names must not ask the database

    def collect(self) -> Iterator[Metric]:
        report = worker_report(self.now)
        yield from _plain(report)
        yield from _sweeps(report)
        yield _by("sweep_due_rows", "Rows that wait for the sweep now.", "sweep", waiting_rows(self.now))
        for gauge in gauges():
            yield from _read(gauge, self.now)


def _plain(report: WorkerReport) -> Iterator[Metric]:
    numbers: tuple[tuple[str, str, float], ...] = (
        ("healthy", "1 when `fayol status` finds nothing to look at.", int(report.healthy)),
        ("workers_alive", "Worker processes that gave a sign of life within a minute.", report.workers_alive),
        ("workers_silent", "Workers of the last hour that neither live nor took their leave.", len(report.silent)),
        ("workers_clock_wrong", "Workers that do nothing because their clock is wrong.", len(report.wrong_clocks)),
        ("jobs_waiting", "Wake-ups in the queue that are due.", report.jobs_waiting),
        ("jobs_stalled", "Wake-ups in the hands of a lost worker.", report.jobs_stalled),
        ("jobs_failed", "Wake-ups that failed within the last three days.", report.jobs_failed),
        ("stuck_rows", "Due rows that a sweep could not deal with and pushed back.", report.stuck_total),
    )
    for name, help_, value in numbers:
        yield GaugeMetricFamily(f"fayol_{name}", help_, value=value)


def _sweeps(report: WorkerReport) -> Iterator[Metric]:
    late = {one.name: one.late_by.total_seconds() for one in report.sweeps}
    yield _by("sweep_late_seconds", "How long ago the sweep should have begun; 0 when on time.", "sweep", late)
    last = {one.name: one.succeeded_at.timestamp() for one in report.sweeps if one.succeeded_at}
    yield _by("sweep_last_success_timestamp_seconds", "When the sweep last came to its end.", "sweep", last)
    failing = {one.name: float(one.failures) for one in report.sweeps}
    yield _by("sweep_failing", "Failed runs in a row.", "sweep", failing)
    handled = CounterMetricFamily("fayol_sweep_handled_rows", "Rows dealt with.", labels=["sweep"])
    failures = CounterMetricFamily("fayol_sweep_failures", "Runs that failed.", labels=["sweep"])
    for one in report.sweeps:
        handled.add_metric([one.name], one.handled_ever)
        failures.add_metric([one.name], one.failures_ever)
    yield handled
    yield failures


def _by(name: str, help_: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"fayol_{name}", help_, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _read(gauge: Gauge, now: datetime) -> Iterator[Metric]:
    value = number(gauge.read, now)
    if isinstance(value, Mapping):
        yield _by(gauge.name, gauge.help, gauge.label, value)
    elif value is not None:
        yield GaugeMetricFamily(f"fayol_{gauge.name}", gauge.help, value=value)

"""What one process shows of the hotline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from service.metrics.declared import Configured, Metric
from service.metrics.family import Family, Values, counter, gauge, histogram
from service.metrics.hotline import CALLS, COVERAGE

_DECLARED: Final[dict[str, Metric]] = {metric.name: metric for metric in (*CALLS, *COVERAGE)}


class HotlineMetrics:
    """Counters of what this process has seen end, gauges of how it stands; the gauges are the same in every process."""

    def __init__(self, registry: CollectorRegistry | None, queues: Sequence[str]) -> None:
        """Without a registry everything is counted, and nothing shown."""
        self._registry = registry
        self._values = Values()
        self._values.put(Configured.QUEUE, queues)
        self.calls = self._counter("hotline_calls_total")
        self.in_time = self._counter("hotline_calls_in_time_total")
        self.short = self._counter("hotline_calls_short_total")
        self.pickups = self._counter("hotline_pickups_total")
        self.wait = self._histogram("hotline_wait_seconds")
        self.talk = self._histogram("hotline_talk_seconds")
        self.ended = self._counter("hotline_calls_ended_total")
        self.transfers = self._counter("hotline_transfers_total")
        self.ratings = self._counter("hotline_ratings_total")
        self.marks = self._counter("hotline_rating_marks_total")
        self.coverage = self._counter("hotline_coverage_seconds_total")
        self._declare_gauges()

    def _declare_gauges(self) -> None:
        self.window_calls = self._gauge("hotline_window_calls")
        self.window_in_time = self._gauge("hotline_window_calls_in_time")
        self.window_short = self._gauge("hotline_window_calls_short")
        self.window_waiting_late = self._gauge("hotline_window_calls_waiting_late")
        self.window_waited = self._gauge("hotline_window_waited_seconds")
        self.window_pickups = self._gauge("hotline_window_pickups")
        self.window_handling = self._gauge("hotline_window_handling_seconds")
        self.window_available = self._gauge("hotline_window_available_seconds")
        self.window_coverage = self._gauge("hotline_window_coverage_seconds")
        self.on_duty = self._gauge("hotline_agents_on_duty")
        self.required = self._gauge("hotline_agents_required")
        self.covered = self._gauge("hotline_coverage")
        self.gap = self._gauge("hotline_planned_gap_seconds")
        self.gap_begins = self._gauge("hotline_planned_gap_timestamp_seconds")
        self.has_roster = self._single("hotline_roster_known")
        self.silent = self._single("hotline_source_silent")
        self.heard = self._single("hotline_last_fact_timestamp_seconds")
        self.looked = self._single("hotline_look_timestamp_seconds")
        self._measure = self._single("hotline_measure_info")

    def measure(self, **told: str) -> None:
        """Say by which settings the figures are made."""
        self._measure.labels(**told).set(1)

    def _counter(self, name: str) -> Family[Counter]:
        return Family(_DECLARED[name], counter(_DECLARED[name], self._registry), self._values)

    def _gauge(self, name: str) -> Family[Gauge]:
        return Family(_DECLARED[name], self._single(name), self._values)

    def _histogram(self, name: str) -> Family[Histogram]:
        return Family(_DECLARED[name], histogram(_DECLARED[name], self._registry), self._values)

    def _single(self, name: str) -> Gauge:
        return gauge(_DECLARED[name], self._registry)

"""The metrics of a hotline. Queues are a closed set from the settings; no call, agent or source is ever a label."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

#: What became of a call in a queue.
OUTCOMES: Final = ("answered", "abandoned", "missed", "moved")
WAITING: Final = "waiting"
IN_TIME: Final = ("answered", "abandoned")
ANSWERS: Final = ("covered", "uncovered", "unknown")
PARTIES: Final = ("caller", "agent", "system")

#: Settings that say how it is measured.
MEASURE: Final = (
    "mode",
    "answer_seconds",
    "short_seconds",
    "pickup_seconds",
    "pickup_assumed",
    "window_seconds",
)

_WAITS: Final = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1800)
_TALKS: Final = (15, 30, 60, 120, 180, 240, 360, 480, 600, 900, 1800, 3600)


class HotlineMetrics:
    """Counters of what this process has seen end, gauges of how it stands; the gauges are the same in every process."""

    def __init__(self, registry: CollectorRegistry, queues: Sequence[str]) -> None:
        self._registry = registry
        self._queues = tuple(queues)
        by_outcome, of_queue = (self._queues, OUTCOMES), (self._queues,)
        self.calls = self._counter("calls", "Calls that left a queue.", ("queue", "outcome"), *by_outcome)
        self.in_time = self._counter(
            "calls_in_time",
            "Of them within the limit of the service level.",
            ("queue", "outcome"),
            self._queues,
            IN_TIME,
        )
        self.short = self._counter("calls_short", "Given up shortly.", ("queue",), *of_queue)
        self.pickups = self._counter(
            "pickups",
            "Calls that rang, by whether they were picked up within the rings.",
            ("queue", "in_time"),
            self._queues,
            ("yes", "no"),
        )
        self.wait = Histogram(
            "hotline_wait_seconds",
            "How long a call was in a queue.",
            ["queue", "outcome"],
            buckets=_WAITS,
            registry=registry,
        )
        self.talk = Histogram(
            "hotline_talk_seconds",
            "How long an agent had a call.",
            ["queue"],
            buckets=_TALKS,
            registry=registry,
        )
        for queue in self._queues:
            self.talk.labels(queue)
            for outcome in OUTCOMES:
                self.wait.labels(queue, outcome)
        self.ended = self._counter(
            "calls_ended", "Calls that ended, by whom.", ("queue", "by"), self._queues, PARTIES
        )
        self.transfers = self._counter("transfers", "Times a call was passed on.", ("queue",), *of_queue)
        self.ratings = self._counter("ratings", "Marks that callers gave.", ("queue",), *of_queue)
        self.marks = self._counter("rating_marks", "The sum of these marks.", ("queue",), *of_queue)
        self.coverage = self._counter(
            "coverage_seconds",
            "Time by whether there were enough agents, as it was known then.",
            ("queue", "answer"),
            self._queues,
            ANSWERS,
        )
        self._declare_gauges()

    def _declare_gauges(self) -> None:
        of_queue = (self._queues,)
        self.window_calls = self._gauge(
            "window_calls",
            "Calls offered in the window, by what has become of them.",
            ("queue", "outcome"),
            self._queues,
            (*OUTCOMES, WAITING),
        )
        self.window_in_time = self._gauge(
            "window_calls_in_time",
            "Of them within the limit of the service level.",
            ("queue", "outcome"),
            self._queues,
            IN_TIME,
        )
        self.window_short = self._gauge(
            "window_calls_short", "Of them given up shortly.", ("queue",), *of_queue
        )
        self.window_waiting_late = self._gauge(
            "window_calls_waiting_late", "Of them waiting beyond the limit.", ("queue",), *of_queue
        )
        self.window_waited = self._gauge(
            "window_waited_seconds", "What the answered ones of them waited in all.", ("queue",), *of_queue
        )
        self.window_pickups = self._gauge(
            "window_pickups",
            "Of them those that rang, by whether they were picked up within the rings.",
            ("queue", "in_time"),
            self._queues,
            ("yes", "no"),
        )
        self.window_handling = self._gauge(
            "window_handling_seconds", "Agents' time with calls and wrap-up.", ("queue",), *of_queue
        )
        self.window_available = self._gauge(
            "window_available_seconds", "Agents' time ready without a call.", ("queue",), *of_queue
        )
        self.window_coverage = self._gauge(
            "window_coverage_seconds",
            "Time of the window by whether there were enough agents.",
            ("queue", "answer"),
            self._queues,
            ANSWERS,
        )
        self.on_duty = self._gauge("agents_on_duty", "Agents known to be there.", ("queue",), *of_queue)
        self.required = self._gauge("agents_required", "Agents required now.", ("queue",), *of_queue)
        self.covered = self._gauge(
            "coverage",
            "1 for the answer whether there are enough.",
            ("queue", "answer"),
            self._queues,
            ANSWERS,
        )
        self.gap = self._gauge(
            "planned_gap_seconds",
            "Time of the next hours for which the roster has fewer agents than required.",
            ("queue",),
            *of_queue,
        )
        self.gap_begins = self._gauge(
            "planned_gap_timestamp_seconds", "When that begins; 0: there is none.", ("queue",), *of_queue
        )
        self.has_roster = self._gauge("roster_known", "1 when there is a roster.", ())
        self.silent = self._gauge("source_silent", "1 while a source of facts about agents is silent.", ())
        self.heard = self._gauge(
            "last_fact_timestamp_seconds",
            "When the last known fact about a call or an agent happened; 0: none.",
            (),
        )
        self._measure = Gauge("hotline_measure_info", "How it is measured.", MEASURE, registry=self._registry)
        self.looked = self._gauge("look_timestamp_seconds", "As of when these figures are; 0: none yet.", ())

    def measure(self, **told: str) -> None:
        """Say by which settings the figures are made; `told` has every one of `MEASURE`."""
        self._measure.labels(**told).set(1)

    def _counter(self, name: str, text: str, labels: Sequence[str], *sets: Sequence[str]) -> Counter:
        made = Counter(f"hotline_{name}", text, labels, registry=self._registry)
        for values in product(*sets):
            made.labels(*values)
        return made

    def _gauge(self, name: str, text: str, labels: Sequence[str], *sets: Sequence[str]) -> Gauge:
        made = Gauge(f"hotline_{name}", text, labels, registry=self._registry)
        for values in product(*sets) if labels else ():
            made.labels(*values)
        return made

"""The metrics of the hotline: of calls and of who is there, for the tenant of the settings."""

from __future__ import annotations

from functools import partial
from typing import Final

from service.metrics.declared import Configured, Kind, Label, Metric, Scope

#: What became of a call in a queue.
OUTCOMES: Final = ("answered", "abandoned", "missed", "moved")
WAITING: Final = "waiting"
IN_TIME: Final = ("answered", "abandoned")
#: Whether there were enough agents.
ANSWERS: Final = ("covered", "uncovered", "unknown")
PARTIES: Final = ("caller", "agent", "system")

_WAITS: Final = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1800)
_TALKS: Final = (15, 30, 60, 120, 180, 240, 360, 480, 600, 900, 1800, 3600)

_QUEUE: Final = Label("queue", Configured.QUEUE)
_PICKED: Final = Label("in_time", ("yes", "no"))
_ANSWER: Final = Label("answer", ANSWERS)

# Every clock role sees the same facts and counts them since its first look: the most of them is the whole.
_fleet = partial(Metric, roles=("clock",), scope=Scope.FLEET)
_counter = partial(_fleet, kind=Kind.COUNTER, unit="calls", labels=(_QUEUE,))
_gauge = partial(_fleet, kind=Kind.GAUGE, unit="calls", labels=(_QUEUE,))
_histogram = partial(_fleet, kind=Kind.HISTOGRAM, unit="seconds")

CALLS: Final = (
    _counter(
        name="hotline_calls_total",
        meaning="Calls that left a queue, by what became of them.",
        labels=(_QUEUE, Label("outcome", OUTCOMES)),
    ),
    _counter(
        name="hotline_calls_in_time_total",
        meaning="Of them within the limit of the service level.",
        labels=(_QUEUE, Label("outcome", IN_TIME)),
    ),
    _counter(name="hotline_calls_short_total", meaning="Of them given up shortly."),
    _counter(
        name="hotline_pickups_total",
        meaning="Calls that rang, by whether they were picked up within the rings.",
        labels=(_QUEUE, _PICKED),
    ),
    _histogram(
        name="hotline_wait_seconds",
        meaning="How long a call was in a queue.",
        labels=(_QUEUE, Label("outcome", OUTCOMES)),
        buckets=_WAITS,
    ),
    _histogram(
        name="hotline_talk_seconds",
        meaning="How long an agent had a call.",
        labels=(_QUEUE,),
        buckets=_TALKS,
    ),
    _counter(
        name="hotline_calls_ended_total",
        meaning="Calls that ended, by whom.",
        labels=(_QUEUE, Label("by", PARTIES)),
    ),
    _counter(name="hotline_transfers_total", unit="transfers", meaning="Times a call was passed on."),
    _counter(name="hotline_ratings_total", unit="ratings", meaning="Marks that callers gave."),
    _counter(name="hotline_rating_marks_total", unit="marks", meaning="The sum of these marks."),
    _gauge(
        name="hotline_window_calls",
        meaning="Calls offered in the window, by what has become of them.",
        labels=(_QUEUE, Label("outcome", (*OUTCOMES, WAITING))),
    ),
    _gauge(
        name="hotline_window_calls_in_time",
        meaning="Of them within the limit of the service level.",
        labels=(_QUEUE, Label("outcome", IN_TIME)),
    ),
    _gauge(name="hotline_window_calls_short", meaning="Of them given up shortly."),
    _gauge(name="hotline_window_calls_waiting_late", meaning="Of them waiting beyond the limit."),
    _gauge(
        name="hotline_window_waited_seconds",
        unit="seconds",
        meaning="What the answered ones of them waited in all.",
    ),
    _gauge(
        name="hotline_window_pickups",
        meaning="Of them those that rang, by whether they were picked up within the rings.",
        labels=(_QUEUE, _PICKED),
    ),
    _gauge(
        name="hotline_window_handling_seconds",
        unit="seconds",
        meaning="Agents' time with calls and wrap-up in the window.",
    ),
    _gauge(
        name="hotline_window_available_seconds",
        unit="seconds",
        meaning="Agents' time ready without a call in the window.",
    ),
    _gauge(
        name="hotline_measure_info",
        unit="always 1",
        meaning="By which settings it is measured.",
        labels=tuple(
            Label(name, Configured.SETTING)
            for name in (
                "mode",
                "answer_seconds",
                "short_seconds",
                "pickup_seconds",
                "pickup_assumed",
                "window_seconds",
            )
        ),
        sparse=True,
    ),
)

COVERAGE: Final = (
    _gauge(name="hotline_agents_on_duty", unit="agents", meaning="Agents known to be there."),
    _gauge(name="hotline_agents_required", unit="agents", meaning="Agents required now."),
    _gauge(
        name="hotline_coverage",
        unit="0 or 1",
        meaning="1 for the answer whether there are enough; where nothing is heard it is unknown, never nobody.",
        labels=(_QUEUE, _ANSWER),
    ),
    _counter(
        name="hotline_coverage_seconds_total",
        unit="seconds",
        meaning="Time by whether there were enough agents, as it was known then.",
        labels=(_QUEUE, _ANSWER),
    ),
    _gauge(
        name="hotline_window_coverage_seconds",
        unit="seconds",
        meaning="Time of the window by whether there were enough agents.",
        labels=(_QUEUE, _ANSWER),
    ),
    _gauge(
        name="hotline_planned_gap_seconds",
        unit="seconds",
        meaning="Time of the next hours for which the roster has fewer agents than required.",
    ),
    _gauge(
        name="hotline_planned_gap_timestamp_seconds",
        unit="seconds since 1970",
        meaning="When that begins; 0 when there is none.",
    ),
    _gauge(
        name="hotline_roster_known",
        unit="0 or 1",
        meaning="1 when there is a roster; without one no gap can be told.",
        labels=(),
    ),
    _gauge(
        name="hotline_source_silent",
        unit="0 or 1",
        meaning="1 while a source of facts about agents is silent, or none ever spoke.",
        labels=(),
    ),
    _gauge(
        name="hotline_last_fact_timestamp_seconds",
        unit="seconds since 1970",
        meaning="When the last known fact about a call or an agent happened; 0 while none is known.",
        labels=(),
    ),
    _gauge(
        name="hotline_look_timestamp_seconds",
        unit="seconds since 1970",
        meaning="As of when these figures are; 0 before the first look.",
        labels=(),
    ),
)

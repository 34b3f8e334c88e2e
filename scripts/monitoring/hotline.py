"""The hotline: service levels in five modes, alerts on coverage, and their panels."""

from __future__ import annotations

from typing import Final

from scripts.monitoring.alert import About, Alert, Record
from scripts.monitoring.board import Board, Panel, Query


def calls(outcome: str) -> str:
    """Calls of the window with this outcome, by queue."""
    return f'max by (queue) (hotline_window_calls{{outcome="{outcome}"}})'


def _in_time(outcome: str) -> str:
    return f'max by (queue) (hotline_window_calls_in_time{{outcome="{outcome}"}})'


def _of(metric: str, where: str = "") -> str:
    return f"max by (queue) ({metric}{where})"


_SHORT: Final = _of("hotline_window_calls_short")
#: Calls that nobody took stand beside those that were given up.
_LOST: Final = f"{calls('abandoned')} + {calls('missed')}"
_OFFERED: Final = f"({calls('answered')} + {_LOST})"

#: ICMI's five, as docs/hotline.md has them.
LEVELS: Final = {
    "strict": f"{_in_time('answered')} / {_OFFERED}",
    "ignore_early": f"{_in_time('answered')} / ({_OFFERED} - {_in_time('abandoned')})",
    "credit_early": f"({_in_time('answered')} + {_in_time('abandoned')}) / {_OFFERED}",
    "answered_only": f"{_in_time('answered')} / {calls('answered')}",
    "ignore_short": f"{_in_time('answered')} / ({_OFFERED} - {_SHORT})",
}

RECORDS: Final = tuple(Record(f"hotline:service_level:{mode}", expr) for mode, expr in LEVELS.items())

ALERTS: Final = (
    Alert(
        name="HotlineUncovered",
        expr='max by (queue) (hotline_coverage{answer="uncovered"}) == 1',
        wait="2m",
        severity="critical",
        about=About.HOTLINE,
        meaning="Fewer agents are on duty than required, and that is known.",
        summary="{{ $labels.queue }} has fewer agents than required.",
        description="Somebody has to sign in, or calls of {{ $labels.queue }} go elsewhere. `slaclock hotline status` shows "
        "who is required.",
    ),
    Alert(
        name="HotlineGapPlanned",
        expr="max by (queue) (hotline_planned_gap_seconds) > 0",
        wait="5m",
        severity="warning",
        about=About.HOTLINE,
        meaning="The roster has fewer agents in the next hours than required.",
        summary="The roster of {{ $labels.queue }} has a gap within the next hours.",
        description="Plan somebody in. `slaclock hotline status` shows when the gap begins.",
    ),
    Alert(
        name="HotlineSourceSilent",
        expr="max(hotline_source_silent) == 1 and max(hotline_last_fact_timestamp_seconds) > 0",
        wait="5m",
        severity="warning",
        about=About.HOTLINE,
        meaning="A source that spoke before says nothing about agents: who is on duty is unknown.",
        summary="A source of facts about agents is silent.",
        description="Whether the hotline is covered is unknown, not uncovered. Look at the exchange and at what publishes its "
        "facts.",
    ),
)

_OCCUPIED: Final = _of("hotline_window_handling_seconds")

PANELS: Final = (
    Panel(
        title="Service level, strict",
        unit="percentunit",
        wide=12,
        description="Answered within the limit, of all calls offered in the window that were answered, given up or missed.",
        queries=(Query("hotline:service_level:strict", "{{queue}}"),),
    ),
    Panel(
        title="Service level by mode",
        unit="percentunit",
        wide=12,
        description="The five usual ways to reckon it, all queues together the least.",
        queries=tuple(Query(f"min(hotline:service_level:{mode})", mode) for mode in LEVELS),
    ),
    Panel(
        title="Calls of the window",
        stacked=True,
        queries=(
            Query(
                "sum by (outcome) (max by (queue, outcome) (hotline_window_calls))",
                "{{outcome}}",
            ),
        ),
    ),
    Panel(
        title="Given up",
        unit="percentunit",
        description="Without those given up shortly.",
        queries=(Query(f"({calls('abandoned')} - {_SHORT}) / ({_OFFERED} - {_SHORT})", "{{queue}}"),),
    ),
    Panel(
        title="Speed of answer",
        unit="s",
        queries=(Query(f"{_of('hotline_window_waited_seconds')} / {calls('answered')}", "{{queue}}"),),
    ),
    Panel(
        title="Picked up within the rings",
        unit="percentunit",
        queries=(
            Query(
                f"""{_of("hotline_window_pickups", '{in_time="yes"}')} / """
                "sum by (queue) (max by (queue, in_time) (hotline_window_pickups))",
                "{{queue}}",
            ),
        ),
    ),
    Panel(
        title="Occupancy",
        unit="percentunit",
        queries=(
            Query(f"{_OCCUPIED} / ({_OCCUPIED} + {_of('hotline_window_available_seconds')})", "{{queue}}"),
        ),
    ),
    Panel(
        title="Waiting beyond the limit now",
        queries=(Query(_of("hotline_window_calls_waiting_late"), "{{queue}}"),),
    ),
)

BOARD: Final = Board(
    uid="slaclock-coverage",
    title="slaclock: coverage",
    description="Who is there, who is required, and whether that is known. Unknown is never nobody.",
    panels=(
        Panel(
            title="On duty",
            wide=12,
            queries=(
                Query(_of("hotline_agents_on_duty"), "{{queue}} there"),
                Query(_of("hotline_agents_required"), "{{queue}} required"),
            ),
        ),
        Panel(
            title="Covered now",
            wide=12,
            queries=(Query("max by (queue, answer) (hotline_coverage)", "{{queue}} {{answer}}"),),
        ),
        Panel(
            title="Share of the window that was covered",
            unit="percentunit",
            queries=(
                Query(
                    f"""{_of("hotline_window_coverage_seconds", '{answer="covered"}')} / """
                    "sum by (queue) (max by (queue, answer) (hotline_window_coverage_seconds))",
                    "{{queue}}",
                ),
            ),
        ),
        Panel(
            title="Time without cover or unknown, an hour",
            unit="s",
            queries=(
                Query(
                    'max by (queue, answer) (increase(hotline_coverage_seconds_total{answer!="covered"}[1h]))',
                    "{{queue}} {{answer}}",
                ),
            ),
        ),
        Panel(
            title="Planned gap of the next hours",
            unit="s",
            queries=(Query(_of("hotline_planned_gap_seconds"), "{{queue}}"),),
        ),
        Panel(
            title="Until it begins",
            kind="stat",
            unit="s",
            wide=6,
            high=4,
            description="0: no gap is planned.",
            queries=(
                Query(
                    "(min(max by (queue) (hotline_planned_gap_timestamp_seconds) > 0) - time()) or vector(0)"
                ),
            ),
        ),
        Panel(
            title="A source is silent",
            kind="stat",
            wide=6,
            high=4,
            queries=(Query("max(hotline_source_silent)"),),
        ),
        Panel(
            title="There is a roster",
            kind="stat",
            wide=6,
            high=4,
            queries=(Query("max(hotline_roster_known)"),),
        ),
        Panel(
            title="Last fact",
            kind="stat",
            unit="s",
            wide=6,
            high=4,
            queries=(Query("time() - max(hotline_last_fact_timestamp_seconds)"),),
        ),
    ),
)

"""The dashboards, each for one reader."""

from __future__ import annotations

from typing import Final

from scripts.monitoring import hotline
from scripts.monitoring.board import Board, Panel, Query
from scripts.monitoring.engine_boards import HEALTH, WAY
from scripts.monitoring.panels import quantile, rate, stat
from scripts.monitoring.records import GOAL, NO_CANARY, age, burns

_OF: Final = f'target=~"$target",{NO_CANARY}'


_NOW: Final = (
    stat("Broken and open", f'sum(max by (target) (sla_promises_open{{{NO_CANARY},state="breached"}}))'),
    stat(
        "Oldest of them",
        f"({age('sla_breach_oldest_timestamp_seconds')}) or vector(0)",
        "s",
        "Since the due.",
    ),
    stat("Due within 15 min", 'sum(max by (target) (sla_promises_due_within{horizon="15m"}))'),
    stat(
        "Next due in",
        "(max(sla_next_due_timestamp_seconds) > 0) - time() or vector(0)",
        "s",
        "0: nothing is running.",
    ),
    stat("Escalations unanswered", "max(sla_escalations_unacknowledged)"),
    stat(
        "Data behind",
        f"({age('sla_watermark_timestamp_seconds')}) or vector(0)",
        "s",
        "What is said is whole up to so long ago.",
    ),
)

LEAD: Final = Board(
    uid="slaclock-lead",
    title="slaclock: hotline lead",
    description="What is promised now, what is near, what is broken, and how calls are answered.",
    variables={"target": "sla_promises_open"},
    panels=(
        *_NOW,
        Panel(
            title="Near by target",
            kind="bargauge",
            wide=12,
            description="Running promises due within each horizon; each holds the nearer ones.",
            queries=(
                Query(
                    f"max by (target, horizon) (sla_promises_due_within{{{_OF}}})", "{{target}} {{horizon}}"
                ),
            ),
        ),
        Panel(
            title="Broken and open by target",
            wide=12,
            stacked=True,
            queries=(Query(f'max by (target) (sla_promises_open{{{_OF},state="breached"}})', "{{target}}"),),
        ),
        Panel(
            title="Promises open",
            wide=12,
            stacked=True,
            queries=(
                Query(f"sum by (state) (max by (target, state) (sla_promises_open{{{_OF}}}))", "{{state}}"),
            ),
        ),
        Panel(
            title="Broken in the last day by target",
            kind="table",
            wide=12,
            queries=(
                Query(
                    f'sum by (target) (increase(sla_breaches_total{{{_OF},status="in_force"}}[1d]))',
                    "{{target}}",
                ),
            ),
        ),
        Panel(
            title="Verdicts an hour",
            wide=12,
            stacked=True,
            queries=(
                Query(
                    f"sum by (outcome) (rate(sla_verdicts_total{{{_OF}}}[$__rate_interval])) * 3600",
                    "{{outcome}}",
                ),
            ),
        ),
        Panel(
            title="Unknown: past the due and not decided",
            wide=12,
            description="While data are missing these are neither kept nor broken.",
            queries=(Query(f"max by (target) (sla_promises_undecided{{{_OF}}})", "{{target}}"),),
        ),
        *hotline.PANELS,
    ),
)

TARGETS: Final = Board(
    uid="slaclock-targets",
    title="slaclock: targets and burn",
    description=f"How well each target is kept. {GOAL} % kept is the goal that burns are reckoned by.",
    variables={"target": "sla_promises_open"},
    panels=(
        Panel(
            title="Share broken, an hour",
            unit="percentunit",
            wide=12,
            description=f"Above {burns(14.4)} the budget of a month is gone in two days.",
            queries=(Query(f"sla:breach_share:rate1h{{{_OF}}}", "{{target}}"),),
        ),
        Panel(
            title="Share broken, three days",
            unit="percentunit",
            wide=12,
            queries=(Query(f"sla:breach_share:rate3d{{{_OF}}}", "{{target}}"),),
        ),
        Panel(
            title="Share broken by window",
            unit="percentunit",
            wide=12,
            queries=tuple(
                Query(f"max(sla:breach_share:rate{window}{{{_OF}}})", window)
                for window in ("5m", "30m", "6h", "1d")
            ),
        ),
        Panel(
            title="Breaches said and taken back",
            wide=12,
            queries=(rate("sla_breaches_total", "target, status", "{{target}} {{status}}", f"{{{_OF}}}"),),
        ),
        Panel(
            title="Share of the budget left when kept",
            unit="percentunit",
            queries=(quantile("sla_remaining_ratio", 0.5), quantile("sla_remaining_ratio", 0.1)),
        ),
        Panel(
            title="How late when late",
            unit="s",
            queries=(quantile("sla_overdue_seconds", 0.5), quantile("sla_overdue_seconds", 0.9)),
        ),
        Panel(
            title="Verdicts by target and outcome, the last day",
            kind="table",
            queries=(
                Query(
                    f"sum by (target, outcome) (increase(sla_verdicts_total{{{_OF}}}[1d])) > 0",
                    "{{target}} {{outcome}}",
                ),
            ),
        ),
        Panel(
            title="Roles that nobody fills",
            queries=(rate("sla_roles_unfilled_total", "reason", "{{reason}}"),),
        ),
        Panel(
            title="Promises open by target",
            stacked=True,
            wide=16,
            queries=(Query(f"sum by (target) (sla:promises_open:max{{{_OF}}})", "{{target}}"),),
        ),
    ),
)

#: By file.
BOARDS: Final = {
    "lead": LEAD,
    "health": HEALTH,
    "targets": TARGETS,
    "tracing": WAY,
    "coverage": hotline.BOARD,
}

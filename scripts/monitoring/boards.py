"""The dashboards, each for one reader."""

from __future__ import annotations

from typing import Final

from scripts.monitoring import hotline
from scripts.monitoring.board import Board, Panel, Query
from scripts.monitoring.records import GOAL, age, burns

_OF: Final = 'target=~"$target"'


def _stat(title: str, expr: str, unit: str = "short", description: str = "") -> Panel:
    queries = (Query(expr),)
    return Panel(
        title=title, queries=queries, kind="stat", unit=unit, description=description, wide=4, high=4
    )


def _rate(metric: str, by: str, legend: str, where: str = "") -> Query:
    return Query(f"sum by ({by}) (rate({metric}{where}[$__rate_interval]))", legend)


def _quantile(metric: str, share: float) -> Query:
    expr = f"histogram_quantile({share}, sum by (le) (rate({metric}_bucket[$__rate_interval])))"
    return Query(expr, f"{share:.0%}")


_NOW: Final = (
    _stat("Broken and open", 'sum(max by (target) (sla_promises_open{state="breached"}))'),
    _stat(
        "Oldest of them",
        f"({age('sla_breach_oldest_timestamp_seconds')}) or vector(0)",
        "s",
        "Since the due.",
    ),
    _stat("Due within 15 min", 'sum(max by (target) (sla_promises_due_within{horizon="15m"}))'),
    _stat(
        "Next due in",
        "(max(sla_next_due_timestamp_seconds) > 0) - time() or vector(0)",
        "s",
        "0: nothing is running.",
    ),
    _stat("Escalations unanswered", "max(sla_escalations_unacknowledged)"),
    _stat(
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

HEALTH: Final = Board(
    uid="slaclock-health",
    title="slaclock: engine health",
    description="For whoever is on call: is it alive, are the data whole, does everything leave.",
    panels=(
        _stat("Watermark age", f"({age('sla_watermark_timestamp_seconds')}) or vector(0)", "s"),
        _stat("Standing still", "max(sla_watermark_frozen)"),
        _stat("Due, not judged", "max(sla_tickets_due)"),
        _stat("Waiting to be sent", "max(sla_outbox_rows)"),
        _stat("Parked", "sum(max by (reason) (sla_parked))"),
        _stat("Tickets in doubt", "max(sla_tickets_in_doubt)"),
        Panel(
            title="Watermark age",
            unit="s",
            queries=(Query("sla:watermark_age:seconds", "behind"),),
        ),
        Panel(
            title="Why it stands still",
            queries=(Query("max by (reason) (sla_watermark_frozen)", "{{reason}}"),),
        ),
        Panel(
            title="Offsets not applied",
            queries=(Query("max by (topic) (sla_lag_offsets)", "{{topic}}"),),
        ),
        Panel(
            title="Records a second",
            queries=(
                _rate("sla_events_total", "result", "tickets {{result}}"),
                _rate("sla_area_events_total", "result", "areas {{result}}"),
                _rate("sla_source_events_total", "result", "sources {{result}}"),
                _rate("sla_directory_events_total", "result", "organisation {{result}}"),
                _rate("sla_hotline_events_total", "result", "hotline {{result}}"),
            ),
        ),
        Panel(
            title="Parked by reason",
            stacked=True,
            queries=(Query("max by (reason) (sla_parked)", "{{reason}}"),),
        ),
        Panel(
            title="Judged again",
            queries=(
                Query("sum(rate(sla_wakeups_total[$__rate_interval]))", "due"),
                Query("sum(rate(sla_wakeups_unchanged_total[$__rate_interval]))", "for nothing"),
                Query("sum(rate(sla_shared_wakeups_total[$__rate_interval]))", "made due by what many share"),
            ),
        ),
        Panel(
            title="Failed turns",
            queries=(
                _rate("sla_role_failures_total", "role", "{{role}}"),
                Query("sum(rate(sla_slices_fenced_total[$__rate_interval]))", "slices fenced"),
            ),
        ),
        Panel(
            title="Days until calendars end",
            unit="d",
            description="Empty while every calendar is without an end.",
            queries=(
                Query(
                    "(min by (tenant, calendar) (sla_calendar_known_until_timestamp_seconds) - time()) / 86400",
                    "{{tenant}} {{calendar}}",
                ),
            ),
        ),
        Panel(
            title="What runs",
            kind="table",
            queries=(
                Query("count by (version) (sla_build_info)", "slaclock {{version}}"),
                Query(
                    "max by (tenant, policy, version) (sla_policy_info)", "{{tenant}} {{policy}} {{version}}"
                ),
            ),
        ),
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
            queries=(_rate("sla_breaches_total", "target, status", "{{target}} {{status}}", f"{{{_OF}}}"),),
        ),
        Panel(
            title="Share of the budget left when kept",
            unit="percentunit",
            queries=(_quantile("sla_remaining_ratio", 0.5), _quantile("sla_remaining_ratio", 0.1)),
        ),
        Panel(
            title="How late when late",
            unit="s",
            queries=(_quantile("sla_overdue_seconds", 0.5), _quantile("sla_overdue_seconds", 0.9)),
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
            queries=(_rate("sla_roles_unfilled_total", "reason", "{{reason}}"),),
        ),
        Panel(
            title="Promises open by target",
            stacked=True,
            wide=16,
            queries=(Query(f"sum by (target) (sla:promises_open:max{{{_OF}}})", "{{target}}"),),
        ),
    ),
)

WAY: Final = Board(
    uid="slaclock-way",
    title="slaclock: tracing",
    description="The way of a record, step by step, and how long each takes: published, applied, proved, judged, sent.",
    panels=(
        Panel(
            title="1. Published after it happened",
            unit="s",
            queries=(
                _quantile("sla_event_lateness_seconds", 0.5),
                _quantile("sla_event_lateness_seconds", 0.99),
            ),
        ),
        Panel(
            title="2. Applied",
            unit="ops",
            queries=(_rate("sla_events_total", "result", "{{result}}"),),
        ),
        Panel(
            title="3. Proved",
            unit="s",
            queries=(Query("sla:watermark_age:seconds", "W behind"),),
        ),
        Panel(
            title="4. Judged after the instant asked for",
            unit="s",
            queries=(_quantile("sla_fire_delay_seconds", 0.5), _quantile("sla_fire_delay_seconds", 0.99)),
        ),
        Panel(
            title="5. Said",
            unit="ops",
            queries=(_rate("sla_statements_total", "kind, status", "{{kind}} {{status}}"),),
        ),
        Panel(
            title="6. Sent",
            unit="ops",
            queries=(
                _rate("sla_relay_sent_total", "topic", "{{topic}}"),
                _rate("sla_relay_quarantined_total", "topic", "{{topic}} refused"),
            ),
        ),
        Panel(
            title="How late events are published",
            kind="heatmap",
            unit="s",
            wide=12,
            queries=(
                Query("sum by (le) (rate(sla_event_lateness_seconds_bucket[$__rate_interval]))", "{{le}}"),
            ),
        ),
        Panel(
            title="How late due tickets are judged",
            kind="heatmap",
            unit="s",
            wide=12,
            queries=(Query("sum by (le) (rate(sla_fire_delay_seconds_bucket[$__rate_interval]))", "{{le}}"),),
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

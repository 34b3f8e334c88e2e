"""The dashboards of whoever is on call."""

from __future__ import annotations

from typing import Final

from scripts.monitoring.board import Board, Panel, Query
from scripts.monitoring.panels import quantile, rate, stat
from scripts.monitoring.records import age

HEALTH: Final = Board(
    uid="slaclock-health",
    title="slaclock: engine health",
    description="For whoever is on call: is it alive, are the data whole, does everything leave.",
    panels=(
        stat("Watermark age", f"({age('sla_watermark_timestamp_seconds')}) or vector(0)", "s"),
        stat("Standing still", "max(sla_watermark_frozen)"),
        stat("Due, not judged", "max(sla_tickets_due)"),
        stat("Waiting to be sent", "max(sla_outbox_rows)"),
        stat("Parked", "sum(max by (reason) (sla_parked))"),
        stat("Tickets in doubt", "max(sla_tickets_in_doubt)"),
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
                rate("sla_events_total", "result", "tickets {{result}}"),
                rate("sla_area_events_total", "result", "areas {{result}}"),
                rate("sla_source_events_total", "result", "sources {{result}}"),
                rate("sla_directory_events_total", "result", "organisation {{result}}"),
                rate("sla_hotline_events_total", "result", "hotline {{result}}"),
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
                rate("sla_role_failures_total", "role", "{{role}}"),
                Query("sum(rate(sla_slices_fenced_total[$__rate_interval]))", "slices fenced"),
            ),
        ),
        Panel(
            title="Canary: from its due until its breach was sent",
            unit="s",
            description="Empty where the canary role does not run.",
            queries=(
                quantile("sla_canary_delay_seconds", 0.5),
                quantile("sla_canary_delay_seconds", 0.99),
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

WAY: Final = Board(
    uid="slaclock-way",
    title="slaclock: tracing",
    description="The way of a record, step by step, and how long each takes: published, applied, proved, judged, sent.",
    panels=(
        Panel(
            title="1. Published after it happened",
            unit="s",
            queries=(
                quantile("sla_event_lateness_seconds", 0.5),
                quantile("sla_event_lateness_seconds", 0.99),
            ),
        ),
        Panel(
            title="2. Applied",
            unit="ops",
            queries=(rate("sla_events_total", "result", "{{result}}"),),
        ),
        Panel(
            title="3. Proved",
            unit="s",
            queries=(Query("sla:watermark_age:seconds", "W behind"),),
        ),
        Panel(
            title="4. Judged after the instant asked for",
            unit="s",
            queries=(quantile("sla_fire_delay_seconds", 0.5), quantile("sla_fire_delay_seconds", 0.99)),
        ),
        Panel(
            title="5. Said",
            unit="ops",
            queries=(rate("sla_statements_total", "kind, status", "{{kind}} {{status}}"),),
        ),
        Panel(
            title="6. Sent",
            unit="ops",
            queries=(
                rate("sla_relay_sent_total", "topic", "{{topic}}"),
                rate("sla_relay_quarantined_total", "topic", "{{topic}} refused"),
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

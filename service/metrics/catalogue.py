"""Every metric, declared once: docs/metrics.md, alerts and dashboards are made from this or held against it.

Labels come from the configuration or from closed sets, never from tickets, people or texts.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from service.metrics.declared import Configured, Kind, Label, Metric, Scope
from service.metrics.hotline import CALLS, COVERAGE
from service.metrics.sets import (
    FROZEN,
    HORIZONS,
    KINDS,
    LATE,
    OUTCOMES,
    RESULTS,
    SHARES,
    STANDS,
    STATUSES,
    UNFILLED,
    WAITS,
)

_INGEST: Final = ("ingest",)
_CLOCK: Final = ("clock",)
_RELAY: Final = ("relay",)
_JUDGES: Final = ("ingest", "clock")

_counter = partial(Metric, kind=Kind.COUNTER)
_gauge = partial(Metric, kind=Kind.GAUGE, roles=_CLOCK, scope=Scope.FLEET)
_time = partial(_gauge, unit="seconds since 1970")
_count = partial(_gauge, unit="count")
_waits = partial(Metric, kind=Kind.HISTOGRAM, unit="seconds", buckets=WAITS)

_TARGET: Final = Label("target", Configured.TARGET)
_TENANT: Final = Label("tenant", Configured.TENANT)
_RESULT: Final = Label("result", RESULTS)

PROMISES: Final = (
    _count(
        name="sla_promises_open",
        meaning="Promises neither kept nor ended: `running`, `waiting` for a gate, a hold or an exclusion to end, or "
        "`breached` and not stopped yet. The three add up.",
        labels=(_TARGET, Label("state", STANDS)),
    ),
    _count(
        name="sla_promises_due_within",
        meaning="Running promises whose due comes within the horizon. Each horizon holds the nearer ones: never add them.",
        labels=(_TARGET, Label("horizon", tuple(HORIZONS))),
    ),
    _count(
        name="sla_promises_undecided",
        meaning="Promises past their due by the clock and not decided: W has not come there yet, or something timely is "
        "pending. While W stands still these are unknown, not broken.",
        labels=(_TARGET,),
    ),
    _time(
        name="sla_next_due_timestamp_seconds",
        meaning="The next due of a running promise; 0 when there is none.",
    ),
    _time(
        name="sla_breach_oldest_timestamp_seconds",
        meaning="The earliest due of a promise that is breached and not stopped; 0 when there is none.",
    ),
    _counter(
        name="sla_breaches_total",
        unit="statements",
        meaning="Breaches said for the first time, and breaches withdrawn, by target.",
        labels=(_TARGET, Label("status", STATUSES)),
        roles=_JUDGES,
    ),
    _counter(
        name="sla_verdicts_total",
        unit="statements",
        meaning="Verdicts put in force, by target and outcome; each revision counts.",
        labels=(_TARGET, Label("outcome", OUTCOMES)),
        roles=_JUDGES,
    ),
    _counter(
        name="sla_statements_total",
        unit="statements",
        meaning="Revisions put into the ledger, in force or withdrawn.",
        labels=(Label("kind", KINDS), Label("status", STATUSES)),
        roles=_JUDGES,
    ),
    Metric(
        name="sla_remaining_ratio",
        kind=Kind.HISTOGRAM,
        unit="share, 0 to 1",
        meaning="Of promises that were kept: the wall time left to the due, as a share of that from start to due.",
        roles=_JUDGES,
        buckets=SHARES,
    ),
    Metric(
        name="sla_overdue_seconds",
        kind=Kind.HISTOGRAM,
        unit="seconds",
        meaning="Of promises that were kept late: the wall time from the due to the stop.",
        roles=_JUDGES,
        buckets=LATE,
    ),
    _count(
        name="sla_escalations_unacknowledged",
        meaning="Escalations in force of breached promises that nobody has taken on since the promise began, of at most "
        "10,000 such promises.",
    ),
    _time(
        name="sla_escalation_unacknowledged_oldest_timestamp_seconds",
        meaning="The instant of the oldest of them; 0 when there is none.",
    ),
    _counter(
        name="sla_roles_unfilled_total",
        unit="roles",
        meaning="Roles in the chains of said breaches and escalations that nobody fills, by why.",
        labels=(Label("reason", UNFILLED),),
        roles=_JUDGES,
    ),
)

RECORDS: Final = (
    _counter(
        name="sla_events_total",
        unit="records",
        meaning="Records about tickets by what became of them.",
        labels=(_RESULT,),
        roles=_INGEST,
    ),
    _counter(
        name="sla_area_events_total",
        unit="records",
        meaning="The same of records about areas.",
        labels=(_RESULT,),
        roles=_INGEST,
    ),
    _counter(
        name="sla_source_events_total",
        unit="records",
        meaning="The same of records about sources.",
        labels=(_RESULT,),
        roles=_INGEST,
    ),
    _counter(
        name="sla_directory_events_total",
        unit="records",
        meaning="The same of records about the organisation.",
        labels=(_RESULT,),
        roles=_INGEST,
    ),
    _counter(
        name="sla_hotline_events_total",
        unit="records",
        meaning="The same of records about calls, agents and rosters.",
        labels=(_RESULT,),
        roles=_INGEST,
    ),
    _counter(
        name="sla_events_parked_total",
        unit="records",
        meaning="Records parked, of any topic, by why.",
        labels=(Label("reason", Configured.REASON),),
        roles=_INGEST,
    ),
    _waits(name="sla_event_lateness_seconds", meaning="Record's timestamp less event time.", roles=_INGEST),
    _counter(
        name="sla_slices_fenced_total",
        unit="slices",
        meaning="Slices dropped because another process owns the partition.",
        roles=_INGEST,
    ),
    _count(
        name="sla_parked",
        meaning="Records that stand parked, neither released nor dropped, by why.",
        labels=(Label("reason", Configured.REASON),),
    ),
    _time(
        name="sla_parked_oldest_timestamp_seconds",
        meaning="When the oldest of them was parked; 0 when there is none.",
    ),
    _count(name="sla_tickets_in_doubt", meaning="Tickets with a parked record."),
    _count(name="sla_tickets_unjudged", meaning="Tickets whose judging failed; the log has the reason."),
    _gauge(
        name="sla_directory_lag_seconds",
        unit="seconds",
        meaning="By how much the directory's topic is read less far than W; 0 when it is not.",
    ),
)

TIME: Final = (
    _time(
        name="sla_watermark_timestamp_seconds",
        meaning="W: every record acknowledged before it is applied; 0 while nothing is proved.",
    ),
    _gauge(
        name="sla_watermark_frozen",
        unit="0 or 1",
        meaning="1 for the reason why W stands still.",
        labels=(Label("reason", FROZEN),),
    ),
    _time(
        name="sla_watermark_override_timestamp_seconds",
        meaning="Up to where somebody vouches for what is not proved; 0 when nobody does.",
    ),
    _gauge(
        name="sla_lag_offsets",
        unit="offsets",
        meaning="Offsets between what is applied and the ends of a topic's partitions, at the last probe. Marks of "
        "transactions count as well, so it is no number of records.",
        labels=(Label("topic", Configured.IN),),
    ),
    _gauge(
        name="sla_topic_absent",
        unit="0 or 1",
        meaning="1 while a topic that W would wait for does not exist, and never did.",
        labels=(Label("topic", Configured.SHARED),),
    ),
    _time(
        name="sla_source_complete_timestamp_seconds",
        meaning="Up to where a source that verdicts need is complete; 0 while it has shown nothing.",
        labels=(_TENANT, Label("source", Configured.SOURCE)),
        sparse=True,
    ),
    _time(
        name="sla_calendar_known_until_timestamp_seconds",
        meaning="The end of the last day that a calendar of a policy knows. A calendar without an end has no series.",
        labels=(_TENANT, Label("calendar", Configured.CALENDAR)),
        sparse=True,
    ),
    _count(name="sla_tickets_due", meaning="Tickets due for judging by W and not judged yet."),
    _time(
        name="sla_tickets_due_oldest_timestamp_seconds",
        meaning="The earliest instant for which one of them had asked; 0 when none had, or only changes that many share "
        "have made them due.",
    ),
    _waits(
        name="sla_fire_delay_seconds",
        meaning="When due tickets were judged again, less the instant for which they had asked.",
        roles=_CLOCK,
    ),
    _counter(name="sla_wakeups_total", unit="tickets", meaning="Due tickets judged again.", roles=_CLOCK),
    _counter(
        name="sla_wakeups_unchanged_total",
        unit="tickets",
        meaning="Those at an instant asked for at which nothing changed: rare, or `wake_at` is wrong.",
        roles=_CLOCK,
    ),
    _counter(
        name="sla_shared_wakeups_total",
        unit="tickets",
        meaning="Tickets made due by a change that many share: an exclusion, a gap.",
        roles=_CLOCK,
    ),
)

OUTPUT: Final = (
    _count(name="sla_outbox_rows", meaning="Records decided and not yet acknowledged by the broker."),
    _time(
        name="sla_outbox_oldest_timestamp_seconds",
        meaning="When the oldest of them was written; 0 when there is none.",
    ),
    _counter(
        name="sla_relay_sent_total",
        unit="records",
        meaning="Records acknowledged by the broker.",
        labels=(Label("topic", Configured.OUT),),
        roles=_RELAY,
    ),
    _counter(
        name="sla_relay_quarantined_total",
        unit="records",
        meaning="Records that the topic refuses for good (too large); each waits with its ticket's later ones.",
        labels=(Label("topic", Configured.OUT),),
        roles=_RELAY,
    ),
)

PROCESS: Final = (
    _counter(
        name="sla_role_failures_total",
        unit="turns",
        meaning="Failed turns of a role.",
        labels=(Label("role", Configured.ROLE),),
    ),
    _time(
        name="sla_gauges_timestamp_seconds",
        meaning="When the gauges of the database were last counted: when it stands still, so do they.",
    ),
    Metric(
        name="sla_build_info",
        kind=Kind.GAUGE,
        unit="always 1",
        meaning="The release that runs.",
        labels=(Label("version", Configured.RELEASE),),
        sparse=True,
    ),
    _gauge(
        name="sla_policy_info",
        unit="always 1",
        meaning="The version of each tenant's policy that is in force for tickets opened now.",
        labels=(_TENANT, Label("policy", Configured.POLICY), Label("version", Configured.VERSION)),
        sparse=True,
    ),
)

#: By the question that they answer.
SECTIONS: Final = {
    "Promises": PROMISES,
    "Records": RECORDS,
    "Time and judging": TIME,
    "Output": OUTPUT,
    "Calls": CALLS,
    "Coverage": COVERAGE,
    "Processes": PROCESS,
}

CATALOGUE: Final = {metric.name: metric for section in SECTIONS.values() for metric in section}

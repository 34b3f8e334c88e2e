"""What is promised, said and sent."""

from __future__ import annotations

from typing import Final

from service.metrics.declared import Configured, Kind, Label, Metric
from service.metrics.kit import JUDGES, RELAY, TARGET, counted, instant, number
from service.metrics.sets import HORIZONS, KINDS, LATE, OUTCOMES, SHARES, STANDS, STATUSES, UNFILLED

PROMISES: Final = (
    number(
        name="sla_promises_open",
        meaning="Promises neither kept nor ended: `running`, `waiting` for a gate, a hold or an exclusion to end, or "
        "`breached` and not stopped yet. The three add up.",
        labels=(TARGET, Label("state", STANDS)),
    ),
    number(
        name="sla_promises_due_within",
        meaning="Running promises whose due comes within the horizon. Each horizon holds the nearer ones: never add them.",
        labels=(TARGET, Label("horizon", tuple(HORIZONS))),
    ),
    number(
        name="sla_promises_undecided",
        meaning="Promises past their due by the clock and not decided: W has not come there yet, or something timely is "
        "pending. While W stands still these are unknown, not broken.",
        labels=(TARGET,),
    ),
    instant(
        name="sla_next_due_timestamp_seconds",
        meaning="The next due of a running promise; 0 when there is none.",
    ),
    instant(
        name="sla_breach_oldest_timestamp_seconds",
        meaning="The earliest due of a promise that is breached and not stopped; 0 when there is none.",
    ),
    counted(
        name="sla_breaches_total",
        unit="statements",
        meaning="Breaches said for the first time, and breaches withdrawn, by target.",
        labels=(TARGET, Label("status", STATUSES)),
        roles=JUDGES,
    ),
    counted(
        name="sla_verdicts_total",
        unit="statements",
        meaning="Verdicts put in force, by target and outcome; each revision counts.",
        labels=(TARGET, Label("outcome", OUTCOMES)),
        roles=JUDGES,
    ),
    counted(
        name="sla_statements_total",
        unit="statements",
        meaning="Revisions put into the ledger, in force or withdrawn.",
        labels=(Label("kind", KINDS), Label("status", STATUSES)),
        roles=JUDGES,
    ),
    counted(
        name="sla_repeats_total",
        unit="statements",
        meaning="Revisions about people with several breaches put into the ledger, in force or withdrawn.",
        labels=(Label("status", STATUSES),),
        roles=JUDGES,
    ),
    Metric(
        name="sla_remaining_ratio",
        kind=Kind.HISTOGRAM,
        unit="share, 0 to 1",
        meaning="Of promises that were kept: the wall time left to the due, as a share of that from start to due.",
        roles=JUDGES,
        buckets=SHARES,
    ),
    Metric(
        name="sla_overdue_seconds",
        kind=Kind.HISTOGRAM,
        unit="seconds",
        meaning="Of promises that were kept late: the wall time from the due to the stop.",
        roles=JUDGES,
        buckets=LATE,
    ),
    number(
        name="sla_escalations_unacknowledged",
        meaning="Escalations in force of breached promises that nobody has taken on since the promise began, of at most "
        "10,000 such promises.",
    ),
    instant(
        name="sla_escalation_unacknowledged_oldest_timestamp_seconds",
        meaning="The instant of the oldest of them; 0 when there is none.",
    ),
    counted(
        name="sla_roles_unfilled_total",
        unit="roles",
        meaning="Roles in the chains of said breaches and escalations that nobody fills, by why.",
        labels=(Label("reason", UNFILLED),),
        roles=JUDGES,
    ),
)

OUTPUT: Final = (
    number(name="sla_outbox_rows", meaning="Records decided and not yet acknowledged by the broker."),
    instant(
        name="sla_outbox_oldest_timestamp_seconds",
        meaning="When the oldest of them was written; 0 when there is none.",
    ),
    counted(
        name="sla_relay_sent_total",
        unit="records",
        meaning="Records acknowledged by the broker.",
        labels=(Label("topic", Configured.OUT),),
        roles=RELAY,
    ),
    counted(
        name="sla_relay_quarantined_total",
        unit="records",
        meaning="Records that the topic refuses for good (too large); each waits with its ticket's later ones.",
        labels=(Label("topic", Configured.OUT),),
        roles=RELAY,
    ),
)

"""What comes in, how far it is proved, and what is judged by it."""

from __future__ import annotations

from typing import Final

from service.metrics.declared import Configured, Label
from service.metrics.kit import CLOCK, INGEST, RESULT, TENANT, counted, gauge, instant, number, waits
from service.metrics.sets import FROZEN

RECORDS: Final = (
    counted(
        name="sla_events_total",
        unit="records",
        meaning="Records about tickets by what became of them.",
        labels=(RESULT,),
        roles=INGEST,
    ),
    counted(
        name="sla_area_events_total",
        unit="records",
        meaning="The same of records about areas.",
        labels=(RESULT,),
        roles=INGEST,
    ),
    counted(
        name="sla_source_events_total",
        unit="records",
        meaning="The same of records about sources.",
        labels=(RESULT,),
        roles=INGEST,
    ),
    counted(
        name="sla_directory_events_total",
        unit="records",
        meaning="The same of records about the organisation.",
        labels=(RESULT,),
        roles=INGEST,
    ),
    counted(
        name="sla_hotline_events_total",
        unit="records",
        meaning="The same of records about calls, agents and rosters.",
        labels=(RESULT,),
        roles=INGEST,
    ),
    counted(
        name="sla_events_parked_total",
        unit="records",
        meaning="Records parked, of any topic, by why.",
        labels=(Label("reason", Configured.REASON),),
        roles=INGEST,
    ),
    waits(name="sla_event_lateness_seconds", meaning="Record's timestamp less event time.", roles=INGEST),
    counted(
        name="sla_slices_fenced_total",
        unit="slices",
        meaning="Slices dropped because another process owns the partition.",
        roles=INGEST,
    ),
    number(
        name="sla_parked",
        meaning="Records that stand parked, neither released nor dropped, by why.",
        labels=(Label("reason", Configured.REASON),),
    ),
    instant(
        name="sla_parked_oldest_timestamp_seconds",
        meaning="When the oldest of them was parked; 0 when there is none.",
    ),
    number(name="sla_tickets_in_doubt", meaning="Tickets with a parked record."),
    number(name="sla_tickets_unjudged", meaning="Tickets whose judging failed; the log has the reason."),
    gauge(
        name="sla_directory_lag_seconds",
        unit="seconds",
        meaning="By how much the directory's topic is read less far than W; 0 when it is not.",
    ),
)

TIME: Final = (
    instant(
        name="sla_watermark_timestamp_seconds",
        meaning="W: every record acknowledged before it is applied; 0 while nothing is proved.",
    ),
    gauge(
        name="sla_watermark_frozen",
        unit="0 or 1",
        meaning="1 for the reason why W stands still.",
        labels=(Label("reason", FROZEN),),
    ),
    instant(
        name="sla_watermark_override_timestamp_seconds",
        meaning="Up to where somebody vouches for what is not proved; 0 when nobody does.",
    ),
    gauge(
        name="sla_lag_offsets",
        unit="offsets",
        meaning="Offsets between what is applied and the ends of a topic's partitions, at the last probe. Marks of "
        "transactions count as well, so it is no number of records.",
        labels=(Label("topic", Configured.IN),),
    ),
    gauge(
        name="sla_topic_absent",
        unit="0 or 1",
        meaning="1 while a topic that W would wait for does not exist, and never did.",
        labels=(Label("topic", Configured.SHARED),),
    ),
    instant(
        name="sla_source_complete_timestamp_seconds",
        meaning="Up to where a source that verdicts need is complete; 0 while it has shown nothing.",
        labels=(TENANT, Label("source", Configured.SOURCE)),
        sparse=True,
    ),
    instant(
        name="sla_calendar_known_until_timestamp_seconds",
        meaning="The end of the last day that a calendar of a policy knows. A calendar without an end has no series.",
        labels=(TENANT, Label("calendar", Configured.CALENDAR)),
        sparse=True,
    ),
    number(name="sla_tickets_due", meaning="Tickets due for judging by W and not judged yet."),
    instant(
        name="sla_tickets_due_oldest_timestamp_seconds",
        meaning="The earliest instant for which one of them had asked; 0 when none had, or only changes that many share "
        "have made them due.",
    ),
    waits(
        name="sla_fire_delay_seconds",
        meaning="When due tickets were judged again, less the instant for which they had asked.",
        roles=CLOCK,
    ),
    counted(name="sla_wakeups_total", unit="tickets", meaning="Due tickets judged again.", roles=CLOCK),
    counted(
        name="sla_wakeups_unchanged_total",
        unit="tickets",
        meaning="Those at an instant asked for at which nothing changed: rare, or `wake_at` is wrong.",
        roles=CLOCK,
    ),
    counted(
        name="sla_shared_wakeups_total",
        unit="tickets",
        meaning="Tickets made due by a change that many share: an exclusion, a gap.",
        roles=CLOCK,
    ),
)

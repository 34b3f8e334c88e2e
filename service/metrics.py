"""Every metric, declared once.

Labels come from configuration or from closed sets, never from tickets, people or texts, and every series of a
closed set exists from the start. Gauges read from the database are the same in every process: take `max`, not
`sum`, over replicas.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from service.metrics_hotline import HotlineMetrics

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST

#: What became of a record.
RESULTS: Final = ("applied", "duplicate", "parked")
KINDS: Final = ("warning", "breach", "escalation", "verdict")
STATUSES: Final = ("in_force", "withdrawn")

#: Why the watermark stands still. At most one is set.
FROZEN: Final = (
    "unproved",  # some partition was never read to the end of any probe
    "behind",  # some partition has records that are not applied
    "broker_away",  # the ends of the partitions could not be read
    "clocks_differ",  # this machine's clock and the database's
    "clock_jumped",  # against the time that has passed
    "topic_missing",
    "unknown_partition",  # a partition nobody has begun to read
    "topic_recreated",  # an end before what was applied
    "lost_beginning",  # records were deleted before they were read
    "shared_parked",  # a record that many tickets share could not be read or applied: it may bear on any
)

#: Why a role of a chain is filled by nobody.
UNFILLED: Final = (
    "no_contact",
    "no_holder",
    "no_person",
    "no_area",
    "unknown_area",
    "no_owner",
    "unknown_person",
    "no_unit",
    "no_head",
)

_SECONDS: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14400, 86400, 604800)


class Metrics:
    """The metrics of one process. `reasons`, `topics`, `shared`, `roles`, `queues` are the closed sets that others name.

    `topics` go out, `shared` ones come in and may not exist.
    """

    def __init__(
        self,
        *,
        reasons: Iterable[str] = (),
        topics: Iterable[str] = (),
        shared: Iterable[str] = (),
        roles: Iterable[str] = (),
        queues: Sequence[str] = ("other",),
    ) -> None:
        self.registry = registry = CollectorRegistry()
        self.events = _counter(registry, "sla_events", "Records by what became of them.", "result", RESULTS)
        self.area_events = _counter(
            registry, "sla_area_events", "Records about areas by what became of them.", "result", RESULTS
        )
        self.source_events = _counter(
            registry, "sla_source_events", "Records about sources by what became of them.", "result", RESULTS
        )
        self.directory_events = _counter(
            registry,
            "sla_directory_events",
            "Records about the organisation by what became of them.",
            "result",
            RESULTS,
        )
        self.hotline_events = _counter(
            registry,
            "sla_hotline_events",
            "Records about the hotline by what became of them.",
            "result",
            RESULTS,
        )
        self.unfilled = _counter(
            registry,
            "sla_roles_unfilled",
            "Roles of said breaches and escalations that nobody fills, by the reason.",
            "reason",
            UNFILLED,
        )
        self.parked_by = _counter(
            registry, "sla_events_parked", "Parked records by reason.", "reason", reasons
        )
        self.statements = Counter(
            "sla_statements", "Revisions put into the ledger.", ["kind", "status"], registry=registry
        )
        for kind in KINDS:
            for status in STATUSES:
                self.statements.labels(kind, status)
        self.sent = _counter(
            registry, "sla_relay_sent", "Records acknowledged by the broker.", "topic", topics
        )
        self.quarantined = _counter(
            registry, "sla_relay_quarantined", "Outgoing records the topic refuses for good.", "topic", topics
        )
        self.failures = _counter(registry, "sla_role_failures", "Failed turns of a role.", "role", roles)
        self.fenced = Counter("sla_slices_fenced", "Slices dropped: another owner.", registry=registry)
        self.wakeups = Counter("sla_wakeups", "Due tickets judged again.", registry=registry)
        self.wakeups_unchanged = Counter(
            "sla_wakeups_unchanged",
            "Wake-ups that changed nothing; rare, or wake_at is wrong.",
            registry=registry,
        )
        self.shared_wakeups = Counter(
            "sla_shared_wakeups", "Tickets made due by a change that many share.", registry=registry
        )
        self.lateness = Histogram(
            "sla_event_lateness_seconds",
            "Record timestamp less event time.",
            buckets=_SECONDS,
            registry=registry,
        )
        self.fire_delay = Histogram(
            "sla_fire_delay_seconds",
            "When due tickets were judged again, less the instant for which they had asked.",
            buckets=_SECONDS,
            registry=registry,
        )
        self._declare_gauges(registry)
        self.absent = Gauge(
            "sla_topic_absent",
            "1 while a topic that W would wait for does not exist, and never did.",
            ["topic"],
            registry=registry,
        )
        for topic in shared:
            self.absent.labels(topic)
        self.hotline = HotlineMetrics(registry, queues)

    def _declare_gauges(self, registry: CollectorRegistry) -> None:
        self.watermark = _gauge(
            registry, "sla_watermark_timestamp_seconds", "Everything before it is applied."
        )
        self.override = _gauge(
            registry,
            "sla_watermark_override_timestamp_seconds",
            "Up to where somebody vouches for what is not proved; 0 when nobody does.",
        )
        self.frozen = Gauge(
            "sla_watermark_frozen",
            "1 for the reason why the watermark stands still.",
            ["reason"],
            registry=registry,
        )
        for reason in FROZEN:
            self.frozen.labels(reason)
        self.complete = Gauge(
            "sla_source_complete_timestamp_seconds",
            "Up to where a source that verdicts need is complete; 0 while it has shown nothing.",
            ["tenant", "source"],
            registry=registry,
        )
        self.promises_open = Gauge(
            "sla_promises_open", "Promises neither kept nor ended.", ["target"], registry=registry
        )
        self.outbox_rows = _gauge(registry, "sla_outbox_rows", "Records waiting for the broker.")
        self.outbox_oldest = _gauge(
            registry,
            "sla_outbox_oldest_timestamp_seconds",
            "When the oldest was written; 0 when there is none.",
        )
        self.parked = _gauge(registry, "sla_parked", "Parked records neither released nor dropped.")
        self.in_doubt = _gauge(registry, "sla_tickets_in_doubt", "Tickets with such a record.")
        self.unjudged = _gauge(registry, "sla_tickets_unjudged", "Tickets whose judging failed.")
        self.directory_lag = _gauge(
            registry, "sla_directory_lag_seconds", "By how much the directory is read less far than W."
        )
        self.due = _gauge(registry, "sla_tickets_due", "Tickets due for judging and not judged yet.")
        self.due_oldest = _gauge(
            registry,
            "sla_tickets_due_oldest_timestamp_seconds",
            "Since when the oldest is due; 0 when none is.",
        )

    def said(self, counts: Mapping[tuple[str, bool], int]) -> None:
        """Count revisions by (kind, withdrawn)."""
        for (kind, withdrawn), count in counts.items():
            self.statements.labels(kind, STATUSES[withdrawn]).inc(count)

    def no_roles(self, counts: Mapping[str, int]) -> None:
        """Count roles that nobody fills, by the reason."""
        for reason, count in counts.items():
            self.unfilled.labels(reason).inc(count)

    def freeze(self, reason: str) -> None:
        """Show `reason`, one of `FROZEN`, or none of them for the empty string."""
        for known in FROZEN:
            self.frozen.labels(known).set(known == reason)

    def open_by_target(self, counts: Mapping[str, int]) -> None:
        """Show the open promises of each target; targets that are gone show 0, not their last count."""
        for labels in list(self.promises_open._metrics):  # noqa: SLF001 - the library has no public list of series
            if labels[0] not in counts:
                self.promises_open.labels(*labels).set(0)
        for target, count in counts.items():
            self.promises_open.labels(target).set(count)

    def render(self) -> bytes:
        """All metrics in Prometheus' text format."""
        return generate_latest(self.registry)


def _gauge(registry: CollectorRegistry, name: str, text: str) -> Gauge:
    return Gauge(name, text, registry=registry)


def _counter(registry: CollectorRegistry, name: str, text: str, label: str, values: Iterable[str]) -> Counter:
    counter = Counter(name, text, [label], registry=registry)
    for value in values:
        counter.labels(value)
    return counter

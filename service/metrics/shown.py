"""What one process counts and shows; the catalogue says what each metric means."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from service.metrics.catalogue import CATALOGUE
from service.metrics.declared import Configured
from service.metrics.family import Family, Values, counter, gauge, histogram
from service.metrics.hotline_shown import HotlineMetrics
from service.metrics.sets import FROZEN, OTHER, STATUSES

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST


@dataclass(frozen=True, slots=True)
class InForce:
    """What the registered policies and calendars hold now; ends of calendars in seconds since 1970."""

    targets: Collection[str] = ()
    sources: Collection[tuple[str, str]] = ()  # tenant, source
    calendars: Mapping[tuple[str, str], float] = field(default_factory=dict)  # (tenant, name) -> known until
    policies: Collection[tuple[str, str, str]] = ()  # tenant, policy, version


class Metrics:
    """The metrics of one process, of which it shows those that the roles it `runs` export; all roles unless told.

    `reasons`, `topics`, `inputs`, `shared`, `roles` and `queues` are sets that others name: `topics` go out, `inputs` come in, of which
    `shared` may be missing.
    """

    def __init__(
        self,
        *,
        reasons: Iterable[str] = (),
        topics: Iterable[str] = (),
        inputs: Iterable[str] = (),
        shared: Iterable[str] = (),
        roles: Iterable[str] = (),
        queues: Sequence[str] = (OTHER,),
        runs: Collection[str] | None = None,
    ) -> None:
        self.registry = CollectorRegistry()
        self._runs = runs
        self._values = Values()
        self._counters: list[Family[Counter]] = []
        self._gauges: list[Family[Gauge]] = []
        release = version("slaclock")
        told = {
            Configured.REASON: reasons,
            Configured.OUT: topics,
            Configured.IN: inputs,
            Configured.SHARED: shared,
            Configured.ROLE: roles,
            Configured.RELEASE: [release],
        }
        for which, values in told.items():
            self._values.put(which, values)
        self._declare_counters()
        self._declare_histograms()
        self._declare_gauges()
        self.hotline = HotlineMetrics(self._registry("hotline_calls_total"), queues)
        self._labelled_gauge("sla_build_info").labels(release).set(1)

    def _declare_counters(self) -> None:
        self.events = self._labelled_counter("sla_events_total")
        self.area_events = self._labelled_counter("sla_area_events_total")
        self.source_events = self._labelled_counter("sla_source_events_total")
        self.directory_events = self._labelled_counter("sla_directory_events_total")
        self.hotline_events = self._labelled_counter("sla_hotline_events_total")
        self.unfilled = self._labelled_counter("sla_roles_unfilled_total")
        self.parked_by = self._labelled_counter("sla_events_parked_total")
        self.statements = self._labelled_counter("sla_statements_total")
        self.repeats = self._labelled_counter("sla_repeats_total")
        self.breaches = self._labelled_counter("sla_breaches_total")
        self.verdicts = self._labelled_counter("sla_verdicts_total")
        self.sent = self._labelled_counter("sla_relay_sent_total")
        self.quarantined = self._labelled_counter("sla_relay_quarantined_total")
        self.failures = self._labelled_counter("sla_role_failures_total")
        self.fenced = self._counter("sla_slices_fenced_total")
        self.wakeups = self._counter("sla_wakeups_total")
        self.wakeups_unchanged = self._counter("sla_wakeups_unchanged_total")
        self.shared_wakeups = self._counter("sla_shared_wakeups_total")

    def _declare_histograms(self) -> None:
        self.lateness = self._histogram("sla_event_lateness_seconds")
        self.fire_delay = self._histogram("sla_fire_delay_seconds")
        self.remaining = self._histogram("sla_remaining_ratio")
        self.overdue = self._histogram("sla_overdue_seconds")
        self.canary_delay = self._histogram("sla_canary_delay_seconds")

    def _declare_gauges(self) -> None:
        self.watermark = self._gauge("sla_watermark_timestamp_seconds")
        self.override = self._gauge("sla_watermark_override_timestamp_seconds")
        self.frozen = self._labelled_gauge("sla_watermark_frozen")
        self.lag = self._labelled_gauge("sla_lag_offsets")
        self.absent = self._labelled_gauge("sla_topic_absent")
        self.complete = self._labelled_gauge("sla_source_complete_timestamp_seconds")
        self.known_until = self._labelled_gauge("sla_calendar_known_until_timestamp_seconds")
        self.policy = self._labelled_gauge("sla_policy_info")
        self.promises_open = self._labelled_gauge("sla_promises_open")
        self.due_within = self._labelled_gauge("sla_promises_due_within")
        self.undecided = self._labelled_gauge("sla_promises_undecided")
        self.next_due = self._gauge("sla_next_due_timestamp_seconds")
        self.breach_oldest = self._gauge("sla_breach_oldest_timestamp_seconds")
        self.unanswered = self._gauge("sla_escalations_unacknowledged")
        self.unanswered_oldest = self._gauge("sla_escalation_unacknowledged_oldest_timestamp_seconds")
        self.outbox_rows = self._gauge("sla_outbox_rows")
        self.outbox_oldest = self._gauge("sla_outbox_oldest_timestamp_seconds")
        self.parked = self._labelled_gauge("sla_parked")
        self.parked_oldest = self._gauge("sla_parked_oldest_timestamp_seconds")
        self.in_doubt = self._gauge("sla_tickets_in_doubt")
        self.unjudged = self._gauge("sla_tickets_unjudged")
        self.directory_lag = self._gauge("sla_directory_lag_seconds")
        self.due = self._gauge("sla_tickets_due")
        self.due_oldest = self._gauge("sla_tickets_due_oldest_timestamp_seconds")
        self.counted = self._gauge("sla_gauges_timestamp_seconds")
        self.canary_fired = self._gauge("sla_canary_fired_timestamp_seconds")

    def know(self, now: InForce) -> None:
        """Take labels from what is in force; every series of the sets exists from then on."""
        sets: dict[Configured, Iterable[str]] = {
            Configured.TARGET: now.targets,
            Configured.TENANT: {tenant for tenant, *_ in (*now.sources, *now.calendars, *now.policies)},
            Configured.SOURCE: {source for _, source in now.sources},
            Configured.CALENDAR: {name for _, name in now.calendars},
            Configured.POLICY: {policy for _, policy, _ in now.policies},
            Configured.VERSION: {version for *_, version in now.policies},
        }
        for which, values in sets.items():
            if self._values.put(which, values):
                self._begin_again(which)
        self.known_until.again()
        for (tenant, name), until in now.calendars.items():
            self.known_until.labels(tenant, name).set(until)
        self.policy.again()
        for tenant, policy, told in now.policies:
            self.policy.labels(tenant, policy, told).set(1)

    def _begin_again(self, which: Configured) -> None:
        for counted in self._counters:
            if counted.rests_on(which):
                counted.begin()
        for shown in self._gauges:
            if shown.rests_on(which):
                shown.again()

    def said(self, counts: Mapping[tuple[str, bool], int]) -> None:
        """Count revisions by (kind, withdrawn)."""
        for (kind, withdrawn), count in counts.items():
            self.statements.labels(kind, STATUSES[withdrawn]).inc(count)

    def decided(
        self,
        breaches: Mapping[tuple[str, bool], int],
        verdicts: Mapping[tuple[str, str], int],
        remaining: Iterable[float],
        overdue: Iterable[float],
    ) -> None:
        """Count breaches by (target, withdrawn) and verdicts by (target, outcome); shares of budgets left, seconds late."""
        for (target, withdrawn), count in breaches.items():
            self.breaches.labels(target, STATUSES[withdrawn]).inc(count)
        for (target, outcome), count in verdicts.items():
            self.verdicts.labels(target, outcome).inc(count)
        for share in remaining:
            self.remaining.observe(share)
        for seconds in overdue:
            self.overdue.observe(seconds)

    def said_of_people(self, counts: Mapping[bool, int]) -> None:
        """Count revisions about people by withdrawn."""
        for withdrawn, count in counts.items():
            self.repeats.labels(STATUSES[withdrawn]).inc(count)

    def no_roles(self, counts: Mapping[str, int]) -> None:
        """Count roles that nobody fills, by the reason."""
        for reason, count in counts.items():
            self.unfilled.labels(reason).inc(count)

    def freeze(self, reason: str) -> None:
        """Show `reason`, one of `FROZEN`, or none of them for the empty string."""
        for known in FROZEN:
            self.frozen.labels(known).set(known == reason)

    def show(self, family: Family[Gauge], counts: Mapping[tuple[str, ...], float]) -> None:
        """Show `counts` by their labels and nothing of before; what is counted as the same adds up."""
        family.again()
        for told, count in counts.items():
            family.labels(*told).inc(count)

    def render(self) -> bytes:
        """All metrics in Prometheus' text format."""
        return generate_latest(self.registry)

    # --- the declared ones --------------------------------------------------------------------

    def _registry(self, name: str) -> CollectorRegistry | None:
        exporters = CATALOGUE[name].roles
        is_shown = self._runs is None or not exporters or any(role in exporters for role in self._runs)
        return self.registry if is_shown else None

    def _counter(self, name: str) -> Counter:
        return counter(CATALOGUE[name], self._registry(name))

    def _gauge(self, name: str) -> Gauge:
        return gauge(CATALOGUE[name], self._registry(name))

    def _histogram(self, name: str) -> Histogram:
        return histogram(CATALOGUE[name], self._registry(name))

    def _labelled_counter(self, name: str) -> Family[Counter]:
        family = Family(CATALOGUE[name], self._counter(name), self._values)
        self._counters.append(family)
        return family

    def _labelled_gauge(self, name: str) -> Family[Gauge]:
        family = Family(CATALOGUE[name], self._gauge(name), self._values)
        self._gauges.append(family)
        return family

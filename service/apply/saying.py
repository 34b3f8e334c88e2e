"""What was found becomes lines of the ledger, messages in the outbox, and how each ticket stands. No input or output."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from service.apply.judging import Change, Finding
from service.apply.outcome import Topics
from service.sla.instants import EARLIEST, NEVER, Duration, Instant
from service.sla.statements import Kind, Promise, State
from service.store.keys import TicketKey, bucket_of
from service.store.outbox import Message
from service.store.statements import Entry
from service.wire.outgoing import encode

#: A promise in one of these can still change without an event that comes after its due and its stop.
_UNDECIDED = frozenset({State.OPEN, State.BREACHED, State.INDETERMINATE})


@dataclass(frozen=True, slots=True)
class Voice:
    """Who says it, when and as of which W; `provisional`: something said of the organisation before W may be missing.

    What could have been said more than `announce_within` ago is announced to nobody, unless it takes back or changes what
    was: it comes after a stop, and whoever would hear of it now cannot act on it any more.
    """

    topics: Topics
    watermark: Instant | None
    now: Instant
    provisional: bool = False
    announce_within: Duration = NEVER

    def say(
        self, found: Mapping[TicketKey, Finding]
    ) -> Iterator[tuple[TicketKey, Change, Entry, list[Message]]]:
        """Every change of `found` with its line and its messages; breaches go to both topics."""
        for key, finding in found.items():
            for found_change in finding.changes:
                change = replace(
                    found_change, announce=found_change.announce and not self._is_stale(found_change)
                )
                yield key, change, *self._written(bucket_of(*key), change)

    def _written(self, bucket: int, change: Change) -> tuple[Entry, list[Message]]:
        statement = change.said.statement
        out = encode(
            change.said,
            cause=change.cause,
            watermark=self.watermark,
            decided_at=self.now,
            announce=change.announce,
            provisional=self.provisional and not change.said.withdrawn,
            trace=change.trace,
        )
        entry = Entry(
            said=change.said,
            cause=change.cause,
            watermark=self.watermark,
            decided_at=self.now,
            event_id=out.event_id,
        )
        keys = {self.topics.statements: out.key}
        if statement.kind is Kind.BREACH:
            keys[self.topics.breaches] = (
                statement.id.encode()
            )  # compacted to the newest revision of each breach
        messages = [
            Message(
                bucket=bucket,
                topic=topic,
                key=key,
                value=out.value,
                headers=out.headers,
                created_at=self.now,
            )
            for topic, key in keys.items()
        ]
        return entry, messages

    def _is_stale(self, change: Change) -> bool:
        return change.said.rev == 1 and self.now - change.since > self.announce_within


def settled_at(promises: Iterable[Promise]) -> Instant | None:
    """The instant from which on nothing bears on decided `promises`: their last due or stop; None when one is open."""
    latest = EARLIEST
    for promise in promises:
        if promise.due is None or (promise.state in _UNDECIDED and promise.stop is None):
            return None
        latest = max(latest, promise.start, promise.due, promise.stop or EARLIEST)
    return latest


def not_before(wake_at: Instant | None, watermark: Instant | None) -> Instant | None:
    """A wake-up that lies in the past would be claimed again at once, for ever: so it waits for W to move."""
    if wake_at is None or watermark is None:
        return wake_at
    return max(wake_at, watermark)

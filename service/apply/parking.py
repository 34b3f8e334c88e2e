"""From what does not fit to rows of the car park. No input or output."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from service.apply.intake import Intake, Misfit
from service.apply.outcome import Limits
from service.apply.tools import Decode
from service.sla.instants import NEVER, Instant
from service.store.keys import TicketKey
from service.store.parked import Parked
from service.wire.records import Accepted, Reason, Record, Refused


def read(record: Record, decode: Decode, limits: Limits) -> Accepted | Refused:
    """`record` as it arrives."""
    return decode(record, tenant=limits.tenant, ahead=limits.ahead, max_bytes=limits.max_bytes)


def read_again(record: Record, decode: Decode, limits: Limits) -> Accepted | Refused:
    """`record` without what can be forgiven: being ahead of its time, and its size, which it has shown to be bearable."""
    return decode(
        record, tenant=limits.tenant, ahead=NEVER, max_bytes=max(limits.max_bytes, len(record.value or b""))
    )


def row_of_refused(one: Refused, at: Instant, decode: Decode, limits: Limits) -> Parked:
    """`one`, parked at `at`."""
    occurred_at = None
    if one.reason is Reason.AHEAD_OF_RECORD:
        again = read_again(one.record, decode, limits)
        occurred_at = again.event.at if isinstance(again, Accepted) else None
    return Parked(
        record=one.record,
        reason=one.reason,
        detail=one.detail,
        parked_at=at,
        tenant=one.tenant,
        ticket=one.ticket,
        occurred_at=occurred_at,
    )


def row_of_misfit(one: Misfit, at: Instant) -> Parked:
    """`one`, parked at `at`."""
    event = one.accepted.event
    return Parked(
        record=one.accepted.record,
        reason=one.reason,
        detail=one.detail,
        parked_at=at,
        tenant=event.tenant,
        ticket=event.ticket,
        occurred_at=event.at,
    )


def misjudged(
    arrivals: Iterable[Accepted], intake: Intake, failures: Mapping[TicketKey, str]
) -> list[Misfit]:
    """The new events of tickets that could not be judged with them, and why."""
    places = {kept.origin for key in failures for kept in intake.new.get(key, ()) if kept.origin}
    wanted = {(place.topic, place.part, place.offset) for place in places}
    return [
        Misfit(one, Reason.NOT_JUDGED, failures[one.event.tenant, one.event.ticket])
        for one in arrivals
        if (one.record.topic, one.record.part, one.record.offset) in wanted
    ]

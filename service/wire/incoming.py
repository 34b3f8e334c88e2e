"""A record of an input topic becomes an event, or a refusal with a typed reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from service.sla.events import Event, Json
from service.sla.instants import Duration
from service.wire import times
from service.wire.areas import area_event_of
from service.wire.attribution import attributed
from service.wire.directory import directory_event_of
from service.wire.envelope import Envelope, opened
from service.wire.facts import digest, event_of
from service.wire.hotline import call_in_doubt, hotline_event_of, is_call
from service.wire.records import Accepted, Reason, Record, Refused
from service.wire.sources import source_event_of
from service.wire.trace import trace_of
from service.wire.unfit import Unfit, shown


class _EventOf(Protocol):
    def __call__(self, attributes: Mapping[str, Json], data: Json, *, tenant: str) -> Event: ...


def decode(record: Record, *, tenant: str, ahead: Duration, max_bytes: int) -> Accepted | Refused:
    """The event of a ticket in `record`, or why there is none. Never raises.

    `tenant` is whose event it is when the record does not say. An event later than its record's timestamp by more than
    `ahead` is refused, and so is a value of more than `max_bytes` bytes.
    """
    try:
        envelope = _envelope(record, max_bytes)
        event = event_of(*envelope, tenant=tenant)
        _check_key(record, event)
        _check_time(record, event, ahead)
        return Accepted(event, digest(event), record, trace_of(record.headers, envelope[0]))
    except Exception as error:  # noqa: BLE001 - whatever a publisher thinks of must not stop its partition
        return Refused(record, *_why(error), *attributed(record, tenant, max_bytes))


def decode_area(record: Record, *, tenant: str, ahead: Duration, max_bytes: int) -> Accepted | Refused:
    """As `decode`, for a record of the areas topic: its `ticket` is the name of the exclusion, and its key is free.

    A refusal is attributed to no ticket.
    """
    return _shared(record, area_event_of, tenant, ahead, max_bytes)


def decode_source(record: Record, *, tenant: str, ahead: Duration, max_bytes: int) -> Accepted | Refused:
    """As `decode_area`, for a record of the sources topic: its `ticket` is the source that is spoken of."""
    return _shared(record, source_event_of, tenant, ahead, max_bytes)


def decode_directory(record: Record, *, tenant: str, ahead: Duration, max_bytes: int) -> Accepted | Refused:
    """As `decode_area`, for a record of the directory topic: its `ticket` is the subject."""
    return _shared(record, directory_event_of, tenant, ahead, max_bytes)


def decode_hotline(record: Record, *, tenant: str, ahead: Duration, max_bytes: int) -> Accepted | Refused:
    """As `decode`, for a record of the hotline's topic; its `ticket` is the subject, and the key of a call is the call.

    A refusal is attributed to a call, named as tickets are, or to nobody.
    """
    try:
        envelope = _envelope(record, max_bytes)
        event = hotline_event_of(*envelope, tenant=tenant)
        if is_call(event.type):
            _check_key(record, event)
        _check_time(record, event, ahead)
        return Accepted(event, digest(event), record, trace_of(record.headers, envelope[0]))
    except Exception as error:  # noqa: BLE001 - as in `decode`
        return Refused(record, *_why(error), *call_in_doubt(record, tenant, max_bytes))


def _shared(
    record: Record, event_of: _EventOf, tenant: str, ahead: Duration, max_bytes: int
) -> Accepted | Refused:
    try:
        envelope = _envelope(record, max_bytes)
        event = event_of(*envelope, tenant=tenant)
        _check_time(record, event, ahead)
        return Accepted(event, digest(event), record, trace_of(record.headers, envelope[0]))
    except Exception as error:  # noqa: BLE001 - as in `decode`
        owner, _ = attributed(record, tenant, max_bytes)
        return Refused(record, *_why(error), owner, None)


def _envelope(record: Record, max_bytes: int) -> Envelope:
    if record.value is not None and len(record.value) > max_bytes:
        raise Unfit(Reason.TOO_LARGE, f"{len(record.value)} bytes, more than {max_bytes}")
    return opened(record)


def _why(error: Exception) -> tuple[Reason, str]:
    if isinstance(error, Unfit):
        return error.reason, error.detail
    return Reason.BAD_DATA, f"not readable: {type(error).__name__}"


def _check_key(record: Record, event: Event) -> None:
    """The key is the ticket: by it a record that cannot be read is attributed, and by it a ticket keeps its order."""
    if not record.key:
        raise Unfit(Reason.NULL_KEY, f"the record has no key; it has to be the subject {shown(event.ticket)}")
    if record.key != event.ticket.encode():
        detail = f"key {shown(record.key)} is not the subject {shown(event.ticket)}"
        raise Unfit(Reason.KEY_MISMATCH, detail)


def _check_time(record: Record, event: Event, ahead: Duration) -> None:
    if event.at > record.timestamp + ahead:
        detail = f"time {times.write(event.at)} is after the record's own {times.write(record.timestamp)}"
        raise Unfit(Reason.AHEAD_OF_RECORD, detail)

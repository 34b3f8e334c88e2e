"""A line of an event file as the service would take it, were it published now."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from service.sla.events import Event
from service.sla.instants import Duration, Instant
from service.wire import Accepted, Reason, Record, Refused, Unfit, decode, publish_structured
from service.wire.envelope import STRUCTURED
from service.wire.files import LONGEST_LINE, AreaEvent, event_in

_HEADERS: Final = (("content-type", STRUCTURED.encode()),)


class _Shape(msgspec.Struct):
    """What tells the plain shape from a CloudEvent, and what the key of the record would be."""

    specversion: Any = None
    subject: Any = None
    event_id: Any = None
    ticket_id: Any = None
    occurred_at: Any = None

    @property
    def is_plain(self) -> bool:
        return self.specversion is None and any(
            value is not None for value in (self.event_id, self.ticket_id, self.occurred_at)
        )


_SHAPE: Final = msgspec.json.Decoder(_Shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On what terms lines are taken: `tenant` and `source` of those that give none, and the service's settings."""

    tenant: str
    source: str
    ahead: Duration
    max_bytes: int


def taken(line: bytes, terms: Terms, now: Instant) -> tuple[Accepted | Refused, bool]:
    """The record that `line` would be when it is published at `now`, as the service decodes it; is `line` plain?

    A CloudEvent is the value as it stands, its subject the key. A line in the plain shape is published as its event.
    """
    line = line.strip()
    shape = _shape(line)
    if not shape.is_plain:
        key = shape.subject.encode() if isinstance(shape.subject, str) else b"?"
        return _decoded(Record("", 0, 0, now, key, line, _HEADERS), terms), False
    try:
        event = _of_ticket(event_in(line, tenant=terms.tenant, source=terms.source))
    except Unfit as unfit:
        record = Record("", 0, 0, now, None, line, ())
        return Refused(record, unfit.reason, unfit.detail, None, None), True
    out = publish_structured(event)
    return _decoded(Record("", 0, 0, now, out.key, out.value, out.headers), terms), True


def _of_ticket(found: Event | AreaEvent) -> Event:
    if isinstance(found, AreaEvent):
        told = f"type {found.event.type} without ticket_id is said of areas: it goes to their topic, not to that of tickets"
        raise Unfit(Reason.UNKNOWN_TYPE, told)
    return found


def _shape(line: bytes) -> _Shape:
    if len(line) > LONGEST_LINE:
        return _Shape()
    try:
        return _SHAPE.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Shape()


def _decoded(record: Record, terms: Terms) -> Accepted | Refused:
    most = min(terms.max_bytes, LONGEST_LINE)
    return decode(record, tenant=terms.tenant, ahead=terms.ahead, max_bytes=most)


# --- where it is wrong -----------------------------------------------------------------------------

_OF_TIME: Final = {Reason.NAIVE_TIME, Reason.BAD_TIME, Reason.TIME_OUT_OF_RANGE, Reason.AHEAD_OF_RECORD}
_OF_TYPE: Final = {Reason.UNKNOWN_TYPE, Reason.UNKNOWN_VERSION}

#: The decoder's sentences begin with the field that they are about, or name it after `needs`.
_NAMED: Final = re.compile(
    r"(?:\w+ needs )?(specversion|id|source|type|subject|tenant|event_id|ticket_id|data_base64|content type"
    r"|data(?:\.[^\s:]+)*)(?=[\s:]|$)"
)


def field_of(refused: Refused, *, is_plain: bool) -> str:
    """The field that is wrong, by its path; several with commas between them, empty when it is the whole line."""
    if refused.reason is Reason.MISSING_ATTRIBUTE:
        return refused.detail
    if refused.reason in _OF_TIME:
        return "occurred_at" if is_plain else "time"
    if refused.reason in _OF_TYPE:
        return "type"
    named = _NAMED.match(refused.detail)
    field = "" if named is None else named[1].replace("content type", "datacontenttype")
    return field.removeprefix("data.") if is_plain else field

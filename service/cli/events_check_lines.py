"""A line of an event file as the service would take it, were it published now."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import msgspec

from service.sla.events import Event
from service.sla.instants import Duration, Instant
from service.wire import (
    AREA,
    DIRECTORY,
    TICKET,
    Accepted,
    AreaEvent,
    DirectoryEvent,
    Reason,
    Record,
    Refused,
    Unfit,
    decode,
    decode_area,
    decode_directory,
    publish_structured,
)
from service.wire.areas import OF_AREAS
from service.wire.directory import OF_DIRECTORY
from service.wire.envelope import STRUCTURED
from service.wire.files import LONGEST_LINE, event_in

_HEADERS: Final = (("content-type", STRUCTURED.encode()),)

#: How the service reads what is said about each.
_DECODE: Final[Mapping[str, Callable[..., Accepted | Refused]]] = MappingProxyType(
    {TICKET: decode, AREA: decode_area, DIRECTORY: decode_directory}
)


class _Shape(msgspec.Struct):
    """What tells the plain shape from a CloudEvent, and what the key of the record would be."""

    specversion: Any = None
    type: Any = None
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


class Taken(NamedTuple):
    """What the service makes of a line; `about` is TICKET, AREA or DIRECTORY: the topic where it would be published."""

    found: Accepted | Refused
    is_plain: bool
    about: str


def taken(line: bytes, terms: Terms, now: Instant) -> Taken:
    """The record that `line` would be when it is published at `now`, as the service decodes it.

    A CloudEvent is the value as it stands, its subject the key. A line in the plain shape is published as its event.
    """
    line = line.strip()
    shape = _shape(line)
    if not shape.is_plain:
        key, about = shape.subject.encode() if isinstance(shape.subject, str) else b"?", _about(shape.type)
        return Taken(_decoded(Record("", 0, 0, now, key, line, _HEADERS), about, terms), False, about)
    try:
        event, about = _placed(event_in(line, tenant=terms.tenant, source=terms.source))
    except Unfit as unfit:
        record = Record("", 0, 0, now, None, line, ())
        return Taken(Refused(record, unfit.reason, unfit.detail, None, None), True, TICKET)
    out = publish_structured(event, about)
    return Taken(_decoded(Record("", 0, 0, now, out.key, out.value, out.headers), about, terms), True, about)


def _about(type_: Any) -> str:
    """What a CloudEvent of this type is about."""
    written = str(type_)
    if written.startswith(OF_DIRECTORY):
        return DIRECTORY
    return AREA if written.startswith(OF_AREAS) else TICKET


def _placed(found: Event | AreaEvent | DirectoryEvent) -> tuple[Event, str]:
    if isinstance(found, Event):
        return found, TICKET
    return found.event, AREA if isinstance(found, AreaEvent) else DIRECTORY


def _shape(line: bytes) -> _Shape:
    if len(line) > LONGEST_LINE:
        return _Shape()
    try:
        return _SHAPE.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Shape()


def _decoded(record: Record, about: str, terms: Terms) -> Accepted | Refused:
    most = min(terms.max_bytes, LONGEST_LINE)
    return _DECODE[about](record, tenant=terms.tenant, ahead=terms.ahead, max_bytes=most)


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

"""From what a publisher wrote to an event of a ticket: the rules of the contract that hold in every container."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple

import msgspec

from service.sla.events import NOTHING, SHARED, VOCABULARY, Event, Json
from service.wire.attributes import check_attributes
from service.wire.records import Reason
from service.wire.unfit import Unfit, shown
from service.wire.values import identifier, kind_of, moment

#: Context attributes that every event has (CloudEvents 1.0; `time` and `subject` are required by this contract).
REQUIRED: Final = ("specversion", "id", "source", "type", "time", "subject")

#: What is said of areas only: of a ticket it would bear on nothing.
OF_AREAS_ONLY: Final = frozenset(SHARED) - frozenset(VOCABULARY)

_NAME: Final = re.compile("[a-z][a-z0-9_]*")
_TYPE: Final = re.compile(r"slaclock\.ticket\.([a-z][a-z0-9_]*)\.v([1-9][0-9]*)")
_TYPES: Final = 1024
_CANONICAL: Final = msgspec.json.Encoder(order="sorted")


class Identities(NamedTuple):
    """What the context attributes of a CloudEvent say; `type` as it is written there."""

    tenant: str
    subject: str
    source: str
    id: str
    type: str
    at: int


def identities(attributes: Mapping[str, Json], tenant: str) -> Identities:
    """Who says it, of whom and when; `Unfit` when something is missing or cannot be read.

    `tenant` is whose event it is when the attributes do not say.
    """
    missing = [name for name in REQUIRED if attributes.get(name) is None]
    if missing:
        raise Unfit(Reason.MISSING_ATTRIBUTE, ", ".join(missing))
    if attributes["specversion"] != "1.0":
        detail = f"specversion {shown(attributes['specversion'])} is not '1.0'"
        raise Unfit(Reason.BAD_ATTRIBUTE, detail)
    given = attributes.get("tenant")
    return Identities(
        tenant=tenant if given is None else identifier("tenant", given),
        subject=identifier("subject", attributes["subject"]),
        source=identifier("source", attributes["source"]),
        id=identifier("id", attributes["id"]),
        type=identifier("type", attributes["type"]),
        at=moment("time", attributes["time"]),
    )


def event_of(attributes: Mapping[str, Json], data: Json, *, tenant: str) -> Event:
    """The event of a ticket in CloudEvents context attributes and `data`; `Unfit` when there is none.

    `tenant` is whose event it is when the attributes do not say.
    """
    said = identities(attributes, tenant)
    return fact(
        tenant=said.tenant,
        ticket=said.subject,
        source=said.source,
        id=said.id,
        type=_type(said.type),
        at=said.at,
        data=data,
    )


def fact(*, tenant: str, ticket: str, source: str, id: str, type: str, at: int, data: Json) -> Event:  # noqa: A002
    """The event of a ticket with these identities and with `seq` and `attributes` from `data`."""
    if type in OF_AREAS_ONLY:
        detail = (
            f"{type} is said of areas, not of tickets: publish slaclock.area.{type}.v1 on the topic of areas"
        )
        raise Unfit(Reason.UNKNOWN_TYPE, detail)
    seq, attributes = content_of(data)
    check_attributes(type, attributes)
    return Event(
        tenant=tenant, ticket=ticket, source=source, id=id, type=type, at=at, seq=seq, attributes=attributes
    )


def content_of(data: Json) -> tuple[int, Mapping[str, Json]]:
    """`seq` and `attributes` from the data of an event."""
    if not isinstance(data, dict):
        raise Unfit(Reason.BAD_DATA, f"data is {kind_of(data)}, not an object")
    return _seq(data.get("seq")), _attributes(data.get("attributes"))


def digest(event: Event) -> bytes:
    """SHA-256 of what the event says: its type, instant, sequence number and attributes, keys in order.

    Neither who said it nor how it was written is in it: the same fact in either mode, at another UTC offset or with
    other spacing has the same digest. Digests are stored, so this form never changes.
    """
    said = (event.type, event.at, event.seq, dict(event.attributes))
    return sha256(_CANONICAL.encode(said)).digest()


def type_name(value: Json) -> str:
    """`value`, which has to be the name of an event type: opened, held, an owner's own."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise Unfit(Reason.UNKNOWN_TYPE, f"type {shown(value)} is not a lower-case name")
    return value


@lru_cache(_TYPES)
def _type(value: str) -> str:
    found = _TYPE.fullmatch(value)
    if found is None:
        detail = f"type {shown(value)} is not slaclock.ticket.<name>.v1"
        raise Unfit(Reason.UNKNOWN_TYPE, detail)
    if found[2] != "1":
        raise Unfit(Reason.UNKNOWN_VERSION, f"type {shown(value)}: only version 1 is read")
    return found[1]


def _attributes(value: Json) -> Mapping[str, Json]:
    if isinstance(value, dict):
        return value or NOTHING
    if value is None:
        return NOTHING
    raise Unfit(Reason.BAD_DATA, f"data.attributes is {kind_of(value)}, not an object")


def _seq(value: Json) -> int:
    if value is None:
        return 0
    if type(value) is int and value >= 0:
        return value
    raise Unfit(Reason.BAD_DATA, f"data.seq {shown(value)} is not an integer >= 0")

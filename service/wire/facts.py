"""From what a publisher wrote to an event: the rules of the contract that hold in every container."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType
from typing import Final, TypeAlias

import msgspec

from service.sla.events import NOTHING, Event, Json, as_instant
from service.sla.pleas import AMOUNT
from service.wire import times
from service.wire.records import Reason
from service.wire.unfit import Unfit, shown

#: Characters that an id, a source, a ticket and a tenant may have, and bytes of UTF-8: all four together have to fit
#: into one index entry of Postgres (2,704 bytes).
LONGEST: Final = 255
LONGEST_BYTES: Final = 512

#: Context attributes that every event has (CloudEvents 1.0; `time` and `subject` are required by this contract).
REQUIRED: Final = ("specversion", "id", "source", "type", "time", "subject")

_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_NAME: Final = re.compile("[a-z][a-z0-9_]*")
_TYPE: Final = re.compile(r"slaclock\.ticket\.([a-z][a-z0-9_]*)\.v([1-9][0-9]*)")
_TYPES: Final = 1024
_CANONICAL: Final = msgspec.json.Encoder(order="sorted")


def event_of(attributes: Mapping[str, Json], data: Json, *, tenant: str) -> Event:
    """The event in CloudEvents context attributes and `data`; `Unfit` when there is none.

    `tenant` is whose event it is when the attributes do not say.
    """
    missing = [name for name in REQUIRED if attributes.get(name) is None]
    if missing:
        raise Unfit(Reason.MISSING_ATTRIBUTE, ", ".join(missing))
    if attributes["specversion"] != "1.0":
        detail = f"specversion {shown(attributes['specversion'])} is not '1.0'"
        raise Unfit(Reason.BAD_ATTRIBUTE, detail)
    given = attributes.get("tenant")
    return fact(
        tenant=tenant if given is None else identifier("tenant", given),
        ticket=identifier("subject", attributes["subject"]),
        source=identifier("source", attributes["source"]),
        id=identifier("id", attributes["id"]),
        type=_type(identifier("type", attributes["type"])),
        at=moment("time", attributes["time"]),
        data=data,
    )


def fact(*, tenant: str, ticket: str, source: str, id: str, type: str, at: int, data: Json) -> Event:  # noqa: A002
    """The event with these identities and with `seq` and `attributes` from `data`."""
    if not isinstance(data, dict):
        raise Unfit(Reason.BAD_DATA, f"data is {_kind(data)}, not an object")
    attributes = _attributes(data.get("attributes"))
    if type in READ:
        _check_read(type, attributes)
    return Event(
        tenant=tenant,
        ticket=ticket,
        source=source,
        id=id,
        type=type,
        at=at,
        seq=_seq(data.get("seq")),
        attributes=attributes,
    )


def digest(event: Event) -> bytes:
    """SHA-256 of what the event says: its type, instant, sequence number and attributes, keys in order.

    Neither who said it nor how it was written is in it: the same fact in either mode, at another UTC offset or with
    other spacing has the same digest. Digests are stored, so this form never changes.
    """
    said = (event.type, event.at, event.seq, dict(event.attributes))
    return sha256(_CANONICAL.encode(said)).digest()


def identifier(name: str, value: Json, reason: Reason = Reason.BAD_ATTRIBUTE) -> str:
    """`value`, which has to be 1 to 255 characters, 512 bytes at most, without control characters."""
    if not isinstance(value, str):
        raise Unfit(reason, f"{name} is {_kind(value)}, not a text")
    if not 0 < len(value) <= LONGEST:
        raise Unfit(reason, f"{name} has {len(value)} characters, not 1 to {LONGEST}")
    if not value.isprintable() and _CONTROL.search(value):
        raise Unfit(reason, f"{name} {shown(value)} has control characters")
    if not value.isascii() and len(value.encode()) > LONGEST_BYTES:
        raise Unfit(reason, f"{name} has more than {LONGEST_BYTES} bytes in UTF-8")
    return value


def moment(name: str, value: Json) -> int:
    """The instant that `value` names."""
    if not isinstance(value, str):
        raise Unfit(Reason.BAD_TIME, f"{name} is {_kind(value)}, not a text")
    return times.read(value)


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
    raise Unfit(Reason.BAD_DATA, f"data.attributes is {_kind(value)}, not an object")


def _seq(value: Json) -> int:
    if value is None:
        return 0
    if type(value) is int and value >= 0:
        return value
    raise Unfit(Reason.BAD_DATA, f"data.seq {shown(value)} is not an integer >= 0")


def _check_read(type: str, attributes: Mapping[str, Json]) -> None:  # noqa: A002 - as of an event
    for name, check, is_needed in READ[type]:
        value = attributes.get(name)
        if value is not None:
            check(f"data.attributes.{name}", value)
        elif is_needed:
            raise Unfit(Reason.BAD_DATA, f"{type} needs data.attributes.{name}")


def _text(name: str, value: Json) -> None:
    if not isinstance(value, str):
        raise Unfit(Reason.BAD_DATA, f"{name} is {_kind(value)}, not a text")


def _identifier(name: str, value: Json) -> None:
    identifier(name, value, Reason.BAD_DATA)


def _instant(name: str, value: Json) -> None:
    """RFC 3339 as the core reads it: with capital letters, and no leap second."""
    _text(name, value)
    try:
        read = moment(name, value)
    except Unfit as unfit:
        raise Unfit(Reason.BAD_DATA, f"{name}: {unfit.detail}") from None
    if as_instant(value) != read or str(value).upper() != value:
        raise Unfit(Reason.BAD_DATA, f"{name}: {shown(value)} is a leap second, or has a small t or z")


def _amount(name: str, value: Json) -> None:
    """An amount of time in one unit, as the core reads it."""
    _text(name, value)
    if not AMOUNT.fullmatch(str(value)):
        raise Unfit(Reason.BAD_DATA, f"{name} {shown(value)} is no amount such as 24h, 90m or 3 days")


def _integer(name: str, value: Json) -> None:
    if type(value) is not int:
        raise Unfit(Reason.BAD_DATA, f"{name} {shown(value)} is not an integer")


def _flag(name: str, value: Json) -> None:
    if not isinstance(value, bool):
        raise Unfit(Reason.BAD_DATA, f"{name} is {_kind(value)}, not true or false")


def _areas(name: str, value: Json) -> None:
    """One area or a list of some."""
    if not isinstance(value, list):
        _identifier(name, value)
        return
    if not value:
        raise Unfit(Reason.BAD_DATA, f"{name} is empty")
    for number, area in enumerate(value):
        _identifier(f"{name}[{number}]", area)


#: How one attribute is checked: its name for messages, its value; `Unfit` when it cannot be read.
Check: TypeAlias = Callable[[str, Json], None]

#: What takes another fact out names it.
_NAMES_ANOTHER: Final[tuple[tuple[str, Check, bool], ...]] = (
    ("event", _identifier, True),
    ("source", _identifier, False),
    ("reason", _text, False),
    ("by", _text, False),
)

#: Attributes that the engine itself reads, by type: (name, its check, it must be there).
READ: Final[Mapping[str, tuple[tuple[str, Check, bool], ...]]] = MappingProxyType(
    {
        "split": (("start", _instant, False),),
        "rejudge": (("version", _identifier, True), ("replace", _flag, False)),
        "held": (("reason", _text, False),),
        "resumed": (("reason", _text, False),),
        "promise_accepted": (("due", _instant, False),),
        "change_scheduled": (("at", _instant, False),),
        "extension_requested": (
            ("extension", _identifier, False),
            ("until", _instant, False),
            ("by", _amount, False),
        ),
        "extension_approved": (
            ("extension", _identifier, True),
            ("rank", _integer, False),
            ("until", _instant, False),
            ("by", _amount, False),
        ),
        "extension_refused": (("extension", _identifier, True),),
        "refuted": _NAMES_ANOTHER,
        "voided": _NAMES_ANOTHER,
        "excluded": (
            ("exclusion", _identifier, False),
            ("area", _areas, True),
            ("from", _instant, False),
            ("to", _instant, False),
            ("reason", _text, False),
        ),
        "exclusion_withdrawn": (("exclusion", _identifier, True),),
    }
)


def _kind(value: Json) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "an array"
        case _:
            return "an object"

"""Values that a publisher wrote, and what a reader says of those that it cannot take."""

from __future__ import annotations

import re
from typing import Final

from service.sla.events import Json
from service.wire import times
from service.wire.records import Reason
from service.wire.unfit import Unfit, shown

#: Characters that an id, a source, a ticket and a tenant may have, and bytes of UTF-8: all four together have to fit
#: into one index entry of Postgres (2,704 bytes).
LONGEST: Final = 255
LONGEST_BYTES: Final = 512

_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def identifier(name: str, value: Json, reason: Reason = Reason.BAD_ATTRIBUTE) -> str:
    """`value`, which has to be 1 to 255 characters, 512 bytes at most, without control characters."""
    if not isinstance(value, str):
        raise Unfit(reason, f"{name} is {kind_of(value)}, not a text")
    if not 0 < len(value) <= LONGEST:
        raise Unfit(reason, f"{name} has {len(value)} characters, not 1 to {LONGEST}")
    if not value.isprintable() and _CONTROL.search(value):
        raise Unfit(reason, f"{name} {shown(value)} has control characters")
    if not value.isascii() and len(value.encode()) > LONGEST_BYTES:
        raise Unfit(reason, f"{name} has more than {LONGEST_BYTES} bytes in UTF-8")
    return value


def is_identifier(text: str) -> bool:
    """Whether `identifier` takes `text`."""
    try:
        identifier("", text)
    except Unfit:
        return False
    return True


def moment(name: str, value: Json) -> int:
    """The instant that `value` names."""
    if not isinstance(value, str):
        raise Unfit(Reason.BAD_TIME, f"{name} is {kind_of(value)}, not a text")
    return times.read(value)


def kind_of(value: Json) -> str:
    """What sort of JSON value it is, in words."""
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

"""The attributes that the engine itself reads, by type of event, and what each has to be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from service.sla.events import Json, as_instant
from service.sla.pleas import AMOUNT
from service.wire.records import Reason
from service.wire.unfit import Unfit, shown
from service.wire.values import identifier, kind_of, moment

#: How one attribute is checked: its name for messages, its value; `Unfit` when it cannot be read.
Check: TypeAlias = Callable[[str, Json], None]

#: What is read of events by their types: (name, its check, it must be there).
Read: TypeAlias = "Mapping[str, tuple[tuple[str, Check, bool], ...]]"


def check_attributes(type: str, attributes: Mapping[str, Json], read: Read | None = None) -> None:  # noqa: A002 - as of an event
    """`Unfit` unless what the engine reads of an event of `type` is there and can be read; by default what `READ` names."""
    for name, check, is_needed in (READ if read is None else read).get(type, ()):
        value = attributes.get(name)
        if value is not None:
            check(f"data.attributes.{name}", value)
        elif is_needed:
            raise Unfit(Reason.BAD_DATA, f"{type} needs data.attributes.{name}")


def text(name: str, value: Json) -> None:
    """A text."""
    if not isinstance(value, str):
        raise Unfit(Reason.BAD_DATA, f"{name} is {kind_of(value)}, not a text")


def identified(name: str, value: Json) -> None:
    """What can name something."""
    identifier(name, value, Reason.BAD_DATA)


def instant(name: str, value: Json) -> None:
    """RFC 3339 as the core reads it: with capital letters, and no leap second."""
    text(name, value)
    try:
        read = moment(name, value)
    except Unfit as unfit:
        raise Unfit(Reason.BAD_DATA, f"{name}: {unfit.detail}") from None
    if as_instant(value) != read or str(value).upper() != value:
        raise Unfit(Reason.BAD_DATA, f"{name}: {shown(value)} is a leap second, or has a small t or z")


def _amount(name: str, value: Json) -> None:
    """An amount of time in one unit, as the core reads it."""
    text(name, value)
    if not AMOUNT.fullmatch(str(value)):
        raise Unfit(Reason.BAD_DATA, f"{name} {shown(value)} is no amount such as 24h, 90m or 3 days")


def integer(name: str, value: Json) -> None:
    """A whole number."""
    if type(value) is not int:
        raise Unfit(Reason.BAD_DATA, f"{name} {shown(value)} is not an integer")


def flag(name: str, value: Json) -> None:
    """True or false."""
    if not isinstance(value, bool):
        raise Unfit(Reason.BAD_DATA, f"{name} is {kind_of(value)}, not true or false")


def names(name: str, value: Json) -> None:
    """What names one thing, such as an area, or a list of some."""
    if not isinstance(value, list):
        identified(name, value)
        return
    if not value:
        raise Unfit(Reason.BAD_DATA, f"{name} is empty")
    for number, each in enumerate(value):
        identified(f"{name}[{number}]", each)


#: What takes another fact out names it.
NAMES_ANOTHER: Final[tuple[tuple[str, Check, bool], ...]] = (
    ("event", identified, True),
    ("source", identified, False),
    ("reason", text, False),
    ("by", text, False),
)

#: Attributes that the engine itself reads, by type: (name, its check, it must be there).
READ: Final[Mapping[str, tuple[tuple[str, Check, bool], ...]]] = MappingProxyType(
    {
        "split": (("start", instant, False),),
        "rejudge": (("version", identified, True), ("replace", flag, False)),
        "held": (("reason", text, False),),
        "resumed": (("reason", text, False),),
        "promise_accepted": (("due", instant, False),),
        "change_scheduled": (("at", instant, False),),
        "extension_requested": (
            ("extension", identified, False),
            ("until", instant, False),
            ("by", _amount, False),
        ),
        "extension_approved": (
            ("extension", identified, True),
            ("rank", integer, False),
            ("until", instant, False),
            ("by", _amount, False),
        ),
        "extension_refused": (("extension", identified, True),),
        "refuted": NAMES_ANOTHER,
        "voided": NAMES_ANOTHER,
        "excluded": (
            ("exclusion", identified, False),
            ("area", names, True),
            ("from", instant, False),
            ("to", instant, False),
            ("reason", text, False),
        ),
        "exclusion_withdrawn": (("exclusion", identified, True),),
    }
)

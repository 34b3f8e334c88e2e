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


def check_attributes(
    type: str,  # noqa: A002 - as of an event
    attributes: Mapping[str, Json],
    read: Mapping[str, tuple[tuple[str, Check, bool], ...]] | None = None,
) -> None:
    """`Unfit` unless what the engine reads of an event of `type` is there and can be read; `READ` says what."""
    for name, check, is_needed in (READ if read is None else read).get(type, ()):
        value = attributes.get(name)
        if value is not None:
            check(f"data.attributes.{name}", value)
        elif is_needed:
            raise Unfit(Reason.BAD_DATA, f"{type} needs data.attributes.{name}")


def _text(name: str, value: Json) -> None:
    if not isinstance(value, str):
        raise Unfit(Reason.BAD_DATA, f"{name} is {kind_of(value)}, not a text")


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
        raise Unfit(Reason.BAD_DATA, f"{name} is {kind_of(value)}, not true or false")


def _areas(name: str, value: Json) -> None:
    """One area or a list of some."""
    if not isinstance(value, list):
        _identifier(name, value)
        return
    if not value:
        raise Unfit(Reason.BAD_DATA, f"{name} is empty")
    for number, area in enumerate(value):
        _identifier(f"{name}[{number}]", area)


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

#: The same for what is said of sources, whose words have nothing to do with those of tickets.
READ_OF_SOURCES: Final[Mapping[str, tuple[tuple[str, Check, bool], ...]]] = MappingProxyType(
    {
        "alive": (("complete_to", _instant, True),),
        "outage": (
            ("outage", _identifier, False),
            ("from", _instant, False),
            ("to", _instant, False),
            ("reason", _text, True),
            ("by", _text, False),
        ),
        "outage_ended": (
            ("outage", _identifier, True),
            ("to", _instant, False),
            ("recovered", _flag, False),
            ("reason", _text, False),
            ("by", _text, False),
        ),
        "voided": _NAMES_ANOTHER,
    }
)

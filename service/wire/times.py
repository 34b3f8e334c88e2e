"""RFC 3339 in and out."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Final

from service.sla.instants import DAY, EARLIEST, HOUR, LATEST, MINUTE, SECOND, Instant
from service.wire.records import Reason
from service.wire.unfit import Unfit, shown

_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_DATES: Final = 4096

_RFC3339: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]"
    r"([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9]|60)(?:\.([0-9]+))?"
    r"(?:[Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))?"
)


def read(text: str) -> Instant:
    """The instant that `text` names; `Unfit` when it names none in [EARLIEST, LATEST).

    Digits beyond the microsecond are cut off. A leap second, which is the last one of a UTC day, is read as the
    first second of the next day, as POSIX clocks do.
    """
    found = _RFC3339.fullmatch(text)
    if found is None:
        raise Unfit(Reason.BAD_TIME, f"{shown(text)} is not an RFC 3339 time")
    day, hour, minute, second, fraction, sign, ahead_hours, ahead_minutes = found.groups()
    if sign is None and text[-1] not in "Zz":
        raise Unfit(Reason.NAIVE_TIME, f"{shown(text)} has no UTC offset")
    instant = _midnight(day, text) + int(hour) * HOUR + int(minute) * MINUTE + int(second) * SECOND
    if sign is not None:
        offset = int(ahead_hours) * HOUR + int(ahead_minutes) * MINUTE
        instant += offset if sign == "-" else -offset
    if second == "60" and instant % DAY:
        raise Unfit(Reason.BAD_TIME, f"{shown(text)} is no leap second: those end a UTC day")
    if fraction is not None:
        instant += int(fraction[:6].ljust(6, "0"))
    if not EARLIEST <= instant < LATEST:
        raise Unfit(
            Reason.TIME_OUT_OF_RANGE, f"{shown(text)} is outside {write(EARLIEST)} .. {write(LATEST)}"
        )
    return instant


def write(instant: Instant) -> str:
    """`instant` in UTC with six digits of fraction."""
    days, rest = divmod(instant, DAY)
    seconds, micros = divmod(rest, SECOND)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{_date(days)}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z"


def _midnight(day: str, text: str) -> Instant:
    try:
        return _days(day) * DAY
    except ValueError:
        raise Unfit(Reason.BAD_TIME, f"{shown(text)} names no day of the calendar") from None


@lru_cache(_DATES)
def _days(day: str) -> int:
    return date.fromisoformat(day).toordinal() - _EPOCH_DAY


@lru_cache(_DATES)
def _date(days: int) -> str:
    return date.fromordinal(_EPOCH_DAY + days).isoformat()

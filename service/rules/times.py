"""Instants, dates, weekdays, times of day and zones, as a policy file writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from service.sla.instants import DAY, EARLIEST, HOUR, LATEST, MINUTE, Duration, Instant, instant_of

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MAX_RANGE_DAYS: Final = 366

_FULL_NAMES: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY_NUMBER: Final = {name: number for names in (WEEKDAYS, _FULL_NAMES) for number, name in enumerate(names)}
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(Z|z|[+-][0-9]{2}:[0-9]{2})?"
)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SEGMENT: Final = re.compile(r"([0-9]{1,2}):([0-9]{2}) ?- ?([0-9]{1,2}):([0-9]{2})")
_DATES: Final = "`2026-10-01`, or `2026-10-01 to 2026-10-08` for a range"
_FIRST_YEAR: Final = 1970
_LAST_YEAR: Final = 2199


def instant(text: str) -> Instant:
    """An RFC 3339 instant with its offset; ValueError with a sentence otherwise."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise ValueError(f"`{text}` is not an instant: write for example `2026-01-01T00:00:00+08:00`")
    if match[1] is None:
        raise ValueError(
            f"`{text}` has no offset from UTC: add it, for example `{text}+08:00`, or `Z` for UTC"
        )
    try:
        found = instant_of(datetime.fromisoformat(text.upper().replace(" ", "T")))
    except (ValueError, OverflowError):
        raise ValueError(f"`{text}` does not exist: look at month, day, hour and offset") from None
    if not EARLIEST <= found < LATEST:
        raise ValueError(f"`{text}` lies outside {_FIRST_YEAR} to {_LAST_YEAR}")
    return found


def dates(text: str) -> tuple[date, ...]:
    """The dates of `2026-10-01` or `2026-10-01 to 2026-10-08`, both ends included; ValueError with a sentence."""
    first, to, last = text.partition(" to ")
    start = _day(first.strip(), _DATES)
    end = _day(last.strip(), _DATES) if to else start
    if end < start:
        raise ValueError(f"`{text}` runs backwards: the earlier date comes first")
    if (end - start).days >= MAX_RANGE_DAYS:
        raise ValueError(f"`{text}` is longer than a year: look at the years, or write several ranges")
    return tuple(start + timedelta(days=number) for number in range((end - start).days + 1))


def day(text: str) -> date:
    """One date, `2026-10-01`; ValueError with a sentence otherwise."""
    return _day(text, "`2026-10-01`")


def _day(text: str, example: str) -> date:
    if not _DATE.fullmatch(text):
        raise ValueError(f"`{text}` is not a date: write {example}")
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"`{text}` does not exist: look at month and day") from None
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise ValueError(f"`{text}` lies outside {_FIRST_YEAR} to {_LAST_YEAR}")
    return found


def weekdays(text: str) -> tuple[int, ...]:
    """The weekdays of `mon`, `mon-fri` or `mon, wed`, Monday 0; ValueError with a sentence otherwise."""
    return tuple(number for part in text.lower().split(",") for number in _weekday_range(text, part.strip()))


def _weekday_range(text: str, part: str) -> Iterator[int]:
    first, dash, last = part.partition("-")
    ends = [_DAY_NUMBER.get(name.strip()) for name in ((first, last) if dash else (first,))]
    if (start := ends[0]) is None or (end := ends[-1]) is None:
        raise ValueError(f"`{text}` is no weekday: write {', '.join(WEEKDAYS)}, or a range such as `mon-fri`")
    if end < start:
        raise ValueError(f"`{text}` runs backwards: a week begins on Monday")
    return iter(range(start, end + 1))


def segment(text: str) -> tuple[Duration, Duration]:
    """`08:30-12:00` as (from, to) after local midnight; `22:00-06:00` runs over midnight. ValueError otherwise."""
    match = _SEGMENT.fullmatch(text)
    if match is None:
        raise ValueError(f"`{text}` is no span of a day: write `08:30-12:00`, `22:00-06:00` over midnight")
    start_hour, start_minute, end_hour, end_minute = (int(part) for part in match.groups())
    start, end = start_hour * HOUR + start_minute * MINUTE, end_hour * HOUR + end_minute * MINUTE
    if start_minute > 59 or end_minute > 59 or start >= DAY or end > DAY:
        raise ValueError(f"`{text}` has a time that no clock shows: a day runs from 00:00 to 24:00")
    if start == end:
        raise ValueError(f"`{text}` is empty: write `00:00-24:00` for a whole day")
    return (start, end) if start < end else (start, end + DAY)


def zone(text: str) -> ZoneInfo:
    """A zone of the IANA list, `Asia/Shanghai`; ValueError with a sentence otherwise."""
    if text in _zones():
        return ZoneInfo(text)
    if re.match(r"[+-][0-9]|UTC ?[+-]", text):
        raise ValueError(
            f"`{text}` is an offset, not a zone: write a place such as `Asia/Shanghai`, or `UTC`"
        )
    near = get_close_matches(text, _zones(), n=1)
    hint = f"did you mean `{near[0]}`?" if near else "write a place such as `Asia/Shanghai`, or `UTC`"
    raise ValueError(f"`{text}` is not in the list of time zones: {hint}")


@cache
def _zones() -> frozenset[str]:
    # Not the machine's own zone, which is another on the next machine.
    return frozenset(available_timezones()) - {"localtime", "Factory"}

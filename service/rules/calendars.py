"""The calendars of a file: what is wrong with them together, and their core values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from types import MappingProxyType
from zoneinfo import ZoneInfo

from service.rules import times
from service.rules.errors import Finding, Path
from service.rules.shapes import ROUND_THE_CLOCK, CalendarShape
from service.sla.calendars import Calendar, DaySegments, Version
from service.sla.instants import DAY


def findings(calendars: Mapping[str, CalendarShape | None] | None) -> Iterator[Finding]:
    """Everything wrong with `calendars` beyond the shape of single values."""
    for name, calendar in (calendars or {}).items():
        path: Path = ("calendars", name)
        if name == ROUND_THE_CLOCK:
            yield path, f"`{ROUND_THE_CLOCK}` means every hour of every day: choose another name"
        if calendar is not None:
            yield from _days_given_twice(calendar, path)
            yield from _dates_given_twice(calendar, path)
            yield from _spans_in_disorder(calendar, path)
            yield from _nights_in_disorder(calendar, path)
            yield from _without_time(calendar, path)


def build(name: str, calendar: CalendarShape, zone: ZoneInfo | None) -> Calendar:
    """The core value of a calendar without findings; `zone` is that of the file, for one without its own."""
    own = calendar.zone or zone
    if own is None or calendar.week is None:
        raise ValueError(f"calendar {name} is incomplete")
    dates: dict[date, DaySegments] = {day: () for span in calendar.closed or () for day in span or ()}
    dates |= {times.day(day): _segments(segments) for day, segments in (calendar.open or {}).items()}
    version = Version(week=_week(calendar), dates=MappingProxyType(dates))
    return Calendar(name=name, zone=own, versions=(version,))


def _week(calendar: CalendarShape) -> tuple[DaySegments, ...]:
    days: dict[int, DaySegments] = {}
    for key, segments in (calendar.week or {}).items():
        days |= dict.fromkeys(times.weekdays(key), _segments(segments))
    return tuple(days.get(number, ()) for number in range(7))


def _segments(segments: list[tuple[int, int] | None] | None) -> DaySegments:
    return tuple(segment for segment in segments or () if segment is not None)


def _days_given_twice(calendar: CalendarShape, path: Path) -> Iterator[Finding]:
    seen: dict[int, str] = {}
    for key in calendar.week or {}:
        for number in times.weekdays(key):
            if number in seen:
                day = times.WEEKDAYS[number]
                yield (*path, "week", key), f"{day} is in `{seen[number]}` already: give each day once"
            seen.setdefault(number, key)


def _dates_given_twice(calendar: CalendarShape, path: Path) -> Iterator[Finding]:
    closed: set[date] = set()
    for position, span in enumerate(calendar.closed or ()):
        again = sorted(closed & set(span or ()))
        if again:
            yield (*path, "closed", position), f"{again[0]} is given twice: keep one of the two"
        closed |= set(span or ())
    for day in calendar.open or {}:
        if times.day(day) in closed:
            yield (*path, "open", day), f"{day} is closed above: a day is either closed or open"


def _spans_in_disorder(calendar: CalendarShape, path: Path) -> Iterator[Finding]:
    for part, days in (("week", calendar.week), ("open", calendar.open)):
        for key, spans in (days or {}).items():
            for position, (earlier, later) in enumerate(pairwise(spans or ()), start=1):
                if earlier is not None and later is not None and later[0] < earlier[1]:
                    told = (
                        "overlaps the one before it"
                        if earlier[0] < later[1]
                        else "is earlier than the one before it"
                    )
                    yield (*path, part, key, position), f"{told}: give the spans of a day in order and apart"


def _nights_in_disorder(calendar: CalendarShape, path: Path) -> Iterator[Finding]:
    week = _week(calendar)
    for number, today in enumerate(week):
        next_number = (number + 1) % 7
        tomorrow = week[next_number]
        if today and tomorrow and today[-1][1] - DAY > tomorrow[0][0]:
            day, next_day = times.WEEKDAYS[number], times.WEEKDAYS[next_number]
            told = f"the last span of {day} runs over midnight into the first of {next_day}: keep them apart"
            yield (*path, "week", _key_of(calendar, number)), told


def _key_of(calendar: CalendarShape, number: int) -> str:
    return next(key for key in reversed(calendar.week or {}) if number in times.weekdays(key))


def _without_time(calendar: CalendarShape, path: Path) -> Iterator[Finding]:
    if calendar.week is not None and None not in calendar.week.values() and not any(_week(calendar)):
        if any(None in (segments or ()) for segments in calendar.week.values()):
            return
        yield (
            (*path, "week"),
            "holds no working time, so that nothing would ever be due: give at least one span",
        )
    for day, segments in (calendar.open or {}).items():
        if segments == []:
            yield (
                (*path, "open", day),
                "an open day needs its spans: give them, or put the date under `closed`",
            )

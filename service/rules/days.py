"""The weeks and dates of a calendar: what is wrong with them, and their core values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import TypeAlias

from service.rules import times
from service.rules.errors import Finding, Path
from service.rules.shapes import VersionShape
from service.rules.statutory import statutory
from service.sla.calendars import DaySegments
from service.sla.instants import DAY

#: Weekdays, or dates, as a file gives them, with their spans; None stands where something wrong was cut out.
Spans: TypeAlias = "Mapping[str, list[tuple[int, int] | None] | None]"
Week: TypeAlias = tuple[DaySegments, ...]

_NEXT_DAY = timedelta(days=1)


def week_of(week: Spans) -> Week:
    """The seven days from Monday."""
    days: dict[int, DaySegments] = {}
    for key, spans in week.items():
        days |= dict.fromkeys(times.weekdays(key), _segments(spans))
    return tuple(days.get(number, ()) for number in range(7))


def dates_of(version: VersionShape, week: Week) -> dict[date, DaySegments]:
    """The dates that differ from `week`: the statutory ones, and over them those that `version` gives itself."""
    dates: dict[date, DaySegments] = {}
    if version.statutory is not None and version.known_until is not None:
        days = statutory(version.statutory, version.known_until)
        hours = _segments(version.makeup) or next((day for day in week if day), ())
        dates = dict.fromkeys(days.off, ()) | dict.fromkeys(days.makeup, hours)
    dates |= {day: () for span in version.closed or () for day in span or ()}
    return dates | {times.day(day): _segments(spans) for day, spans in (version.open or {}).items()}


def week_findings(week: Spans, path: Path) -> Iterator[Finding]:
    """Everything wrong with the `week` at `path` beyond the shape of single values."""
    yield from _days_given_twice(week, path)
    yield from _spans_in_disorder(week, path)
    yield from _nights_in_disorder(week, path)
    if any(spans is None or None in spans for spans in week.values()):
        return
    if not any(week_of(week)):
        yield path, "holds no working time, so that nothing would ever be due: give at least one span"


def date_findings(version: VersionShape, path: Path) -> Iterator[Finding]:
    """Everything wrong with the dates of the `version` at `path` by themselves."""
    yield from _dates_given_twice(version, path)
    yield from _spans_in_disorder(version.open or {}, (*path, "open"))
    yield from _disorder(version.makeup or (), (*path, "makeup"))
    if version.makeup == []:
        yield (
            (*path, "makeup"),
            "holds no working time: give spans, or leave it out for those of the first weekday",
        )
    for day, spans in (version.open or {}).items():
        if spans == []:
            told = "an open day needs its spans: give them, or put the date under `closed`"
            yield (*path, "open", day), told


def night_findings(version: VersionShape, week: Week, path: Path) -> Iterator[Finding]:
    """Dates of the `version` at `path`, not both of the `week`, of which one runs over midnight into the next."""
    dates = dates_of(version, week)
    told: set[Path] = set()
    for day in sorted(dates.keys() | {day - _NEXT_DAY for day in dates}):
        today, tomorrow = (dates.get(each, week[each.weekday()]) for each in (day, day + _NEXT_DAY))
        if not runs_into(today, tomorrow):
            continue
        own = (
            each.isoformat() for each in (day, day + _NEXT_DAY) if each.isoformat() in (version.open or {})
        )
        place = (
            ("open", key)
            if (key := next(own, None))
            else ("statutory" if version.makeup is None else "makeup",)
        )
        if place not in told:
            told.add(place)
            yield (*path, *place), runs_over(day.isoformat(), (day + _NEXT_DAY).isoformat())


def own_dates(version: VersionShape) -> Iterator[tuple[Path, date]]:
    """The dates that `version` gives itself, with the place of each in it."""
    for position, span in enumerate(version.closed or ()):
        yield from ((("closed", position), day) for day in span or ())
    yield from ((("open", day), times.day(day)) for day in version.open or {})


def runs_into(today: DaySegments, tomorrow: DaySegments) -> bool:
    """Whether the last span of a day overlaps the first of the next."""
    return bool(today and tomorrow) and max(to for _, to in today) - DAY > min(start for start, _ in tomorrow)


def runs_over(day: str, next_day: str) -> str:
    """The sentence on two days that overlap."""
    return f"the last span of {day} runs over midnight into the first of {next_day}: keep them apart"


def _segments(spans: list[tuple[int, int] | None] | None) -> DaySegments:
    return tuple(span for span in spans or () if span is not None)


def _days_given_twice(week: Spans, path: Path) -> Iterator[Finding]:
    seen: dict[int, str] = {}
    for key in week:
        for number in times.weekdays(key):
            if number in seen:
                day = times.WEEKDAYS[number]
                yield (*path, key), f"{day} is in `{seen[number]}` already: give each day once"
            seen.setdefault(number, key)


def _dates_given_twice(version: VersionShape, path: Path) -> Iterator[Finding]:
    closed: set[date] = set()
    for position, span in enumerate(version.closed or ()):
        again = sorted(closed & set(span or ()))
        if again:
            yield (*path, "closed", position), f"{again[0]} is given twice: keep one of the two"
        closed |= set(span or ())
    for day in version.open or {}:
        if times.day(day) in closed:
            yield (*path, "open", day), f"{day} is closed above: a day is either closed or open"


def _spans_in_disorder(days: Spans, path: Path) -> Iterator[Finding]:
    for key, spans in days.items():
        yield from _disorder(spans or (), (*path, key))


def _disorder(spans: list[tuple[int, int] | None] | tuple[()], path: Path) -> Iterator[Finding]:
    for position, (earlier, later) in enumerate(pairwise(spans), start=1):
        if earlier is not None and later is not None and later[0] < earlier[1]:
            told = (
                "overlaps the one before it" if earlier[0] < later[1] else "is earlier than the one before it"
            )
            yield (*path, position), f"{told}: give the spans of a day in order and apart"


def _nights_in_disorder(week: Spans, path: Path) -> Iterator[Finding]:
    days = week_of(week)
    for number, today in enumerate(days):
        next_number = (number + 1) % 7
        if runs_into(today, days[next_number]):
            key = next(key for key in reversed(list(week)) if number in times.weekdays(key))
            yield (*path, key), runs_over(times.WEEKDAYS[number], times.WEEKDAYS[next_number])

"""A calendar date by date: what it says of each, what it says in all, and where two of them differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain
from typing import Final

from service.cli.moments import FIRST_DATE, LAST_DATE
from service.sla.calendars import Calendar, DaySegments, Version, date_of
from service.sla.instants import DAY, MINUTE, Duration, Instant, at_wall

_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Day:
    """What a calendar says of one date.

    `spans` are the spans of working time that begin on it, `work` is how long they last. `version` is the number, from
    1, of the version that governs it; `why` says how the date differs from its weekday, "" when it does not. `known`
    tells whether it lies within what the calendar knows.
    """

    date: date
    spans: DaySegments
    work: Duration
    version: int
    why: str
    known: bool

    @property
    def is_working(self) -> bool:
        """Whether it has any working time."""
        return self.work > 0


@dataclass(frozen=True, slots=True)
class Difference:
    """A date whose spans are others in a second calendar."""

    date: date
    before: DaySegments
    after: DaySegments


def known_at(calendar: Calendar, instant: Instant) -> Calendar:
    """`calendar` as it was known at `instant`: the versions whose `known_since` lies before its local date there."""
    today = date_of(instant, calendar.zone)
    versions = tuple(
        each for each in calendar.versions if each.known_since is None or each.known_since < today
    )
    return calendar if versions == calendar.versions else replace(calendar, versions=versions)


def days(calendar: Calendar, first: date, last: date) -> Iterator[Day]:
    """The dates from `first` to `last`, both included."""
    until, edition = known_until(calendar), calendar.latest
    for day in _dates(first, last):
        number = _governing(calendar, day)
        spans = edition.of(day) if edition.is_working(day) else ()
        work = sum(
            at_wall(day, to, calendar.zone) - at_wall(day, start, calendar.zone) for start, to in spans
        )
        why = _why(calendar.versions[number - 1], day, spans)
        yield Day(day, spans, work, number, why, until is None or day <= until)


def known_until(calendar: Calendar) -> date | None:
    """The last date that `calendar` knows, None when there is none."""
    return calendar.versions[-1].known_until


def years(calendar: Calendar) -> range:
    """The years that `calendar` says something particular about: from the first to the last date that it names."""
    named = sorted(_named(calendar))
    return range(named[0].year, named[-1].year + 1) if named else range(0)


def bounds(calendars: Iterable[Calendar]) -> tuple[date, date] | None:
    """The first and the last date that any of `calendars` names; None when they name none."""
    named = sorted(chain.from_iterable(_named(calendar) for calendar in calendars))
    return (named[0], named[-1]) if named else None


def differences(before: Calendar, after: Calendar) -> Iterator[Difference]:
    """The dates whose spans differ, first to last, among all that are reckoned with."""
    one, other = before.latest, after.latest
    for day in _dates(FIRST_DATE, LAST_DATE):
        was, is_now = one.of(day), other.of(day)
        if was != is_now:
            yield Difference(day, was, is_now)


def spans_list(spans: DaySegments) -> list[str]:
    """`08:30-12:00`, as calendar files write them; `22:00-06:00` runs over midnight."""
    return [f"{_clock(start)}-{_clock(to if to <= DAY else to - DAY)}" for start, to in spans]


def spans_text(spans: DaySegments) -> str:
    """The same in one line; a dash for none."""
    return " ".join(spans_list(spans)) or "-"


def _clock(time_of_day: Duration) -> str:
    hours, minutes = divmod(time_of_day // MINUTE, 60)
    return f"{hours:02}:{minutes:02}"


def _dates(first: date, last: date) -> Iterator[date]:
    for number in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(number)


def _governing(calendar: Calendar, day: date) -> int:
    """The number of the version that governs `day`: the last one that was published before it."""
    later = calendar.versions[1:]
    return 1 + sum(1 for each in later if each.known_since is not None and each.known_since < day)


def _why(version: Version, day: date, spans: DaySegments) -> str:
    usual = version.week[day.weekday()]
    if spans == usual:
        return ""
    if not spans:
        return "day off" if not version.of(day) else "no date of this zone"
    return "other hours" if usual else "make-up day"


def _named(calendar: Calendar) -> Iterator[date]:
    for version in calendar.versions:
        yield from version.dates
        if version.known_since is not None:
            yield version.known_since + _ONE_DAY
        if version.known_until is not None:
            yield version.known_until

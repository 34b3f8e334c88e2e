"""Calendars: on which days, and when on a day, time counts.

A calendar is data: a week of segments a weekday, and dates whose segments replace the week's (a holiday has none,
a make-up working day has some).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import chain
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from service.sla.hours import Hours, Scheduled, Segment
from service.sla.instants import Duration, Instant, at_wall, moment_of

#: Wall times of one day as (from, to) after local midnight, half-open; `to` exceeds 24 h for a shift over midnight.
DaySegments = tuple[tuple[Duration, Duration], ...]

_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """A zone, seven weekdays from Monday, and the dates that differ from their weekday."""

    name: str
    zone: ZoneInfo
    week: tuple[DaySegments, ...]
    dates: Mapping[date, DaySegments] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, day: date) -> DaySegments:
        """The segments that begin on `day`."""
        replaced = self.dates.get(day)
        return self.week[day.weekday()] if replaced is None else replaced


def is_empty(calendar: Calendar) -> bool:
    """Whether no moment of the calendar is working time in the long run: such a calendar is a mistake."""
    return not any(any(to > start for start, to in day) for day in calendar.week)


def hours_of(calendar: Calendar) -> Hours:
    """The working time of `calendar`."""
    return Scheduled(partial(_lay, calendar))


def _lay(calendar: Calendar, first: int, last: int) -> Iterator[Segment]:
    days = (date.fromordinal(_EPOCH_DAY + number) for number in range(first, last))
    return iter(sorted(chain.from_iterable(_segments(calendar, day) for day in days)))


def _segments(calendar: Calendar, day: date) -> Iterator[Segment]:
    for start, to in calendar.of(day):
        yield at_wall(day, start, calendar.zone), at_wall(day, to, calendar.zone)


def days_later(start: Instant, days: int, zone: ZoneInfo) -> Instant:
    """The instant `days` dates after `start` at the same wall time in `zone` (gap: forward, fold: the first)."""
    local = moment_of(start, zone)
    midnight = local.replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
    time_of_day = local.replace(tzinfo=None) - midnight
    micros = time_of_day.seconds * 1_000_000 + time_of_day.microseconds
    return at_wall(date.fromordinal(local.toordinal() + days), micros, zone)

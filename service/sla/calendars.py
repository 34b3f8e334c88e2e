"""Calendars: on which days, and when on a day, time counts, and how far that is known.

A calendar is versioned data. A version is a week of segments a weekday, and dates whose segments replace the week's (a
holiday has none, a make-up working day has some). It governs the dates after its `known_since`, until a later version
does, and knows dates up to its `known_until`.

What a calendar said at some instant is an *edition*: its versions known by then. Promises are reckoned with the latest
edition; a statement tells the due by the edition of its own instant.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import chain
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from service.sla.hours import ALWAYS, Hours, Scheduled, Segment
from service.sla.instants import DAY, NEVER, Duration, Instant, at_wall, moment_of

#: Wall times of one day as (from, to) after local midnight, half-open; `to` exceeds 24 h for a shift over midnight.
DaySegments = tuple[tuple[Duration, Duration], ...]

_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
#: The years with working dates: a little wider than the instants that are reckoned with.
_YEARS: Final = (1969, 2201)


@dataclass(frozen=True, kw_only=True)
class Version:
    """Seven weekdays from Monday and the dates that differ from their weekday, as published on `known_since`.

    It governs the dates after `known_since`, None: all; it knows dates up to `known_until`, inclusive, None: all.
    """

    week: tuple[DaySegments, ...]
    dates: Mapping[date, DaySegments] = field(default_factory=lambda: MappingProxyType({}))
    known_since: date | None = None
    known_until: date | None = None

    def of(self, day: date) -> DaySegments:
        """The segments that begin on `day`."""
        replaced = self.dates.get(day)
        return self.week[day.weekday()] if replaced is None else replaced

    @property
    def is_empty(self) -> bool:
        """Whether no moment is working time in the long run: such a calendar is a mistake."""
        return not any(any(to > start for start, to in day) for day in self.week)


class Edition:
    """One state of knowledge about a calendar: working time, working dates, and where knowledge ends.

    Laid out lazily; a memo of a pure function of `zone` and `versions`, which are in the order of `known_since`.
    """

    def __init__(self, zone: ZoneInfo, versions: Sequence[Version]) -> None:
        """`versions` holds at least one, the first without `known_since`."""
        self.zone = zone
        self._versions = tuple(versions)
        self._since = [_ordinal(version.known_since) for version in versions[1:]]
        self._dates: dict[int, list[date]] = {}

    def of(self, day: date) -> DaySegments:
        """The segments that begin on `day`, by the version that governs it."""
        return self._versions[bisect_left(self._since, day.toordinal())].of(day)

    @cached_property
    def hours(self) -> Hours:
        """Its working time."""
        return Scheduled(self._lay)

    @cached_property
    def known_until(self) -> Instant:
        """The end of the last date that is known; NEVER when there is none."""
        last = self._versions[-1].known_until
        return NEVER if last is None else at_wall(last, DAY, self.zone)

    @property
    def known_since(self) -> date | None:
        """When its last version was published; None for the first."""
        return self._versions[-1].known_since

    def is_working(self, day: date) -> bool:
        """Whether the date has any working time; one that a change of zone skipped has none."""
        return any(to > start for start, to in self.of(day)) and self._exists(day)

    def _exists(self, day: date) -> bool:
        return at_wall(day, 0, self.zone) < at_wall(day, DAY, self.zone)

    def closing(self, day: date) -> Instant:
        """The end of the last segment that begins on `day`, a working date."""
        return at_wall(day, max(to for start, to in self.of(day) if to > start), self.zone)

    def working_day(self, origin: date, number: int) -> date | None:
        """The `number`-th working date after `origin`, before it when negative; None when out of all reckoning."""
        forward, year = number > 0, origin.year
        days = self._working_dates(year)
        place = bisect_right(days, origin) + number - 1 if forward else bisect_left(days, origin) + number
        while not 0 <= place < len(days):
            year += 1 if forward else -1
            if not _YEARS[0] <= year <= _YEARS[1]:
                return None
            passed, days = len(days), self._working_dates(year)
            place += -passed if forward else len(days)
        return days[place]

    def working_days(self, origin: date, last: date) -> int:
        """How many working dates lie after `origin`, up to `last` inclusive; 0 when `last` is not after it."""
        if last <= origin:
            return 0
        before = bisect_right(self._working_dates(origin.year), origin)
        whole = sum(len(self._working_dates(year)) for year in range(origin.year, last.year))
        return whole + bisect_right(self._working_dates(last.year), last) - before

    def _working_dates(self, year: int) -> list[date]:
        known = self._dates.get(year)
        if known is None:
            days = range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal())
            known = [day for day in map(date.fromordinal, days) if self.is_working(day)]
            self._dates[year] = known
        return known

    def _lay(self, first: int, last: int) -> Iterator[Segment]:
        days = (date.fromordinal(_EPOCH_DAY + number) for number in range(first, last))
        return iter(sorted(chain.from_iterable(self._segments(day) for day in days)))

    def _segments(self, day: date) -> Iterator[Segment]:
        if not self.is_working(day):
            return
        for start, to in self.of(day):
            yield at_wall(day, start, self.zone), at_wall(day, to, self.zone)


class _RoundTheClock(Edition):
    """24x7 in a zone: nothing to know, nothing to lay out."""

    hours = ALWAYS
    known_until = NEVER


@dataclass(frozen=True, eq=False, kw_only=True)
class Calendar:
    """A name, a zone and the versions, in the order of `known_since`; only the first has none.

    Equal only to itself: editions are laid out once a calendar.
    """

    name: str
    zone: ZoneInfo
    versions: tuple[Version, ...]

    @cached_property
    def latest(self) -> Edition:
        """All that is known."""
        return self._editions[-1]

    def known_at(self, instant: Instant) -> Edition:
        """What was known at `instant`: the versions whose `known_since` lies before its local date."""
        if len(self.versions) == 1:
            return self.latest
        today = moment_of(instant, self.zone).toordinal()
        return self._editions[bisect_left(self._since, today)]

    @cached_property
    def _since(self) -> list[int]:
        return [_ordinal(version.known_since) for version in self.versions[1:]]

    @cached_property
    def _editions(self) -> tuple[Edition, ...]:
        return tuple(Edition(self.zone, self.versions[:count]) for count in range(1, len(self.versions) + 1))


class _Elapsed(Calendar):
    """24x7 as a calendar."""

    @cached_property
    def latest(self) -> Edition:
        """Every moment."""
        return _RoundTheClock(self.zone, self.versions)


def round_the_clock(zone: ZoneInfo) -> Calendar:
    """24x7: every moment counts; dates and wall times are read in `zone`."""
    return _Elapsed(name="24x7", zone=zone, versions=(Version(week=(((0, DAY),),) * 7),))


def days_later(start: Instant, days: int, zone: ZoneInfo) -> Instant:
    """The instant `days` dates after `start` at the same wall time in `zone` (gap: forward, fold: the first)."""
    return at_wall(date.fromordinal(date_of(start, zone).toordinal() + days), time_of_day(start, zone), zone)


def date_of(instant: Instant, zone: ZoneInfo) -> date:
    """The date that clocks in `zone` show."""
    return moment_of(instant, zone).date()


def time_of_day(instant: Instant, zone: ZoneInfo) -> Duration:
    """How far clocks in `zone` are past midnight."""
    local = moment_of(instant, zone)
    return ((local.hour * 60 + local.minute) * 60 + local.second) * 1_000_000 + local.microsecond


def _ordinal(day: date | None) -> int:
    return 0 if day is None else day.toordinal()

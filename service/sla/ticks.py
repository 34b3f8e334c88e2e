"""Days as a budget counts them: which dates count from a clock's start on, and where on its date each ends, its tick."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Final

from service.sla.calendars import Edition, date_of, days_later, time_of_day
from service.sla.instants import DAY, EARLIEST, LATEST, NEVER, Instant, at_wall
from service.sla.policy import DayEnd, LastDay, Target, Unit

#: More days than any span the core reckons with.
_MAX_DAYS: Final = LATEST // DAY

_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Ticks:
    """The ticks of the days that `target` counts from `clock` on, by `edition` of its calendar."""

    target: Target
    edition: Edition
    clock: Instant

    def count(self, until: Instant) -> int:
        """How many ticks lie in (clock, until]."""
        if until <= self.clock:
            return 0
        if until >= LATEST:
            return _MAX_DAYS
        # Where clocks go back over midnight a date comes twice, so that one more may have ticked.
        last = date_of(until, self.edition.zone) + _ONE_DAY
        if self.target.unit is Unit.WORKING_DAYS:
            count = self.edition.working_days(self._origin, last)
        else:
            count = max(0, (last - self._origin).days)
        while count and self.at(count) > until:
            count -= 1
        return count

    def at(self, number: int) -> Instant:
        """Where the `number`-th day ends, day 1 being the first after the clock's own date; NEVER out of all reckoning."""
        if number > _MAX_DAYS:
            return NEVER
        if self.target.unit is Unit.CALENDAR_DAYS:
            return self._calendar_tick(number)
        day = self.edition.working_day(self._origin, number)
        return NEVER if day is None else day_end(self.target, self.edition, day, self.clock)

    def working_end(self, instant: Instant) -> Instant | None:
        """`instant`, the end of a date; when that is no working date, the end of the next that is."""
        day = self.edition.working_day(date_of(instant - 1, self.edition.zone) - _ONE_DAY, 1)
        return None if day is None else max(instant, at_wall(day, DAY, self.edition.zone))

    def _calendar_tick(self, number: int) -> Instant:
        if self.target.last_day is LastDay.SAME_TIME:
            return days_later(self.clock, number, self.edition.zone)
        return at_wall(self._origin + number * _ONE_DAY, DAY, self.edition.zone)

    @cached_property
    def _origin(self) -> date:
        return date_of(self.clock, self.edition.zone)


def day_end(target: Target, edition: Edition, day: date, clock: Instant) -> Instant:
    """The tick of a working date: midnight, closing time, or the wall time of `clock`."""
    if target.day_end is DayEnd.MIDNIGHT:
        return at_wall(day, DAY, edition.zone)
    if target.day_end is DayEnd.CLOSING:
        return edition.closing(day)
    return at_wall(day, time_of_day(clock, edition.zone), edition.zone)


def latest_before(target: Target, instant: Instant, amount: int) -> Instant | None:
    """The latest instant from which `amount` of the target's unit still lies before `instant`.

    Working days are counted backwards from the date before that of `instant`, and end where the target's days end (as
    China's Guidelines for the Articles of Listed Companies count a notice period: without the day of the meeting).
    None when it lies out of all reckoning. Pauses do not move it: nobody could have known of them in time.
    """
    edition = target.calendar.latest
    if target.unit is Unit.TIME:
        return edition.hours.before(instant, amount)
    if target.unit is Unit.CALENDAR_DAYS:
        found = days_later(instant, -amount, edition.zone)
        return found if found >= EARLIEST else None
    day = edition.working_day(date_of(instant, edition.zone), -1)
    if (
        day is not None and day_end(target, edition, day, instant) > instant
    ):  # a shift that runs past midnight
        amount += 1
    day = edition.working_day(date_of(instant, edition.zone), -amount)
    return None if day is None else day_end(target, edition, day, instant)

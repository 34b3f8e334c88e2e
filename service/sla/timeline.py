"""The clock of one promise: when its time counts, and when not.

A `Timeline` spans from the promise's start; its clock starts there or when the gate opens, and runs in the target's unit
except during pauses. Two questions, as of working time: how much was used up by an instant, and when an amount is used
up. What bears on it (`Circumstances`) can be cut to what was known at an instant.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Final

from service.sla.calendars import Edition, date_of, days_later, time_of_day
from service.sla.instants import DAY, EARLIEST, LATEST, NEVER, Duration, Instant, at_wall
from service.sla.pauses import EXCLUDED, HELD, Pause, known_by
from service.sla.policy import Boundary, DayEnd, Target, Unit
from service.sla.statements import Account

#: More days than any span the core reckons with.
_MAX_DAYS: Final = LATEST // DAY

_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """[start, end) of a promise's span and what became of it: counted, held, excluded, outside or gated; `why` in words."""

    start: Instant
    end: Instant
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What bears on the clocks of a target's promises besides their starts.

    `gate` is when the last precondition happened: EARLIEST without any, NEVER while one is missing. `pauses` are
    disjoint and in order.
    """

    gate: Instant = EARLIEST
    pauses: Sequence[Pause] = ()

    def known_at(self, instant: Instant) -> Circumstances:
        """As the events up to `instant` tell them; the very same when they tell all."""
        if self.gate <= instant and (not self.pauses or self.pauses[-1].end <= instant):
            return self
        return Circumstances(self.gate if self.gate <= instant else NEVER, known_by(self.pauses, instant))


@dataclass(frozen=True)
class Timeline:
    """A promise of `target` begun at `start`, reckoned by `edition` of its calendar."""

    target: Target
    start: Instant
    circumstances: Circumstances
    edition: Edition

    @cached_property
    def clock(self) -> Instant:
        """Where its clock starts; NEVER while the gate is closed."""
        return max(self.start, self.circumstances.gate)

    @cached_property
    def pauses(self) -> Sequence[Pause]:
        """The pauses that end after its clock starts."""
        pauses = self.circumstances.pauses
        return pauses[bisect_right(pauses, self.clock, key=lambda pause: pause.end) :]

    def known_at(self, instant: Instant) -> Timeline:
        """As what was known at `instant` tells it; the very same when that tells all."""
        edition, known = self.target.calendar.known_at(instant), self.circumstances.known_at(instant)
        if edition is self.edition and known is self.circumstances:
            return self
        return replace(self, circumstances=known, edition=edition)

    def used_up(self, amount: int) -> Instant | None:
        """The earliest instant by which `amount` of the target's unit is used up.

        None when the gate is closed, when a pause that has not ended comes first, or when it lies past `LATEST`. A
        pause that begins at the very instant comes too late to matter.
        """
        if amount <= 0 or self.clock == NEVER:
            return None if self.clock == NEVER else self.clock
        if self.target.unit is not Unit.TIME:
            return self._nth_day(amount)
        hours, before = self.edition.hours, 0
        for begin, end in self._runs(LATEST):
            instant = hours.after(begin, amount - before)
            if instant is None or instant <= end:
                return instant
            before += hours.worked(begin, end)
        return None

    def is_provisional(self, instant: Instant) -> bool:
        """Whether what is true at `instant` hangs on days that the calendar does not know yet."""
        return self.target.unit is not Unit.CALENDAR_DAYS and instant > self.edition.known_until

    def due(self, budget: int) -> Instant | None:
        """When `budget` is used up, with the target's boundary: at closing time, or at the next opening."""
        instant = self.used_up(budget)
        if instant is None or self.target.boundary is Boundary.CLOSE or self.target.unit is not Unit.TIME:
            return instant
        return self.edition.hours.reopening(instant)

    def later(self, instant: Instant, amount: Duration) -> Instant | None:
        """The earliest instant by which `amount` has run since `instant`, not before it.

        Microseconds of the target's hours, pauses left out; for targets in days, of elapsed time. None as in `used_up`.
        """
        if amount == 0 or self.target.unit is not Unit.TIME:
            return instant + amount
        end = self.used_up(self.used(instant) + amount)
        return None if end is None else max(instant, end)

    def further(self, due: Instant, amount: int) -> Instant | None:
        """`due` moved on by `amount` of the target's unit, with its boundary. None as in `used_up`."""
        return self.due(self.used(due) + amount)

    def used(self, until: Instant) -> int:
        """How much of the target's unit is used up in [clock, until)."""
        if self.target.unit is Unit.TIME:
            return sum(self.edition.hours.worked(start, min(end, until)) for start, end in self._runs(until))
        paused = sum(self._ticks(end) - self._ticks(start) for start, end in self._paused(until))
        return self._ticks(until) - paused

    def account(self, until: Instant) -> Account:
        """What became of [start, until); the parts are measured each for itself."""
        hours, until = self.edition.hours, max(until, self.start)
        days = 0 if self.target.unit is Unit.TIME else self.used(until)
        return Account(
            gated=min(self.clock, until) - self.start,
            outside=hours.closed(self.clock, until),
            excluded=sum(hours.worked(start, end) for start, end in self._paused(until, EXCLUDED)),
            held=sum(hours.worked(start, end) for start, end in self._paused(until, HELD)),
            counted=sum(hours.worked(start, min(end, until)) for start, end in self._runs(until)),
            days=days,
        )

    def stretches(self, until: Instant) -> Iterator[Stretch]:
        """[start, until) cut into stretches, in order and without gaps."""
        cursor = min(self.clock, until)
        if self.start < cursor:
            yield Stretch(self.start, cursor, "gated", "preconditions")
        for pause in self.pauses:
            if pause.start < until:
                yield from self._cut(cursor, pause.start, "counted", "")
                yield from self._cut(max(cursor, pause.start), min(pause.end, until), pause.what, pause.why)
                cursor = min(pause.end, until)
        yield from self._cut(cursor, until, "counted", "")

    def _cut(self, start: Instant, end: Instant, what: str, why: str) -> Iterator[Stretch]:
        cursor = start
        for opening, closing in self.edition.hours.segments(start, end):
            if cursor < opening:
                yield Stretch(cursor, opening, "outside", "outside hours")
            yield Stretch(opening, closing, what, why)
            cursor = closing
        if cursor < end:
            yield Stretch(cursor, end, "outside", "outside hours")

    def _paused(self, until: Instant, what: str = "") -> Iterator[tuple[Instant, Instant]]:
        for pause in self.pauses:
            if pause.start >= until:
                return
            start, end = max(pause.start, self.clock), min(pause.end, until)
            if start < end and what in ("", pause.what):
                yield start, end

    def _runs(self, until: Instant) -> Iterator[tuple[Instant, Instant]]:
        """The runs between pauses that begin before `until`; the last ends at NEVER unless a pause does."""
        cursor = self.clock
        for pause in self.pauses:
            if cursor >= until:
                return
            if pause.start > cursor:
                yield cursor, pause.start
            cursor = max(cursor, pause.end)
        if cursor < until:
            yield cursor, NEVER

    def _nth_day(self, number: int) -> Instant | None:
        """The tick of the `number`-th day that counts: no pause from a to b has a < tick <= b."""
        for pause in self.pauses:
            first, last = self._ticks(pause.start), self._ticks(pause.end)
            if number <= first:
                break
            number += last - first
        tick = self._tick(number)
        return tick if tick < LATEST else None

    def _ticks(self, until: Instant) -> int:
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
        while count and self._tick(count) > until:
            count -= 1
        return count

    def _tick(self, number: int) -> Instant:
        """Where the `number`-th day ends, day 1 being the first after the clock's own date; NEVER out of all reckoning."""
        if number > _MAX_DAYS:
            return NEVER
        if self.target.unit is Unit.CALENDAR_DAYS:
            return days_later(self.clock, number, self.edition.zone)
        day = self.edition.working_day(self._origin, number)
        return NEVER if day is None else day_end(self.target, self.edition, day, self.clock)

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

"""The clock of one promise: when its time counts, and when not.

A `Timeline` spans from the promise's start; its clock starts there or when the gate opens, and runs in the target's unit
except during pauses. Two questions, as of working time: how much was used up by an instant, and when an amount is used
up. What bears on it (`Circumstances`) can be cut to what was known at an instant.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from service.sla.calendars import Edition
from service.sla.instants import EARLIEST, LATEST, NEVER, Duration, Instant
from service.sla.pauses import EXCLUDED, HELD, Pause, known_by
from service.sla.policy import Boundary, LastDay, Target, Unit
from service.sla.statements import Account
from service.sla.ticks import Ticks


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
        asks = self.target.unit is not Unit.CALENDAR_DAYS or self.target.last_day is LastDay.WORKING
        return asks and instant > self.edition.known_until

    def due(self, budget: int) -> Instant | None:
        """When `budget` is used up, as the target's boundary has it, or its last day."""
        instant = self.used_up(budget)
        if instant is None:
            return None
        if self.target.unit is Unit.TIME and self.target.boundary is Boundary.NEXT_OPEN:
            return self.edition.hours.reopening(instant)
        if self.target.unit is Unit.CALENDAR_DAYS and self.target.last_day is LastDay.WORKING:
            return self._ticks.working_end(instant)
        return instant

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
        ticks = self._ticks
        paused = sum(ticks.count(end) - ticks.count(start) for start, end in self._paused(until))
        return ticks.count(until) - paused

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
        ticks = self._ticks
        for pause in self.pauses:
            first, last = ticks.count(pause.start), ticks.count(pause.end)
            if number <= first:
                break
            number += last - first
        tick = ticks.at(number)
        return tick if tick < LATEST else None

    @cached_property
    def _ticks(self) -> Ticks:
        return Ticks(self.target, self.edition, self.clock)

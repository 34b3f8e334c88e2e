"""From a history to stretches: when the time of a promise counts, and when not.

A `Timeline` is the clock of one promise: it begins at `start` and runs in the target's unit, except while one of
`holds` lasts. Two questions, as of working time: how much was used up by an instant, and when an amount is used up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from service.sla.calendars import days_later
from service.sla.events import Event, as_text
from service.sla.instants import DAY, LATEST, NEVER, Duration, Instant, moment_of
from service.sla.policy import ANY_REASON, Boundary, Target, Unit
from service.sla.statements import Account

#: More days than any span the core reckons with.
_MAX_DAYS: Final = LATEST // DAY

#: Stops that end every hold of the ticket; other stops end none.
ENDS_HOLDS: Final = frozenset({"resolved", "closed", "cancelled"})


@dataclass(frozen=True, slots=True)
class Hold:
    """[start, end) during which the ticket waited for `reason`; `end` is NEVER while it lasts."""

    start: Instant
    end: Instant
    reason: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """[start, end) of a promise's span and what became of it: counted, held or outside; `why` in words."""

    start: Instant
    end: Instant
    what: str
    why: str


def holds_of(events: Iterable[Event]) -> tuple[Hold, ...]:
    """The holds of a ticket from its ordered events; one at a time, a new one replaces the reason.

    `resumed` ends the hold unless it names another reason. Holds are disjoint and in order.
    """
    holds: list[Hold] = []
    since: Instant | None = None
    reason = ""
    for event in events:
        named = as_text(event.attributes.get("reason")) or ""
        ends = event.type in ENDS_HOLDS or (event.type == "resumed" and named in ("", reason))
        if since is not None and (ends or event.type == "held"):
            holds.append(Hold(since, event.at, reason))
            since = None
        if event.type == "held":
            since, reason = event.at, named
    if since is not None:
        holds.append(Hold(since, NEVER, reason))
    return tuple(hold for hold in holds if hold.start < hold.end)


def accepted(holds: Iterable[Hold], target: Target) -> tuple[Hold, ...]:
    """The holds whose reason `target` accepts."""
    if ANY_REASON in target.accepts:
        return tuple(holds)
    return tuple(hold for hold in holds if hold.reason in target.accepts)


def known_by(holds: Iterable[Hold], instant: Instant) -> tuple[Hold, ...]:
    """`holds`, in order, as the events up to `instant` tell them: one that ended later is still open."""
    return tuple(
        hold if hold.end <= instant else Hold(hold.start, NEVER, hold.reason)
        for hold in takewhile(lambda hold: hold.start <= instant, holds)
    )


@dataclass(frozen=True)
class Timeline:
    """The clock of one promise of `target`, begun at `start`; `holds` are accepted, disjoint and in order."""

    target: Target
    start: Instant
    holds: tuple[Hold, ...]

    def used_up(self, amount: int) -> Instant | None:
        """The earliest instant by which `amount` of the target's unit is used up.

        None when a hold that has not ended comes first, or when it lies past `LATEST`. A hold that begins at the
        very instant comes too late to matter.
        """
        if amount <= 0:
            return self.start
        if self.target.unit is Unit.CALENDAR_DAYS:
            return self._nth_day(amount)
        before = 0
        for begin, end in self._runs(LATEST):
            instant = self.target.hours.after(begin, amount - before)
            if instant is None or instant <= end:
                return instant
            before += self.target.hours.worked(begin, end)
        return None

    @property
    def is_held(self) -> bool:
        """Whether a hold is open at the end of what is known."""
        return bool(self.holds) and self.holds[-1].end == NEVER

    def due(self, budget: int) -> Instant | None:
        """When `budget` is used up, with the target's boundary: at closing time, or at the next opening."""
        instant = self.used_up(budget)
        if instant is None or self.target.boundary is Boundary.CLOSE or self.target.unit is not Unit.TIME:
            return instant
        return self.target.hours.reopening(instant)

    def later(self, instant: Instant, amount: Duration) -> Instant | None:
        """The earliest instant by which `amount` has run since `instant`, not before it.

        Microseconds of the target's hours, holds left out; for targets in days, of elapsed time. None as in `used_up`.
        """
        if amount == 0 or self.target.unit is not Unit.TIME:
            return instant + amount
        end = self.used_up(self.used(instant) + amount)
        return None if end is None else max(instant, end)

    def used(self, until: Instant) -> int:
        """How much of the target's unit is used up in [start, until)."""
        if self.target.unit is Unit.CALENDAR_DAYS:
            return self._days(until)
        return self.account(until).counted

    def account(self, until: Instant) -> Account:
        """What became of [start, until); the parts are measured each for itself."""
        hours, until = self.target.hours, max(until, self.start)
        held = sum(hours.worked(start, end) for start, end in self._held(until))
        counted = sum(hours.worked(start, min(end, until)) for start, end in self._runs(until))
        days = self._days(until) if self.target.unit is Unit.CALENDAR_DAYS else 0
        return Account(outside=hours.closed(self.start, until), held=held, counted=counted, days=days)

    def stretches(self, until: Instant) -> Iterator[Stretch]:
        """[start, until) cut into stretches, in order and without gaps."""
        cursor = self.start
        for hold in self.holds:
            if hold.end > cursor and hold.start < until:
                yield from self._cut(cursor, hold.start, "counted", "")
                yield from self._cut(max(cursor, hold.start), min(hold.end, until), "held", hold.reason)
                cursor = min(hold.end, until)
        yield from self._cut(cursor, until, "counted", "")

    def _cut(self, start: Instant, end: Instant, what: str, why: str) -> Iterator[Stretch]:
        cursor = start
        for opening, closing in self.target.hours.segments(start, end):
            if cursor < opening:
                yield Stretch(cursor, opening, "outside", "outside hours")
            yield Stretch(opening, closing, what, why)
            cursor = closing
        if cursor < end:
            yield Stretch(cursor, end, "outside", "outside hours")

    def _held(self, until: Instant) -> Iterator[tuple[Instant, Instant]]:
        for hold in self.holds:
            if hold.start >= until:
                return
            start, end = max(hold.start, self.start), min(hold.end, until)
            if start < end:
                yield start, end

    def _runs(self, until: Instant) -> Iterator[tuple[Instant, Instant]]:
        """The runs between holds that begin before `until`; the last ends at NEVER unless a hold does."""
        cursor = self.start
        for hold in self.holds:
            if cursor >= until:
                return
            if hold.start > cursor:
                yield cursor, hold.start
            cursor = max(cursor, hold.end)
        if cursor < until:
            yield cursor, NEVER

    def _nth_day(self, number: int) -> Instant | None:
        """The tick of the `number`-th day that counts."""
        for hold in self.holds:
            first, last = self._ticks(hold.start), self._ticks(hold.end)
            if number <= first:
                break
            number += last - first
        tick = NEVER if number > _MAX_DAYS else days_later(self.start, number, self.target.zone)
        return tick if tick < LATEST else None

    def _days(self, until: Instant) -> int:
        """The days that count among the ticks in (start, until].

        A tick is the start's wall time on each later date; its day counts iff no hold from a to b has
        a < tick <= b.
        """
        held = sum(self._ticks(end) - self._ticks(start) for start, end in self._held(until))
        return self._ticks(until) - held

    def _ticks(self, until: Instant) -> int:
        """The ticks in (start, until]."""
        if until <= self.start:
            return 0
        if until >= LATEST:
            return _MAX_DAYS
        zone = self.target.zone
        days = moment_of(until, zone).toordinal() - moment_of(self.start, zone).toordinal()
        # Where clocks go back over midnight, a date comes twice and its tick before or after.
        return next(n for n in (days + 1, days, days - 1) if days_later(self.start, n, zone) <= until)

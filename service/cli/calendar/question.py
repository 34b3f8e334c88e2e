"""Questions about working time and their answers: when is a budget used up, how much lies between two instants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from service.cli.calendar.days import known_until
from service.cli.moments import local
from service.cli.stretches import Row, rows_of, stretch_line
from service.rules.lengths import Length
from service.sla.calendars import Calendar, date_of
from service.sla.hours import ALWAYS
from service.sla.instants import DAY, EARLIEST, NEVER, Instant, at_wall
from service.sla.pauses import Exclusion, Hold, pauses_of
from service.sla.policy import ANY_REASON, Boundary, DayEnd, Target, Unit
from service.sla.statements import Account
from service.sla.ticks import latest_before
from service.sla.timeline import Circumstances, Timeline
from service.wire import times

#: [from, to); NEVER for one that has not ended.
Span = tuple[Instant, Instant]


class Refused(Exception):  # noqa: N818 - said of the question
    """A question without an answer: `field` is what is wrong with it, `message` why and what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What runs: from `start`, or from `gate` when that is later, in `calendar`, except during holds and exclusions."""

    calendar: Calendar
    start: Instant
    gate: Instant | None = None
    holds: tuple[Span, ...] = ()
    exclusions: tuple[Span, ...] = ()

    def timeline(self, target: Target) -> Timeline:
        """The clock of a promise that accepts all of it."""
        held = tuple(Hold(start, end, "") for start, end in self.holds)
        excluded = tuple(Exclusion(start, end, "") for start, end in self.exclusions)
        gate = EARLIEST if self.gate is None else self.gate
        circumstances = Circumstances(gate, pauses_of(held, excluded, target))
        return Timeline(target, self.start, circumstances, self.calendar.latest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """When a budget is used up; `due` is None when it cannot be told, and `why` tells why.

    `rows` are the stretches up to it, when they were asked for.
    """

    clock: Clock
    due: Instant | None
    provisional: bool
    why: str = ""
    rows: Sequence[Row] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """What became of the time between two instants."""

    clock: Clock
    end: Instant
    account: Account
    provisional: bool
    rows: Sequence[Row] | None = None


def spans(name: str, given: Sequence[Span]) -> tuple[Span, ...]:
    """`given` in order; Refused when one ends before it begins."""
    for start, end in given:
        if start >= end:
            raise Refused(name, "ends before it begins: the earlier instant comes first")
    return tuple(sorted(given))


def holds(given: Sequence[Span]) -> tuple[Span, ...]:
    """`given` in order; Refused when two are open at one time."""
    ordered = spans("holds", given)
    if any(later[0] < earlier[1] for earlier, later in pairwise(ordered)):
        raise Refused("holds", "overlap: there is one at a time")
    return ordered


def due(
    clock: Clock,
    budget: Length,
    *,
    boundary: Boundary | None = None,
    day_end: DayEnd | None = None,
    backwards: bool = False,
    stretches: bool = False,
) -> Due:
    """When `budget` is used up that begins to run as `clock` says; Refused when that makes no sense.

    Backwards: the latest instant from which `budget` lies before the clock's start.
    """
    target = _target(clock.calendar, budget, boundary, day_end)
    if backwards:
        return _latest(clock, target, boundary, stretches=stretches)
    timeline = clock.timeline(target)
    instant = timeline.due(target.budget)
    if instant is None:
        is_paused = bool(timeline.pauses) and timeline.pauses[-1].end == NEVER
        why = _PAUSED if is_paused else _TOO_FAR
        return Due(clock=clock, due=None, provisional=False, why=why)
    return Due(
        clock=clock,
        due=instant,
        provisional=timeline.is_provisional(instant),
        rows=rows_of(timeline, instant, mark=instant) if stretches else None,
    )


_PAUSED: Final = "a hold or an exclusion that has not ended comes first"
_TOO_FAR: Final = "it lies outside 1970 to 2199"


def _latest(clock: Clock, target: Target, boundary: Boundary | None, *, stretches: bool) -> Due:
    for name, given in (("gate", clock.gate), ("holds", clock.holds), ("exclusions", clock.exclusions)):
        if given:
            raise Refused(name, "does not move an instant that is counted backwards: leave it out")
    if boundary is not None:
        raise Refused("boundary", "backwards there is none: leave it out")
    if stretches and target.unit is not Unit.TIME:
        raise Refused("stretches", "days are added up forwards only: leave it out with `backwards`")
    instant = latest_before(target, clock.start, target.budget)
    if instant is None:
        return Due(clock=clock, due=None, provisional=False, why=_TOO_FAR)
    return Due(
        clock=clock,
        due=instant,
        provisional=_hangs_on_unknown(clock, target),
        rows=rows_of(Clock(calendar=clock.calendar, start=instant).timeline(target), clock.start)
        if stretches
        else None,
    )


def _hangs_on_unknown(clock: Clock, target: Target) -> bool:
    """Whether dates before the clock's start, whose own date no day unit counts, lie past what is known."""
    if target.unit is Unit.CALENDAR_DAYS:
        return False
    edition = clock.calendar.latest
    if target.unit is Unit.TIME:
        return clock.start > edition.known_until
    return at_wall(date_of(clock.start, edition.zone), 0, edition.zone) > edition.known_until


def worked(clock: Clock, end: Instant, *, stretches: bool = False) -> Worked:
    """What becomes of the time from the clock's start to `end`; Refused when `end` comes first."""
    if end < clock.start:
        raise Refused("end", "lies before the start: the earlier instant comes first")
    timeline = clock.timeline(_target(clock.calendar, Length(DAY, Unit.TIME), None, None))
    return Worked(
        clock=clock,
        end=end,
        account=timeline.account(end),
        provisional=timeline.is_provisional(end),
        rows=rows_of(timeline, end) if stretches else None,
    )


def _target(calendar: Calendar, budget: Length, boundary: Boundary | None, day_end: DayEnd | None) -> Target:
    """A target that is nothing but this budget and accepts everything."""
    if budget.unit is Unit.WORKING_DAYS:
        if calendar.latest.hours is ALWAYS:
            raise Refused("budget", "round the clock every day is a working day: name a calendar")
    elif day_end is not None:
        raise Refused("day_end", "goes with working_days only: leave it out")
    if boundary is not None and budget.unit is not Unit.TIME:
        raise Refused("boundary", "goes with a budget of hours only: leave it out")
    return Target(
        id="",
        start=(),
        stop=(),
        cancel=(),
        budget=budget.amount,
        unit=budget.unit,
        calendar=calendar,
        day_end=day_end or DayEnd.MIDNIGHT,
        boundary=boundary or Boundary.CLOSE,
        accepts=frozenset({ANY_REASON}),
        exclusions=frozenset({ANY_REASON}),
    )


def due_line(answer: Due) -> dict[str, Any]:
    """The answer as JSON: instants in UTC, `due_local` with the offset of the calendar's zone."""
    line = {
        "calendar": answer.clock.calendar.name,
        "start": times.write(answer.clock.start),
        "due": None if answer.due is None else times.write(answer.due),
        "due_local": None if answer.due is None else local(answer.due, answer.clock.calendar.zone),
        **_knowledge(answer),
    }
    return {**line, "why": answer.why} if answer.why else line


def worked_line(answer: Worked) -> dict[str, Any]:
    """The answer as JSON: instants in UTC, lengths in microseconds, which add up to the span."""
    account = answer.account
    return {
        "calendar": answer.clock.calendar.name,
        "start": times.write(answer.clock.start),
        "end": times.write(answer.end),
        "counted_us": account.counted,
        "held_us": account.held,
        "excluded_us": account.excluded,
        "gated_us": account.gated,
        "outside_us": account.outside,
        **_knowledge(answer),
    }


def _knowledge(answer: Due | Worked) -> dict[str, Any]:
    until = known_until(answer.clock.calendar)
    known = {"provisional": answer.provisional, "known_until": None if until is None else until.isoformat()}
    return known if answer.rows is None else {**known, "stretches": [*map(stretch_line, answer.rows)]}

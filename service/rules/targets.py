"""What is wrong with the targets of a file beyond the shape of single values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from service.rules import rungs, times
from service.rules.errors import Finding, Path
from service.rules.lengths import MAX_DAYS, Length
from service.rules.shapes import (
    ROUND_THE_CLOCK,
    CalendarShape,
    EventShape,
    PolicyShape,
    TargetShape,
)
from service.rules.values import ANY, suggested
from service.rules.vocabulary import Words
from service.sla.instants import DAY
from service.sla.policy import Boundary, Unit

#: Longest grace: an absence is a fact at the latest then.
MAX_GRACE: Final = 31 * DAY


def findings(policy: PolicyShape) -> Iterator[Finding]:
    """Everything wrong with the targets of `policy`."""
    words = Words(policy)
    if policy.targets == {}:
        yield ("targets",), "holds no target: a policy promises at least one thing"
    if policy.grace is not None and policy.grace > MAX_GRACE:
        yield ("grace",), "is longer than 31 days: breaches would be said too late to matter"
    for name, target in (policy.targets or {}).items():
        if target is not None:
            path: Path = ("targets", name)
            yield from _conditions(target.applies, (*path, "applies"))
            yield from _events(target, words, path)
            yield from _time(target, policy.calendars or {}, path)
            yield from _holds(target, path)
            yield from rungs.findings(target, path)


def _conditions(conditions: Mapping[str, object] | None, path: Path) -> Iterator[Finding]:
    if conditions == {}:
        yield path, "holds no condition: leave it out when every ticket or event is meant"
    for attribute, values in (conditions or {}).items():
        if values == []:
            yield (*path, attribute), "holds no value, so that nothing would match: give one, or leave it out"


def _events(target: TargetShape, words: Words, path: Path) -> Iterator[Finding]:
    for key, events in (("start", target.start), ("stop", target.stop), ("cancel", target.cancel)):
        if events == [] and key != "cancel":
            yield (*path, key), "names no event: give at least one"
        for position, event in enumerate(events or ()):
            if event is None:
                continue
            place = (*path, key, position)
            if event.event is not None and (trouble := words.trouble(event.event)):
                yield (*place, "event"), trouble
            yield from _conditions(event.where, (*place, "where"))
    yield from _said_twice(target, path)


def _said_twice(target: TargetShape, path: Path) -> Iterator[Finding]:
    """One event that begins and ends, or keeps and cancels, a promise."""
    stops = [event for event in target.stop or () if event is not None and event.event is not None]
    start = target.start or [EventShape(event="opened")]
    for key, events, told in (("start", start, "begins"), ("cancel", target.cancel or [], "cancels")):
        for event in events:
            if event in stops and event is not None:
                place: Path = (*path, "stop", stops.index(event))
                yield place, f"`{event.event}` {told} the promise too (`{key}`): one event cannot do both"


def _time(
    target: TargetShape, calendars: Mapping[str, CalendarShape | None], path: Path
) -> Iterator[Finding]:
    calendar = None
    if _was_cut(target, "hours"):
        return
    if target.hours is not None and target.hours != ROUND_THE_CLOCK:
        calendar = calendars.get(target.hours)
        if target.hours not in calendars:
            known = (ROUND_THE_CLOCK, *calendars)
            yield (
                (*path, "hours"),
                f"`{target.hours}` is no calendar of this file: {suggested(target.hours, known)}",
            )
        yield from _with_calendar(target, calendar, path)
    elif target.boundary is Boundary.NEXT_OPEN:
        yield (
            (*path, "boundary"),
            "round the clock nothing opens: `next_open` needs the name of a calendar in `hours`",
        )
    if target.grace is not None and target.grace > MAX_GRACE:
        yield (*path, "grace"), "is longer than 31 days: breaches would be said too late to matter"
    if (
        target.floor
        and target.budget
        and target.budget.unit is Unit.TIME
        and target.floor > target.budget.amount
    ):
        yield (*path, "floor"), f"gives more time than the budget of {target.budget}: shorten it"


def _was_cut(target: TargetShape, key: str) -> bool:
    """Whether `key` was given and is wrong in itself."""
    return key in target.model_fields_set and getattr(target, key) is None


def _with_calendar(target: TargetShape, calendar: CalendarShape | None, path: Path) -> Iterator[Finding]:
    if target.zone is not None:
        yield (*path, "zone"), "the calendar in `hours` has a zone of its own: leave this one out"
    if target.budget is None:
        return
    if target.budget.unit is not Unit.TIME:
        told = f"{target.budget} pass at all hours: leave `hours` out, or give the budget in hours"
        yield (*path, "hours"), told
    elif calendar is not None and (days := _days_needed(target.budget, calendar)) > MAX_DAYS:
        told = f"{target.budget} of `{target.hours}` take {days:,} days, more than ten years: shorten it"
        yield (*path, "budget"), told


def _days_needed(budget: Length, calendar: CalendarShape) -> int:
    """About how many days `budget` takes; 0 when the week cannot be told."""
    week = sum(
        len(days) * sum(segment[1] - segment[0] for segment in segments or () if segment)
        for days, segments in (
            (times.weekdays(key), segments) for key, segments in (calendar.week or {}).items()
        )
    )
    return budget.amount * 7 // week if week else 0


def _holds(target: TargetShape, path: Path) -> Iterator[Finding]:
    if target.accepts is not None and ANY in target.accepts and len(target.accepts) > 1:
        yield (*path, "accepts"), f"`{ANY}` is every reason: leave the others out"

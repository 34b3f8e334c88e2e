"""What is wrong with the time of a target: its budget, its hours, and how they fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from service.rules.days import Week
from service.rules.errors import Finding, Path
from service.rules.lengths import MAX_DAYS, Length
from service.rules.shapes import ROUND_THE_CLOCK, TargetShape
from service.rules.values import suggested
from service.sla.instants import DAY
from service.sla.policy import Boundary, LastDay, Unit

#: Longest grace: an absence is a fact at the latest then.
MAX_GRACE: Final = 31 * DAY


def findings(target: TargetShape, weeks: Mapping[str, Sequence[Week]], path: Path) -> Iterator[Finding]:
    """Everything wrong with the time of `target`; `weeks` are those of each calendar."""
    yield from grace_findings(target.grace, path)
    yield from _floor(target, path)
    yield from _day_end(target, path)
    yield from _last_day(target, path)
    if _was_cut(target, "hours"):
        return
    if target.hours is None or target.hours == ROUND_THE_CLOCK:
        yield from _round_the_clock(target, path)
    else:
        yield from _with_calendar(target, target.hours, weeks, path)


def grace_findings(grace: int | None, path: Path) -> Iterator[Finding]:
    """What is wrong with the `grace` of the file or target at `path`."""
    if grace is not None and grace > MAX_GRACE:
        yield (*path, "grace"), "is longer than 31 days: breaches would be said too late to matter"


def _floor(target: TargetShape, path: Path) -> Iterator[Finding]:
    budget = target.budget
    if target.floor and budget and budget.unit is Unit.TIME and target.floor > budget.amount:
        yield (*path, "floor"), f"gives more time than the budget of {budget}: shorten it"


def _day_end(target: TargetShape, path: Path) -> Iterator[Finding]:
    if (
        target.day_end is not None
        and target.budget is not None
        and target.budget.unit is not Unit.WORKING_DAYS
    ):
        told = f"says where a working day ends, and {target.budget} count none: leave it out, or write working_days"
        yield (*path, "day_end"), told


def _last_day(target: TargetShape, path: Path) -> Iterator[Finding]:
    if target.last_day is None or target.budget is None:
        return
    if target.budget.unit is not Unit.CALENDAR_DAYS:
        told = f"says how far the last calendar day counts, and {target.budget} count none: leave it out"
        yield (*path, "last_day"), told
    elif _needs_calendar(target) and target.hours in {None, ROUND_THE_CLOCK}:
        told = "needs a calendar that says which days are worked: give its name in `hours`"
        yield (*path, "last_day"), told


def _needs_calendar(target: TargetShape) -> bool:
    return target.last_day is LastDay.WORKING


def _round_the_clock(target: TargetShape, path: Path) -> Iterator[Finding]:
    if target.boundary is Boundary.NEXT_OPEN:
        told = "round the clock nothing opens: `next_open` needs the name of a calendar in `hours`"
        yield (*path, "boundary"), told
    if target.budget is None or target.budget.unit is not Unit.WORKING_DAYS:
        return
    if target.hours is None:
        told = f"{target.budget} need a calendar that says which days are worked: give its name in `hours`"
        yield (*path, "budget"), told
    else:
        told = f"round the clock every day is worked: name a calendar for {target.budget}, or write calendar_days"
        yield (*path, "hours"), told


def _with_calendar(
    target: TargetShape, name: str, weeks: Mapping[str, Sequence[Week]], path: Path
) -> Iterator[Finding]:
    budget = target.budget
    if name not in weeks:
        known = suggested(name, (ROUND_THE_CLOCK, *weeks))
        yield (*path, "hours"), f"`{name}` is no calendar of this file: {known}"
    if target.zone is not None:
        yield (*path, "zone"), "the calendar in `hours` has a zone of its own: leave this one out"
    if budget is None:
        return
    if budget.unit is Unit.CALENDAR_DAYS and not _needs_calendar(target):
        told = f"{budget} pass at all hours: leave `hours` out, or give the budget in hours or working_days"
        yield (*path, "hours"), told
    elif (needed := max((_days_needed(budget, week) for week in weeks.get(name, ())), default=0)) > MAX_DAYS:
        told = f"{budget} of `{name}` take {needed:,} days, more than ten years: shorten it"
        yield (*path, "budget"), told
    if target.boundary is Boundary.NEXT_OPEN and budget.unit is Unit.WORKING_DAYS:
        told = "working days end where `day_end` says, and nothing opens then: leave it out"
        yield (*path, "boundary"), told


def _was_cut(target: TargetShape, key: str) -> bool:
    """Whether `key` was given and is wrong in itself."""
    return key in target.model_fields_set and getattr(target, key) is None


def _days_needed(budget: Length, week: Week) -> int:
    """About how many days `budget` takes; 0 when the week cannot be told."""
    if budget.unit is Unit.WORKING_DAYS:
        counted = sum(bool(day) for day in week)
    else:
        counted = sum(to - start for day in week for start, to in day)
    return budget.amount * 7 // counted if counted else 0

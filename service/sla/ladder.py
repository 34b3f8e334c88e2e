"""The ladder of a promise: which instant says what to which role."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from service.sla.course import Course
from service.sla.events import EventKey
from service.sla.instants import EARLIEST, NEVER, Instant
from service.sla.policy import Rung
from service.sla.statements import State
from service.sla.terms import Grant, due_of, own_due
from service.sla.ticks import latest_before
from service.sla.timeline import Timeline

#: Past the due without a stop in time.
MISSED: Final = frozenset({State.BREACHED, State.LATE})


@dataclass(frozen=True, slots=True)
class Step:
    """A rung and its instant; one `after_due` rests on the due being missed."""

    rung: Rung
    at: Instant
    after_due: bool


def steps(course: Course) -> Iterator[Step]:
    """The rungs of `course` that are right.

    A rung is right iff the promise was in force at its instant, not stopped at or before it, and nobody had taken it on;
    one at or after the due also needs the due to be missed. An instant before the due follows from what remains of the
    budget, one after it from what has run since, both in the target's own unit, so that no later hold moves it. An
    extension, or another instant for what lies before one, arms all rungs anew from then on.
    """
    armings = _armings(course)
    ends = [*(arming.since for arming in armings[1:]), NEVER]
    for arming, end in zip(armings, ends, strict=True):
        for rung in course.target.rungs:
            step = _step(course, rung, arming)
            if step is None or not (arming.since <= step.at < end and step.at < course.acknowledged):
                continue
            if any(since <= step.at < until for since, until in course.in_force):
                yield step if arming.key is None else replace(step, rung=renamed(rung, arming.key))


def renamed(rung: Rung, key: EventKey) -> Rung:
    """`rung` as another step, which the event `key` armed."""
    return replace(rung, name=f"{rung.name} @{'/'.join(key)}")


@dataclass(frozen=True, slots=True)
class _Arming:
    """From `since` on, by the event `key`, the rungs before the due are set by `total` of the target's unit.

    For a due that an event states they are set by `due` instead. With neither, none is right.
    """

    since: Instant = EARLIEST
    key: EventKey | None = None
    total: int | None = None
    due: Instant | None = None


def _armings(course: Course) -> list[_Arming]:
    """What armed the rungs, in the order of time; of several at one instant the last counts."""
    if course.target.stated is not None:
        return list(_by_settings(course))
    found = [_Arming(total=course.target.budget)]
    grants = (move for move in course.terms.moves if isinstance(move, Grant))
    for grant in sorted(grants, key=lambda grant: grant.at):
        found.append(_Arming(grant.at, grant.key, _total(course, grant, found[-1].total)))
    return found


def _by_settings(course: Course) -> Iterator[_Arming]:
    for place, setting in enumerate(course.terms.settings):
        due = own_due(course.timeline, replace(course.terms, settings=(setting,)))
        yield _Arming(setting.at, setting.key, due=due) if place else _Arming(due=due)


def _total(course: Course, grant: Grant, before: int | None) -> int | None:
    """How much there is in all after `grant`, by what was known then, so that no later hold moves a rung.

    While the due was not known, an amount of time still adds to what there was `before`.
    """
    known = course.timeline.known_at(grant.at)
    due = due_of(known, course.terms.known_at(grant.at))
    if due is not None:
        return known.used(due)
    return before + grant.by if before is not None and grant.until is None else None


def _step(course: Course, rung: Rung, arming: _Arming) -> Step | None:
    """`rung` by time or by urges, whichever comes first."""
    step = _by_time(course, rung, arming)
    urged = course.urges[rung.urges - 1] if 0 < rung.urges <= len(course.urges) else None
    if urged is not None and (step is None or urged < step.at):
        return Step(rung, urged, after_due=False)
    return step


def _by_time(course: Course, rung: Rung, arming: _Arming) -> Step | None:
    if rung.amount is None:
        return None
    over = rung.amount - course.target.budget
    if over < 0:
        instant = _before_due(course, over, arming)
        if instant is None or (course.due is not None and instant >= course.due):
            return None
        return Step(rung, instant, after_due=False)
    if course.due is None or course.missed_at is None or course.state not in MISSED:
        return None
    instant = course.due if over == 0 else _after_due(course, course.due, over)
    return None if instant is None else Step(rung, max(instant, course.missed_at), after_due=True)


def _before_due(course: Course, over: int, arming: _Arming) -> Instant | None:
    if arming.due is not None:
        return latest_before(course.target, arming.due, -over)
    return None if arming.total is None else course.timeline.used_up(arming.total + over)


def _after_due(course: Course, due: Instant, over: int) -> Instant | None:
    if course.target.stated is not None:  # its clock is that of the due, which no budget fills
        timeline = course.timeline
        return Timeline(course.target, due, timeline.circumstances, timeline.edition).used_up(over)
    return course.timeline.used_up(course.timeline.used(due) + over)

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
from service.sla.terms import Grant, Terms, due_of
from service.sla.timeline import latest_before, timeline_of

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
    extension arms all rungs anew from its approval on.
    """
    armings = _armings(course)
    for (begin, total, key), (end, _, _) in zip(armings, [*armings[1:], (NEVER, None, None)], strict=True):
        for rung in course.target.rungs:
            step = _step(course, rung, total)
            if step is None or not (begin <= step.at < end and step.at < course.acknowledged):
                continue
            if any(since <= step.at < until for since, until in course.in_force):
                yield step if key is None else replace(step, rung=renamed(rung, key))


def renamed(rung: Rung, key: EventKey) -> Rung:
    """`rung` as another step, which the event `key` armed."""
    return replace(rung, name=f"{rung.name} @{'/'.join(key)}")


def _armings(course: Course) -> list[tuple[Instant, int | None, EventKey | None]]:
    """From when on, with how much of the unit in all, and by which approval the rungs are armed; None: by no event.

    How much there is in all is what the approval gave by what was known then, so that no later hold moves a rung.
    """
    found: list[tuple[Instant, int | None, EventKey | None]] = [(EARLIEST, course.target.budget, None)]
    for place, move in enumerate(course.terms.moves, start=1):
        if isinstance(move, Grant):
            known = timeline_of(
                course.target,
                course.start,
                course.circumstances.known_at(move.at),
                course.target.calendar.known_at(move.at),
            )
            due = due_of(known, Terms(course.terms.moves[:place], course.terms.settings))
            found.append((move.at, None if due is None else known.used(due), move.key))
    return found


def _step(course: Course, rung: Rung, total: int | None) -> Step | None:
    """`rung` by time or by urges, whichever comes first."""
    step = _by_time(course, rung, total)
    urged = course.urges[rung.urges - 1] if 0 < rung.urges <= len(course.urges) else None
    if urged is not None and (step is None or urged < step.at):
        return Step(rung, urged, after_due=False)
    return step


def _by_time(course: Course, rung: Rung, total: int | None) -> Step | None:
    if rung.amount is None:
        return None
    over = rung.amount - course.target.budget
    if over < 0:
        instant = _before_due(course, over, total)
        if instant is None or (course.due is not None and instant >= course.due):
            return None
        return Step(rung, instant, after_due=False)
    if course.due is None or course.state not in MISSED:
        return None
    if over == 0:
        return Step(rung, course.due, after_due=True)
    instant = _after_due(course, course.due, over)
    return None if instant is None else Step(rung, instant, after_due=True)


def _before_due(course: Course, over: int, total: int | None) -> Instant | None:
    if course.target.stated is not None:
        return None if course.due is None else latest_before(course.target, course.due, -over)
    return None if total is None else course.timeline.used_up(total + over)


def _after_due(course: Course, due: Instant, over: int) -> Instant | None:
    if course.target.stated is not None:  # its clock is that of the due, which no budget fills
        return timeline_of(course.target, due, course.circumstances, course.timeline.edition).used_up(over)
    return course.timeline.used_up(course.timeline.used(due) + over)

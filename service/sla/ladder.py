"""The ladder of a promise: which instant says what to which role."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from service.sla.course import Course
from service.sla.instants import Instant
from service.sla.policy import Rung
from service.sla.statements import State

#: Past the due without a stop in time.
MISSED: Final = frozenset({State.BREACHED, State.LATE})


def steps(course: Course) -> Iterator[tuple[Rung, Instant]]:
    """The rungs of `course` that are right, each with its instant.

    A rung is right iff the promise was in force at its instant and not stopped at or before it; one at or after the
    due also needs the due to be missed. An instant before the due follows from what remains of the budget, one after
    it from what has run since, both in the target's own unit, so that no later hold moves it.
    """
    for rung in course.target.rungs:
        instant = _instant(course, rung)
        if instant is not None and any(begin <= instant < end for begin, end in course.in_force):
            yield rung, instant


def _instant(course: Course, rung: Rung) -> Instant | None:
    over = rung.amount - course.target.budget
    if over < 0:
        instant = course.timeline.used_up(rung.amount)
        return None if instant is None or (course.due is not None and instant >= course.due) else instant
    if course.due is None or course.state not in MISSED:
        return None
    return course.due if over == 0 else course.timeline.used_up(course.timeline.used(course.due) + over)

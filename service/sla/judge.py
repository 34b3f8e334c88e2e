"""All promises of a ticket, and every statement in force about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from service.sla.events import EventKey
from service.sla.history import History, is_orphan
from service.sla.instants import Instant
from service.sla.ladder import Step, renamed, steps
from service.sla.policy import Rules, Target
from service.sla.statements import Judgement, Promise
from service.sla.succession import Ruled, Tenure, promises, tenures
from service.sla.timeline import Stretch
from service.sla.view import View


def judge(history: History, rules: Rules, upto: Instant) -> Judgement:
    """Everything that is true of one ticket at `upto`: its promises, the statements in force, when to look again.

    Every record acknowledged before `upto` is in `history` or is one of its doubts. What rests on the absence of an
    event is stated only for instants that lie, with their target's grace, before `upto` and before the caps of the
    sources that the target requires; what rests on an event is stated as soon as the event is known. Total: any history
    has a judgement.
    """
    governed = tenures(history, rules)
    if not governed:
        return Judgement(orphan=bool(history.events) and is_orphan(history, rules))
    views = _views(governed, history, upto)
    statements = [statement for view in views for statement in view.statements()]
    statements.sort(key=lambda statement: (statement.at, statement.target, statement.id))
    policy, waits = governed[-1].policy, _waits(views)
    return Judgement(
        promises=tuple(view.promise() for view in views if not view.ruled.passed_on),
        statements=tuple(statements),
        wake_at=waits.pop((), None),
        waits=waits,
        policy=(policy.id, policy.version),
        adopt_from=policy.adopt_from,
    )


def explain(history: History, rules: Rules, upto: Instant) -> tuple[tuple[Promise, tuple[Stretch, ...]], ...]:
    """The promises of `judge`, each with its span cut into stretches with their reasons.

    A span runs from the start to the stop; without one to the due, or to `upto` when that is later or no due is known.
    """
    views = _views(tenures(history, rules), history, upto)
    return tuple((view.promise(), view.stretches()) for view in views if not view.ruled.passed_on)


def _views(governed: Sequence[Tenure], history: History, upto: Instant) -> list[View]:
    if not governed:
        return []
    first = governed[0].ticket.events[0]
    views: list[View] = []
    said: set[tuple[str, EventKey, str]] = set()
    for ruled in promises(governed):
        rungs = tuple(_named(ruled, step, said) for step in steps(ruled.course))
        complete = _complete(ruled.course.target, history.caps, upto)
        views.append(View(ruled, rungs, (first.tenant, first.ticket), history, complete))
    return views


def _complete(target: Target, caps: Mapping[str, Instant], upto: Instant) -> Instant:
    """How far all that `target` requires is known."""
    return min([upto, *(caps[source] for source in target.requires if source in caps)])


def _waits(views: Sequence[View]) -> dict[tuple[str, ...], Instant]:
    """The next instants at which more can be said, by the sources that have to be complete beyond them."""
    waits: dict[tuple[str, ...], Instant] = {}
    for view in views:
        sources = tuple(sorted(view.course.target.requires))
        for instant in view.pending():
            waits[sources] = min(instant, waits.get(sources, instant))
    return waits


def _named(ruled: Ruled, step: Step, said: set[tuple[str, EventKey, str]]) -> Step:
    """A rung that comes again under another version of the rules is another step, named after the `rejudge`."""
    course = ruled.course
    name = (course.target.id, course.started_by, step.rung.name)
    if name in said and course.armed_by is not None:
        return replace(step, rung=renamed(step.rung, course.armed_by))
    said.add(name)
    return step

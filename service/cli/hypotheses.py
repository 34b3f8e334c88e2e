"""Histories in which what was pleaded for a promise had gone well: more time granted, a failed contact reported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from service.sla import pleas
from service.sla.course import Course
from service.sla.events import Event, Json, as_text
from service.sla.history import History, key_of
from service.sla.policy import Extension, Match, Target
from service.sla.terms import Grant
from service.sla.ticket import Ticket, matches

#: Higher than any rank that a policy can ask for.
_HIGHEST: Final = 1_000_000_000


def granted(course: Course, ticket: Ticket, history: History) -> tuple[History, str] | None:
    """`history` with all the time granted at once that was asked for and not granted; the names of the requests.

    None when there was no such request. One that was made after the due is taken to have been made at the start.
    """
    rule = course.target.extension
    if rule is None:
        return None
    open_ones = [request for request, is_granted in _requests(course, ticket, rule) if not is_granted]
    if not open_ones:
        return None
    gone = {key_of(request) for request in open_ones}
    names = {name_of(request) for request in open_ones}
    answers = ("extension_approved", "extension_refused")
    gone |= {key_of(event) for event in ticket.events if event.type in answers and name_of(event) in names}
    kept = tuple(event for event in history.events if key_of(event) not in gone)
    asked = (replace(request, at=min(request.at, course.due or request.at)) for request in open_ones)
    told = tuple(event for request in asked for event in (request, _approval(request)))
    return replace(history, events=kept + told), ", ".join(sorted(names))


def generous(target: Target) -> Target:
    """`target` that grants any number of extensions."""
    rule = target.extension
    return target if rule is None else replace(target, extension=Extension(rule.rank, rule.within, _HIGHEST))


def reported(course: Course, ticket: Ticket, history: History) -> tuple[History, str] | None:
    """`history` with a report at once on the first failed contact or visit in time; its id. None when there was none."""
    rule = course.target.deemed
    if rule is None:
        return None
    for place, event in _its_own(course, ticket):
        due, _ = course.known_at(event.at)
        is_in_time = due is None or event.at <= due
        plea = pleas.report(rule, ticket, place) if is_in_time and matches(rule.on, event) else None
        if plea is not None and plea.report is None:
            return replace(history, events=(*history.events, _example(rule.report[0], event))), event.id
    return None


def name_of(event: Event) -> str:
    """What a request for more time, or an answer, is called."""
    return as_text(event.attributes.get("extension")) or event.id


def _requests(course: Course, ticket: Ticket, rule: Extension) -> Iterator[tuple[Event, bool]]:
    """The requests about the promise, each with whether it moved the due."""
    grants = {move.key for move in course.terms.moves if isinstance(move, Grant)}
    for place, event in _its_own(course, ticket):
        if event.type == "extension_requested":
            plea = pleas.extension(rule, course.target.unit, ticket, place)
            yield event, plea.grant is not None and plea.grant.key in grants


def _its_own(course: Course, ticket: Ticket) -> Iterator[tuple[int, Event]]:
    """The events from its start to its stop."""
    stop = course.stop
    is_begun = False
    for place, event in enumerate(ticket.events):
        is_begun = is_begun or key_of(event) == course.started_by
        if stop is not None and event.at > stop:
            return
        if is_begun:
            yield place, event


def _approval(request: Event) -> Event:
    told: dict[str, Json] = {"extension": name_of(request), "rank": _HIGHEST}
    return replace(request, id=f"{request.id} granted", type="extension_approved", attributes=told)


def _example(pattern: Match, at: Event) -> Event:
    """An event that `pattern` matches, at the instant of `at`."""
    attributes: dict[str, Json] = {
        where.attribute: min(where.values) for where in pattern.where if not where.negated
    }
    return replace(at, id=f"{at.id} reported", type=pattern.type, attributes=attributes)

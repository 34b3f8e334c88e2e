"""What asks for another due or another verdict, and how it was answered: extensions, reports, lapses, stated instants.

Each is read from the whole ticket at the event that asks, so that the order of arrival does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from service.sla.course import APPROVED_BELOW, APPROVED_LATE, REFUSED
from service.sla.events import Event, Json, as_instant, as_text
from service.sla.history import key_of
from service.sla.instants import HOUR, MINUTE, SECOND, Instant
from service.sla.policy import Deemed, Extension, Lapsed, Stated, Target, Unit
from service.sla.terms import Grant, Setting, Terms
from service.sla.ticket import Ticket, cancels, matches, stated_by

#: How much more time is asked for or granted: an amount in one unit.
AMOUNT: Final = re.compile(r"([0-9]{1,9}) ?(s|m|h|d|days?)")
_UNITS: Final = {"s": SECOND, "m": MINUTE, "h": HOUR}

_ANSWERS: Final = frozenset({"extension_approved", "extension_refused"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A request at `at`, known as `name`, that is settled at `settled`: with a `grant`, or a remark on why not."""

    at: Instant
    name: str
    settled: Instant
    grant: Grant | None = None
    remark: tuple[Instant, str] | None = None


@dataclass(frozen=True, slots=True)
class Missed:
    """A failed contact or visit: settled at `settled`, by the report at position `report` when there is one."""

    settled: Instant
    report: int | None


def extension(rule: Extension, unit: Unit, ticket: Ticket, place: int) -> Asked:
    """The request at `place`, with the first answer that names it."""
    request = ticket.events[place]
    name, limit = _name(request), request.at + rule.within
    answer = next((event for _, event in _after(ticket, place) if _answers(event, name)), None)
    if answer is None:
        return Asked(request.at, name, limit)
    settled, fault = min(answer.at, limit), _fault(rule, answer, limit)
    if fault:
        return Asked(request.at, name, settled, remark=(answer.at, fault))
    return Asked(request.at, name, settled, grant=_grant(request, answer, unit))


def _answers(event: Event, name: str) -> bool:
    return event.type in _ANSWERS and _name(event) == name


def _fault(rule: Extension, answer: Event, limit: Instant) -> str:
    """Why `answer` grants nothing; "" when it does."""
    if answer.type == "extension_refused":
        return REFUSED
    if answer.at > limit:
        return APPROVED_LATE
    return APPROVED_BELOW if _rank(answer) < rule.rank else ""


def _grant(request: Event, answer: Event, unit: Unit) -> Grant:
    """What was asked for, unless the answer says otherwise."""
    says = any(answer.attributes.get(name) is not None for name in ("until", "by"))
    asked = answer if says else request
    until = as_instant(asked.attributes.get("until"))
    return Grant(answer.at, key_of(answer), until, amount(asked.attributes.get("by"), unit))


def amount(value: Json, unit: Unit) -> int:
    """`24h`, `90m`, `30s` in microseconds, for units of days `3 days`; 0 for anything else."""
    found = AMOUNT.fullmatch(value) if isinstance(value, str) else None
    if found is None or (found[2] in _UNITS) is not (unit is Unit.TIME):
        return 0
    return int(found[1]) * _UNITS.get(found[2], 1)


def _name(event: Event) -> str:
    return as_text(event.attributes.get("extension")) or event.id


def _rank(event: Event) -> int:
    rank = event.attributes.get("rank")
    return rank if isinstance(rank, int) and not isinstance(rank, bool) else 0


def report(rule: Deemed, ticket: Ticket, place: int) -> Missed | None:
    """The failed contact or visit at `place`, with the first report in time; None when it was refuted."""
    failed = ticket.events[place]
    limit = failed.at + rule.within
    if key_of(failed) in ticket.refuted:
        return None
    for later, event in _unrefuted(ticket, place):
        if event.at > limit:
            break
        if matches(rule.report, event):
            return Missed(event.at, later)
    return Missed(limit, None)


def lapse(rule: Lapsed, ticket: Ticket, place: int) -> tuple[Instant, Event] | None:
    """When the demand at `place` lapses, and that event; None when it was fulfilled or refuted."""
    demand = ticket.events[place]
    limit = demand.at + rule.after
    if key_of(demand) in ticket.refuted:
        return None
    for _, event in _unrefuted(ticket, place):
        if event.at > limit:
            break
        if matches(rule.unless, event):
            return None
    return limit, demand


def stated(target: Target, ticket: Ticket, position: int) -> tuple[Terms, int]:
    """What the start event and, for a known instant, later ones of its kind state; the position where that is settled."""
    first = ticket.events[position]
    instant = stated_by(target, first)
    if instant is None:
        return Terms(), 0
    settings = [Setting(first.at, key_of(first), instant)]
    settled = 0
    if target.stated is Stated.BEFORE:
        settled = len(ticket.events)
        for place, event in _after(ticket, position):
            if event.at >= settings[-1].instant or cancels(target, event):
                settled = place
                break
            again = stated_by(target, event) if matches(target.start, event) else None
            if again is not None:
                settings.append(Setting(event.at, key_of(event), again))
    return Terms(settings=tuple(settings)), settled


def _after(ticket: Ticket, place: int) -> Iterator[tuple[int, Event]]:
    for later in range(place + 1, len(ticket.events)):
        yield later, ticket.events[later]


def _unrefuted(ticket: Ticket, place: int) -> Iterator[tuple[int, Event]]:
    return ((later, event) for later, event in _after(ticket, place) if key_of(event) not in ticket.refuted)

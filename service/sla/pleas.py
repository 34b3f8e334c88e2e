"""What asks for another due or another verdict, and how it was answered: extensions, reports, lapses.

Each is read from the whole ticket at the event that asks, so that the order of arrival does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from service.sla.course import (
    APPROVED_BELOW,
    APPROVED_LATE,
    ASKED_LATE,
    REFUSED,
    REPORT_MISSING,
    TOO_MANY,
)
from service.sla.events import Event, Json, as_instant, as_text
from service.sla.history import key_of
from service.sla.instants import HOUR, MINUTE, SECOND, Instant
from service.sla.policy import Deemed, Extension, Lapsed, Unit
from service.sla.terms import Grant
from service.sla.ticket import Ticket, matches

_AMOUNT: Final = re.compile(r"(\d{1,9}) ?(s|m|h|d|days?)")
_UNITS: Final = {"s": SECOND, "m": MINUTE, "h": HOUR}

ANSWERS: Final = frozenset({"extension_approved", "extension_refused"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A request at `at` that is settled at `settled`: with a `grant`, or with remarks on why not."""

    at: Instant
    settled: Instant
    grant: Grant | None
    remarks: tuple[tuple[Instant, str], ...]
    most: int
    late: str = ASKED_LATE
    too_many: str = TOO_MANY


@dataclass(frozen=True, slots=True)
class Missed:
    """A failed contact or visit: settled at `settled`, by the report at position `report` when there is one.

    `missing` is the remark where there is none, empty for what was refuted.
    """

    settled: Instant
    report: int | None
    missing: str = REPORT_MISSING


def extension(rule: Extension, unit: Unit, ticket: Ticket, place: int) -> Asked:
    """The request at `place`, with the first answer that names it."""
    request = ticket.events[place]
    name, limit = _name(request), request.at + rule.within
    later = ticket.events[place + 1 :]
    answer = next((event for event in later if event.type in ANSWERS and _name(event) == name), None)
    settled = limit if answer is None else min(answer.at, limit)
    grant, remark = None, ""
    if answer is None:
        pass
    elif answer.type == "extension_refused":
        remark = REFUSED
    elif answer.at > limit:
        remark = APPROVED_LATE
    elif _rank(answer) < rule.rank:
        remark = APPROVED_BELOW
    else:
        grant = _grant(request, answer, unit)
    remarks = ((answer.at, remark),) if answer is not None and remark else ()
    return Asked(request.at, settled, grant, remarks, rule.most)


def _grant(request: Event, answer: Event, unit: Unit) -> Grant:
    """What was asked for, unless the answer says otherwise."""
    asked = answer if {"until", "by"} & answer.attributes.keys() else request
    until = as_instant(asked.attributes.get("until"))
    return Grant(answer.at, key_of(answer), until, amount(asked.attributes.get("by"), unit))


def amount(value: Json, unit: Unit) -> int:
    """`24h`, `90m`, `30s` in microseconds, for units of days `3 days`; 0 for anything else."""
    found = _AMOUNT.fullmatch(value) if isinstance(value, str) else None
    if found is None or (found[2] in _UNITS) is not (unit is Unit.TIME):
        return 0
    return int(found[1]) * _UNITS.get(found[2], 1)


def _name(event: Event) -> str:
    return as_text(event.attributes.get("extension")) or event.id


def _rank(event: Event) -> int:
    rank = event.attributes.get("rank")
    return rank if isinstance(rank, int) and not isinstance(rank, bool) else 0


def report(rule: Deemed, ticket: Ticket, place: int) -> Missed:
    """The failed contact or visit at `place`, with the first report in time."""
    failed = ticket.events[place]
    limit = failed.at + rule.within
    if key_of(failed) in ticket.refuted:
        return Missed(failed.at, None, "")
    found = next((each for each in _unrefuted(ticket, place) if matches(rule.report, each[1])), None)
    if found is None or found[1].at > limit:
        return Missed(limit, None)
    return Missed(found[1].at, found[0])


def lapse(rule: Lapsed, ticket: Ticket, place: int) -> tuple[Instant, Event] | None:
    """When the demand at `place` lapses, and that event; None when it was fulfilled or refuted."""
    demand = ticket.events[place]
    limit = demand.at + rule.after
    fulfilled = any(
        event.at <= limit and matches(rule.unless, event) for _, event in _unrefuted(ticket, place)
    )
    return None if fulfilled or key_of(demand) in ticket.refuted else (limit, demand)


def _unrefuted(ticket: Ticket, place: int) -> Iterator[tuple[int, Event]]:
    for later in range(place + 1, len(ticket.events)):
        event = ticket.events[later]
        if key_of(event) not in ticket.refuted:
            yield later, event

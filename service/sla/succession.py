"""Which version of the rules governs a ticket when, and what passes from one version to the next.

A ticket follows the version that it is pinned to, until a `rejudge` puts it under another. Promises decided by then
stand; an open one is taken over by the target of the same id.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from service.sla.course import Course
from service.sla.events import Event, EventKey, as_text
from service.sla.history import History, in_order, key_of, order, pinned
from service.sla.pauses import exclusions_of
from service.sla.policy import Policy, Rules
from service.sla.promise import FRESH, Carry, courses
from service.sla.ticket import Ticket, ticket_of


@dataclass(frozen=True, slots=True)
class Tenure:
    """A version of the rules, and the ticket in its words while it governs."""

    policy: Policy
    ticket: Ticket


@dataclass(frozen=True, slots=True)
class Ruled:
    """A promise under the version that judges it; `passed_on` when a later version took it over."""

    policy: Policy
    ticket: Ticket
    course: Course
    passed_on: bool = False


def tenures(history: History, rules: Rules) -> tuple[Tenure, ...]:
    """The versions that govern the ticket, one after the other; none for a ticket that no version claims."""
    pin = pinned(history, rules)
    if pin is None:
        return ()
    policy, events = pin
    exclusions = exclusions_of(in_order(history.shared, {})) if history.shared else ()
    reigns = _reigns(policy, events, rules)
    found = []
    for (governing, begun_by), (_, ended_by) in zip(reigns, [*reigns[1:], (policy, None)], strict=True):
        told = events if governing is policy else in_order(history.events, governing.vocabulary)
        ticket = ticket_of(_with(told, begun_by, ended_by), exclusions)
        if begun_by is not None:
            ticket = replace(ticket, since=begun_by.at, armed_by=key_of(begun_by))
        if ended_by is not None:
            ticket = replace(ticket, until=ended_by.at, ended_by=ended_by)
        found.append(Tenure(governing, ticket))
    return tuple(found)


def _with(events: tuple[Event, ...], *changes: Event | None) -> tuple[Event, ...]:
    """`events` with the `rejudge`s that they lack: in the words of another version they may have been voided."""
    known = {key_of(event) for event in events}
    missing = [change for change in changes if change is not None and key_of(change) not in known]
    return tuple(sorted((*events, *missing), key=order)) if missing else events


def _reigns(policy: Policy, events: Sequence[Event], rules: Rules) -> list[tuple[Policy, Event | None]]:
    """The versions in turn, each with the `rejudge` that brought it; the first has none.

    Of several at one instant the last holds. One that names the version that governs anyway, or none that is known,
    changes nothing.
    """
    changes = [event for event in events if event.type == "rejudge" and _named(rules, event) is not None]
    reigns: list[tuple[Policy, Event | None]] = [(policy, None)]
    for place, change in enumerate(changes):
        if place + 1 < len(changes) and changes[place + 1].at == change.at:
            continue
        following = _named(rules, change) or policy
        if as_text(change.attributes.get("replace")) == "true":
            reigns = [(following, None)]
        elif following is not reigns[-1][0]:
            reigns.append((following, change))
    return reigns


def promises(governed: Sequence[Tenure]) -> Iterator[Ruled]:
    """Every promise of the ticket under the version that judges it."""
    if len(governed) == 1:
        policy, ticket = governed[0].policy, governed[0].ticket
        for target in policy.targets:
            yield from (Ruled(policy, ticket, course) for course in courses(target, ticket)[0])
        return
    carried: dict[str, Carry] = {}
    ruled: dict[tuple[str, EventKey], list[Ruled]] = {}
    for tenure in governed:
        for target in tenure.policy.targets:
            found, carried[target.id] = courses(target, tenure.ticket, carried.get(target.id, FRESH))
            for course in found:
                ruled.setdefault((target.id, course.started_by), []).append(
                    Ruled(tenure.policy, tenure.ticket, course)
                )
    for same in ruled.values():
        yield from (replace(each, passed_on=True) for each in same[:-1])
        yield same[-1]


def _named(rules: Rules, change: Event) -> Policy | None:
    version = as_text(change.attributes.get("version"))
    return next((policy for policy in rules.versions if policy.version == version), None)

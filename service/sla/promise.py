"""The promises of a target on a ticket: where each begins, and what one version of the rules leaves to the next."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from service.sla.course import Course
from service.sla.events import Event, EventKey
from service.sla.history import key_of
from service.sla.instants import EARLIEST, NEVER, Instant
from service.sla.pauses import pauses_of, ran_out
from service.sla.policy import Match, Target
from service.sla.statements import State
from service.sla.ticket import Ticket, cancels, matches, stated_by
from service.sla.timeline import Circumstances
from service.sla.walk import Walk

REOPENED: Final = Match("reopened")


@dataclass(frozen=True, slots=True)
class Carry:
    """What one version of the rules leaves of a target to the next.

    `taken_over` began the promise that was open, by `opened` or not, as the first of the ticket or not. New promises begin
    from `since` on, where the last version ended that had the target, and not before `after`, the stop of a promise that
    was past its due: (when it happened, its key).
    """

    since: Instant = EARLIEST
    taken_over: EventKey | None = None
    by_opened: bool = False
    first: bool = False
    replaced: int = 0
    after: tuple[Instant, EventKey] | None = None
    blocked: bool = False  # by a promise past its due without a stop


#: Nothing was in force yet: the whole history is looked at.
FRESH: Final = Carry(first=True)


def courses(target: Target, ticket: Ticket, carry: Carry = FRESH) -> tuple[list[Course], Carry]:
    """Every promise of `target` on `ticket` that was ever in force, in the order of their starts, and what is left of it.

    A start while the promise before is neither stopped nor ended begins nothing. After what cancels the target, an event
    that both stops and begins it begins nothing. Only the first promise, and only when `opened` begins it, can be met by
    a stop before its start event.
    """
    starts = target.start + ((REOPENED,) if target.reopen else ())
    base = _circumstances(target, ticket)
    limits = () if target.stated is not None else ran_out(ticket.holds, target)
    replaced = carry.replaced
    found: list[Course] = []
    free, first, is_over = _free_from(ticket, carry), carry.first, False
    left = carry if carry == FRESH else replace(carry, since=ticket.until, taken_over=None)
    for position, begun in enumerate(ticket.events):
        if begun.at >= ticket.until:
            break
        is_over = _is_over(target, starts, begun, before=is_over)
        is_taken_over = key_of(begun) == carry.taken_over
        if position < free or (is_over and not is_taken_over) or not _may_begin(target, starts, begun, carry):
            continue
        by_opened = carry.by_opened if is_taken_over else begun.type == "opened"
        walk = Walk(target, ticket, base, position, by_opened=by_opened)
        early = _early_stop(target, ticket, position) if first and by_opened else None
        ended = walk.go(early, starts)
        free = len(ticket.events) + 1 if ended is None else ended
        if walk.in_force:
            found.append(walk.course(limits, replaced))
        if walk.state not in {State.SUPERSEDED, State.ABSENT}:
            replaced = replaced + 1 if walk.renewed else 0
        left = replace(_left(walk, ended, first=first), replaced=replaced)
        first = False
    return found, left if found or carry != FRESH else FRESH


def _may_begin(target: Target, starts: Sequence[Match], event: Event, carry: Carry) -> bool:
    """Whether `event` begins a promise, or began the one that the version before left open, and states its due."""
    if target.stated is not None and stated_by(target, event) is None:
        return False
    return key_of(event) == carry.taken_over or (event.at >= carry.since and matches(starts, event))


def _is_over(target: Target, starts: Sequence[Match], event: Event, *, before: bool) -> bool:
    """Whether the target is cancelled after `event`, and no event has begun it since that does not also stop it."""
    if matches(starts, event) and not matches(target.stop, event):
        return False
    return before or cancels(target, event)


def _free_from(ticket: Ticket, carry: Carry) -> int:
    """The first position at which a new promise may begin, for all that an earlier one of another version leaves."""
    if carry.blocked:
        return len(ticket.events)
    if carry.after is None:
        return 0
    at, key = carry.after
    # In the words of this version the stop may never have happened.
    here = (place for place, event in enumerate(ticket.events) if key_of(event) == key)
    return next(here, bisect_left(ticket.events, at, key=lambda event: event.at))


def _circumstances(target: Target, ticket: Ticket) -> Circumstances:
    """What bears on the target's clocks; nothing moves a due that is stated."""
    if target.stated is not None:
        return Circumstances()
    return Circumstances(_gate(target, ticket), pauses_of(ticket.holds, ticket.exclusions, target))


def _gate(target: Target, ticket: Ticket) -> Instant:
    """When the last precondition happened; EARLIEST without any, NEVER while one is missing."""
    return max(
        (
            next((event.at for event in ticket.events if matches(precondition, event)), NEVER)
            for precondition in target.gate
        ),
        default=EARLIEST,
    )


def _early_stop(target: Target, ticket: Ticket, position: int) -> Event | None:
    return next((event for event in reversed(ticket.events[:position]) if matches(target.stop, event)), None)


def _left(walk: Walk, ended: int | None, *, first: bool) -> Carry:
    """What the version leaves of the target after a promise, the `first` of the ticket or not."""
    until = walk.ticket.until
    if walk.state in {State.SUPERSEDED, State.ABSENT}:
        return Carry(until, key_of(walk.ticket.events[walk.position]), by_opened=walk.by_opened, first=first)
    if ended is None or ended == len(walk.ticket.events):
        return Carry(until, blocked=True)
    stop = walk.ticket.events[ended]
    return Carry(until, after=(stop.at, key_of(stop)))

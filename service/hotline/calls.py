"""Facts about calls, folded: what became of each call in each queue, and who handled it when.

A call goes through *legs*, one for each time it waits in a queue, and *handlings*, one for each agent who has it.
Facts that fit nowhere (an answer to a call that was never offered, anything after the end) change no leg and are
counted as strays, so that a hole in what was published can be seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from service.hotline.facts import CallEvent, calls_in_order
from service.sla.instants import NEVER, Duration, Instant


class Outcome(StrEnum):
    """What became of a call in a queue."""

    WAITING = "waiting"
    ANSWERED = "answered"
    ABANDONED = "abandoned"
    MISSED = "missed"  # it ended unanswered, and not by the caller
    MOVED = "moved"  # it went on to another queue unanswered


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A call in a queue, waiting in [offered_at, until); `until` is None while it still waits.

    `rang_at` is when a telephone first began to ring, None where nobody told. `unanswered` is how often it rang at an
    agent who did not take it.
    """

    queue: str
    offered_at: Instant
    rang_at: Instant | None = None
    outcome: Outcome = Outcome.WAITING
    until: Instant | None = None
    unanswered: int = 0

    def waited(self, upto: Instant) -> Duration:
        """How long it waited, up to `upto` when it still does."""
        return max(0, (upto if self.until is None else self.until) - self.offered_at)

    def rang(self, upto: Instant) -> Duration:
        """How long it rang, up to `upto` when it still does; it rings from the offer on where nobody told."""
        begun = self.offered_at if self.rang_at is None else self.rang_at
        return max(0, (upto if self.until is None else self.until) - begun)


@dataclass(frozen=True, slots=True)
class Handling:
    """`agent` has the call in [start, end), `end` is None while it lasts; from the leg at this place, None without."""

    agent: str
    leg: int | None
    start: Instant
    end: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """All that is known of a call. `ended_by` is caller, agent or system, empty when that was not told."""

    id: str
    legs: tuple[Leg, ...] = ()
    handlings: tuple[Handling, ...] = ()
    ended_at: Instant | None = None
    ended_by: str = ""
    rating: int | None = None
    transfers: int = 0
    strays: int = 0

    @property
    def leg(self) -> Leg | None:
        """The leg in which it waits; None when it does not."""
        return self.legs[-1] if self.legs and self.legs[-1].outcome is Outcome.WAITING else None

    @property
    def is_orphan(self) -> bool:
        """Whether it was never offered, as far as is known; it is in no figure of a queue then."""
        return not self.legs

    def queue_of(self, handling: Handling) -> str:
        """The queue from which the agent had it; empty when it was never offered."""
        return "" if handling.leg is None else self.legs[handling.leg].queue


def fold_calls(events: Iterable[CallEvent], upto: Instant = NEVER) -> tuple[Call, ...]:
    """Every call as the facts up to `upto` tell it, by id; the same for every order and duplication of `events`."""
    calls: dict[str, Call] = {}
    for event in calls_in_order(events, upto):
        call = calls.get(event.call) or Call(id=event.call)
        calls[event.call] = _after(call, event)
    return tuple(calls[id_] for id_ in sorted(calls))


def _after(call: Call, event: CallEvent) -> Call:
    if event.type == "rated":
        return replace(call, rating=event.rating)
    if call.ended_at is not None:
        return _stray(call)
    match event.type:
        case "offered":
            return _offered(call, event)
        case "answered":
            return _answered(call, event)
        case "transferred":
            return _transferred(call, event)
        case "missed" if event.agent:
            return _rang_out(call, event)
        case "missed":
            return _ended(call, event, "system") if call.leg or not call.legs else _stray(call)
        case "abandoned":
            return _ended(call, event, "caller")
        case _:
            return _ended(call, event, event.by)


def _stray(call: Call) -> Call:
    return replace(call, strays=call.strays + 1)


def _offered(call: Call, event: CallEvent) -> Call:
    """It waits in a queue from now on; the one it waits in already offers nothing new."""
    if call.leg is not None and call.leg.queue == event.queue:
        return _rung(call, event)
    call = _settled(call, Outcome.MOVED, event)
    return _rung(replace(call, legs=(*call.legs, Leg(queue=event.queue, offered_at=event.at))), event)


def _answered(call: Call, event: CallEvent) -> Call:
    place = len(call.legs) - 1 if call.legs else None
    call = _settled(_rung(call, event), Outcome.ANSWERED, event)
    if any(each.agent == event.agent and each.end is None for each in call.handlings):
        return _stray(call)
    call = replace(call, handlings=(*call.handlings, Handling(event.agent, place, event.at)))
    return call if call.legs else _stray(call)


def _transferred(call: Call, event: CallEvent) -> Call:
    """The agent lets go of it; it waits in the queue named, unless it came there already from this agent's leg."""
    place = next((at for at, each in enumerate(call.handlings) if _is_held(each, event.agent)), None)
    left = None if place is None else call.handlings[place].leg
    if place is not None:
        handlings = list(call.handlings)
        handlings[place] = replace(handlings[place], end=event.at)
        call = replace(call, handlings=tuple(handlings))
    call = replace(call, transfers=call.transfers + 1, strays=call.strays + (not call.legs))
    if not event.queue:
        return call
    is_there = bool(call.legs) and call.legs[-1].queue == event.queue and left != len(call.legs) - 1
    return call if is_there else _offered(call, event)


def _is_held(handling: Handling, agent: str) -> bool:
    return handling.end is None and (not agent or handling.agent == agent)


def _rang_out(call: Call, event: CallEvent) -> Call:
    if call.leg is None:
        return _stray(call)
    call = _rung(call, event)
    return _with_last(call, replace(call.legs[-1], unanswered=call.legs[-1].unanswered + 1))


def _ended(call: Call, event: CallEvent, by: str) -> Call:
    """It is over for everybody. Who ended it says what became of the waiting: the caller where nobody told."""
    outcome = Outcome.MISSED if by in {"agent", "system"} else Outcome.ABANDONED
    call = _settled(_rung(call, event), outcome, event)
    handlings = (each if each.end is not None else replace(each, end=event.at) for each in call.handlings)
    strays = call.strays + (not call.legs)
    return replace(call, handlings=tuple(handlings), ended_at=event.at, ended_by=by, strays=strays)


def _rung(call: Call, event: CallEvent) -> Call:
    """What the fact tells of the ringing: the caller hears it from the first time on, at whomever it rings."""
    if call.leg is None or event.rang_at is None:
        return call
    told = max(call.leg.offered_at, event.rang_at)
    return _with_last(
        call, replace(call.leg, rang_at=min(told, told if call.leg.rang_at is None else call.leg.rang_at))
    )


def _settled(call: Call, outcome: Outcome, event: CallEvent) -> Call:
    """The waiting, if any, is over."""
    return call if call.leg is None else _with_last(call, replace(call.leg, outcome=outcome, until=event.at))


def _with_last(call: Call, leg: Leg) -> Call:
    return replace(call, legs=(*call.legs[:-1], leg))

"""One promise: what begins it, what ends it, when it is due, and what became of it.

Rule 1: what can happen to a promise, and what follows, stands in `TRANSITIONS` and nowhere else.
Rule 2: a promise is folded in event time; whether its absence of a stop is proved yet is not asked here.

The happenings of a ticket are told in their total order. The due is a happening of its own: it comes after every
event of its instant, so that a stop exactly at the due is in time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from service.sla.events import Event, EventKey
from service.sla.history import key_of
from service.sla.instants import EARLIEST, NEVER, Instant
from service.sla.pauses import pauses_of, ran_out
from service.sla.policy import Match, Target
from service.sla.statements import State
from service.sla.ticket import DESCRIBES, Ticket, holds_true, matches
from service.sla.timeline import Circumstances, Timeline, timeline_of

STOP_BEFORE_START: Final = "stop_before_start"
OVERDUE_ON_ARRIVAL: Final = "overdue_on_arrival"
MAX_OPEN: Final = "max_open"
SECOND_REQUEST: Final = "second_request"
PROVISIONAL_DUE: Final = "provisional_due"

REOPENED: Final = Match("reopened")


class Happening(StrEnum):
    """What can happen to a promise."""

    ENTER = "enter"  # a change in flight makes its target apply
    LEAVE = "leave"  # a change in flight makes its target apply no more
    EARLY = "early"  # a stop before the clock starts
    STOP = "stop"
    CANCEL = "cancel"
    DUE = "due"


_ENTER, _LEAVE, _EARLY, _STOP, _CANCEL, _DUE = Happening

#: (state, happening) -> state. Cancelling and changes in flight act on a promise only up to its stop and its due: after
#: the due the breach stands. A promise that was superseded comes back only while its ticket has not stopped. One met
#: before its clock starts can still be met properly, up to its due.
TRANSITIONS: Final[Mapping[State, Mapping[Happening, State]]] = {
    State.ABSENT: {
        _ENTER: State.OPEN,
        _LEAVE: State.ABSENT,
        _EARLY: State.NEVER,
        _STOP: State.NEVER,
        _CANCEL: State.NEVER,
        _DUE: State.ABSENT,
    },
    State.OPEN: {
        _ENTER: State.OPEN,
        _LEAVE: State.SUPERSEDED,
        _EARLY: State.EARLY,
        _STOP: State.MET,
        _CANCEL: State.CANCELLED,
        _DUE: State.BREACHED,
    },
    State.EARLY: {
        _ENTER: State.EARLY,
        _LEAVE: State.EARLY,
        _EARLY: State.EARLY,
        _STOP: State.MET,
        _CANCEL: State.EARLY,
        _DUE: State.MET,
    },
    State.SUPERSEDED: {
        _ENTER: State.OPEN,
        _LEAVE: State.SUPERSEDED,
        _EARLY: State.REPLACED,
        _STOP: State.REPLACED,
        _CANCEL: State.REPLACED,
        _DUE: State.SUPERSEDED,
    },
    State.BREACHED: {
        _ENTER: State.BREACHED,
        _LEAVE: State.BREACHED,
        _EARLY: State.LATE,
        _STOP: State.LATE,
        _CANCEL: State.BREACHED,
        _DUE: State.BREACHED,
    },
    **{
        final: dict.fromkeys(Happening, final)
        for final in (State.MET, State.LATE, State.CANCELLED, State.REPLACED, State.NEVER)
    },
}

#: States in which nothing can happen any more: a later start begins a new promise.
ENDED: Final = frozenset({State.MET, State.LATE, State.CANCELLED, State.REPLACED, State.NEVER})


@dataclass(frozen=True)
class Course:
    """A promise folded over all that is known.

    `due` is final as far as events tell; None while it cannot be known. `arrivals` are the instants at which changes in
    flight brought it into force. `in_force` are the half-open spans during which the target applied and the promise was
    neither stopped nor ended; the last ends at NEVER while it is open or breached.
    `state` is OPEN only while the due is not known: one that nothing else ends is BREACHED, however far its due.
    `begun` is the start event's instant; `ended_by` the event that brought the state, None for OPEN and BREACHED.
    `remarks` carry their instants. `armed_by` is the `rejudge` that brought the target, when one did.
    """

    target: Target
    started_by: EventKey
    begun: Instant
    timeline: Timeline
    circumstances: Circumstances
    due: Instant | None
    state: State
    in_force: tuple[tuple[Instant, Instant], ...]
    arrivals: tuple[Instant, ...]
    ended_by: Event | None
    remarks: tuple[tuple[Instant, str], ...]
    armed_by: EventKey | None = None

    @property
    def start(self) -> Instant:
        """Where its span begins."""
        return self.timeline.start

    @property
    def is_paused(self) -> bool:
        """Whether a hold or exclusion is open at the end of what is known."""
        pauses = self.circumstances.pauses
        return bool(pauses) and pauses[-1].end == NEVER

    @property
    def stop(self) -> Instant | None:
        """The instant of the final state's event, not before the start event."""
        return None if self.ended_by is None else max(self.begun, self.ended_by.at)

    def known_at(self, instant: Instant) -> tuple[Instant | None, tuple[str, ...]]:
        """The due as what was known at `instant` tells it, and what was remarkable by then, each once."""
        edition = self.target.calendar.known_at(instant)
        arrivals = tuple(at for at in self.arrivals if at <= instant)
        known = self.circumstances.known_at(instant)
        if edition is self.timeline.edition and arrivals == self.arrivals and known is self.circumstances:
            timeline, due = self.timeline, self.due
        else:
            timeline = timeline_of(self.target, self.start, known, edition)
            due = due_of(timeline, arrivals)
        remarks = {remark for at, remark in self.remarks if at <= instant}
        if due is not None and timeline.is_provisional(due):
            remarks.add(PROVISIONAL_DUE)
        return due, tuple(sorted(remarks))


def due_of(timeline: Timeline, arrivals: Sequence[Instant]) -> Instant | None:
    """When the budget is used up, and not before each arrival and the time that the target gives from then on.

    None when that is not known, because the gate is closed or a pause is open.
    """
    due = timeline.due(timeline.target.budget)
    for arrival in arrivals:
        least = timeline.later(arrival, timeline.target.floor)
        if due is None or least is None:
            return None
        due = max(due, least)
    return due


@dataclass(frozen=True, slots=True)
class Carry:
    """What one version of the rules leaves of a target to the next.

    `taken_over` began the promise that was open, by `opened` or not, as the first of the ticket or not. New promises begin
    from `since` on, where the last version ended that had the target, and not before `after`, the stop of a promise that
    was past its due.
    """

    since: Instant = EARLIEST
    taken_over: EventKey | None = None
    by_opened: bool = False
    first: bool = False
    after: EventKey | None = None
    blocked: bool = False  # by a promise past its due without a stop


#: Nothing was in force yet: the whole history is looked at.
FRESH: Final = Carry(first=True)


def courses(target: Target, ticket: Ticket, carry: Carry = FRESH) -> tuple[list[Course], Carry]:
    """Every promise of `target` on `ticket` that was ever in force, in the order of their starts, and what is left of it.

    A start while the promise before is neither stopped nor ended begins nothing. Only the first, and only when `opened`
    begins it, can be met by a stop before its start event.
    """
    starts = target.start + ((REOPENED,) if target.reopen else ())
    positions = _positions(starts, ticket, carry)
    base = Circumstances(_gate(target, ticket), pauses_of(ticket.holds, ticket.exclusions, target))
    limits = ran_out(ticket.holds, target)
    found: list[Course] = []
    free, first = 0, carry.first
    left = replace(carry, since=ticket.until)
    for position in positions:
        if position < free:
            continue
        begun = ticket.events[position]
        by_opened = carry.by_opened if key_of(begun) == carry.taken_over else begun.type == "opened"
        walk = _Walk(target, ticket, base, position, by_opened=by_opened)
        early = _early_stop(target, ticket, position) if first and by_opened else None
        ended = walk.go(early, starts)
        free = len(ticket.events) + 1 if ended is None else ended
        if walk.in_force:
            found.append(walk.course(limits))
        left = walk.left(ended, first=first)
        first = False
    return found, left if found or carry != FRESH else FRESH


def _positions(starts: Sequence[Match], ticket: Ticket, carry: Carry) -> Iterator[int]:
    """Where promises may begin: at what was taken over, then at every start from where the version before leaves off."""
    after = carry.after is None
    for position, event in enumerate(ticket.events):
        key = key_of(event)
        after = after or key == carry.after
        if event.at >= ticket.until:
            return
        if key == carry.taken_over or (
            after and not carry.blocked and event.at >= carry.since and matches(starts, event)
        ):
            yield position


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


class _Walk:
    """A promise on its way through the happenings of its ticket."""

    def __init__(
        self, target: Target, ticket: Ticket, base: Circumstances, position: int, *, by_opened: bool
    ) -> None:
        begun = ticket.events[position]
        self.target = target
        self.ticket = ticket
        self.position = position
        self.begun = begun.at
        self.by_opened = by_opened
        inherited = ticket.inherited if by_opened else None
        start = begun.at if inherited is None else min(inherited, begun.at)
        self.circumstances = base
        self.timeline = timeline_of(target, start, base, target.calendar.latest)
        self.due: Instant | None = None
        self.state = State.ABSENT
        self.in_force: list[tuple[Instant, Instant]] = []
        self.arrivals: list[Instant] = []
        self.ended_by: Event | None = None
        self.early = False  # ended by a stop before its clock started
        self.remarks: list[tuple[Instant, str]] = []

    def go(self, early: Event | None, starts: Sequence[Match]) -> int | None:
        """Through all happenings; the position from which a next promise may begin, None when this one never ends."""
        self._begin(early)
        events = self.ticket.events
        for place in range(self.position + 1, len(events)):
            self._pass_to(events[place].at)
            if events[place].at >= self.ticket.until and self.state is not State.BREACHED:
                self._hand_over()
                return place
            for happening, event in self._happenings(place):
                self._take(happening, event)
            if self.state in ENDED or (self.state is State.EARLY and matches(starts, events[place])):
                return place
        self._pass_to(NEVER)
        return None

    def _begin(self, early: Event | None) -> None:
        if not self._applies(self.position):
            if early is not None:
                self._take(Happening.EARLY, early)
            return
        self.state = State.OPEN
        self.in_force.append((self.begun, NEVER))
        if self.timeline.start < self.begun:
            self._arrive(self.begun)
        else:
            self.due = due_of(self.timeline, ())
        if early is not None:
            self._take(Happening.EARLY, early)

    def _pass_to(self, instant: Instant) -> None:
        if self.due is not None and self.due < instant:
            self.state = TRANSITIONS[self.state][Happening.DUE]

    def _hand_over(self) -> None:
        """The version of the rules ends here; the event that ends it supersedes what is open."""
        if self.ticket.ended_by is not None:
            self._take(Happening.LEAVE, self.ticket.ended_by)

    def _applies(self, place: int) -> bool:
        ticket = self.ticket
        return ticket.events[place].at >= ticket.since and holds_true(
            self.target.applies, ticket.attributes[place]
        )

    def _happenings(self, place: int) -> Iterator[tuple[Happening, Event]]:
        ticket, event = self.ticket, self.ticket.events[place]
        if ticket.changes_at(place):
            after = self._applies(place)
            if after != self._applies(place - 1):
                yield Happening.ENTER if after else Happening.LEAVE, _describing(ticket, place)
        if matches(self.target.stop, event):
            yield Happening.EARLY if event.at < self.timeline.clock else Happening.STOP, event
        elif event.type == "merged" or matches(self.target.cancel, event):
            yield Happening.CANCEL, event

    def _take(self, happening: Happening, event: Event) -> None:
        before, self.state = self.state, TRANSITIONS[self.state][happening]
        if self.state is State.OPEN and before is not State.OPEN:
            self.in_force.append((event.at, NEVER))
            self.ended_by = None
            self._arrive(event.at)
            return
        begin, end = self.in_force[-1] if self.in_force else (NEVER, EARLIEST)
        if (before is State.EARLY and happening in {Happening.EARLY, Happening.STOP}) or (
            end == NEVER and self.state is not before
        ):
            self.in_force[-1] = (begin, min(end, max(begin, event.at)))
            self.ended_by = event
            self.early = happening is Happening.EARLY

    def _arrive(self, instant: Instant) -> None:
        before = due_of(self.timeline, self.arrivals)
        if before is not None and before < instant:
            self.remarks.append((instant, OVERDUE_ON_ARRIVAL))
        self.arrivals.append(instant)
        self.due = due_of(self.timeline, self.arrivals)

    def left(self, ended: int | None, *, first: bool) -> Carry:
        """What the version leaves of the target after this promise, the `first` of the ticket or not."""
        until = self.ticket.until
        if self.state in {State.SUPERSEDED, State.ABSENT}:
            taken_over = key_of(self.ticket.events[self.position])
            return Carry(until, taken_over, by_opened=self.by_opened, first=first)
        if ended is None:
            return Carry(until, blocked=True)
        return Carry(until, after=key_of(self.ticket.events[ended]))

    def course(self, limits: Sequence[Instant]) -> Course:
        """What came of it; `limits` are the instants at which accepted holds ran out, in order."""
        return Course(
            target=self.target,
            started_by=key_of(self.ticket.events[self.position]),
            begun=self.begun,
            timeline=self.timeline,
            circumstances=self.circumstances,
            due=self.due,
            state=self.state,
            in_force=tuple(self.in_force),
            arrivals=tuple(self.arrivals),
            ended_by=self.ended_by,
            remarks=(*self.remarks, *self._remarkable(limits)),
            armed_by=self.ticket.armed_by,
        )

    def _remarkable(self, limits: Sequence[Instant]) -> Iterator[tuple[Instant, str]]:
        if self.early:
            yield EARLIEST, STOP_BEFORE_START
        first = bisect_right(limits, self.timeline.start)
        if first < len(limits):
            yield limits[first], MAX_OPEN
        if self.target.gate and len(self.ticket.requests) > 1:
            yield self.ticket.requests[1], SECOND_REQUEST


def _describing(ticket: Ticket, place: int) -> Event:
    """Of the events of one instant, which begin at `place`, the last that describes the ticket."""
    found = event = ticket.events[place]
    while event.at == found.at:
        if event.type in DESCRIBES:
            found = event
        place += 1
        if place == len(ticket.events):
            break
        event = ticket.events[place]
    return found

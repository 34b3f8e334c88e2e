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

from service.sla.events import Event, EventKey, Json, as_text
from service.sla.history import key_of
from service.sla.instants import NEVER, Instant
from service.sla.policy import Match, Target, Where
from service.sla.statements import State
from service.sla.timeline import Hold, Timeline, accepted, known_by

STOP_BEFORE_START: Final = "stop_before_start"
OVERDUE_ON_ARRIVAL: Final = "overdue_on_arrival"

REOPENED: Final = Match("reopened")

#: Events whose attributes describe the ticket from their instant on.
DESCRIBES: Final = frozenset({"opened", "reclassified"})


class Happening(StrEnum):
    """What can happen to a promise."""

    ENTER = "enter"  # a re-classification makes its target apply
    LEAVE = "leave"  # a re-classification makes its target apply no more
    STOP = "stop"
    CANCEL = "cancel"
    DUE = "due"


_ENTER, _LEAVE, _STOP, _CANCEL, _DUE = Happening

#: (state, happening) -> state. Cancelling and re-classification act on a promise only up to its stop and its due:
#: after the due the breach stands. A promise that was superseded comes back only while its ticket has not stopped.
TRANSITIONS: Final[Mapping[State, Mapping[Happening, State]]] = {
    State.ABSENT: {
        _ENTER: State.OPEN,
        _LEAVE: State.ABSENT,
        _STOP: State.NEVER,
        _CANCEL: State.NEVER,
        _DUE: State.ABSENT,
    },
    State.OPEN: {
        _ENTER: State.OPEN,
        _LEAVE: State.SUPERSEDED,
        _STOP: State.MET,
        _CANCEL: State.CANCELLED,
        _DUE: State.BREACHED,
    },
    State.SUPERSEDED: {
        _ENTER: State.OPEN,
        _LEAVE: State.SUPERSEDED,
        _STOP: State.REPLACED,
        _CANCEL: State.REPLACED,
        _DUE: State.SUPERSEDED,
    },
    State.BREACHED: {
        _ENTER: State.BREACHED,
        _LEAVE: State.BREACHED,
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


@dataclass(frozen=True, slots=True)
class Ticket:
    """What all promises of a ticket share: its ordered events, its holds, and its attributes over time.

    `attributes[i]` is how `opened` and `reclassified` events up to position i describe the ticket, those of the
    same instant taken together.
    """

    events: tuple[Event, ...]
    holds: tuple[Hold, ...]
    attributes: tuple[Mapping[str, Json], ...]


@dataclass(frozen=True)
class Course:
    """A promise folded over all that is known.

    `due` is final as far as events tell; None while a hold is open. `arrivals` are the instants at which
    re-classifications brought it into force. `in_force` are the half-open spans during which the target applied and
    the promise was neither stopped nor ended; the last ends at NEVER while it is open or breached.
    `state` is OPEN only while the due is not known: one that nothing else ends is BREACHED, however far its due.
    `ended_by` is the event that brought the state; None for OPEN and BREACHED. `remarks` carry their instants.
    """

    target: Target
    started_by: EventKey
    timeline: Timeline
    due: Instant | None
    state: State
    in_force: tuple[tuple[Instant, Instant], ...]
    arrivals: tuple[Instant, ...]
    ended_by: Event | None
    remarks: tuple[tuple[Instant, str], ...]

    @property
    def start(self) -> Instant:
        """Where the clock began."""
        return self.timeline.start

    @property
    def stop(self) -> Instant | None:
        """The instant of the final state's event, not before the start."""
        return None if self.ended_by is None else max(self.start, self.ended_by.at)

    def due_known_at(self, instant: Instant) -> Instant | None:
        """The due as the events up to `instant` tell it."""
        arrivals = tuple(at for at in self.arrivals if at <= instant)
        holds = self.timeline.holds
        if arrivals == self.arrivals and (not holds or holds[-1].end <= instant):
            return self.due
        return due_of(replace(self.timeline, holds=known_by(holds, instant)), arrivals)

    def remarks_at(self, instant: Instant) -> tuple[str, ...]:
        """What was remarkable by `instant`, each once."""
        return tuple(sorted({remark for at, remark in self.remarks if at <= instant}))


def due_of(timeline: Timeline, arrivals: Sequence[Instant]) -> Instant | None:
    """When the budget is used up, and not before each arrival and the time that the target gives from then on.

    None when that is not known, because a hold is open.
    """
    due = timeline.due(timeline.target.budget)
    for arrival in arrivals:
        least = timeline.later(arrival, timeline.target.floor)
        if due is None or least is None:
            return None
        due = max(due, least)
    return due


def courses(target: Target, ticket: Ticket) -> Iterator[Course]:
    """Every promise of `target` on `ticket` that was ever in force, in the order of their starts.

    A start while the promise before is neither stopped nor ended begins nothing. Only the first, and only when
    `opened` begins it, can be met by a stop before its start.
    """
    ticket = replace(ticket, holds=accepted(ticket.holds, target))
    starts = target.start + ((REOPENED,) if target.reopen else ())
    free = 0
    first = True
    for position, event in enumerate(ticket.events):
        if position < free or not matches(starts, event):
            continue
        early = _early_stop(target, ticket, position) if first and event.type == "opened" else None
        if early is None:
            course, ended = _fold(target, ticket, position)
        else:
            course, ended = _met_before_start(target, ticket, position, early), position + 1
        first = False
        free = len(ticket.events) + 1 if ended is None else ended
        if course.in_force:
            yield course


def matches(patterns: Sequence[Match], event: Event) -> bool:
    """Whether one of `patterns` matches `event` by type and attributes."""
    for pattern in patterns:
        if pattern.type == event.type and holds_true(pattern.where, event.attributes):
            return True
    return False


def holds_true(conditions: Sequence[Where], attributes: Mapping[str, Json]) -> bool:
    """Whether `attributes` satisfy all of `conditions`; a missing attribute satisfies none."""
    return not conditions or all(
        as_text(attributes.get(where.attribute)) in where.values for where in conditions
    )


def attributes_of(events: Sequence[Event]) -> tuple[Mapping[str, Json], ...]:
    """For each event, the ticket's attributes from then on; re-classifications of one instant act as one."""
    described: list[Mapping[str, Json]] = []
    known: dict[str, Json] = {}
    for event in events:
        if event.type in DESCRIBES:
            known = {**known, **event.attributes}
        described.append(known)
    for place in range(len(events) - 2, -1, -1):
        if events[place].at == events[place + 1].at:
            described[place] = described[place + 1]
    return tuple(described)


def _early_stop(target: Target, ticket: Ticket, position: int) -> Event | None:
    return next((event for event in reversed(ticket.events[:position]) if matches(target.stop, event)), None)


def _met_before_start(target: Target, ticket: Ticket, position: int, early: Event) -> Course:
    """The promise begun by the event at `position`, met by `early` or by a later stop in time.

    Nothing else can happen to it. One whose target does not apply at the start is never in force.
    """
    walk = _begin(target, ticket, position)
    if walk.state is State.OPEN:
        later = next((event for event in ticket.events[position + 1 :] if matches(target.stop, event)), None)
        walk.meet_before_start(early, later)
    return walk.course(key_of(ticket.events[position]))


def _fold(target: Target, ticket: Ticket, position: int) -> tuple[Course, int | None]:
    """The promise begun by the event at `position`, and the position from which a next one may begin."""
    walk = _begin(target, ticket, position)
    ended = None
    for place in range(position + 1, len(ticket.events)):
        walk.pass_to(ticket.events[place].at)
        for happening, event in _happenings(target, ticket, place):
            walk.take(happening, event)
        if walk.state in ENDED:
            ended = place
            break
    walk.pass_to(NEVER)
    return walk.course(key_of(ticket.events[position])), ended


def _begin(target: Target, ticket: Ticket, position: int) -> _Walk:
    begun = ticket.events[position]
    first = bisect_right(ticket.holds, begun.at, key=lambda hold: hold.end)
    walk = _Walk(target, Timeline(target, begun.at, ticket.holds[first:]))
    if holds_true(target.applies, ticket.attributes[position]):
        walk.begin()
    return walk


def _happenings(target: Target, ticket: Ticket, place: int) -> Iterator[tuple[Happening, Event]]:
    event = ticket.events[place]
    old, new = ticket.attributes[place - 1], ticket.attributes[place]
    if target.applies and old is not new:
        after = holds_true(target.applies, new)
        if after != holds_true(target.applies, old):
            yield Happening.ENTER if after else Happening.LEAVE, _describing(ticket, place)
    if matches(target.stop, event):
        yield Happening.STOP, event
    elif matches(target.cancel, event):
        yield Happening.CANCEL, event


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


class _Walk:
    """A promise on its way through the happenings; `course` is what came of it."""

    def __init__(self, target: Target, timeline: Timeline) -> None:
        self.target = target
        self.timeline = timeline
        self.due: Instant | None = None
        self.state = State.ABSENT
        self.in_force: list[tuple[Instant, Instant]] = []
        self.arrivals: list[Instant] = []
        self.ended_by: Event | None = None
        self.remarks: list[tuple[Instant, str]] = []

    def begin(self) -> None:
        self.state = State.OPEN
        self.due = due_of(self.timeline, ())
        self.in_force.append((self.timeline.start, NEVER))

    def pass_to(self, instant: Instant) -> None:
        if self.due is not None and self.due < instant:
            self.state = TRANSITIONS[self.state][Happening.DUE]

    def take(self, happening: Happening, event: Event) -> None:
        before, self.state = self.state, TRANSITIONS[self.state][happening]
        if self.state is before:
            return
        if self.state is State.OPEN:
            self._arrive(event.at)
        elif self.in_force and self.in_force[-1][1] == NEVER:
            self.in_force[-1] = (self.in_force[-1][0], event.at)
            self.ended_by = event

    def _arrive(self, instant: Instant) -> None:
        before = self.due if self.in_force else due_of(self.timeline, ())
        if before is not None and before < instant:
            self.remarks.append((instant, OVERDUE_ON_ARRIVAL))
        self.arrivals.append(instant)
        self.due = due_of(self.timeline, self.arrivals)
        self.in_force.append((instant, NEVER))
        self.ended_by = None

    def meet_before_start(self, early: Event, later: Event | None) -> None:
        self.state = State.MET
        self.in_force = [(self.timeline.start, self.timeline.start)]
        if later is not None and (self.due is None or later.at <= self.due):
            self.ended_by = later
        else:
            self.ended_by = early
            self.remarks.append((self.timeline.start, STOP_BEFORE_START))

    def course(self, started_by: EventKey) -> Course:
        return Course(
            target=self.target,
            started_by=started_by,
            timeline=self.timeline,
            due=self.due,
            state=self.state,
            in_force=tuple(self.in_force),
            arrivals=tuple(self.arrivals),
            ended_by=self.ended_by,
            remarks=tuple(self.remarks),
        )

"""A promise on its way through the happenings of its ticket, in event time.

The happenings are told in their total order. The due is a happening of its own: it comes after every event of its instant,
so that a stop exactly at the due is in time. Whether the absence of a stop is proved yet is not asked here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from service.sla.course import (
    MAX_OPEN,
    OVERDUE_ON_ARRIVAL,
    SECOND_REQUEST,
    STOP_BEFORE_START,
    Course,
    due_of,
)
from service.sla.events import Event
from service.sla.history import key_of
from service.sla.instants import EARLIEST, NEVER, Instant
from service.sla.policy import Match, Target
from service.sla.statements import State
from service.sla.ticket import DESCRIBES, Ticket, holds_true, matches
from service.sla.timeline import Circumstances, timeline_of
from service.sla.transitions import ENDED, TRANSITIONS, Happening


class Walk:
    """The promise begun by the event at `position`; `base` is what bears on the clocks of its target."""

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
        own = self.timeline.due(self.target.budget)
        if own is not None and own < instant:
            self.remarks.append((instant, OVERDUE_ON_ARRIVAL))
        self.arrivals.append(instant)
        self.due = due_of(self.timeline, self.arrivals)

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

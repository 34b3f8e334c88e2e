"""A promise on its way through the happenings of its ticket, in event time.

The happenings are told in their total order. The due is a happening of its own: it comes after every event of its instant,
so that a stop exactly at the due is in time. Whether the absence of a stop is proved yet is not asked here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from service.sla import pleas
from service.sla.course import (
    MAX_OPEN,
    OVERDUE_ON_ARRIVAL,
    REPLACES,
    SECOND_REQUEST,
    STOP_BEFORE_START,
    Course,
)
from service.sla.events import Event
from service.sla.hearing import Hearing
from service.sla.history import key_of
from service.sla.instants import EARLIEST, NEVER, Instant
from service.sla.policy import Match, Stated, Target
from service.sla.statements import State
from service.sla.terms import Arrival, Move, due_of, own_due
from service.sla.ticket import Ticket, cancels, holds_true, matches, stated_by
from service.sla.timeline import Circumstances, Timeline
from service.sla.transitions import ENDED, TRANSITIONS, Happening

#: Not decided: what asks for another due is heard, also while the target does not apply.
_PENDING = frozenset({State.OPEN, State.ABSENT, State.SUPERSEDED})


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
        self.timeline = Timeline(target, start, base, target.calendar.latest)
        self.terms, self.settled = pleas.stated(target, ticket, position)
        self.due: Instant | None = None
        self.hearing = Hearing(target, ticket)
        self.state = State.ABSENT
        self.in_force: list[tuple[Instant, Instant]] = []
        self.ended_by: Event | None = None
        self.ended_at = EARLIEST
        self.early = False  # ended by a stop before its clock started
        self.stopped_late = False  # after the due, while a report in time was still to come
        self.renewed = False  # while it was open, a new date took its place
        self.remarks: list[tuple[Instant, str]] = []

    def go(self, early: Event | None, starts: Sequence[Match]) -> int | None:
        """Through all happenings; the position from which a next promise may begin, None when this one never ends."""
        self._begin(early)
        events = self.ticket.events
        for place in range(self.position + 1, len(events)):
            self._pass_to(events[place].at)
            if events[place].at >= self.ticket.until and self.state is not State.BREACHED:
                self._hand_over()
                return max(place, self.settled)
            for happening, event in self._happenings(place):
                self._take(happening, event, event.at)
            if self.state in ENDED or self._gives_way(place, starts):
                return max(place, self.settled)
        self._pass_to(NEVER)
        return None

    def _begin(self, early: Event | None) -> None:
        self._plead(self.position)
        if not self._applies(self.position):
            if early is not None:
                self._take(Happening.EARLY, early, early.at)
            return
        self.state = State.OPEN
        self.in_force.append((self.begun, NEVER))
        if self.timeline.start < self.begun:
            self._arrive(self.begun)
        self._move()
        if early is not None:
            self._take(Happening.EARLY, early, early.at)

    def _gives_way(self, place: int, starts: Sequence[Match]) -> bool:
        """Whether the event at `place` ends this promise by beginning the next."""
        event = self.ticket.events[place]
        if not matches(starts, event) or (
            self.target.stated is not None and stated_by(self.target, event) is None
        ):
            return False
        if self.state in {State.EARLY, State.DEEMED}:
            return True
        if self.stopped_late:
            self._end_missed(place)
            return True
        if self.target.stated is not Stated.PROMISED:
            return False
        self.renewed = self.state is State.OPEN
        self._take(Happening.REPLACE, event, event.at)
        if self.state is State.BREACHED:
            self._end_missed(place)
        return True

    def _end_missed(self, place: int) -> None:
        """Past its due it ends at `place`, unless a report in time is still to come."""
        report = self.hearing.later_report(place)
        event = self.ticket.events[place if report is None else report]
        if report is not None:
            self._take(Happening.DEEM, event, event.at)
        else:
            self.in_force[-1] = (self.in_force[-1][0], event.at)

    def _pass_to(self, instant: Instant) -> None:
        lapses = self.hearing.lapses
        while lapses and lapses[0][0] < instant:
            at, event = lapses.pop(0)
            if self.due is None or at <= self.due:
                self._take(Happening.DEEM, event, at)
        if self.due is not None and self.due < instant:
            self.state = TRANSITIONS[self.state][Happening.DUE]

    def _hand_over(self) -> None:
        """The version of the rules ends here; the event that ends it supersedes what is open."""
        if self.ticket.ended_by is not None:
            self._take(Happening.LEAVE, self.ticket.ended_by, self.ticket.ended_by.at)

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
                yield Happening.ENTER if after else Happening.LEAVE, ticket.described_by(place)
        self._plead(place)
        if place in self.hearing.reports:
            yield Happening.DEEM, event
        if matches(self.target.stop, event):
            if self.state is State.BREACHED and self.hearing.later_report(place - 1) is not None:
                self.stopped_late = True
            else:
                yield Happening.EARLY if event.at < self.timeline.clock else Happening.STOP, event
        elif cancels(self.target, event):
            yield Happening.CANCEL, event

    def _take(self, happening: Happening, event: Event, at: Instant) -> None:
        before, self.state = self.state, TRANSITIONS[self.state][happening]
        if self.state is State.OPEN and before is not State.OPEN:
            self.in_force.append((at, NEVER))
            self.ended_by = None
            self._arrive(at)
            return
        begin, end = self.in_force[-1] if self.in_force else (NEVER, EARLIEST)
        again = before in {State.EARLY, State.DEEMED} and happening in {Happening.EARLY, Happening.STOP}
        if again or (end == NEVER and self.state is not before):
            self.in_force[-1] = (begin, min(end, max(begin, at)))
            self.ended_by, self.ended_at = event, at
            self.early = happening is Happening.EARLY

    def _plead(self, place: int) -> None:
        """Whatever asks at `place` for another due, or for another verdict."""
        if self.state in _PENDING or self.state is State.BREACHED:
            grant = self.hearing.hear(place, lambda: self._is_in_time(self.ticket.events[place].at))
            if grant is not None:
                self._move(grant)

    def _is_in_time(self, instant: Instant) -> bool:
        """Whether nothing is decided, and the due as what was known at `instant` tells it lies not before."""
        if self.state is State.BREACHED:
            return False
        due = due_of(self.timeline.known_at(instant), self.terms.known_at(instant))
        return due is None or instant <= due

    def _arrive(self, instant: Instant) -> None:
        own = own_due(self.timeline, self.terms)
        if own is not None and own < instant:
            self.remarks.append((instant, OVERDUE_ON_ARRIVAL))
        self._move(Arrival(instant))

    def _move(self, *moves: Move) -> None:
        for move in moves:
            self.terms = self.terms.and_then(move)
        self.due = due_of(self.timeline, self.terms)

    def course(self, limits: Sequence[Instant], replaced: int = 0) -> Course:
        """What came of it; `limits` are when accepted holds ran out, in order, `replaced` how many it replaces."""
        ticket = self.ticket
        return Course(
            target=self.target,
            started_by=key_of(ticket.events[self.position]),
            begun=self.begun,
            timeline=self.timeline,
            due=self.due,
            state=self.state,
            in_force=tuple(self.in_force),
            terms=self.terms,
            decide_at=None if self.due is None else max(self.due, self._decided()),
            ended_by=self.ended_by,
            ended_at=self.ended_at,
            remarks=(*self.remarks, *self.hearing.remarks, *self._remarkable(limits, replaced)),
            armed_by=ticket.armed_by,
            urges=tuple(at for place, at in ticket.urges if place > self.position),
            acknowledged=next((at for place, at in ticket.acknowledged if place > self.position), NEVER),
        )

    def _decided(self) -> Instant:
        """Before which nothing is decided, whatever the due."""
        last = self.terms.settings[-1:]
        told = max([self.timeline.start, *(setting.at for setting in last)])
        if self.target.stated is Stated.BEFORE:
            told = max([told, *(setting.instant for setting in last)])
        return max(told, self.hearing.decide_at)

    def _remarkable(self, limits: Sequence[Instant], replaced: int) -> Iterator[tuple[Instant, str]]:
        if self.early:
            yield self.ended_at, STOP_BEFORE_START
        first = bisect_right(limits, self.timeline.start)
        if first < len(limits):
            yield limits[first], MAX_OPEN
        if self.target.gate and len(self.ticket.requests) > 1:
            yield self.ticket.requests[1], SECOND_REQUEST
        if replaced:
            yield EARLIEST, REPLACES if replaced == 1 else f"{REPLACES} {replaced}"

"""What a breach or an escalation attaches about one ticket: who held it, who has to be heard, what was going on."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from service.sla.chain import Parties, chain, described_at, parties_of
from service.sla.course import Course
from service.sla.custody import REASONED, hand_overs, shares
from service.sla.events import Event, as_text, key_of
from service.sla.evidence import Circumstance, Evidence, Link, Plea, Share, ToldLate, Uncounted
from service.sla.history import History
from service.sla.instants import Instant
from service.sla.pleas import answer_to
from service.sla.policy import ANY_REASON, Match, Target
from service.sla.ticket import Ticket, matches
from service.sla.ways import ways

#: What weighs for or against somebody, in the words of people.
_WEIGHS: Final = frozenset({"aggravated", "mitigated"})


@dataclass(frozen=True)
class Dossier:
    """One ticket in the words of one version of the rules; what its statements share is found once, when first asked for."""

    ticket: Ticket
    history: History

    @cached_property
    def parties(self) -> Parties:
        """Who held it and who took the first contact."""
        return parties_of(self.ticket, self.history.directory)

    def holders(self, course: Course, at: Instant) -> tuple[Share, ...]:
        """In whose hands the promise's time up to `at` went."""
        return shares(course.timeline, self.parties.custody, course.start, at)

    def chain(self, at: Instant) -> tuple[Link, ...]:
        """Who has to be heard, as of `at`; a breach and the rung at the due share it."""
        if at not in self._chains:
            self._chains[at] = chain(self.parties, at)
        return self._chains[at]

    @cached_property
    def _chains(self) -> dict[Instant, tuple[Link, ...]]:
        return {}

    def evidence(self, course: Course, at: Instant, document: str) -> Evidence:
        """What was going on by `at`; what weighs for or against somebody, whenever it came. The rule stands in `document`."""
        calendar = course.target.calendar
        since = calendar.known_at(at).known_since
        area = as_text(described_at(self.ticket, at).get("area")) or ""
        load = self.history.directory.heard_for(at).area(area, at)
        return Evidence(
            calendar=calendar.name,
            calendar_since="" if since is None else since.isoformat(),
            uncounted=tuple(_uncounted(course, at)),
            pleas=tuple(self._pleas(course, at)),
            urges=course.urges[: bisect_right(course.urges, at)],
            second_requests=tuple(instant for instant in self.ticket.requests[1:] if instant <= at),
            households=None if load is None else load.households,
            per_owner=None if load is None else load.per_owner,
            hand_overs=hand_overs(self._reasoned, self.parties.custody, at),
            circumstances=self._circumstances,
            told_late=self.told_late(course, at),
            document=document,
            would_change=ways(course.target),
        )

    @cached_property
    def _circumstances(self) -> tuple[Circumstance, ...]:
        return tuple(
            Circumstance(key_of(event), event.type, event.at, _text(event, "what"), _text(event, "by"))
            for event in self.ticket.events
            if event.type in _WEIGHS
        )

    @cached_property
    def _reasoned(self) -> tuple[Event, ...]:
        return tuple(event for event in self.ticket.events if event.type in REASONED)

    @cached_property
    def _requests(self) -> tuple[int, ...]:
        events = enumerate(self.ticket.events)
        return tuple(place for place, event in events if event.type == "extension_requested")

    def _pleas(self, course: Course, at: Instant) -> Iterator[Plea]:
        """More time that was asked for since the promise began, with the answers by `at`."""
        for place in self._requests:
            asked = self.ticket.events[place]
            if course.begun <= asked.at <= at:
                answer = answer_to(self.ticket, place)
                if answer is None or answer.at > at:
                    yield Plea(key_of(asked), asked.at)
                else:
                    yield Plea(key_of(asked), asked.at, answer.type, answer.at)

    def told_late(self, course: Course, at: Instant) -> tuple[ToldLate, ...]:
        """What ended or excused the promise by `at` and was recorded long after it happened."""
        return tuple(
            ToldLate(key_of(event), event.type, event.at, recorded)
            for event, recorded in self._late
            if course.start <= event.at <= at and _bears_on(course.target, event)
        )

    @cached_property
    def _late(self) -> tuple[tuple[Event, Instant], ...]:
        """The events that were recorded long after they happened, with the instants of that."""
        recorded, patience = self.history.recorded, self.history.backdated_after
        told = (
            ((event, recorded.get(key_of(event), event.at)) for event in self.ticket.events)
            if recorded
            else ()
        )
        return tuple((event, heard) for event, heard in told if heard > event.at + patience)


def _bears_on(target: Target, event: Event) -> bool:
    """Whether `event` may end or excuse promises of `target`."""
    if event.type == "held":
        return ANY_REASON in target.accepts or _text(event, "reason") in target.accepts
    if event.type in {"extension_requested", "extension_approved"}:
        return target.extension is not None
    return event.type == "merged" or any(matches(patterns, event) for patterns in _proofs(target))


def _proofs(target: Target) -> Iterator[Sequence[Match]]:
    """What ends a promise, lets its clock start later, or has it deemed met."""
    yield from (target.stop, target.cancel, *target.gate)
    if target.deemed is not None:
        yield from (target.deemed.on, target.deemed.report)
    if target.lapsed is not None:
        yield target.lapsed.on


def _uncounted(course: Course, at: Instant) -> Iterator[Uncounted]:
    """The spans by `at` in which the clock had not started, or stood still."""
    timeline = course.timeline
    begin = min(timeline.clock, at)
    if course.start < begin:
        yield Uncounted(course.start, begin, "gated", "preconditions")
    for pause in timeline.pauses:
        start, end = max(pause.start, begin), min(pause.end, at)
        if start < end:
            yield Uncounted(start, end, pause.what, pause.why)


def _text(event: Event, name: str) -> str:
    return as_text(event.attributes.get(name)) or ""

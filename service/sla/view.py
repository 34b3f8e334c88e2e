"""What may be said of one promise at an instant, and when more can be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypedDict
from uuid import UUID, uuid5

from service.sla.course import Course
from service.sla.dossier import Dossier
from service.sla.events import Doubt, EventKey
from service.sla.evidence import Evidence, Link, Share
from service.sla.history import History, key_of
from service.sla.instants import NEVER, Instant
from service.sla.ladder import MISSED, Step
from service.sla.statements import Kind, Promise, State, Statement
from service.sla.succession import Ruled
from service.sla.timeline import Stretch

#: The name space of statement ids; it never changes, or every id would.
NAMESPACE: Final = UUID("6f0b1c1e-52b4-5c1d-9b61-0d2f6f1f7a55")

BREACH: Final = "breach"
VERDICT: Final = "verdict"

#: The reason of an indeterminate verdict whose due lies beyond what the calendar knows.
CALENDAR: Final = "calendar"

#: The remark of what rests on absence that is not wholly proved.
UNPROVEN: Final = "unproven"

_SHOWN_AS: Final = {
    State.REPLACED: State.SUPERSEDED,
    State.EARLY: State.MET,
    State.SETTLED: State.DEEMED,
}


class Attached(TypedDict, total=False):
    """What statements carry besides what is said."""

    holders: tuple[Share, ...]
    chain: tuple[Link, ...]
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class View:
    """One promise of a ticket, a (tenant, id), as it may be spoken of at `upto`.

    `history` tells what is in doubt and where the proof has gaps; `rungs` are those that are right; `dossier` is about
    the ticket in the words of the version that judges the promise.
    """

    ruled: Ruled
    rungs: tuple[Step, ...]
    ticket: tuple[str, str]
    history: History
    upto: Instant
    dossier: Dossier

    @property
    def course(self) -> Course:
        return self.ruled.course

    def state(self) -> State:
        """The state that is proved: what rests on absence is open until `upto` has passed it with its grace."""
        course = self.course
        if course.is_lapse and course.stop is not None and not self._said(course.stop):
            # In doubt it can never be said, and past the due neither can the absence of a stop.
            is_past = course.due is not None and self._passed(self._decide_at)
            return State.INDETERMINATE if is_past else State.OPEN
        if course.state not in MISSED or course.due is None:
            return _SHOWN_AS.get(course.state, course.state)
        if not self._passed(self._decide_at):
            return State.OPEN
        if self._doubted(course.due, self._decide_at):
            return State.INDETERMINATE
        return State.EXPIRED if course.target.customers else course.state

    @property
    def _decide_at(self) -> Instant:
        """When a missed due is decided; the due itself or later."""
        return NEVER if self.course.decide_at is None else self.course.decide_at

    def promise(self) -> Promise:
        """Where it stands."""
        course, state = self.course, self.state()
        ended = None if state in {State.OPEN, State.INDETERMINATE, State.EXPIRED} else course.ended_by
        return Promise(
            target=course.target.id,
            started_by=course.started_by,
            start=course.start,
            due=course.due,
            state=state,
            stop=None if ended is None else course.stop,
            stopped_by=None if ended is None else key_of(ended),
            held=ended is None and course.is_paused,
            gated=ended is None and course.timeline.clock == NEVER,
            provisional=course.due is not None and course.timeline.is_provisional(course.due),
            in_doubt=ended is None
            and any(
                course.due is None or self._bears_on(doubt, self._decide_at) for doubt in self.history.doubts
            ),
        )

    def stretches(self) -> tuple[Stretch, ...]:
        """Its span."""
        course = self.course
        end = course.stop if course.stop is not None else max(course.due or self.upto, self.upto)
        return tuple(course.timeline.stretches(end))

    def statements(self) -> Iterator[Statement]:
        """What is in force. Nothing is said of an instant before the promise begins, where a stated due may lie."""
        for step in self.rungs:
            if self._passed(self._told(step)) and not self._doubted(step.at, self._told(step)):
                yield self._say(step.rung.kind, step.rung.name, step.at, role=step.rung.role)
        if not self.ruled.passed_on:
            yield from self._decisions()

    def _decisions(self) -> Iterator[Statement]:
        """The breach and the verdict."""
        course, state, missed_at = self.course, self.state(), self.course.missed_at
        if state in MISSED and missed_at is not None:
            yield self._say(Kind.BREACH, BREACH, missed_at, gap_by=self._decide_at)
        if state is State.EXPIRED and missed_at is not None:
            yield self._say(Kind.VERDICT, VERDICT, missed_at, outcome=state, gap_by=self._decide_at)
        elif state is State.INDETERMINATE and missed_at is not None:
            reason = ",".join(sorted(set(self._doubts_about(course.due or missed_at, self._decide_at))))
            yield self._say(Kind.VERDICT, VERDICT, missed_at, outcome=state, reason=reason)
        elif state is not State.OPEN and course.ended_by is not None and course.stop is not None:
            at = max(course.stop, missed_at) if state is State.LATE and missed_at is not None else course.stop
            event, gap_by = key_of(course.ended_by), at if course.is_lapse else None
            yield self._say(Kind.VERDICT, VERDICT, at, outcome=state, event=event, gap_by=gap_by)

    def pending(self) -> Iterator[Instant]:
        """The instants, with grace, that `upto` has still to pass before something more can be said."""
        course, grace = self.course, self.course.target.grace
        if course.state in MISSED and course.due is not None and not self._passed(self._decide_at):
            yield self._decide_at + grace
        if course.is_lapse and course.stop is not None:
            if not self._doubted(course.stop, course.stop):
                if not self._passed(course.stop):
                    yield course.stop + grace
            elif course.due is not None and not self._passed(self._decide_at):
                yield self._decide_at + grace
        for step in self.rungs:
            if not self._passed(self._told(step)) and not self._doubted(step.at, self._told(step)):
                yield self._told(step) + grace

    def _told(self, step: Step) -> Instant:
        """What has to be past before `step` may be said."""
        return max(step.at, self._decide_at) if step.after_due else step.at

    def _said(self, instant: Instant) -> bool:
        return self._passed(instant) and not self._doubted(instant, instant)

    def _passed(self, instant: Instant) -> bool:
        return instant + self.course.target.grace < self.upto

    def _doubted(self, instant: Instant, decided: Instant) -> bool:
        return any(self._doubts_about(instant, decided))

    def _doubts_about(self, instant: Instant, decided: Instant) -> Iterator[str]:
        """Why nothing that rests on absence up to `instant`, and is decided at `decided`, can be said."""
        for doubt in self.history.doubts:
            if self._bears_on(doubt, decided):
                yield doubt.reason
        if self.course.timeline.is_provisional(instant):
            yield CALENDAR

    def _has_gap(self, last: Instant) -> bool:
        """Whether the absence of events in [start, last] is not wholly proved."""
        if last >= self.history.proved:
            return True
        sources = {"", *self.course.target.requires}
        return any(
            gap.source in sources and gap.start <= last and self.course.start < gap.end
            for gap in self.history.gaps
        )

    def _bears_on(self, doubt: Doubt, instant: Instant) -> bool:
        return doubt.since <= instant + self.course.target.grace

    def _say(
        self,
        kind: Kind,
        name: str,
        at: Instant,
        *,
        outcome: str = "",
        reason: str = "",
        event: EventKey | None = None,
        role: str = "",
        gap_by: Instant | None = None,
    ) -> Statement:
        """The statement; one that rests on absence is decided at `gap_by`, and a gap up to there leaves it unproven."""
        course, target, policy = self.course, self.course.target, self.ruled.policy
        due, remarks = course.known_at(at)
        if gap_by is not None and self._has_gap(gap_by + target.grace):
            remarks = tuple(sorted((*remarks, UNPROVEN)))
        return Statement(
            id=statement_id(*self.ticket, target.id, course.started_by, name),
            kind=kind,
            tenant=self.ticket[0],
            ticket=self.ticket[1],
            target=target.id,
            name=name,
            started_by=course.started_by,
            at=at,
            policy=policy.id,
            version=policy.version,
            clause=target.clause,
            regime=target.regime,
            start=course.start,
            due=due,
            account=course.timeline.account(at),
            outcome=outcome,
            reason=reason,
            event=event,
            role=role,
            remarks=remarks,
            **self._attached(kind, at),
        )

    def _attached(self, kind: Kind, at: Instant) -> Attached:
        """What is attached for whoever traces responsibility."""
        course, dossier = self.course, self.dossier
        if kind is Kind.VERDICT:
            late = dossier.told_late(course, at)
            return {"evidence": Evidence(told_late=late)} if late else {}
        if kind is Kind.WARNING:
            return {}
        attached: Attached = {"holders": dossier.holders(course, at), "chain": dossier.chain(at)}
        if kind is Kind.ESCALATION:
            return attached
        return {**attached, "evidence": dossier.evidence(course, at, self.ruled.policy.source)}


@lru_cache(maxsize=65_536)
def statement_id(tenant: str, ticket: str, target: str, started_by: EventKey, name: str) -> str:
    """The id of what is said under `name` about one promise: the same for ever, whatever else changes."""
    parts = (tenant, ticket, target, *started_by, name)
    return str(uuid5(NAMESPACE, "".join(f"{len(part)}:{part}" for part in parts)))

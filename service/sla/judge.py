"""All promises of a ticket, and every statement in force about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final
from uuid import UUID, uuid5

from service.sla.course import Course
from service.sla.events import Doubt, EventKey
from service.sla.history import History, is_orphan, key_of
from service.sla.instants import NEVER, Instant
from service.sla.ladder import MISSED, Step, renamed, steps
from service.sla.policy import Policy, Rules
from service.sla.statements import Judgement, Kind, Promise, State, Statement
from service.sla.succession import Ruled, Tenure, promises, tenures
from service.sla.timeline import Stretch

#: The name space of statement ids; it never changes, or every id would.
NAMESPACE: Final = UUID("6f0b1c1e-52b4-5c1d-9b61-0d2f6f1f7a55")

BREACH: Final = "breach"
VERDICT: Final = "verdict"

#: The reason of an indeterminate verdict whose due lies beyond what the calendar knows.
CALENDAR: Final = "calendar"

_SHOWN_AS: Final = {
    State.REPLACED: State.SUPERSEDED,
    State.EARLY: State.MET,
    State.SETTLED: State.DEEMED,
}


def judge(history: History, rules: Rules, upto: Instant) -> Judgement:
    """Everything that is true of one ticket at `upto`: its promises, the statements in force, when to look again.

    Every record acknowledged before `upto` is in `history` or is one of its doubts. What rests on the absence of an
    event is stated only for instants that lie, with their target's grace, before `upto`; what rests on an event is
    stated as soon as the event is known. Total: any history has a judgement.
    """
    governed = tenures(history, rules)
    if not governed:
        return Judgement(orphan=bool(history.events) and is_orphan(history, rules))
    views = _views(governed, history.doubts, upto)
    statements = [statement for view in views for statement in view.statements()]
    statements.sort(key=lambda statement: (statement.at, statement.target, statement.id))
    policy = governed[-1].policy
    return Judgement(
        promises=tuple(view.promise() for view in views if not view.passed_on),
        statements=tuple(statements),
        wake_at=min((instant for view in views for instant in view.pending()), default=None),
        policy=(policy.id, policy.version),
        adopt_from=policy.adopt_from,
    )


def explain(history: History, rules: Rules, upto: Instant) -> tuple[tuple[Promise, tuple[Stretch, ...]], ...]:
    """The promises of `judge`, each with its span cut into stretches with their reasons.

    A span runs from the start to the stop; without one to the due, or to `upto` when that is later or no due is known.
    """
    views = _views(tenures(history, rules), history.doubts, upto)
    return tuple((view.promise(), view.stretches()) for view in views if not view.passed_on)


@lru_cache(maxsize=65_536)
def statement_id(tenant: str, ticket: str, target: str, started_by: EventKey, name: str) -> str:
    """The id of what is said under `name` about one promise: the same for ever, whatever else changes."""
    parts = (tenant, ticket, target, *started_by, name)
    return str(uuid5(NAMESPACE, "".join(f"{len(part)}:{part}" for part in parts)))


def _views(governed: Sequence[Tenure], doubts: tuple[Doubt, ...], upto: Instant) -> list[_View]:
    if not governed:
        return []
    first = governed[0].ticket.events[0]
    identity = (first.tenant, first.ticket)
    views: list[_View] = []
    said: set[tuple[str, EventKey, str]] = set()
    for ruled in promises(governed):
        rungs = tuple(_named(ruled, step, said) for step in steps(ruled.course))
        views.append(_View(ruled.policy, ruled.course, ruled.passed_on, rungs, identity, doubts, upto))
    return views


def _named(ruled: Ruled, step: Step, said: set[tuple[str, EventKey, str]]) -> Step:
    """A rung that comes again under another version of the rules is another step, named after the `rejudge`."""
    course = ruled.course
    name = (course.target.id, course.started_by, step.rung.name)
    if name in said and course.armed_by is not None:
        return replace(step, rung=renamed(step.rung, course.armed_by))
    said.add(name)
    return step


@dataclass(frozen=True, slots=True)
class _View:
    """One promise as it may be spoken of at `upto`."""

    policy: Policy
    course: Course
    passed_on: bool
    rungs: tuple[Step, ...]
    ticket: tuple[str, str]
    doubts: tuple[Doubt, ...]
    upto: Instant

    def state(self) -> State:
        """The state that is proved: what rests on absence is open until `upto` has passed it with its grace."""
        course = self.course
        if course.is_lapse and course.stop is not None and not self._said(course.stop):
            # In doubt it can never be said, and past the due neither can the absence of a stop.
            is_past = course.due is not None and self._passed(self._decided())
            return State.INDETERMINATE if is_past else State.OPEN
        if course.state not in MISSED or course.due is None:
            return _SHOWN_AS.get(course.state, course.state)
        if not self._passed(self._decided()):
            return State.OPEN
        if self._doubted(course.due, self._decided()):
            return State.INDETERMINATE
        return State.EXPIRED if course.target.customers else course.state

    def _decided(self) -> Instant:
        """When a missed due is decided; the due itself or later."""
        decided = self.course.decide_at or self.course.due or NEVER
        return max(decided, self.course.start)

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
            and any(course.due is None or self._bears_on(doubt, self._decided()) for doubt in self.doubts),
        )

    def stretches(self) -> tuple[Stretch, ...]:
        """Its span."""
        course = self.course
        end = course.stop if course.stop is not None else max(course.due or self.upto, self.upto)
        return tuple(course.timeline.stretches(end))

    def statements(self) -> Iterator[Statement]:
        """What is in force. Nothing is said of an instant before the promise begins, where a stated due may lie."""
        course, state = self.course, self.state()
        for step in self.rungs:
            if self._passed(self._told(step)) and not self._doubted(step.at, self._told(step)):
                yield self._say(step.rung.kind, step.rung.name, step.at, role=step.rung.role)
        if self.passed_on:
            return
        if state in MISSED and course.due is not None:
            yield self._say(Kind.BREACH, BREACH, max(course.due, course.start))
        if state is State.EXPIRED and course.due is not None:
            yield self._say(Kind.VERDICT, VERDICT, max(course.due, course.start), outcome=state)
        elif state is State.INDETERMINATE and course.due is not None:
            reason = ",".join(sorted(set(self._doubts_about(course.due, self._decided()))))
            yield self._say(
                Kind.VERDICT, VERDICT, max(course.due, course.start), outcome=state, reason=reason
            )
        elif state is not State.OPEN and course.ended_by is not None and course.stop is not None:
            event = key_of(course.ended_by)
            yield self._say(Kind.VERDICT, VERDICT, course.stop, outcome=state, event=event)

    def pending(self) -> Iterator[Instant]:
        """The instants, with grace, that `upto` has still to pass before something more can be said."""
        course, grace = self.course, self.course.target.grace
        if course.state in MISSED and course.due is not None and not self._passed(self._decided()):
            yield self._decided() + grace
        if course.is_lapse and course.stop is not None:
            if not self._doubted(course.stop, course.stop):
                if not self._passed(course.stop):
                    yield course.stop + grace
            elif course.due is not None and not self._passed(self._decided()):
                yield self._decided() + grace
        for step in self.rungs:
            if not self._passed(self._told(step)) and not self._doubted(step.at, self._told(step)):
                yield self._told(step) + grace

    def _told(self, step: Step) -> Instant:
        """What has to be past before `step` may be said."""
        return max(step.at, self._decided()) if step.after_due else step.at

    def _said(self, instant: Instant) -> bool:
        return self._passed(instant) and not self._doubted(instant, instant)

    def _passed(self, instant: Instant) -> bool:
        return instant + self.course.target.grace < self.upto

    def _doubted(self, instant: Instant, decided: Instant) -> bool:
        return any(self._doubts_about(instant, decided))

    def _doubts_about(self, instant: Instant, decided: Instant) -> Iterator[str]:
        """Why nothing that rests on absence up to `instant`, and is decided at `decided`, can be said."""
        for doubt in self.doubts:
            if self._bears_on(doubt, decided):
                yield doubt.reason
        if self.course.timeline.is_provisional(instant):
            yield CALENDAR

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
    ) -> Statement:
        course, target = self.course, self.course.target
        due, remarks = course.known_at(at)
        return Statement(
            id=statement_id(*self.ticket, target.id, course.started_by, name),
            kind=kind,
            tenant=self.ticket[0],
            ticket=self.ticket[1],
            target=target.id,
            name=name,
            started_by=course.started_by,
            at=at,
            policy=self.policy.id,
            version=self.policy.version,
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
        )

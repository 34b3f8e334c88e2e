"""One ticket: what is true of it, what has to be said, and which event is the cause. No input or output."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from service.sla.events import Doubt, Event, EventKey, Gap
from service.sla.history import History
from service.sla.instants import EARLIEST, NEVER, Instant
from service.sla.policy import Rules
from service.sla.statements import Judgement, Said, Statement

Judge: TypeAlias = Callable[[History, Rules, Instant], Judgement]
Diff: TypeAlias = Callable[[Iterable[Said], Judgement], tuple[Said, ...]]

#: W while nothing is proved: earlier than every instant.
UNPROVED: Instant = -1


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of one ticket: `past` events in any order, `fresh` ones in the order of arrival.

    `shared` events of areas it was judged with before, `news` of areas not yet; these are taken to have come before the
    fresh ones. `caps`, `gaps` and `proved` as in `History`.
    """

    past: tuple[Event, ...]
    fresh: tuple[Event, ...]
    doubts: tuple[Doubt, ...]
    said: Mapping[str, Said]
    shared: tuple[Event, ...] = ()
    news: tuple[Event, ...] = ()
    caps: Mapping[str, Instant] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()
    proved: Instant = NEVER

    @property
    def happened(self) -> tuple[Event, ...]:
        """What the ticket was not judged with yet, in order."""
        return self.news + self.fresh

    def history(self, happened: int) -> History:
        """The history when only so many of `happened` had come."""
        fresh = max(0, happened - len(self.news))
        return History(
            self.past + self.fresh[:fresh],
            self.doubts,
            self.shared + self.news[:happened],
            self.caps,
            self.gaps,
            self.proved,
        )


@dataclass(frozen=True, slots=True)
class Change:
    """A revision to be said. `cause`, an event of the ticket or of areas, is None when time passed, a doubt came or
    went, or the rules are others.

    Without `announce` it is about a time before the rules were adopted: kept, and nobody is to be told.
    """

    said: Said
    cause: EventKey | None
    announce: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """What is true of the ticket, and what has to be said."""

    judgement: Judgement
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Bench:
    """Who judges: the core's two functions, the rules and W (`UNPROVED` when there is none)."""

    judge: Judge
    diff: Diff
    rules: Rules
    upto: Instant

    def find(self, case: Case) -> Finding:
        """Judge `case`. Raises what `judge` and `diff` raise, which by their contract is nothing."""
        everything = len(case.happened)
        judgement = self._judge(case, everything)
        revisions = self.diff(case.said.values(), judgement)
        states = {everything: _in_force(judgement)}
        adopted = judgement.adopt_from or EARLIEST
        return Finding(
            judgement,
            tuple(
                Change(one, self._cause(case, one, states), announce=one.statement.at >= adopted)
                for one in revisions
            ),
        )

    def _judge(self, case: Case, happened: int) -> Judgement:
        return self.judge(case.history(happened), self.rules, self.upto)

    def _cause(self, case: Case, said: Said, states: dict[int, dict[str, Statement]]) -> EventKey | None:
        """The event with which the statement became what `said` says it is."""
        if not case.happened:
            return None
        if said.rev == 1 and not case.news:
            return _first_cause(case, said.statement)

        def is_so(happened: int) -> bool:
            if happened not in states:
                states[happened] = _in_force(self._judge(case, happened))
            return states[happened].get(said.statement.id) == (None if said.withdrawn else said.statement)

        if is_so(0):
            return None  # it was so without any of them: time or a doubt did it
        before, after = 0, len(case.happened)
        while after - before > 1:  # not so with `before` events, so with `after`
            middle = (before + after) // 2
            before, after = (before, middle) if is_so(middle) else (middle, after)
        return _key(case.happened[after - 1])


def _first_cause(case: Case, statement: Statement) -> EventKey | None:
    """Of several fresh events only the one that a verdict names is told to be the cause of a first saying."""
    if len(case.fresh) == 1:
        return _key(case.fresh[0])
    return statement.event if statement.event in [_key(event) for event in case.fresh] else None


def _in_force(judgement: Judgement) -> dict[str, Statement]:
    return {statement.id: statement for statement in judgement.statements}


def _key(event: Event) -> EventKey:
    return event.source, event.id

"""One ticket: what is true of it, what has to be said, and which event is the cause. No input or output."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from service.sla.events import Doubt, Event, EventKey
from service.sla.history import History
from service.sla.instants import EARLIEST, Instant
from service.sla.policy import Rules
from service.sla.statements import Judgement, Said, Statement

Judge: TypeAlias = Callable[[History, Rules, Instant], Judgement]
Diff: TypeAlias = Callable[[Iterable[Said], Judgement], tuple[Said, ...]]

#: W while nothing is proved: earlier than every instant.
UNPROVED: Instant = -1


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of one ticket: `past` events in any order, `fresh` ones in the order of arrival."""

    past: tuple[Event, ...]
    fresh: tuple[Event, ...]
    doubts: tuple[Doubt, ...]
    said: Mapping[str, Said]


@dataclass(frozen=True, slots=True)
class Change:
    """A revision to be said. `cause` None: time passed, a doubt came or went, or the rules are others.

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
        judgement = self._judge(case, len(case.fresh))
        revisions = self.diff(case.said.values(), judgement)
        states = {len(case.fresh): _in_force(judgement)}
        adopted = judgement.adopt_from or EARLIEST
        return Finding(
            judgement,
            tuple(
                Change(one, self._cause(case, one, states), announce=one.statement.at >= adopted)
                for one in revisions
            ),
        )

    def _judge(self, case: Case, fresh: int) -> Judgement:
        return self.judge(History(case.past + case.fresh[:fresh], case.doubts), self.rules, self.upto)

    def _cause(self, case: Case, said: Said, states: dict[int, dict[str, Statement]]) -> EventKey | None:
        """The fresh event with which the statement became what `said` says it is."""
        if not case.fresh:
            return None
        if said.rev == 1:
            return _first_cause(case, said.statement)

        def is_so(fresh: int) -> bool:
            if fresh not in states:
                states[fresh] = _in_force(self._judge(case, fresh))
            return states[fresh].get(said.statement.id) == (None if said.withdrawn else said.statement)

        if is_so(0):
            return None  # it was so without any of them: time or a doubt did it
        before, after = 0, len(case.fresh)
        while after - before > 1:  # not so with `before` events, so with `after`
            middle = (before + after) // 2
            before, after = (before, middle) if is_so(middle) else (middle, after)
        return _key(case.fresh[after - 1])


def _first_cause(case: Case, statement: Statement) -> EventKey | None:
    """Of several fresh events only the one that a verdict names is told to be the cause of a first saying."""
    if len(case.fresh) == 1:
        return _key(case.fresh[0])
    return statement.event if statement.event in [_key(event) for event in case.fresh] else None


def _in_force(judgement: Judgement) -> dict[str, Statement]:
    return {statement.id: statement for statement in judgement.statements}


def _key(event: Event) -> EventKey:
    return event.source, event.id

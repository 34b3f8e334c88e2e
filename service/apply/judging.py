"""One ticket: what is true of it, what has to be said, and which event is the cause. No input or output."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from service.apply.organisation import Organisation
from service.sla.directory import Directory
from service.sla.events import Doubt, Event, EventKey, Gap
from service.sla.history import History
from service.sla.instants import EARLIEST, HOUR, NEVER, Duration, Instant
from service.sla.judge import addressed
from service.sla.policy import Rules
from service.sla.statements import Judgement, Kind, Said, Statement
from service.wire.trace import Trace

Judge: TypeAlias = Callable[[History, Rules, Instant], Judgement]
Diff: TypeAlias = Callable[[Iterable[Said], Judgement], tuple[Said, ...]]

#: W while nothing is proved: earlier than every instant.
UNPROVED: Instant = -1


#: What is told to somebody.
RUNGS = frozenset({Kind.WARNING, Kind.ESCALATION})


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of one ticket: `past` events in any order, `fresh` ones in the order of arrival.

    `shared` events of areas it was judged with before, `news` of areas not yet; these are taken to have come before the
    fresh ones. `caps`, `gaps`, `proved`, `recorded` and `backdated_after` as in `History`. `traces`: those that records of
    `happened` belong to; `heard`: when those of `news` were acknowledged.
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
    organisation: Organisation = field(default_factory=Organisation)
    recorded: Mapping[EventKey, Instant] = field(default_factory=dict)
    backdated_after: Duration = HOUR
    traces: Mapping[EventKey, Trace] = field(default_factory=dict)
    heard: Mapping[EventKey, Instant] = field(default_factory=dict)

    @property
    def happened(self) -> tuple[Event, ...]:
        """What the ticket was not judged with yet, in order."""
        return self.news + self.fresh

    def trace(self, cause: EventKey | None) -> Trace | None:
        """The trace that the record of `cause` belongs to."""
        if cause is None:
            return None
        return self.traces.get(cause) or self.organisation.traces.get(cause)

    def since(self, said: Said, cause: EventKey | None) -> Instant:
        """From when on this revision could have been said."""
        heard = None if cause is None else self.recorded.get(cause, self.heard.get(cause))
        return max(said.statement.at, EARLIEST if heard is None else heard)

    def history(self, happened: int, directory: Directory | None = None) -> History:
        """The history when only so many of `happened` had come; with all that is known of the organisation, or `directory`."""
        fresh = max(0, happened - len(self.news))
        return History(
            self.past + self.fresh[:fresh],
            self.doubts,
            self.shared + self.news[:happened],
            self.caps,
            self.gaps,
            self.proved,
            directory=self.organisation.directory if directory is None else directory,
            recorded=self.recorded,
            backdated_after=self.backdated_after,
        )


@dataclass(frozen=True, slots=True)
class Change:
    """A revision to be said. `cause`, an event of the ticket, of areas or of the organisation, is None when time passed,
    a doubt came or went, or the rules are others; `trace` is the one that its record belongs to.

    Without `announce` it is about a time before the rules were adopted: kept, and nobody is to be told. `since`: before that
    instant, its own or that at which the record of its cause was acknowledged, nobody could have said it.
    """

    said: Said
    cause: EventKey | None
    announce: bool = True
    trace: Trace | None = None
    since: Instant = EARLIEST


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
        revisions = tuple(self._to_somebody(case, one) for one in revisions)
        causes = [self._cause(case, one, states) for one in revisions]
        return Finding(
            judgement,
            tuple(
                Change(one, cause, one.statement.at >= adopted, case.trace(cause), case.since(one, cause))
                for one, cause in zip(revisions, causes, strict=True)
            ),
        )

    def _to_somebody(self, case: Case, said: Said) -> Said:
        """`said` with who hears of it, when it is a rung: whoever it was told first stays so for good."""
        if said.statement.kind not in RUNGS:
            return said
        before = case.said.get(said.statement.id)
        link = before.addressed if before is not None else None
        if link is None and not said.withdrawn:
            link = addressed(case.history(len(case.happened)), self.rules, said.statement)
        return replace(said, addressed=link)

    def _judge(self, case: Case, happened: int, directory: Directory | None = None) -> Judgement:
        return self.judge(case.history(happened, directory), self.rules, self.upto)

    def _cause(self, case: Case, said: Said, states: dict[int, dict[str, Statement]]) -> EventKey | None:
        """The event with which the statement became what `said` says it is."""
        if not case.happened:
            return self._cause_in_organisation(case, said)
        if said.rev == 1 and not case.news:
            return _first_cause(case, said.statement)

        def is_so(happened: int) -> bool:
            if happened not in states:
                states[happened] = _in_force(self._judge(case, happened))
            return states[happened].get(said.statement.id) == (None if said.withdrawn else said.statement)

        if is_so(0):
            # It was so without any of them: time, a doubt or the organisation did it.
            return self._cause_in_organisation(case, said)
        before, after = 0, len(case.happened)
        while after - before > 1:  # not so with `before` events, so with `after`
            middle = (before + after) // 2
            before, after = (before, middle) if is_so(middle) else (middle, after)
        return _key(case.happened[after - 1])

    def _cause_in_organisation(self, case: Case, said: Said) -> EventKey | None:
        """The fact about the organisation by which a statement that is in force came to name other people."""
        before = case.said.get(said.statement.id)
        if before is None or before.withdrawn or said.withdrawn:
            return None
        if _unattached(before.statement) != _unattached(said.statement):
            return None

        def is_so(directory: Directory) -> bool:
            judgement = self._judge(case, len(case.happened), directory)
            return _in_force(judgement).get(said.statement.id) == said.statement

        return case.organisation.cause(is_so)


def _first_cause(case: Case, statement: Statement) -> EventKey | None:
    """Of several fresh events only the one that a verdict names is told to be the cause of a first saying."""
    if len(case.fresh) == 1:
        return _key(case.fresh[0])
    return statement.event if statement.event in [_key(event) for event in case.fresh] else None


def _unattached(statement: Statement) -> Statement:
    return replace(statement, holders=(), chain=(), evidence=None)


def _in_force(judgement: Judgement) -> dict[str, Statement]:
    return {statement.id: statement for statement in judgement.statements}


def _key(event: Event) -> EventKey:
    return event.source, event.id

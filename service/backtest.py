"""A back-test: every ticket of an event file judged once, at one instant, with nothing said before.

The same `judge` as in the service, without database and bus. What is kept of an event is what a judgement can see
of it, so that memory is about 250 bytes an event, however much its publisher wrote.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain
from typing import Final, TypeAlias

from service.sla.events import NOTHING, Event, Json
from service.sla.history import History, key_of
from service.sla.instants import Instant
from service.sla.judge import judge
from service.sla.policy import Match, Meaning, Policy, Rules, Target
from service.sla.statements import Judgement, Promise, Statement
from service.wire import times
from service.wire.facts import READ
from service.wire.files import BadLine
from service.wire.ledger import store_statement
from service.wire.records import Reason

#: (tenant, ticket)
TicketKey: TypeAlias = tuple[str, str]

#: Told every `STEP` tickets: how many are judged, of how many.
Progress: TypeAlias = Callable[[int, int], object]
STEP: Final = 500

#: Different sets of attributes that are kept once for all events that have them.
_SHARED: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Fault:
    """Something of the file that was left out. `line` counts from 1; None when it is told by its event."""

    line: int | None
    reason: str
    detail: str

    def __str__(self) -> str:
        where = "" if self.line is None else f"line {self.line}: "
        return f"{where}{self.reason}: {self.detail}"


@dataclass(frozen=True, slots=True)
class Judged:
    """One ticket and what is true of it."""

    key: TicketKey
    judgement: Judgement


@dataclass(slots=True)
class Summary:
    """Counts; complete when the iteration that fills them has ended.

    `later` events lie after `until` and were left out, `repeated` ones had been read before. `states` counts
    promises by (target, state), `statements` those in force by kind, `faults` by reason.
    """

    until: Instant | None = None
    events: int = 0
    later: int = 0
    repeated: int = 0
    tickets: int = 0
    orphans: int = 0
    without_promise: int = 0
    promises: int = 0
    states: Counter[tuple[str, str]] = field(default_factory=Counter)
    statements: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)

    def add(self, judgement: Judgement) -> None:
        """Count one ticket."""
        self.tickets += 1
        self.orphans += judgement.orphan
        self.without_promise += not judgement.promises and not judgement.orphan
        self.promises += len(judgement.promises)
        self.states.update((promise.target, promise.state.value) for promise in judgement.promises)
        self.statements.update(statement.kind.value for statement in judgement.statements)


class Backtest:
    """One run over one file with the rules of one tenant."""

    def __init__(
        self,
        rules: Rules,
        *,
        until: Instant | None = None,
        progress: Progress = lambda done, total: None,  # noqa: ARG005
        fault: Callable[[Fault], object] = lambda fault: None,  # noqa: ARG005
    ) -> None:
        """Prepare to judge at W = `until`, by default the instant of the last event; `fault` hears of each fault."""
        self.summary = Summary(until=until)
        self._rules = rules
        self._tenants = {policy.tenant for policy in rules.versions}
        self._progress = progress
        self._fault = fault
        self._read = attributes_read(rules)
        self._tickets: dict[TicketKey, list[Event]] = {}
        self._attributes: dict[tuple[tuple[str, type, Json], ...], Mapping[str, Json]] = {}

    def judged(self, items: Iterable[Event | BadLine]) -> Iterator[Judged]:
        """Every ticket of `items`, in the order in which they first appear. All of `items` is read first."""
        latest = self._take(items)
        if self.summary.until is None:
            self.summary.until = latest
        upto = -1 if self.summary.until is None else self.summary.until
        total = len(self._tickets)
        for done, key in enumerate(list(self._tickets)):
            if done % STEP == 0:
                self._progress(done, total)
            judgement = judge(History(self._facts(self._tickets.pop(key))), self._rules, upto)
            self.summary.add(judgement)
            yield Judged(key, judgement)
        self._progress(total, total)

    def _take(self, items: Iterable[Event | BadLine]) -> Instant | None:
        """Keep the events up to `until` by ticket; the instant of the last one."""
        until, latest = self.summary.until, None
        for item in items:
            if isinstance(item, BadLine):
                self._leave_out(Fault(item.number, item.reason, item.detail))
                continue
            self.summary.events += 1
            if item.tenant not in self._tenants:
                detail = (
                    f"event {item.id} of ticket {item.ticket}: no policy of tenant {item.tenant} was given"
                )
                self._leave_out(Fault(None, Reason.UNKNOWN_POLICY, detail))
            elif until is not None and item.at > until:
                self.summary.later += 1
            else:
                latest = item.at if latest is None else max(latest, item.at)
                self._keep(item)
        return latest

    def _keep(self, event: Event) -> None:
        kept = self._tickets.setdefault((event.tenant, event.ticket), [])
        tenant, ticket = (
            (kept[0].tenant, kept[0].ticket) if kept else (sys.intern(event.tenant), event.ticket)
        )
        kept.append(
            Event(
                tenant=tenant,
                ticket=ticket,
                source=sys.intern(event.source),
                id=event.id,
                type=sys.intern(event.type),
                at=event.at,
                seq=event.seq,
                attributes=self._visible(event.attributes),
            )
        )

    def _visible(self, attributes: Mapping[str, Json]) -> Mapping[str, Json]:
        visible = {name: value for name, value in attributes.items() if name in self._read}
        if not visible:
            return NOTHING
        # With the type, since 1 and true are equal keys.
        key = tuple((name, type(value), value) for name, value in visible.items())
        try:
            shared = self._attributes.get(key)
        except TypeError:  # a list or an object
            return visible
        if shared is None and len(self._attributes) < _SHARED:
            self._attributes[key] = visible
        return visible if shared is None else shared

    def _facts(self, events: Sequence[Event]) -> tuple[Event, ...]:
        """`events`, each id once: the first in the file is the one, as the first to arrive is in the service."""
        facts: dict[tuple[str, str], Event] = {}
        for event in events:
            first = facts.setdefault(key_of(event), event)
            if first is event:
                continue
            if first == event:
                self.summary.repeated += 1
            else:
                detail = f"event {event.id} of ticket {event.ticket} comes again with other content"
                self._leave_out(Fault(None, Reason.ID_REUSED, detail))
        return tuple(facts.values())

    def _leave_out(self, fault: Fault) -> None:
        self.summary.faults[str(fault.reason)] += 1
        self._fault(fault)


def attributes_read(rules: Rules) -> frozenset[str]:
    """The names of all attributes that a judgement by `rules` can look at, as publishers write them."""
    engine = {name for entries in READ.values() for name, _, _ in entries}
    known = engine | {name for policy in rules.versions for name in _asked(policy)}
    meanings: Iterable[Meaning] = chain.from_iterable(policy.vocabulary.values() for policy in rules.versions)
    renamed = {theirs for meaning in meanings for theirs, ours in meaning.rename.items() if ours in known}
    return frozenset(known | renamed)


def _asked(policy: Policy) -> Iterator[str]:
    for target in policy.targets:
        yield from (where.attribute for where in target.applies)
        yield from (where.attribute for match in _matches(target) for where in match.where)


def _matches(target: Target) -> Iterator[Match]:
    return chain(target.start, target.stop, target.cancel)


def lines_of(judged: Judged) -> Iterator[dict[str, Json]]:
    """A line for each promise of the ticket: how it stands, and the statements in force about it."""
    about: dict[tuple[str, tuple[str, str]], list[Statement]] = {}
    for statement in judged.judgement.statements:
        about.setdefault((statement.target, statement.started_by), []).append(statement)
    for promise in judged.judgement.promises:
        statements = about.get((promise.target, promise.started_by), ())
        yield {
            "tenant": judged.key[0],
            "ticket": judged.key[1],
            **promise_line(promise),
            "statements": [statement_line(statement) for statement in statements],
        }


def promise_line(promise: Promise) -> dict[str, Json]:
    """How a promise stands; instants in UTC, null where there is none."""
    return {
        "target": promise.target,
        "started_by": _key(promise.started_by),
        "start": times.write(promise.start),
        "due": _time(promise.due),
        "stop": _time(promise.stop),
        "stopped_by": _key(promise.stopped_by),
        "verdict": promise.state.value,
        "held": promise.held,
        "in_doubt": promise.in_doubt,
    }


def statement_line(statement: Statement) -> dict[str, Json]:
    """What tells one statement from another. Equal `digest` means equal content."""
    line: dict[str, Json] = {
        "id": statement.id,
        "kind": statement.kind.value,
        "name": statement.name,
        "at": times.write(statement.at),
    }
    for name in ("outcome", "reason", "role"):
        if value := getattr(statement, name):
            line[name] = str(value)
    line["digest"] = digest(statement)
    return line


def digest(statement: Statement) -> str:
    """SHA-256 of the whole content of `statement`, in hexadecimal."""
    return sha256(store_statement(statement)).hexdigest()


def _key(key: tuple[str, str] | None) -> Json:
    return None if key is None else {"source": key[0], "id": key[1]}


def _time(instant: Instant | None) -> str | None:
    return None if instant is None else times.write(instant)

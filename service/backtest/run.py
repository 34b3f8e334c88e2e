"""One run over one file: read it, then judge ticket by ticket."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from service.backtest.compact import Compact
from service.sla.events import Event
from service.sla.history import History, key_of
from service.sla.instants import Instant
from service.sla.judge import judge
from service.sla.policy import Rules
from service.sla.statements import Judgement
from service.wire import BadLine, Reason

#: (tenant, ticket)
TicketKey: TypeAlias = tuple[str, str]

#: Told every `STEP` tickets: how many are judged, of how many.
Progress: TypeAlias = Callable[[int, int], object]
STEP: Final = 500


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
        self._compact = Compact(rules)
        self._tickets: dict[TicketKey, list[Event]] = {}

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
                kept = self._tickets.setdefault((item.tenant, item.ticket), [])
                kept.append(self._compact(item, kept[0] if kept else None))
        return latest

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

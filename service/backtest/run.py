"""One run over one file: read it, then judge ticket by ticket."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from service.backtest.histories import Fault, Histories, Progress, Taken, TicketKey
from service.sla.instants import Instant
from service.sla.judge import judge
from service.sla.policy import Rules
from service.sla.statements import Judgement
from service.wire.files import Item


@dataclass(frozen=True, slots=True)
class Judged:
    """One ticket and what is true of it."""

    key: TicketKey
    judgement: Judgement


@dataclass(slots=True)
class Summary(Taken):
    """Counts; complete when the iteration that fills them has ended.

    `states` counts promises by (target, state), `statements` those in force by kind.
    """

    tickets: int = 0
    orphans: int = 0
    without_promise: int = 0
    promises: int = 0
    states: Counter[tuple[str, str]] = field(default_factory=Counter)
    statements: Counter[str] = field(default_factory=Counter)

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
        self._histories = Histories(rules, self.summary, progress=progress, fault=fault)

    def judged(self, items: Iterable[Item]) -> Iterator[Judged]:
        """Every ticket of `items`, in the order in which they first appear. All of `items` is read first."""
        for key, history in self._histories.of(items):
            judgement = judge(history, self._rules, self._histories.upto)
            self.summary.add(judgement)
            yield Judged(key, judgement)

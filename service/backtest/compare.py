"""Two policies over one file: every ticket judged under both, and the promises held against each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from service.backtest.causes import View
from service.backtest.flips import Comparer, Flip
from service.backtest.histories import Fault, Histories, Progress, Taken, TicketKey
from service.sla.instants import EARLIEST, Instant
from service.sla.policy import Rules
from service.wire.files import Item

#: (target, verdict before, verdict after); None where there is no promise.
Turn: TypeAlias = tuple[str, str | None, str | None]


@dataclass(slots=True)
class Compared(Taken):
    """Counts; complete when the iteration that fills them has ended.

    `promises` are those of each side. `same` ones have the same verdict and due, `moved` ones the same verdict and
    another due, by target; `flips` are counted by target and turn.
    """

    tickets: int = 0
    promises: tuple[int, int] = (0, 0)
    same: int = 0
    moved: Counter[str] = field(default_factory=Counter)
    flips: Counter[Turn] = field(default_factory=Counter)

    def add(self, flip: Flip) -> None:
        """Count one promise."""
        before, after = self.promises
        self.promises = before + (flip.before is not None), after + (flip.after is not None)
        if flip.is_flip:
            self.flips[turn_of(flip)] += 1
        elif flip.is_moved:
            self.moved[flip.target] += 1
        else:
            self.same += 1


def turn_of(flip: Flip) -> Turn:
    """From which verdict to which, of which target."""
    before = None if flip.before is None else flip.before.state.value
    return flip.target, before, None if flip.after is None else flip.after.state.value


class Comparison:
    """One run over one file with two sets of rules of one tenant.

    The first version of each side governs all that was opened before the next one, whatever its own effective-from: what
    is compared is what the rules say, not since when.
    """

    def __init__(
        self,
        before: Rules,
        after: Rules,
        *,
        until: Instant | None = None,
        progress: Progress = lambda done, total: None,  # noqa: ARG005
        fault: Callable[[Fault], object] = lambda fault: None,  # noqa: ARG005
    ) -> None:
        """Prepare to judge at W = `until`, by default the instant of the last event; `fault` hears of each fault."""
        self.summary = Compared(until=until)
        self._before, self._after = from_the_beginning(before), from_the_beginning(after)
        both = Rules(before.versions + after.versions)
        self._histories = Histories(both, self.summary, progress=progress, fault=fault)
        self._comparer = Comparer()

    def flips(self, items: Iterable[Item]) -> Iterator[tuple[TicketKey, Flip]]:
        """Every promise that flips or whose due moves, ticket by ticket. All of `items` is read first."""
        for key, history in self._histories.of(items):
            upto = self._histories.upto
            self.summary.tickets += 1
            before, after = (View(history, rules, upto) for rules in (self._before, self._after))
            for flip in self._comparer.compare(before, after):
                self.summary.add(flip)
                if flip.is_flip or flip.is_moved:
                    yield key, flip


def from_the_beginning(rules: Rules) -> Rules:
    """`rules` whose first version governs whatever was opened before the next."""
    first, *others = rules.versions
    return Rules((replace(first, effective_from=EARLIEST), *others))

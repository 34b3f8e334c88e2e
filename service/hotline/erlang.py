"""Erlang C: how long callers wait for so many agents (A. K. Erlang, 1917).

The model: calls come independently of each other, handling times vary as chance has it (exponentially), everybody
waits until answered, in one queue, and any agent takes any call. Where callers give up, or come in bursts, it is an
estimate: those who give up make the real queue shorter, bursts make it longer.

With `a` erlangs (calls per second x mean handling time) and `n` agents, n > a:

    B(0) = 1,  B(n) = a B(n-1) / (n + a B(n-1))          share of calls that find all busy, were they lost (Erlang B)
    Pw = n B(n) / (n - a + a B(n))                       probability of waiting (Erlang C)
    SL = 1 - Pw exp(-(n - a) T / H)                      answered within T, H the mean handling time
    ASA = Pw H / (n - a)                                 mean wait of all calls

The recursion adds and multiplies positive numbers only: no factorial overflows and nothing cancels, for one agent or
for a hundred thousand. With n <= a the queue grows without end: everybody waits, and there is no mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import count, islice
from math import exp
from typing import Final

from service.sla.instants import Duration

#: The largest load that is reckoned with, in erlangs; the work is proportional to it.
MOST_ERLANGS: Final = 100_000


@dataclass(frozen=True, slots=True)
class Load:
    """`calls` offered in an `interval`, each handled for `handling` on average, after-call work included.

    ValueError when one of them is negative, `interval` or `handling` is nothing, or the load is beyond
    `MOST_ERLANGS`.
    """

    calls: Fraction
    handling: Duration
    interval: Duration

    def __post_init__(self) -> None:
        if self.calls < 0:
            raise ValueError("fewer than no calls: give 0 or more")
        if self.handling <= 0 or self.interval <= 0:
            raise ValueError("handling time and interval have to be longer than nothing")
        if self.erlangs > MOST_ERLANGS:
            told = f"{float(self.erlangs):,.0f} calls at the same time"
            raise ValueError(f"{told} are more than {MOST_ERLANGS:,}: look at calls and handling time")

    @property
    def erlangs(self) -> Fraction:
        """Calls that are being handled at the same time, on average."""
        return self.calls * self.handling / self.interval


@dataclass(frozen=True, slots=True)
class Outlook:
    """What to expect with so many agents.

    `waiting` is the probability that a call waits at all, `late` that it waits longer than the limit asked for.
    `speed` is the mean wait in microseconds (average speed of answer), None when the queue grows without end.
    """

    agents: int
    waiting: float
    late: float
    speed: float | None
    occupancy: Fraction

    @property
    def level(self) -> float:
        """The share of calls answered within the limit."""
        return 1 - self.late


def outlooks(load: Load, within: Duration) -> Iterator[Outlook]:
    """The outlook with 0, 1, 2, ... agents; `within` is the limit for an answer."""
    erlangs = float(load.erlangs)
    blocked = 1.0
    for agents in count():
        if agents:
            blocked = erlangs * blocked / (agents + erlangs * blocked)
        spare = float(agents - load.erlangs)
        if not load.calls:
            yield Outlook(agents, 0.0, 0.0, 0.0, Fraction(0))
        elif spare <= 0:
            yield Outlook(agents, 1.0, 1.0, None, Fraction(1))
        else:
            waiting = agents * blocked / (spare + erlangs * blocked)
            late = waiting * exp(-spare * within / load.handling)
            yield Outlook(agents, waiting, late, waiting * load.handling / spare, load.erlangs / agents)


def outlook(load: Load, agents: int, within: Duration) -> Outlook:
    """The outlook with `agents`, `within` the limit for an answer; ValueError for fewer than none."""
    if agents < 0:
        raise ValueError("fewer than no agents: give 0 or more")
    return next(islice(outlooks(load, within), agents, None))

"""A recorded month as a live stream: when each event is published, and the clock that everybody reads.

Most events are published when they happened. Some come late, some twice, some out of order, so that breaches are
stated that turn out to be wrong. All of it follows from the seed.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from service.sla.events import Event
from service.sla.instants import DAY, HOUR, MINUTE, SECOND, Duration, Instant

SEED: Final = 2016

#: (share of events, least and greatest delay); stops that are reported late are what proves breaches wrong.
_LATE_STOPS: Final = (0.06, 2 * HOUR, 4 * DAY)
_LATE: Final = (0.01, 1 * HOUR, 1 * DAY)
_DISORDERED: Final = (0.05, 1 * SECOND, 30 * MINUTE)
_TWICE: Final = (0.02, 0, 6 * HOUR)

STOPS: Final = frozenset({"resolved", "closed", "work_started", "assigned"})


@dataclass(frozen=True, slots=True)
class Sending:
    """One publication: `event` at `when`, which is not before it happened."""

    when: Instant
    event: Event


@dataclass(frozen=True, slots=True)
class Spoiled:
    """How many publications were late, out of order or repeated on purpose."""

    late: int
    disordered: int
    repeated: int


class ReplayClock:
    """The one clock of a replay: wall, monotonic and database time. Whoever publishes moves it on."""

    def __init__(self, start: Instant) -> None:
        self.now = start

    def wall(self) -> Instant:
        """Microseconds since 1970."""
        return self.now

    def monotonic(self) -> Duration:
        """The same: time here never jumps but as the publisher moves it."""
        return self.now

    def advance(self, instant: Instant) -> None:
        """Move on to `instant`; never back."""
        self.now = max(self.now, instant)


def schedule(events: Iterable[Event], until: Instant, seed: int = SEED) -> tuple[list[Sending], Spoiled]:
    """When to publish `events`, each at least once by `until`, in the order of publication."""
    chance = random.Random(seed)
    sendings: list[Sending] = []
    late = disordered = repeated = 0
    for event in events:
        delay = _delay(chance, _LATE_STOPS if event.type in STOPS else _LATE)
        late += delay > 0
        if not delay:
            delay = _delay(chance, _DISORDERED)
            disordered += delay > 0
        sendings.append(Sending(min(event.at + delay, until), event))
        share, least, greatest = _TWICE
        if chance.random() < share:
            repeated += 1
            sendings.append(Sending(min(event.at + delay + chance.randint(least, greatest), until), event))
    sendings.sort(key=lambda sending: (sending.when, sending.event.source, sending.event.id))
    return sendings, Spoiled(late, disordered, repeated)


def _delay(chance: random.Random, kind: tuple[float, Duration, Duration]) -> Duration:
    share, least, greatest = kind
    return chance.randint(least, greatest) if chance.random() < share else 0


def portions(
    sendings: list[Sending], start: Instant, until: Instant, steps: int
) -> Iterator[tuple[Instant, list[Sending]]]:
    """`sendings` cut into `steps` equal spans of time: (the span's end, what is published by then)."""
    rest = iter(sendings)
    held: Sending | None = next(rest, None)
    for step in range(1, steps + 1):
        end = start + (until - start) * step // steps
        portion: list[Sending] = []
        while held is not None and held.when <= end:
            portion.append(held)
            held = next(rest, None)
        yield end, portion

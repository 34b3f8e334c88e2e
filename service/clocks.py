"""Where time comes from: the only reader of the wall clock, and whether it can be believed."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from service.sla.instants import SECOND, Duration, Instant

log = structlog.stdlib.get_logger("slaclock.clock")


class Clocks(Protocol):
    """Where time comes from, in microseconds."""

    def wall(self) -> Instant: ...
    def monotonic(self) -> Duration: ...


class RealClocks:
    """This machine's clocks. The second goes on while the machine is suspended, as time does."""

    def wall(self) -> Instant:
        return time.time_ns() // 1_000

    def monotonic(self) -> Duration:
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000


@dataclass(frozen=True, slots=True)
class Tick:
    """A reading of the clocks; `doubt` says why nothing may rest on it."""

    t0: Instant
    doubt: str = ""


class Steadiness:
    """Whether the clocks can be believed: two of them agree, and they do not jump against the time that passes."""

    def __init__(self, clocks: Clocks, *, tolerance: Duration, settle: Duration) -> None:
        self._clocks = clocks
        self._tolerance = tolerance
        self._settle = settle
        self._trusted: tuple[Instant, Duration] | None = None  # the last good reading: t0, monotonic
        self._jumped: tuple[Instant, Duration] | None = None  # the first reading after a jump

    async def read(self, database_now: Callable[[], Awaitable[Instant]]) -> Tick:
        """t0 is the earlier of the two clocks. Raises what `database_now` raises."""
        before, passed = self._clocks.wall(), self._clocks.monotonic()
        database = await database_now()
        after = self._clocks.wall()
        t0 = min(before, database)
        if not before - self._tolerance <= database <= after + self._tolerance:
            return Tick(t0, "clocks_differ")
        return Tick(t0) if self._steady(t0, passed) else Tick(t0, "clock_jumped")

    def _steady(self, t0: Instant, passed: Duration) -> bool:
        """Compare with the last good reading, so that a slow drift passes.

        A jump is accepted after the clocks have run evenly for a while: it may be a correction, and nobody can tell
        from here which of the two times was right.
        """
        if self._trusted is not None and not self._even(self._trusted, t0, passed):
            if self._jumped is None or not self._even(self._jumped, t0, passed):
                self._jumped = (t0, passed)
            if passed - self._jumped[1] < self._settle:
                return False
            log.warning(
                "clock_jump_accepted", seconds=(t0 - self._trusted[0] - passed + self._trusted[1]) / SECOND
            )
        self._trusted, self._jumped = (t0, passed), None
        return True

    def _even(self, since: tuple[Instant, Duration], t0: Instant, passed: Duration) -> bool:
        return abs((t0 - since[0]) - (passed - since[1])) <= self._tolerance

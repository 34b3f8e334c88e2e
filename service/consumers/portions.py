"""What every input topic has in common: take partitions over, apply their portions. Never raises."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Callable

import structlog

from service.apply import Applied, Fenced, Slice
from service.bus.holdings import Outcome, Portion, Position
from service.loop import Backoff, Pulse, told
from service.metrics import Metrics
from service.store import Database, StoreError, progress

log = structlog.stdlib.get_logger("slaclock.consumers")


class Portions(ABC):
    """What the subscription of a topic calls."""

    def __init__(
        self,
        db: Database,
        metrics: Metrics,
        pulse: Pulse,
        *,
        retry: Callable[[], Backoff],
        give_up_seconds: float,
    ) -> None:
        """`give_up_seconds`: how long a portion is tried before the client must be let poll again, or the group
        would count this member out. The portion is then handed out again.
        """
        self._db = db
        self._metrics = metrics
        self._pulse = pulse
        self._retry = retry
        self._give_up = give_up_seconds

    async def own(self, topic: str, beginnings: dict[int, int]) -> dict[int, Position]:
        """Take partitions over, fencing every earlier owner. One never seen before begins where its log begins."""
        async with self._db.transaction() as tx:
            await progress.register(tx, topic, beginnings)
            owned = await progress.own(tx, topic, beginnings)
        return {part: Position(position.epoch, position.next_offset) for part, position in owned.items()}

    async def take(self, portion: Portion, wanted: Callable[[], bool]) -> Outcome:
        """Apply `portion`, trying until it is applied, fenced, not wanted any more, or `give_up_seconds` are over."""
        records = Slice(
            topic=portion.topic,
            part=portion.part,
            epoch=portion.epoch,
            first=portion.first,
            next=portion.next,
            records=portion.records,
        )
        backoff = self._retry()
        until = time.monotonic() + self._give_up
        tried = False
        while wanted() and time.monotonic() < until:
            self._pulse.beat()
            try:
                self._count(await self._apply(records))
                return Outcome.DONE
            except Fenced:
                return await self._fenced(portion, tried=tried)
            except Exception as error:  # noqa: BLE001 - whatever it is, the records must not be lost
                self._metrics.failures.labels("ingest").inc()
                log.warning("slice_failed", topic=portion.topic, part=portion.part, error=told(error))
            tried = True
            await asyncio.sleep(backoff.pause())
        return Outcome.LATER

    @abstractmethod
    async def _apply(self, records: Slice) -> Applied: ...

    @abstractmethod
    def _count(self, applied: Applied) -> None: ...

    async def _fenced(self, portion: Portion, *, tried: bool) -> Outcome:
        """A commit whose answer was lost may have succeeded: then it is our own work that fences us."""
        if tried:
            try:
                async with self._db.transaction() as tx:
                    stands = await progress.position(tx, portion.topic, portion.part)
            except StoreError:
                return Outcome.FENCED
            if stands is not None and (stands.epoch, stands.next_offset) == (portion.epoch, portion.next):
                return Outcome.DONE
        self._metrics.fenced.inc()
        return Outcome.FENCED

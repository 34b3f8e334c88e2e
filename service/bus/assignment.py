"""Which partitions are ours: given by the group, made true in Postgres.

A rebalance does not wait for a batch in hand, so two members may hold a partition for a moment. Ownership is
therefore an epoch in Postgres, taken anew at every assignment before the first record is let through.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from typing import Final, TypeAlias

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import IllegalStateError

from service.bus.holdings import Holding, Position
from service.loop import Backoff, told
from service.settings import Settings

#: Takes partitions over: the earliest offset kept of each in, where each stands out.
Own: TypeAlias = Callable[[str, dict[int, int]], Awaitable[dict[int, Position]]]

ASK_SECONDS: Final = 5.0

log = structlog.stdlib.get_logger("slaclock.bus")


class Assignment(ConsumerRebalanceListener):  # type: ignore[misc]
    """The rebalance listener. `held` has the partitions whose records may be applied."""

    def __init__(
        self,
        settings: Settings,
        topic: str,
        own: Own,
        consumer: Callable[[], AIOKafkaConsumer],
        settled: Callable[[], Awaitable[object]],
    ) -> None:
        """`settled` waits until no batch is in hand."""
        self.held: dict[TopicPartition, Holding] = {}
        self._settings = settings
        self._topic = topic
        self._own = own
        self._consumer = consumer
        self._settled = settled
        self._taking_over: dict[TopicPartition, asyncio.Task[None]] = {}

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Hold every partition back until Postgres has made it ours. Does not wait: heartbeats come after it."""
        # First of all: records would pass while anything else is waited for.
        self._consumer().pause(*assigned)
        self.forget()
        self._take_over(assigned, after=0.0)

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Begin nothing more with them; give what is in hand a moment to end, so that it is not done twice."""
        self.forget(revoked)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._settled(), self._settings.drain_seconds)

    def holds(self, part: TopicPartition, holding: Holding) -> bool:
        """Whether `part` is still in our hands since `holding` began."""
        return self.held.get(part) is holding

    def rewind(self, part: TopicPartition, holding: Holding) -> None:
        """Have everything that is not applied handed out again."""
        if self.holds(part, holding):
            with contextlib.suppress(IllegalStateError):
                self._consumer().seek(part, holding.again())

    def fenced(self, part: TopicPartition) -> None:
        """Another member has it. Should the group still say it is ours after a while, take it again: fencing each
        other at once would go on for ever while the group has not settled.
        """
        self.forget([part])
        with contextlib.suppress(IllegalStateError):
            self._consumer().pause(part)
            self._take_over([part], after=self._settings.refence_seconds)

    def forget(self, parts: Iterable[TopicPartition] | None = None) -> None:
        """Hold `parts` no more; all by default."""
        for part in [*self.held, *self._taking_over] if parts is None else parts:
            self.held.pop(part, None)
            if (task := self._taking_over.pop(part, None)) is not None:
                task.cancel()

    def _take_over(self, parts: Iterable[TopicPartition], *, after: float) -> None:
        chosen = frozenset(parts)
        task = asyncio.get_running_loop().create_task(self._make_ours(chosen, after))
        self._taking_over.update(dict.fromkeys(chosen, task))

    async def _make_ours(self, parts: frozenset[TopicPartition], after: float) -> None:
        await asyncio.sleep(after)
        positions = await self._positions(parts)
        for part in parts:
            self._taking_over.pop(part, None)
            self._let_through(part, positions[part.partition])
        log.info("partitions_taken", topic=self._topic, parts=sorted(part.partition for part in parts))

    async def _positions(self, parts: frozenset[TopicPartition]) -> dict[int, Position]:
        backoff = Backoff(self._settings.retry_first_seconds, self._settings.retry_most_seconds)
        while True:
            try:
                async with asyncio.timeout(ASK_SECONDS):
                    kept = await self._consumer().beginning_offsets(list(parts))
                return await self._own(self._topic, {part.partition: kept[part] for part in parts})
            except Exception as error:  # noqa: BLE001 - broker or database away: the partitions stay paused
                pause = backoff.pause()
                log.warning("taking_over_failed", error=told(error), again_in=round(pause, 2))
            await asyncio.sleep(pause)

    def _let_through(self, part: TopicPartition, position: Position) -> None:
        with contextlib.suppress(IllegalStateError):  # revoked meanwhile
            self._consumer().seek(part, position.next)
            self.held[part] = Holding(position.epoch, position.next)
            self._consumer().resume(part)

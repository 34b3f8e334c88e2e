"""Records of one topic, a portion of a partition at a time, from where Postgres says it stands.

Offsets live in Postgres. What Kafka commits is a hint for tools that show lag, and is never read.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from faststream.kafka import KafkaMessage

from service.bus.assignment import ASK_SECONDS, Assignment, Own
from service.bus.form import broker_of, subscriber_of
from service.bus.holdings import Holding, Outcome, Portion, not_applied
from service.bus.stall import StallWatch
from service.loop import told
from service.settings import Settings
from service.wire.records import Record

#: Applies a portion, trying for as long as the second argument says that it is still wanted; never raises.
Take: TypeAlias = Callable[[Portion, Callable[[], bool]], Awaitable[Outcome]]

_HINT_SECONDS: Final = 2.0
_LEAVE_SECONDS: Final = 1.0
_POSITION_SECONDS: Final = 1.0

log = structlog.stdlib.get_logger("slaclock.bus")


@dataclass(frozen=True, slots=True)
class _Handed:
    """Records of one partition as the client handed them out, and its position behind them."""

    part: TopicPartition
    holding: Holding
    records: tuple[Record, ...]
    reached: int


class Subscription:
    """One topic's records, given to `take` in order within each partition."""

    def __init__(self, settings: Settings, topic: str, *, own: Own, take: Take) -> None:
        self._settings = settings
        self._take = take
        self._slots = asyncio.Semaphore(settings.slices_at_once)
        self._idle = asyncio.Event()
        self._idle.set()
        self._stopping = False
        self._next_hint = 0.0
        self._stall: StallWatch[TopicPartition] = StallWatch(settings.stall_seconds)
        self._assignment = Assignment(settings, topic, own, lambda: self.consumer, self._idle.wait)
        self._broker = broker_of(settings)
        self._subscriber = subscriber_of(
            self._broker, settings, topic, parser=self._receive, listener=self._assignment
        )
        self._subscriber(self._work)

    async def start(self) -> None:
        """Join the group. Raises what the client raises when no broker answers; the object is then used up."""
        try:
            await self._broker.start()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Let the transaction in hand end, hand out nothing more, leave the group; bounded."""
        self._stopping = True
        with contextlib.suppress(TimeoutError, KafkaError, OSError):
            async with asyncio.timeout(self._settings.drain_seconds + _LEAVE_SECONDS):
                await self._broker.stop()
        self._assignment.forget()

    @property
    def busy(self) -> bool:
        """Whether a batch is in hand."""
        return not self._idle.is_set()

    @property
    def consumer(self) -> AIOKafkaConsumer:
        consumer = self._subscriber.consumer
        if consumer is None:
            raise IllegalStateError("not started")
        return consumer

    # --- records ---------------------------------------------------------------------------------------

    async def _receive(self, raw: tuple[ConsumerRecord, ...]) -> KafkaMessage:
        """FastStream's parser: nothing is decoded. Nothing waits between the client handing records out and this,
        so the positions read here are those behind these records.
        """
        found: defaultdict[TopicPartition, list[Record]] = defaultdict(list)
        for record in raw:
            found[TopicPartition(record.topic, record.partition)].append(_plain(record))
        batch = []
        for part, records in found.items():
            holding = self._assignment.held.get(part)
            if holding is None:
                continue  # revoked while the fetch was under way
            reached = max(await self.consumer.position(part), records[-1].offset + 1)
            holding.handed = max(holding.handed, reached)
            batch.append(_Handed(part, holding, tuple(records), reached))
        return KafkaMessage(raw_message=raw, body=batch, consumer=self.consumer)

    async def _work(self, batch: list[_Handed]) -> None:
        """FastStream's handler: partitions beside each other, each in order. Never raises, never returns early."""
        self._idle.clear()
        try:
            await asyncio.gather(*(self._work_part(handed) for handed in batch))
        finally:
            self._idle.set()

    async def _work_part(self, handed: _Handed) -> None:
        part, holding = handed.part, handed.holding
        try:
            async with holding.turn, self._slots:
                if self._stopping or not self._assignment.holds(part, holding):
                    return
                fresh = not_applied(handed.records, holding)
                if not fresh:
                    self._assignment.rewind(part, holding)  # a fetch from before the last seek
                elif await self._follows_on(part, holding, fresh[0].offset):
                    await self._apply(part, holding, fresh, handed.reached)
        except Exception as error:  # noqa: BLE001 - an error here must not lose the batch: it is fetched again
            log.warning("portion_failed", topic=part.topic, part=part.partition, error=told(error))
            self._assignment.rewind(part, holding)

    async def _follows_on(self, part: TopicPartition, holding: Holding, first: int) -> bool:
        """Whether no record can lie between what is applied and `first`."""
        if first == holding.next:
            return True
        if not holding.confirms_gap():
            self._assignment.rewind(part, holding)
            return False
        return await self._beginning_is_kept(part, holding)

    async def _beginning_is_kept(self, part: TopicPartition, holding: Holding) -> bool:
        async with asyncio.timeout(ASK_SECONDS):
            kept = (await self.consumer.beginning_offsets([part]))[part]
        if kept <= holding.next:
            return True
        holding.lost = True
        with contextlib.suppress(IllegalStateError):
            self.consumer.pause(part)
        place = {"topic": part.topic, "part": part.partition}
        log.error("lost_beginning", **place, expected=holding.next, kept_from=kept)
        return False

    async def _apply(
        self, part: TopicPartition, holding: Holding, records: tuple[Record, ...], reached: int
    ) -> None:
        portion = Portion(part.topic, part.partition, holding.epoch, holding.next, reached, records)
        outcome = await self._take(
            portion, lambda: self._assignment.holds(part, holding) and not self._stopping
        )
        if not self._assignment.holds(part, holding):
            return  # it changed hands meanwhile; Postgres has decided whose work counted
        if outcome is Outcome.DONE:
            holding.moved(reached)
        elif outcome is Outcome.LATER:
            self._assignment.rewind(part, holding)
        else:
            self._assignment.fenced(part)

    # --- upkeep ----------------------------------------------------------------------------------------

    async def tend(self, now: float) -> None:
        """A few times a second: go past offsets without records; now and then commit hints and look for a stall.

        `now` is monotonic, in seconds. Raises StalledError.
        """
        for part, holding in list(self._assignment.held.items()):
            if not holding.busy and not holding.lost:
                await self._pass_empty(part, holding)
        if now >= self._next_hint:
            self._next_hint = now + self._settings.hint_commit_seconds
            await self._hint()
            self._stall.check(now, await self._waiting())

    async def _pass_empty(self, part: TopicPartition, holding: Holding) -> None:
        """Advance over control records at the end of a partition, which no batch ever shows."""
        with contextlib.suppress(IllegalStateError, TimeoutError, KafkaError):
            async with asyncio.timeout(_POSITION_SECONDS):
                reached = await self.consumer.position(part)
            if reached > holding.next and not holding.busy and not holding.turn.locked():
                async with holding.turn:
                    await self._pass_to(part, holding, reached)

    async def _pass_to(self, part: TopicPartition, holding: Holding, reached: int) -> None:
        if not holding.confirms_gap():
            self._assignment.rewind(part, holding)
        elif await self._beginning_is_kept(part, holding) and not holding.busy:
            holding.handed = reached
            await self._apply(part, holding, (), reached)

    async def _hint(self) -> None:
        offsets = {part: holding.next for part, holding in self._assignment.held.items()}
        if offsets and not self._stopping:
            with contextlib.suppress(KafkaError, TimeoutError, OSError):
                async with asyncio.timeout(_HINT_SECONDS):
                    await self.consumer.commit(offsets)

    async def _waiting(self) -> dict[TopicPartition, int]:
        """Where those partitions stand that have more to deliver and are not being worked on."""

        def free() -> dict[TopicPartition, int]:
            held = self._assignment.held.items()
            return {part: holding.next for part, holding in held if not (holding.busy or holding.lost)}

        try:
            async with asyncio.timeout(ASK_SECONDS):
                ends = await self.consumer.end_offsets(list(free())) if free() else {}
        except (KafkaError, TimeoutError, OSError):
            return {}  # no broker, no verdict
        return {part: stands for part, stands in free().items() if ends.get(part, 0) > stands}


def _plain(record: ConsumerRecord) -> Record:
    return Record(
        record.topic,
        record.partition,
        record.offset,
        record.timestamp * 1_000,
        record.key,
        record.value,
        tuple(record.headers),
    )

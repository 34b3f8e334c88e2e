"""Records of one topic, a portion of a partition at a time, from where Postgres says it stands.

FastStream in exactly one form: a batch subscriber that acknowledges nothing, parses nothing and replies nothing.
Offsets live in Postgres. What Kafka commits is a hint for tools that show lag, and is never read.

A rebalance does not wait for a batch in hand, so two members may hold a partition for a moment. Ownership is
therefore an epoch in Postgres, taken anew at every assignment before the first record is let through.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import IllegalStateError, KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage

from service.bus.connection import security
from service.bus.holdings import Holding, Outcome, Portion, Position, not_applied
from service.loop import Backoff, told
from service.settings import Settings
from service.wire.records import Record

#: Takes the partitions over and says where they stand: {partition: earliest offset kept} in, {partition: position} out.
Own = Callable[[str, dict[int, int]], Awaitable[dict[int, Position]]]
#: Applies a portion, trying for as long as the second argument says that it is still wanted; never raises.
Take = Callable[[Portion, Callable[[], bool]], Awaitable[Outcome]]

_ASK_SECONDS: Final = 5.0
_HINT_SECONDS: Final = 2.0

#: FastStream tells of every batch at INFO.
_QUIET: Final = logging.getLogger("slaclock.faststream")
_QUIET.setLevel(logging.WARNING)

log = structlog.stdlib.get_logger("slaclock.bus")


class StalledError(Exception):
    """The client has stopped delivering records that are there; only a new process helps."""


class Subscription(ConsumerRebalanceListener):  # type: ignore[misc]
    """One topic's records, given to `take` in order within each partition."""

    def __init__(self, settings: Settings, topic: str, *, own: Own, take: Take) -> None:
        self._settings = settings
        self._topic = topic
        self._own = own
        self._take = take
        self._held: dict[TopicPartition, Holding] = {}
        self._taking_over: dict[TopicPartition, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(settings.slices_at_once)
        self._settled = asyncio.Event()
        self._settled.set()
        self._stopping = False
        self._next_hint = 0.0
        self._unmoved_since: dict[TopicPartition, tuple[int, float]] = {}
        self._broker = KafkaBroker(
            settings.kafka_bootstrap.split(","),
            client_id="slaclock",
            security=security(settings),
            # Joining a group is one request, answered when the slowest member has joined.
            request_timeout_ms=settings.kafka_rebalance_ms + settings.kafka_request_ms,
            retry_backoff_ms=settings.kafka_retry_backoff_ms,
            metadata_max_age_ms=settings.kafka_metadata_max_age_ms,
            consumer_only=True,
            allow_auto_create_topics=False,
            graceful_timeout=settings.drain_seconds,
            apply_types=False,
            logger=_QUIET,
        )
        self._subscriber = self._broker.subscriber(
            topic,
            batch=True,
            ack_policy=AckPolicy.MANUAL,
            no_reply=True,
            parser=self._receive,
            decoder=_as_it_is,
            listener=self,
            group_id=settings.group,
            # "none" would raise until the first seek; positions come from Postgres in any case.
            auto_offset_reset="earliest",
            # Records of aborted transactions never happened.
            isolation_level="read_committed",
            max_records=settings.batch_records,
            batch_timeout_ms=settings.batch_wait_ms,
            max_partition_fetch_bytes=settings.kafka_partition_fetch_bytes,
            session_timeout_ms=settings.kafka_session_ms,
            heartbeat_interval_ms=settings.kafka_heartbeat_ms,
            rebalance_timeout_ms=settings.kafka_rebalance_ms,
            max_poll_interval_ms=settings.kafka_max_poll_ms,
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
        bound = self._settings.drain_seconds + _ASK_SECONDS
        with contextlib.suppress(TimeoutError, KafkaError, OSError):
            async with asyncio.timeout(bound):
                await self._broker.stop()
        self._forget(list(self._taking_over))
        self._held.clear()

    @property
    def busy(self) -> bool:
        """Whether a batch is in hand."""
        return not self._settled.is_set()

    @property
    def consumer(self) -> AIOKafkaConsumer:
        consumer = self._subscriber.consumer
        if consumer is None:
            raise IllegalStateError("not started")
        return consumer

    # --- assignment ------------------------------------------------------------------------------------

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Hold every partition back until Postgres has made it ours. Does not wait: heartbeats come after it."""
        self.consumer.pause(
            *assigned
        )  # first of all: what follows may wait, and records would pass meanwhile
        self._forget(list(self._held))
        self._take_over(assigned, after=0.0)

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Begin nothing more with them; give what is in hand a moment to end, so that it is not done twice."""
        self._forget(list(revoked))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._settled.wait(), self._settings.drain_seconds)

    def _forget(self, parts: Iterable[TopicPartition]) -> None:
        for part in parts:
            self._held.pop(part, None)
            if (task := self._taking_over.pop(part, None)) is not None:
                task.cancel()

    def _take_over(self, parts: Iterable[TopicPartition], *, after: float) -> None:
        chosen = frozenset(parts)
        task = asyncio.get_running_loop().create_task(self._make_ours(chosen, after))
        self._taking_over.update(dict.fromkeys(chosen, task))

    async def _make_ours(self, parts: frozenset[TopicPartition], after: float) -> None:
        await asyncio.sleep(after)
        positions = await self._owned(parts)
        for part in parts:
            self._taking_over.pop(part, None)
            self._let_through(part, positions[part.partition])
        log.info("partitions_taken", topic=self._topic, parts=sorted(part.partition for part in parts))

    async def _owned(self, parts: frozenset[TopicPartition]) -> dict[int, Position]:
        backoff = Backoff(self._settings.retry_first_seconds, self._settings.retry_most_seconds)
        while True:
            try:
                async with asyncio.timeout(_ASK_SECONDS):
                    kept = await self.consumer.beginning_offsets(list(parts))
                return await self._own(self._topic, {part.partition: kept[part] for part in parts})
            except Exception as error:  # noqa: BLE001 - broker or database away: the partitions stay paused
                pause = backoff.pause()
                log.warning("taking_over_failed", error=told(error), again_in=round(pause, 2))
            await asyncio.sleep(pause)

    def _let_through(self, part: TopicPartition, position: Position) -> None:
        with contextlib.suppress(IllegalStateError):  # revoked meanwhile
            self.consumer.seek(part, position.next)
            self._held[part] = Holding(position.epoch, position.next)
            self.consumer.resume(part)

    # --- records ---------------------------------------------------------------------------------------

    async def _receive(self, raw: tuple[ConsumerRecord, ...]) -> KafkaMessage:
        """FastStream's parser: nothing is decoded, and nothing waits between the client handing records out and
        this, so that the positions read here are those behind these records.
        """
        found: defaultdict[TopicPartition, list[Record]] = defaultdict(list)
        for record in raw:
            found[TopicPartition(record.topic, record.partition)].append(_plain(record))
        batch = []
        for part, records in found.items():
            holding = self._held.get(part)
            if holding is None:
                continue  # revoked while the fetch was under way
            reached = max(await self.consumer.position(part), records[-1].offset + 1)
            holding.handed = max(holding.handed, reached)
            batch.append((part, holding, records, reached))
        return KafkaMessage(raw_message=raw, body=batch, consumer=self.consumer)

    async def _work(self, batch: list[tuple[TopicPartition, Holding, list[Record], int]]) -> None:
        """FastStream's handler. Partitions beside each other, each in order; never raises, never returns early."""
        self._settled.clear()
        try:
            await asyncio.gather(*(self._work_part(*entry) for entry in batch))
        finally:
            self._settled.set()

    async def _work_part(
        self, part: TopicPartition, holding: Holding, records: list[Record], reached: int
    ) -> None:
        try:
            async with self._slots:
                if self._held.get(part) is not holding or self._stopping:
                    return
                fresh = not_applied(records, holding)
                if not fresh:
                    self._again(part, holding)  # a fetch from before the last seek
                elif await self._follows_on(part, holding, fresh[0].offset):
                    await self._apply(part, holding, fresh, reached)
        except Exception as error:  # noqa: BLE001 - an error here must not lose the batch: it is fetched again
            log.warning("portion_failed", topic=part.topic, part=part.partition, error=told(error))
            self._again(part, holding)

    async def _follows_on(self, part: TopicPartition, holding: Holding, first: int) -> bool:
        """Whether no record can lie between what is applied and `first`."""
        if first == holding.next:
            return True
        if not holding.confirms_gap():
            self._again(part, holding)
            return False
        return await self._beginning_is_kept(part, holding)

    async def _beginning_is_kept(self, part: TopicPartition, holding: Holding) -> bool:
        async with asyncio.timeout(_ASK_SECONDS):
            kept = (await self.consumer.beginning_offsets([part]))[part]
        if kept <= holding.next:
            return True
        holding.lost = True
        with contextlib.suppress(IllegalStateError):
            self.consumer.pause(part)
        log.error(
            "lost_beginning", topic=part.topic, part=part.partition, expected=holding.next, kept_from=kept
        )
        return False

    async def _apply(
        self, part: TopicPartition, holding: Holding, records: tuple[Record, ...], reached: int
    ) -> None:
        portion = Portion(part.topic, part.partition, holding.epoch, holding.next, reached, records)
        outcome = await self._take(portion, lambda: self._held.get(part) is holding and not self._stopping)
        if self._held.get(part) is not holding:
            return  # it changed hands meanwhile; Postgres has decided whose work counted
        if outcome is Outcome.DONE:
            holding.moved(reached)
        elif outcome is Outcome.LATER:
            self._again(part, holding)
        else:
            self._fenced(part)

    def _again(self, part: TopicPartition, holding: Holding) -> None:
        if self._held.get(part) is holding:
            with contextlib.suppress(IllegalStateError):
                self.consumer.seek(part, holding.again())

    def _fenced(self, part: TopicPartition) -> None:
        """Another member has it. Should the group still say it is ours after a while, take it again: fencing each
        other at once would go on for ever while the group has not settled.
        """
        self._forget([part])
        with contextlib.suppress(IllegalStateError):
            self.consumer.pause(part)
            self._take_over([part], after=self._settings.refence_seconds)

    # --- upkeep ----------------------------------------------------------------------------------------

    async def tend(self, now: float) -> None:
        """A few times a second: go past offsets without records; now and then commit hints and look for a stall.

        `now` is monotonic, in seconds. Raises StalledError.
        """
        for part, holding in list(self._held.items()):
            if not holding.busy and not holding.lost:
                await self._pass_empty(part, holding)
        if now >= self._next_hint:
            self._next_hint = now + self._settings.hint_commit_seconds
            await self._hint()
            await self._check_stall(now)

    async def _pass_empty(self, part: TopicPartition, holding: Holding) -> None:
        """Advance over control records at the end of a partition, which no batch ever shows."""
        with contextlib.suppress(IllegalStateError, TimeoutError):
            async with asyncio.timeout(1):
                reached = await self.consumer.position(part)
            if reached <= holding.next or holding.busy or self._held.get(part) is not holding:
                return
            if not holding.confirms_gap():
                self._again(part, holding)
            elif await self._beginning_is_kept(part, holding) and not holding.busy:
                holding.handed = reached
                await self._apply(part, holding, (), reached)

    async def _hint(self) -> None:
        offsets = {part: holding.next for part, holding in self._held.items()}
        if offsets and not self._stopping:
            with contextlib.suppress(KafkaError, TimeoutError, OSError):
                async with asyncio.timeout(_HINT_SECONDS):
                    await self.consumer.commit(offsets)

    async def _check_stall(self, now: float) -> None:
        free = [part for part, holding in self._held.items() if not holding.busy and not holding.lost]
        try:
            async with asyncio.timeout(_ASK_SECONDS):
                ends = await self.consumer.end_offsets(free) if free else {}
        except (KafkaError, TimeoutError, OSError):
            ends = {}  # no broker, no verdict
        waiting: dict[TopicPartition, tuple[int, float]] = {}
        for part, end in ends.items():
            holding = self._held.get(part)
            if holding is not None and not holding.busy and end > holding.next:
                stands, since = self._unmoved_since.get(part, (holding.next, now))
                waiting[part] = (holding.next, since if stands == holding.next else now)
        self._unmoved_since = waiting
        if any(now - since > self._settings.stall_seconds for _, since in waiting.values()):
            raise StalledError(", ".join(f"{part.topic}/{part.partition}" for part in waiting))


async def _as_it_is(message: KafkaMessage) -> Any:
    return message.body


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

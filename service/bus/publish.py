"""Records out: acknowledged by every in-sync replica, in order within each partition."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any, Final, Protocol

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, RecordListTooLargeError
from aiokafka.partitioner import DefaultPartitioner
from aiokafka.producer.message_accumulator import BatchBuilder

from service.loop import told, uptime

#: The broker says so of a batch; of a batch of one record it is said of the record.
_TOO_LARGE: Final = (MessageSizeTooLargeError, RecordListTooLargeError)

#: About what a record takes beside its key and value.
_OVERHEAD: Final = 100

_CLOSE_SECONDS: Final = 2.0

_PARTITION: Final = DefaultPartitioner()

log = structlog.stdlib.get_logger("slaclock.bus")


class Row(Protocol):
    """One record to send. `id` is the caller's name for it."""

    @property
    def id(self) -> int: ...
    @property
    def topic(self) -> str: ...
    @property
    def key(self) -> bytes: ...
    @property
    def value(self) -> bytes: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes]]: ...


@dataclass(slots=True)
class Sent:
    """What became of the rows: acknowledged, or refused by the topic itself. The others are to be sent again.

    `trouble` tells of the last error; `smaller` that a batch was too large and will be split the next time.
    """

    acknowledged: list[int] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    trouble: str = ""
    smaller: bool = False


class Producer:
    """Sends rows. The client inside is replaced after any error: some leave it dead for good."""

    def __init__(
        self,
        options: Mapping[str, Any],
        *,
        idempotent: bool,
        batch_bytes: int,
        ack_seconds: float,
        stamp: Callable[[Row], int | None] = lambda _: None,
        lone_last: bool = False,
    ) -> None:
        """`stamp` gives a record's timestamp in milliseconds; None leaves it to the clock of this machine.

        `lone_last` puts the last record of each partition and call into a batch of its own, for a broker that tells
        the end of a partition by the first record of its last batch.
        """
        self._options = dict(options)
        self._idempotent = idempotent
        self._batch_bytes = batch_bytes
        self._ack_seconds = ack_seconds
        self._stamp = stamp
        self._lone_last = lone_last
        self._client: AIOKafkaProducer | None = None
        self._limits: dict[tuple[str, int], int] = {}

    async def send(self, rows: Iterable[Row], *, until: float = inf) -> Sent:
        """Send `rows`, those of one partition in the order given; never raises for the broker's sake.

        Nothing is begun to be sent when `uptime` shows `until` or more: whoever sends for a limited time may have
        been frozen beyond it.

        After an error in a partition nothing more is sent to it, so that a record never overtakes one before it.
        The same key always has the same partition (murmur2, as Kafka's own clients do it).
        """
        sent = Sent()
        try:
            client = await self._connected()
            chains = await self._by_partition(client, rows)
        except (KafkaError, OSError, TimeoutError) as error:
            sent.trouble = told(error)
            await self.abandon()
            return sent
        await asyncio.gather(
            *(self._send_chain(client, *place, chain, sent, until) for place, chain in chains.items())
        )
        if sent.trouble:
            await self.abandon()
        return sent

    async def abandon(self) -> None:
        """Drop the client; what it still has in hand may or may not arrive."""
        client, self._client = self._client, None
        if client is not None:
            # An idempotent client waits for its batches without end.
            closing = asyncio.ensure_future(client.stop())
            done, _ = await asyncio.wait({closing}, timeout=_CLOSE_SECONDS)
            if not done:
                closing.cancel()
            with contextlib.suppress(BaseException):
                await closing

    async def _connected(self) -> AIOKafkaProducer:
        if self._client is None:
            client = AIOKafkaProducer(
                **self._options,
                acks="all",
                enable_idempotence=self._idempotent,
                max_batch_size=self._batch_bytes,
                max_request_size=max(1_048_576, 4 * self._batch_bytes),
            )
            try:
                async with asyncio.timeout(self._ack_seconds):
                    await client.start()
            except BaseException:
                await client.stop()
                raise
            self._client = client
        return self._client

    async def _by_partition(
        self, client: AIOKafkaProducer, rows: Iterable[Row]
    ) -> dict[tuple[str, int], list[Row]]:
        chains: defaultdict[tuple[str, int], list[Row]] = defaultdict(list)
        known: dict[str, list[int]] = {}
        places: dict[tuple[str, bytes], int] = {}
        for row in rows:
            part = places.get((row.topic, row.key))
            if part is None:
                if row.topic not in known:
                    async with asyncio.timeout(self._ack_seconds):
                        known[row.topic] = sorted(await client.partitions_for(row.topic))
                part = places[row.topic, row.key] = _PARTITION(row.key, known[row.topic], known[row.topic])
            chains[row.topic, part].append(row)
        return chains

    async def _send_chain(
        self, client: AIOKafkaProducer, topic: str, part: int, rows: Sequence[Row], sent: Sent, until: float
    ) -> None:
        rest = rows
        while rest:
            batch, size = self._filled(client, rest, self._limits.get((topic, part), self._batch_bytes))
            if uptime() >= until:
                sent.trouble = "the time to send has passed"
                return
            try:
                async with asyncio.timeout(self._ack_seconds):
                    await (await client.send_batch(batch, topic, partition=part))
            except (KafkaError, OSError, TimeoutError) as error:
                sent.trouble = told(error)
                if isinstance(error, _TOO_LARGE):
                    self._too_large(topic, part, rest[:size], sent)
                return
            sent.acknowledged.extend(row.id for row in rest[:size])
            rest = rest[size:]

    def _filled(self, client: AIOKafkaProducer, rows: Sequence[Row], limit: int) -> tuple[BatchBuilder, int]:
        """A batch of the first of `rows`, at least one, and how many they are."""
        batch = client.create_batch()
        size = total = 0
        for row in rows:
            total += _OVERHEAD + len(row.key) + len(row.value)
            if size and (total > limit or (self._lone_last and size == len(rows) - 1)):
                break
            stamp = self._stamp(row)
            if batch.append(timestamp=stamp, key=row.key, value=row.value, headers=list(row.headers)) is None:
                break
            size += 1
        return batch, size

    def _too_large(self, topic: str, part: int, rows: Sequence[Row], sent: Sent) -> None:
        """A batch was refused for its size: try smaller ones from now on, until it is one row that is refused."""
        if len(rows) == 1:
            sent.refused.append(rows[0].id)
        else:
            sent.smaller = True
            self._limits[topic, part] = sum(_OVERHEAD + len(row.key) + len(row.value) for row in rows) // 2

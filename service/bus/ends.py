"""Where the partitions begin and end, as their leaders say now."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError
from aiokafka.protocol.metadata import MetadataRequest


class BrokerAwayError(Exception):
    """The ends could not be read: no broker, no leader, or an answer that is none."""


class TopicMissingError(Exception):
    """Topics that do not exist; their names are the message."""


@dataclass(frozen=True, slots=True)
class Extent:
    """One partition: [first offset that is still kept, offset of the next record to be written).

    The end is the high watermark, not the last stable offset: it covers records of open transactions.
    """

    beginning: int
    end: int


class Probe:
    """Reads extents with a consumer of its own that has no group and no assignment."""

    def __init__(self, options: Mapping[str, Any], *, timeout: float) -> None:
        self._options = dict(options)
        self._timeout = timeout
        self._consumer: AIOKafkaConsumer | None = None
        self._one_at_a_time = asyncio.Lock()

    async def extents(
        self, topics: Iterable[str], may_lack: Collection[str] = ()
    ) -> dict[str, dict[int, Extent]]:
        """The extent of every partition of `topics`, by topic and partition; topics of `may_lack` that do not
        exist are left out.

        The list of partitions and every end are read after the call begins, so that a record acknowledged before
        the call lies before the end of a partition in the answer. Raises BrokerAwayError or TopicMissingError;
        bounded by the time-out.
        """
        wanted = sorted(set(topics))
        try:
            async with asyncio.timeout(self._timeout), self._one_at_a_time:
                consumer = await self._connected()
                parts = await _partitions(consumer._client, wanted, may_lack)  # noqa: SLF001 - no public call tells partitions
                beginnings = await consumer.beginning_offsets(parts)
                ends = await consumer.end_offsets(parts)
        except (KafkaError, OSError, TimeoutError) as error:
            await self.close()  # some errors leave a client that never recovers
            raise BrokerAwayError(f"{type(error).__name__}: {error}") from error
        found: dict[str, dict[int, Extent]] = {}
        for part in parts:
            found.setdefault(part.topic, {})[part.partition] = Extent(beginnings[part], ends[part])
        return found

    async def missing(self, topics: Iterable[str]) -> list[str]:
        """Those of `topics` that do not exist, sorted. Raises BrokerAwayError."""
        try:
            async with asyncio.timeout(self._timeout), self._one_at_a_time:
                known = await (await self._connected()).topics()
        except (KafkaError, OSError, TimeoutError) as error:
            await self.close()
            raise BrokerAwayError(f"{type(error).__name__}: {error}") from error
        return sorted(set(topics) - set(known))

    async def close(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            with contextlib.suppress(KafkaError, OSError, TimeoutError):
                async with asyncio.timeout(self._timeout):
                    await consumer.stop()

    async def _connected(self) -> AIOKafkaConsumer:
        if self._consumer is None:
            consumer = AIOKafkaConsumer(**self._options, group_id=None, isolation_level="read_uncommitted")
            try:
                await consumer.start()
            except BaseException:
                await consumer.stop()
                raise
            self._consumer = consumer
        return self._consumer


async def _partitions(
    client: AIOKafkaClient, topics: list[str], may_lack: Collection[str]
) -> list[TopicPartition]:
    # Asked now, not read from the client's copy; by name, so that it stays small in a large cluster; never
    # creating a topic. The answer is the client's newest knowledge of leaders as well.
    request = MetadataRequest(topics, allow_auto_topic_creation=False)
    answer = await client.send(client.get_random_node(), request)
    # Other errors than this one say nothing about whether a topic is there.
    unknown = {told[1] for told in answer.topics if told[0] == UnknownTopicOrPartitionError.errno}
    # The client would complain of each at every probe.
    answer.topics = [told for told in answer.topics if told[1] not in unknown]
    client.cluster.update_metadata(answer)
    parts = {topic: client.cluster.partitions_for_topic(topic) for topic in topics}
    missing = [topic for topic in topics if not parts[topic] and topic not in unknown.intersection(may_lack)]
    if missing:
        raise TopicMissingError(", ".join(missing))
    return [TopicPartition(topic, part) for topic in topics for part in sorted(parts[topic] or ())]

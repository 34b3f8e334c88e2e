"""What a topic holds, read from its beginning: for comparisons and tests, not for the service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition

_POLL_MS: Final = 500


async def contents(options: Mapping[str, Any], topic: str, *, timeout: float) -> AsyncIterator[bytes]:  # noqa: ASYNC109 - one bound on the whole reading
    """The values of `topic` from its beginning to the ends that it had when the reading began.

    In order within a partition; null values are left out. Raises aiokafka's KafkaError or TimeoutError.
    """
    async with asyncio.timeout(timeout):
        consumer = AIOKafkaConsumer(**options, group_id=None, auto_offset_reset="earliest")
        await consumer.start()
        try:
            parts = [
                TopicPartition(topic, part)
                for part in consumer.partitions_for_topic(topic) or await _parts(consumer, topic)
            ]
            consumer.assign(parts)
            ends = await consumer.end_offsets(parts)
            await consumer.seek_to_beginning(*parts)
            while [part for part in parts if await consumer.position(part) < ends[part]]:
                for part, records in (await consumer.getmany(timeout_ms=_POLL_MS)).items():
                    for record in records:
                        if record.offset < ends[part] and record.value is not None:
                            yield record.value
        finally:
            await consumer.stop()


async def _parts(consumer: AIOKafkaConsumer, topic: str) -> set[int]:
    await consumer.topics()
    cluster = await consumer._client.fetch_all_metadata()  # noqa: SLF001 - the consumer follows no topic yet
    return set(cluster.partitions_for_topic(topic) or ())

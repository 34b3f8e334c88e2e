"""What a topic holds, read from its beginning: for comparisons and tests, not for the service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition

_POLL_MS: Final = 500
#: So many polls in a row that bring nothing are an end.
_QUIET_POLLS: Final = 4


async def contents(
    options: Mapping[str, Any],
    topic: str,
    *,
    timeout: float,  # noqa: ASYNC109 - one bound on the whole reading
    least: int = 0,
) -> AsyncIterator[bytes]:
    """The values of `topic` from its beginning to its end: past the ends it had when the reading began, and past `least`
    of them, until polls bring nothing for a while. (The demo's broker may tell an end that is too early.)

    In order within a partition; null values are left out. Raises aiokafka's KafkaError or TimeoutError.
    """
    async with asyncio.timeout(timeout):
        consumer = AIOKafkaConsumer(**options, group_id=None)
        await consumer.start()
        try:
            parts = [TopicPartition(topic, part) for part in await _parts(consumer, topic)]
            consumer.assign(parts)
            ends = await consumer.end_offsets(parts)
            await consumer.seek_to_beginning(*parts)
            quiet = read = 0
            while (
                read < least
                or quiet < _QUIET_POLLS
                or [part for part in parts if await consumer.position(part) < ends[part]]
            ):
                found = await consumer.getmany(timeout_ms=_POLL_MS)
                quiet = 0 if found else quiet + 1
                for records in found.values():
                    read += len(records)
                    for record in records:
                        if record.value is not None:
                            yield record.value
        finally:
            await consumer.stop()


async def _parts(consumer: AIOKafkaConsumer, topic: str) -> set[int]:
    cluster = await consumer._client.fetch_all_metadata()  # noqa: SLF001 - the consumer follows no topic yet
    return set(cluster.partitions_for_topic(topic) or ())

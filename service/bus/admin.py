"""Topics made for demos, tests and by an operator; the service itself never makes one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

CREATED: Final = 0
EXISTS: Final = 36


@dataclass(frozen=True, slots=True)
class TopicShape:
    """What a new topic is to be."""

    partitions: int = 1
    replication: int = 1
    config: Mapping[str, str] = field(default_factory=dict)


async def create_topics(
    options: Mapping[str, Any], topics: Mapping[str, TopicShape], *, seconds: float = 30.0
) -> dict[str, int]:
    """Kafka's error code for each topic: `CREATED`, `EXISTS` or another. `options` are a client's.

    Raises aiokafka's KafkaError or TimeoutError when no broker answers.
    """
    client = AIOKafkaAdminClient(**options)
    try:
        async with asyncio.timeout(seconds):
            await client.start()
            answer = await client.create_topics([_new(name, shape) for name, shape in topics.items()])
    finally:
        await client.close()
    return {entry[0]: int(entry[1]) for entry in answer.topic_errors}


def _new(name: str, shape: TopicShape) -> NewTopic:
    return NewTopic(
        name=name,
        num_partitions=shape.partitions,
        replication_factor=shape.replication,
        topic_configs=dict(shape.config),
    )

"""What the brokers say of topics and groups: asked, never changed. For an operator's questions only."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from service.bus.ends import BrokerAwayError


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as it is. `config` holds every setting as text; None: the broker does not tell."""

    partitions: int
    replication: int
    config: Mapping[str, str | None] | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A consumer group: its state in Kafka's words, and how many members it has."""

    state: str
    members: int


@dataclass(frozen=True, slots=True)
class Inspection:
    """Those of the asked topics that exist, and the groups; None: the broker does not tell."""

    brokers: int
    topics: Mapping[str, Topic] = field(default_factory=dict)
    groups: Mapping[str, Group] | None = None


async def inspect(
    options: Mapping[str, Any], topics: Collection[str], groups: Collection[str], *, seconds: float
) -> Inspection:
    """How the brokers have it, within `seconds`. `options` are a client's. Raises BrokerAwayError."""
    client = AIOKafkaAdminClient(**options)
    try:
        async with asyncio.timeout(seconds):
            await client.start()
            brokers = len((await client.describe_cluster())["brokers"])
            # All topics are asked for: of a topic that is asked for by name some brokers make one.
            told = [each for each in await client.describe_topics() if each["topic"] in topics]
            configs = await _configs(client, [each["topic"] for each in told])
            found = {each["topic"]: _topic(each, configs) for each in told}
            return Inspection(brokers, found, await _groups(client, groups))
    except (KafkaError, OSError, TimeoutError) as error:
        raise BrokerAwayError(f"{type(error).__name__}: {error}") from error
    finally:
        with contextlib.suppress(KafkaError, OSError, TimeoutError):
            async with asyncio.timeout(seconds):
                await client.close()


def _topic(told: Mapping[str, Any], configs: Mapping[str, Mapping[str, str | None]] | None) -> Topic:
    parts = told["partitions"]
    replicas = min((len(part["replicas"]) for part in parts), default=0)
    return Topic(len(parts), replicas, None if configs is None else configs.get(told["topic"]))


async def _configs(
    client: AIOKafkaAdminClient, topics: Collection[str]
) -> dict[str, dict[str, str | None]] | None:
    if not topics:
        return {}
    asked = [ConfigResource(ConfigResourceType.TOPIC, topic) for topic in topics]
    try:
        answers = await client.describe_configs(asked)
    except KafkaError:  # not allowed, or a broker that does not know the question
        return None
    return {
        name: {entry[0]: entry[1] for entry in entries}
        for answer in answers
        for error, _, _, name, entries in answer.resources
        if not error
    }


async def _groups(client: AIOKafkaAdminClient, groups: Collection[str]) -> dict[str, Group] | None:
    try:
        answers = await client.describe_consumer_groups(sorted(groups))
    except KafkaError:
        return None
    return {
        each[1]: Group(each[2], len(each[5])) for answer in answers for each in answer.groups if not each[0]
    }

"""What the brokers say of topics and groups: asked, never changed. For an operator's questions only."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import (
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    KafkaError,
    NotCoordinatorForGroupError,
)
from aiokafka.protocol.admin import DescribeGroupsRequest

from service.bus.ends import BrokerAwayError

#: The first question for a group has a new cluster make the topic that holds them.
_NOT_YET: Final = (GroupCoordinatorNotAvailableError, NotCoordinatorForGroupError, GroupLoadInProgressError)
_TRIES: Final = 20
_PAUSE_SECONDS: Final = 0.25


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
    found: dict[str, Group] = {}
    try:
        for group in sorted(groups):
            node = await _coordinator(client, group)
            answer = await client._send_request(_describing(group), node)  # noqa: SLF001 - see there
            found |= {each[1]: Group(each[2], len(each[5])) for each in answer.groups if not each[0]}
    except KafkaError:
        return None
    return found


async def _coordinator(client: AIOKafkaAdminClient, group: str) -> int:
    for _ in range(_TRIES):
        with contextlib.suppress(*_NOT_YET):
            return int(await client.find_coordinator(group))
        await asyncio.sleep(_PAUSE_SECONDS)
    return int(await client.find_coordinator(group))


def _describing(group: str) -> DescribeGroupsRequest:
    """The client's own question, up to version 2: it reads answers of version 3 as if they were of version 2."""
    request = DescribeGroupsRequest([group])
    request._CLASSES = tuple(each for each in request._CLASSES if each.API_VERSION <= 2)  # noqa: SLF001
    return request

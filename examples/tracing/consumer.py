"""From the topic to the tables. What was handed out is committed to Kafka after it is in Postgres, never before."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any, Final

from aiokafka import ConsumerRecord
from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker
from faststream.kafka.message import FAKE_CONSUMER, KafkaMessage
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from examples.tracing import store
from examples.tracing.cases import Breach, Repeat, read

_LONGEST_PAUSE: Final = 10.0

log = logging.getLogger("tracing")


def application(
    engine: AsyncEngine, *, bootstrap: str, topics: Sequence[str], group: str, session_ms: int
) -> FastStream:
    """A consumer of `topics` that keeps cases in `engine`; any number may run in one `group`."""
    broker = KafkaBroker(bootstrap.split(","), consumer_only=True, allow_auto_create_topics=False, logger=log)
    subscriber = broker.subscriber(
        *topics,
        batch=True,
        group_id=group,
        session_timeout_ms=session_ms,
        heartbeat_interval_ms=session_ms // 3,
        auto_offset_reset="earliest",  # from the beginning the topic has every breach
        ack_policy=AckPolicy.MANUAL,  # the others commit what failed, or try it again without a pause
        parser=_untouched,  # the library's own drops a batch for one header that is not UTF-8
        decoder=_body,
        no_reply=True,
    )

    @subscriber
    async def take(records: Any) -> None:
        # FastStream logs an error that leaves this function and goes on with the next batch.
        told, unread = sort(records)
        pause = 0.1
        while not await _kept(engine, told, unread):
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        if consumer := subscriber.consumer:
            await consumer.commit()

    return FastStream(broker, logger=log)


def sort(records: tuple[ConsumerRecord, ...]) -> tuple[list[Breach | Repeat], list[dict[str, Any]]]:
    """What `records` tell of breaches and people, and a row for each record that cannot be read."""
    told: list[Breach | Repeat] = []
    unread = []
    for record in records:
        try:
            said = read(record.value)
        except ValueError as error:
            place = {"topic": record.topic, "part": record.partition, "place": record.offset}
            log.warning("cannot be read: %s: %s", place, error)
            unread.append({**place, "value": record.value, "why": str(error)})
        else:
            told += [said] if said else []
    return told, unread


async def _kept(engine: AsyncEngine, told: list[Breach | Repeat], unread: list[dict[str, Any]]) -> bool:
    try:
        async with engine.begin() as tx:
            await store.keep(tx, told, unread)
    except (DBAPIError, OSError) as error:
        log.warning("not kept yet: %s", error)
        return False
    return True


async def _untouched(records: tuple[ConsumerRecord, ...]) -> KafkaMessage:
    return KafkaMessage(raw_message=records, body=records, consumer=FAKE_CONSUMER)


async def _body(message: KafkaMessage) -> Any:
    return message.body

"""FastStream in exactly one form: a batch subscriber that acknowledges nothing, parses nothing and replies nothing.

Every other form loses records in some case: acknowledging policies commit past a failed batch, the default parser
drops a whole batch for one header that is not UTF-8, and a `reply_to` header makes it publish.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiokafka import ConsumerRecord
from aiokafka.abc import ConsumerRebalanceListener
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.subscriber.usecase import BatchSubscriber

from service.bus.connection import security
from service.settings import Settings

#: FastStream tells of every batch at INFO.
_QUIET: Final = logging.getLogger("slaclock.faststream")
_QUIET.setLevel(logging.WARNING)


def broker_of(settings: Settings) -> KafkaBroker:
    """A broker that only consumes and never makes a topic."""
    return KafkaBroker(
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


def subscriber_of(
    broker: KafkaBroker,
    settings: Settings,
    topic: str,
    *,
    parser: Callable[[tuple[ConsumerRecord, ...]], Awaitable[KafkaMessage]],
    listener: ConsumerRebalanceListener,
) -> BatchSubscriber:
    """The subscriber of `topic`; what `parser` puts into a message's body reaches the handler as it is."""
    return broker.subscriber(
        topic,
        batch=True,
        ack_policy=AckPolicy.MANUAL,
        no_reply=True,
        parser=parser,
        decoder=_as_it_is,
        listener=listener,
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


async def _as_it_is(message: KafkaMessage) -> Any:
    return message.body

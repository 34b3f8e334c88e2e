"""The reference consumer as a process of its own, amid disorder, deaths and what cannot be read."""

import asyncio
import json
import signal
from random import Random
from uuid import UUID

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError
from sqlalchemy.ext.asyncio import create_async_engine

from examples.tracing import store
from tests.examples.tracer import ROOT, Tracer, has, until

pytestmark = pytest.mark.line

BREACH = json.loads((ROOT / "docs/contracts/examples/statement.breach.v1.in_force.json").read_text())["value"]


def record(breach: int, rev: int) -> tuple[bytes, bytes]:
    """Key and value: revision 2 withdraws."""
    status = "withdrawn" if rev == 2 else "in_force"
    data = BREACH["data"] | {"statement": str(UUID(int=breach)), "rev": rev, "status": status}
    return data["statement"].encode(), json.dumps(BREACH | {"data": data}).encode()


async def send(tracer: Tracer, *records: tuple[bytes | None, bytes | None], **more) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=tracer.bootstrap, acks="all")
    await producer.start()
    try:
        waiting = [await producer.send(tracer.topic, key=key, value=value, **more) for key, value in records]
        await asyncio.gather(*waiting)
    finally:
        await producer.stop()


async def known(tracer: Tracer) -> int:
    return sum(map(len, (await tracer.cases()).values()))


async def test_killed_again_and_again_amid_disorder_and_repetition(topics, tracer_of):
    tracer = tracer_of(await topics.create("breaches", 3, cleanup_policy="compact"))
    random = Random(7)
    records = [record(breach, rev) for breach in range(1, 101) for rev in (1, 2, 3)]
    records += random.sample(records, 150)
    random.shuffle(records)
    for wave in range(0, len(records), 150):
        tracer.start()
        await send(tracer, *records[wave : wave + 150])
        before = len(set(records[:wave]))
        await until(lambda: is_more(tracer, before))  # noqa: B023 - used before it changes
        tracer.end()
    tracer.start()
    await until(lambda: is_more(tracer, 299))

    assert await tracer.cases() == {
        str(UUID(int=breach)): ["opened 1", "closed 2", "reopened 3"] for breach in range(1, 101)
    }


async def is_more(tracer: Tracer, count: int) -> bool:
    async with tracer.kept() as tx:
        return sum(len(case.revisions) for case in await store.cases(tx)) > count


async def committed(tracer: Tracer) -> int:
    consumer = AIOKafkaConsumer(bootstrap_servers=tracer.bootstrap, group_id=tracer.group)
    await consumer.start()
    try:
        return await consumer.committed(TopicPartition(tracer.topic, 0)) or 0
    finally:
        await consumer.stop()


async def test_nothing_is_committed_to_kafka_before_it_is_kept(topics, tracer_of):
    tracer = tracer_of(await topics.create("breaches", 1))
    tracer.start()
    await send(tracer, record(1, 1))
    await until(lambda: has(tracer, "opened 1"))
    await until(lambda: is_committed(tracer, 1))

    blocker = await tracer.connect()
    async with blocker.transaction():
        await blocker.execute("LOCK TABLE tracing.revision IN SHARE MODE")
        await send(tracer, record(1, 2))
        await until(lambda: is_waited_for(blocker))
        tracer.end()
        assert await committed(tracer) == 1
    await blocker.close()

    tracer.start()
    await until(lambda: has(tracer, "opened 1", "closed 2"))


async def is_committed(tracer: Tracer, count: int) -> bool:
    return await committed(tracer) == count


async def is_waited_for(blocker: asyncpg.Connection) -> bool:
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'tracing.revision'::regclass"
    return await blocker.fetchval(waiting) > 0


async def test_a_database_whose_connections_die_loses_nothing(topics, tracer_of):
    tracer = tracer_of(await topics.create("breaches", 1))
    tracer.start()
    for rev, steps in enumerate((["opened 1"], ["opened 1", "closed 2"]), 1):
        await send(tracer, record(1, rev))
        await until(lambda: has(tracer, *steps))  # noqa: B023 - used before it changes
        connection = await tracer.connect()
        ended = await connection.fetchval(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert ended >= 1
        await connection.close()
    await send(tracer, record(1, 3))
    await until(lambda: has(tracer, "opened 1", "closed 2", "reopened 3"))


async def test_what_cannot_be_read_is_kept_apart_and_told(topics, tracer_of):
    tracer = tracer_of(await topics.create("breaches", 1))
    tracer.start()
    await send(tracer, (b"x", b"\xff"), (None, b"{}"), headers=[("odd", b"\xff")])
    await send(tracer, (b"x", b'{"type": "slaclock.statement.breach.v1", "data": {}}'), record(1, 1))

    await until(lambda: has(tracer, "opened 1"))

    async with tracer.kept() as tx:
        assert await store.unread(tx) == 3
    with pytest.raises(AssertionError, match="3 records could not be read"):
        tracer.listed()


async def test_two_consumers_that_begin_together(topics, tracer_of):
    first = tracer_of(await topics.create("breaches", 2))
    second = tracer_of(first.topic)
    second.group = first.group
    first.start()
    second.start()
    await until(lambda: members(first, 2))
    await send(first, *(record(breach, 1) for breach in range(1, 41)))

    await until(lambda: is_more(first, 39))
    assert await first.cases() == {str(UUID(int=breach)): ["opened 1"] for breach in range(1, 41)}
    assert [first.end(signal.SIGTERM), second.end(signal.SIGTERM)] == [0, 0]


async def members(tracer: Tracer, count: int) -> bool:
    """Whether the group has settled with so many members."""
    admin = AIOKafkaAdminClient(bootstrap_servers=tracer.bootstrap)
    await admin.start()
    try:
        (answer,) = await admin.describe_consumer_groups([tracer.group])
        _, _, state, _, _, there, *_ = answer.groups[0]
        return (state, len(there)) == ("Stable", count)
    except GroupCoordinatorNotAvailableError:
        return False  # the broker makes its topic of offsets for the first group
    finally:
        await admin.close()


async def test_processes_that_make_the_tables_together_wait_for_each_other(empty_database):
    engines = [create_async_engine(empty_database) for _ in range(8)]
    try:
        await asyncio.gather(*(store.create(engine) for engine in engines))
    finally:
        await asyncio.gather(*(engine.dispose() for engine in engines))

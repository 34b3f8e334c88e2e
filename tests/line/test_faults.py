"""What must not happen when parts of the line are away, withheld, made anew or wrong about the time."""

import asyncio
from contextlib import asynccontextmanager

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, RecordsToDelete

from service.bus.connection import client_options
from service.sla.instants import HOUR, MINUTE, SECOND
from service.store import progress
from service.wire import publish_binary
from tests.parts import unique
from tests.running import START, bench, opened, replied, running, until

pytestmark = pytest.mark.line


@pytest.fixture
async def line(topics, database):
    made = await bench(topics, database)
    yield made
    await made.close()


def frozen(app, reason):
    return app.metrics.registry.get_sample_value("sla_watermark_frozen", {"reason": reason}) == 1


async def at_least(line, instant):
    return ((await line.watermark()).at or 0) >= instant


async def kinds(line, count):
    found = sorted((s.ticket, s.kind.value) for s in (await line.in_force()).values())
    return found if len(found) >= count else None


@asynccontextmanager
async def transaction(line):
    """A producer in an open transaction; what it sends stays hidden until the block ends."""
    producer = AIOKafkaProducer(**client_options(line.settings), transactional_id=unique("txn"))
    await producer.start()
    try:
        async with producer.transaction():
            yield producer
    finally:
        await producer.stop()


async def send(line, producer, event, part):
    out = publish_binary(event)
    topic, stamp = line.settings.tickets_topic, line.clock.now // 1000
    await producer.send_and_wait(
        topic, key=out.key, value=out.value, headers=list(out.headers), partition=part, timestamp_ms=stamp
    )


async def test_one_withheld_partition_freezes_every_breach(line, real_kafka):
    app = line.app()
    async with running(app):
        await line.publish([opened("a", START)], part=0)
        await line.publish([opened("b", START)], part=1)
        line.clock.now = START + MINUTE
        await until(lambda: at_least(line, START + MINUTE))

        async with transaction(line) as producer:
            await send(line, producer, replied("b", START + 2 * MINUTE), 1)
            line.clock.now = START + 2 * HOUR
            await line.publish([opened("c", START + 2 * HOUR)], part=0)
            await until(lambda: frozen(app, "behind"))
            await asyncio.sleep(0.5)
            assert await line.in_force() == {}

        found = await until(lambda: kinds(line, 4))
        assert found == [("a", "breach"), ("a", "escalation"), ("a", "warning"), ("b", "verdict")]
        await until(lambda: not frozen(app, "behind"))


async def test_offsets_without_records_do_not_hold_the_watermark_back(line, real_kafka):
    async with running(line.app()):
        async with transaction(line) as producer:
            await send(line, producer, opened("a", START), 0)
        line.clock.now = START + MINUTE
        await until(lambda: at_least(line, START + MINUTE))
    assert (await line.positions())[0] == 2, "one record and the marker of its transaction"


async def given_up(line, event):
    async with transaction(line) as producer:
        await send(line, producer, event, 0)
        raise ZeroDivisionError


async def test_records_of_an_aborted_transaction_never_happened(line, real_kafka):
    async with running(line.app()):
        with pytest.raises(ZeroDivisionError):
            await given_up(line, opened("a", START))
        await line.publish([opened("b", START)], part=0)
        line.clock.now = START + 45 * MINUTE
        assert await until(lambda: kinds(line, 1)) == [("b", "warning")]


async def test_a_broker_that_dies_and_comes_back(line, real_kafka):
    app = line.app()
    async with running(app):
        await line.publish([opened("a", START)])
        line.clock.now = START + MINUTE
        await until(lambda: at_least(line, START + MINUTE))
        real_kafka.kill9()
        line.clock.now = START + 45 * MINUTE
        await until(lambda: frozen(app, "broker_away"), 30)
        await asyncio.to_thread(real_kafka.restart)
        assert await until(lambda: kinds(line, 1), 60) == [("a", "warning")]
        await line.publish([replied("a", START + 45 * MINUTE)])
        assert await until(lambda: kinds(line, 2), 30) == [("a", "verdict"), ("a", "warning")]


async def test_a_database_whose_connections_all_die(line):
    async with running(line.app()):
        for minute in range(5):
            await line.publish([opened(f"t{minute}", START + minute * MINUTE)])
            await cut_off(line)
            line.clock.now += MINUTE
        line.clock.now = START + 45 * MINUTE
        assert len(await until(lambda: kinds(line, 5), 40)) == 5


async def cut_off(line):
    """End every connection to the database."""
    connection = await asyncpg.connect(line.settings.database_url.get_secret_value().replace("+asyncpg", ""))
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await connection.close()


async def test_partitions_added_while_it_runs(line, real_kafka):
    app = line.app(kafka_metadata_max_age_ms=500)
    async with running(app):
        await line.publish([opened("a", START)], part=0)
        line.clock.now = START + MINUTE
        await until(lambda: at_least(line, START + MINUTE))
        admin = AIOKafkaAdminClient(**client_options(line.settings))
        await admin.start()
        await admin.create_partitions({line.settings.tickets_topic: NewPartitions(5)})
        await admin.close()
        producer = AIOKafkaProducer(**client_options(line.settings))
        await producer.start()
        await send(line, producer, replied("a", START + 2 * MINUTE), 4)
        await producer.stop()
        line.clock.now = START + 2 * HOUR
        assert await until(lambda: kinds(line, 1), 30) == [("a", "verdict")]
        await until(lambda: at_least(line, START + 2 * HOUR))
        assert await line.in_force() != {}
        assert [s.kind.value for s in (await line.in_force()).values()] == ["verdict"]


async def test_a_lost_beginning_freezes_and_says_so(line, real_kafka):
    await line.publish([opened(f"t{n}", START) for n in range(5)], part=0)
    async with running(line.app()):
        line.clock.now = START + SECOND
        await until(lambda: at_least(line, START + SECOND))
    await line.publish([opened(f"u{n}", START) for n in range(5)], part=0)
    admin = AIOKafkaAdminClient(**client_options(line.settings))
    await admin.start()
    await admin.delete_records(
        {TopicPartition(line.settings.tickets_topic, 0): RecordsToDelete(before_offset=8)}
    )
    await admin.close()
    app = line.app()
    async with running(app):
        line.clock.now = START + 2 * HOUR
        await until(lambda: frozen(app, "lost_beginning"))
        await asyncio.sleep(1.5)
        assert (await line.positions())[0] == 5
        assert await line.in_force() == {}


async def test_a_topic_made_anew_freezes_and_says_so(line, real_kafka):
    await line.publish([opened(f"t{n}", START) for n in range(5)], part=0)
    async with running(line.app()):
        line.clock.now = START + SECOND
        await until(lambda: at_least(line, START + SECOND))
    await line.close()
    admin = AIOKafkaAdminClient(**client_options(line.settings))
    await admin.start()
    await admin.delete_topics([line.settings.tickets_topic])
    await admin.close()
    await line_topic(line)
    app = line.app()
    async with running(app):
        line.clock.now = START + 2 * HOUR
        await until(lambda: frozen(app, "topic_recreated"))
        assert await line.in_force() == {}


async def line_topic(line):
    from service.bus.admin import CREATED, TopicShape, create_topics

    async def created():
        shape = {line.settings.tickets_topic: TopicShape(3)}
        return set((await create_topics(client_options(line.settings), shape)).values()) == {CREATED}

    await until(created)


@pytest.mark.parametrize(
    ("ahead", "reason"),
    [({"database_ahead": 3 * SECOND}, "clocks_differ"), ({"wall_ahead": HOUR}, "clock_jumped")],
)
async def test_a_clock_that_cannot_be_believed_freezes(line, ahead, reason):
    app = line.app()
    async with running(app):
        await line.publish([opened("a", START)])
        line.clock.now = START + MINUTE
        await until(lambda: at_least(line, START + MINUTE))
        for name, value in ahead.items():
            setattr(line.clock, name, value)
        await until(lambda: frozen(app, reason))
        await asyncio.sleep(0.3)
        assert await line.in_force() == {}
        assert (await line.watermark()).at == START + MINUTE
        for name in ahead:
            setattr(line.clock, name, 0)
        line.clock.now = START + 45 * MINUTE
        assert await until(lambda: kinds(line, 1)) == [("a", "warning")]


async def test_what_cannot_be_read_is_parked_and_the_partition_goes_on(line):
    app = line.app()
    async with running(app):
        producer = AIOKafkaProducer(**client_options(line.settings))
        await producer.start()
        for value, headers in (
            (b"\xff", []),
            (None, [("ce_id", b"\xff\xfe")]),
            (b"{}", [("reply_to", b"elsewhere")]),
        ):
            await producer.send_and_wait(
                line.settings.tickets_topic, key=b"a", value=value, headers=headers, partition=0
            )
        await producer.stop()
        await line.publish([opened("b", START)], part=0)
        line.clock.now = START + 45 * MINUTE
        assert await until(lambda: kinds(line, 1)) == [("b", "warning")]
        sample = app.metrics.registry.get_sample_value
        assert sample("sla_events_total", {"result": "parked"}) == 3
        await until(lambda: app.metrics.parked.total() == 3)
        await until(lambda: sample("sla_tickets_in_doubt") == 1)


async def test_an_owner_who_was_replaced_cannot_apply(line):
    app = line.app(refence_seconds=0.5)
    async with running(app):
        await line.publish([opened("a", START)], part=0)
        await until(lambda: applied(app, 1))
        async with line.database() as db, db.transaction() as tx:
            await progress.own(tx, line.settings.tickets_topic, [0])
        await line.publish([opened("b", START)], part=0)
        await until(lambda: app.metrics.registry.get_sample_value("sla_slices_fenced_total") == 1)
        await until(lambda: applied(app, 2))  # the group says it is ours: taken again after a while


def applied(app, count):
    return app.metrics.registry.get_sample_value("sla_events_total", {"result": "applied"}) == count


async def test_group_offsets_set_to_the_end_by_an_operator_mean_nothing(line, real_kafka):
    await line.publish([opened("a", START)], part=0)
    consumer = AIOKafkaConsumer(
        line.settings.tickets_topic, **client_options(line.settings), group_id=line.settings.group
    )
    await consumer.start()
    await until(consumer.assignment)
    await consumer.commit({TopicPartition(line.settings.tickets_topic, 0): 1})
    await consumer.stop()
    async with running(line.app()):
        line.clock.now = START + 45 * MINUTE
        assert await until(lambda: kinds(line, 1)) == [("a", "warning")]

import asyncio

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaTimeoutError
from aiokafka.producer.message_accumulator import BatchBuilder

from service.bus.publish import Producer
from service.store.outbox import Row

pytestmark = pytest.mark.line


def rows(topic, keys, size=20):
    return [
        Row(
            id=n,
            topic=topic,
            key=key.encode(),
            value=b"%05d" % n + b"." * size,
            headers=(("h", b"1"),),
            created_at=0,
        )
        for n, key in enumerate(keys)
    ]


@pytest.fixture
async def producer(kafka):
    made = Producer(
        {"bootstrap_servers": kafka.bootstrap},
        idempotent=kafka.kind == "kafka",
        batch_bytes=4_096,
        ack_seconds=5,
    )
    yield made
    await made.abandon()


async def read(kafka, topic, parts):
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, part) for part in range(parts)])
        found = []
        while batch := await consumer.getmany(timeout_ms=1000):
            for records in batch.values():
                found += records
        return found
    finally:
        await consumer.stop()


async def test_rows_of_one_key_keep_partition_and_order(kafka, topics, producer):
    topic = await topics.create(partitions=3)
    keys = [f"k{n % 7}" for n in range(700)]

    sent = await producer.send(rows(topic, keys))

    found = await read(kafka, topic, 3)
    assert sorted(sent.acknowledged) == list(range(700))
    assert len(found) == 700
    for key in set(keys):
        mine = [record for record in found if record.key == key.encode()]
        assert len({record.partition for record in mine}) == 1
        assert [record.value for record in mine] == sorted(record.value for record in mine)


async def test_the_partition_is_that_of_kafkas_own_clients(kafka, topics, producer):
    from aiokafka import AIOKafkaProducer

    topic = await topics.create(partitions=8)
    await producer.send(rows(topic, [f"key-{n}" for n in range(50)]))
    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap) as other:
        for n in range(50):
            await other.send_and_wait(topic, b"x", key=f"key-{n}".encode())

    places = {}
    for record in await read(kafka, topic, 8):
        places.setdefault(record.key, set()).add(record.partition)
    assert {len(found) for found in places.values()} == {1}


async def test_a_batch_too_large_for_the_topic_is_split_until_one_row_is_refused(
    real_kafka, topics, producer
):
    topic = await topics.create(partitions=1, max_message_bytes="600")
    left = {row.id: row for row in [*rows(topic, ["a"] * 20), Row(
        id=99, topic=topic, key=b"b", value=b"." * 2_000, headers=(), created_at=0)]}  # fmt: skip

    refused = []
    for _ in range(20):
        sent = await producer.send(left.values())
        refused += sent.refused
        for id_ in (*sent.acknowledged, *sent.refused):
            del left[id_]
        if not left:
            break

    assert refused == [99]
    assert [record.value[:5] for record in await read(real_kafka, topic, 1)] == [
        b"%05d" % n for n in range(20)
    ]


class Faulty:
    """Stands for a client: the `bad`-th batch fails, whatever comes after it is taken."""

    def __init__(self, bad):
        self.left = bad
        self.taken = 0

    def create_batch(self):
        return BatchBuilder(4_096, 0)

    async def partitions_for(self, topic):
        return {0}

    async def send_batch(self, batch, topic, *, partition):
        acknowledged = asyncio.get_running_loop().create_future()
        self.left -= 1
        if self.left == 0:
            acknowledged.set_exception(KafkaTimeoutError())
        else:
            self.taken += 1
            acknowledged.set_result(None)
        return acknowledged

    async def stop(self):
        pass


async def test_after_an_error_nothing_more_goes_to_that_partition_and_the_client_is_replaced():
    producer = Producer({}, idempotent=True, batch_bytes=300, ack_seconds=1)
    client = producer._client = Faulty(bad=3)

    sent = await producer.send(rows("t", ["a"] * 20))

    assert sent.acknowledged == list(range(len(sent.acknowledged)))
    assert len(sent.acknowledged) < 20
    assert client.taken == 2
    assert "KafkaTimeoutError" in sent.trouble
    assert producer._client is None


async def test_a_broker_that_is_away_is_trouble_and_no_error():
    producer = Producer(
        {"bootstrap_servers": "127.0.0.1:1"}, idempotent=True, batch_bytes=1_024, ack_seconds=2
    )

    sent = await producer.send(rows("t", ["a"]))

    assert sent.trouble
    assert not sent.acknowledged
    await producer.abandon()


async def test_a_topic_that_is_missing_is_trouble(kafka, topics):
    producer = Producer(
        {"bootstrap_servers": kafka.bootstrap}, idempotent=False, batch_bytes=1_024, ack_seconds=1
    )

    assert (await producer.send(rows("no-such-topic", ["a"]))).trouble
    await producer.abandon()

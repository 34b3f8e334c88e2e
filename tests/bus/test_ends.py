import pytest
from aiokafka import AIOKafkaProducer

from service.bus.admin import CREATED, EXISTS, TopicShape, create_topics
from service.bus.ends import BrokerAwayError, Extent, Probe, TopicMissingError
from tests.parts import unique

pytestmark = pytest.mark.line


@pytest.fixture
async def probe(kafka):
    made = Probe({"bootstrap_servers": kafka.bootstrap}, timeout=5)
    yield made
    await made.close()


async def test_extents_of_all_partitions_are_told(kafka, topics, probe):
    topic = await topics.create(partitions=2)
    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap) as producer:
        await producer.send_and_wait(topic, b"x", partition=1)

    assert await probe.extents([topic]) == {topic: {0: Extent(0, 0), 1: Extent(0, 1)}}


async def test_records_of_an_open_transaction_count(real_kafka, topics, probe):
    topic = await topics.create(partitions=1)
    async with (
        AIOKafkaProducer(bootstrap_servers=real_kafka.bootstrap, transactional_id=unique("t")) as producer,
        producer.transaction(),
    ):
        await producer.send_and_wait(topic, b"x", partition=0)
        assert await probe.extents([topic]) == {topic: {0: Extent(0, 1)}}


async def test_a_missing_topic_has_a_name_and_is_not_made(real_kafka, topics, probe):
    topic, missing = await topics.create(), unique("missing")

    with pytest.raises(TopicMissingError, match=missing):
        await probe.extents([topic, missing])
    assert await probe.missing([topic, missing]) == [missing]


async def test_a_topic_that_may_be_missing_is_left_out_without_a_word(real_kafka, topics, probe, caplog):
    topic, missing = await topics.create(partitions=1), unique("missing")

    assert await probe.extents([topic, missing], may_lack=[missing]) == {topic: {0: Extent(0, 0)}}
    assert await probe.extents([missing], may_lack=[missing]) == {}
    assert [line.message for line in caplog.records if missing in line.message] == []
    with pytest.raises(TopicMissingError, match=missing):
        await probe.extents([topic, missing], may_lack=[topic])


async def test_no_broker_is_told_in_time():
    probe = Probe({"bootstrap_servers": "127.0.0.1:1"}, timeout=2)

    with pytest.raises(BrokerAwayError):
        await probe.extents(["t"])
    with pytest.raises(BrokerAwayError):
        await probe.missing(["t"])


async def test_topics_are_made_once(kafka, probe):
    options, name = {"bootstrap_servers": kafka.bootstrap}, unique("made")

    assert await create_topics(options, {name: TopicShape(3)}) == {name: CREATED}
    assert await create_topics(options, {name: TopicShape(3)}) == {name: EXISTS}
    assert list((await probe.extents([name]))[name]) == [0, 1, 2]

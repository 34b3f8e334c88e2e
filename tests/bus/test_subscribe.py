"""The subscription alone, with a made-up Postgres."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition

from service.bus.holdings import Outcome, Position
from service.bus.subscribe import Subscription
from service.settings import load
from tests.parts import unique
from tests.running import until

pytestmark = pytest.mark.line


class Ledger:
    """Keeps positions and epochs as Postgres would, and everything applied."""

    def __init__(self):
        self.stands = {}
        self.epochs = {}
        self.applied = {}
        self.portions = []
        self.refuse = []

    async def own(self, topic, beginnings):
        await asyncio.sleep(0.05)
        for part, kept in beginnings.items():
            self.stands.setdefault(part, kept)
            self.epochs[part] = self.epochs.get(part, 0) + 1
        return {part: Position(self.epochs[part], self.stands[part]) for part in beginnings}

    async def take(self, portion, wanted):
        await asyncio.sleep(0.01)
        self.portions.append(portion)
        if self.refuse:
            return self.refuse.pop(0)
        if (self.stands[portion.part], self.epochs[portion.part]) != (portion.first, portion.epoch):
            return Outcome.FENCED
        assert all(portion.first <= record.offset < portion.next for record in portion.records)
        self.stands[portion.part] = portion.next
        self.applied.setdefault(portion.part, []).extend(record.offset for record in portion.records)
        return Outcome.DONE


@pytest.fixture
async def topic(topics):
    return await topics.create(partitions=3)


@pytest.fixture
def settings(kafka):
    return load(
        {}, kafka_bootstrap=kafka.bootstrap, group=unique("group"), batch_records=7, refence_seconds=0.3,
        drain_seconds=2, hint_commit_seconds=0.5,
    )  # fmt: skip


async def fill(settings, topic, count, part=None):
    async with AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap) as producer:
        for number in range(count):
            await producer.send(topic, b"%d" % number, partition=number % 3 if part is None else part)


@asynccontextmanager
async def subscribed(settings, topic, ledger, kind=Subscription, *, tended=True):
    subscription = kind(settings, topic, own=ledger.own, take=ledger.take)
    await subscription.start()
    stop = asyncio.Event()

    async def tending():
        now = 0.0
        while tended and not stop.is_set():
            now += 0.1
            await subscription.tend(now)
            await asyncio.sleep(0.1)

    task = asyncio.create_task(tending())
    try:
        yield subscription
    finally:
        stop.set()
        await task
        await subscription.stop()


def complete(ledger, count):
    return sum(map(len, ledger.applied.values())) >= count


def assert_once_in_order(ledger):
    for offsets in ledger.applied.values():
        assert offsets == list(range(len(offsets)))


async def test_everything_is_applied_once_in_order(settings, topic):
    ledger = Ledger()
    await fill(settings, topic, 100)
    async with subscribed(settings, topic, ledger):
        await until(lambda: complete(ledger, 100))
    assert_once_in_order(ledger)


async def test_what_is_put_off_or_fenced_comes_again(settings, topic):
    ledger = Ledger()
    ledger.refuse = [Outcome.LATER, Outcome.LATER, Outcome.FENCED, Outcome.LATER]
    await fill(settings, topic, 60)
    async with subscribed(settings, topic, ledger):
        await until(lambda: complete(ledger, 60))
    assert_once_in_order(ledger)
    assert max(ledger.epochs.values()) >= 2


async def test_members_that_come_and_go_apply_everything_once(settings, topic):
    ledger = Ledger()
    async with subscribed(settings, topic, ledger):
        for _ in range(3):
            await fill(settings, topic, 60)
            async with subscribed(settings, topic, ledger):
                await fill(settings, topic, 60)
                await asyncio.sleep(0.5)
        await until(lambda: complete(ledger, 360), 40)
    assert_once_in_order(ledger)
    assert complete(ledger, 360)


@pytest.mark.parametrize("tended", [True, False])
async def test_records_that_were_leapt_over_are_fetched_again(settings, topic, tended):
    """Nobody may seek, but a fetch from before a seek looks the same: records 5 to 8 must not be lost by it."""
    ledger = Ledger()
    async with subscribed(settings, topic, ledger, tended=tended) as subscription:
        await fill(settings, topic, 5, part=0)
        await until(lambda: complete(ledger, 5))
        subscription.consumer.seek(TopicPartition(topic, 0), 9)
        await fill(settings, topic, 7, part=0)
        await until(lambda: complete(ledger, 12))
    assert_once_in_order(ledger)


async def test_hints_are_committed_for_tools_that_show_lag(settings, topic):
    ledger = Ledger()
    await fill(settings, topic, 9)
    async with subscribed(settings, topic, ledger) as subscription:
        await until(lambda: complete(ledger, 9))
        part = TopicPartition(topic, 1)
        await until(lambda: committed(subscription, part, 3))


async def committed(subscription, part, offset):
    return await subscription.consumer.committed(part) == offset


async def test_nothing_waits_between_the_client_and_the_parser(settings, topic):
    """What `_receive` rests on: a later FastStream or aiokafka that waits in between would fail here."""
    turned = []

    class Watched(Subscription):
        async def start(self):
            await super().start()
            original = self.consumer.getmany

            async def getmany(**arguments):
                found = await original(**arguments)
                self.turns = []
                asyncio.get_running_loop().call_soon(self.turns.append, 1)
                return found

            self.consumer.getmany = getmany

        async def _receive(self, raw):
            turned.append(list(self.turns))
            message = await super()._receive(raw)
            turned.append(list(self.turns))
            return message

    ledger = Ledger()
    async with subscribed(settings, topic, ledger, Watched):
        await fill(settings, topic, 30)
        await until(lambda: complete(ledger, 30))
    assert turned
    assert not any(turned)

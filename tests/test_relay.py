import asyncio

import pytest

from service.bus.publish import Sent
from service.metrics import Metrics
from service.relay import Relay, RelayError, drain
from service.store import Database, outbox
from service.store.outbox import Message


class Broker:
    """Takes everything but the outbox rows whose value is in `too_large`; `away` takes nothing, else `most` rows."""

    def __init__(self):
        self.taken = []
        self.too_large = set()
        self.away = False
        self.most = None

    async def send(self, rows, **_):
        sent = Sent()
        if self.away:
            sent.trouble = "away"
            return sent
        for row in rows[: self.most]:
            if row.value in self.too_large:
                sent.refused.append(row.id)
                sent.trouble = "too large"
                break
            self.taken.append(row.value)
            sent.acknowledged.append(row.id)
        return sent


@pytest.fixture
async def db(database):
    opened = Database.open(database, pool_size=3)
    yield opened
    await opened.close()


async def fill(db, *values, key=None):
    messages = [
        Message(bucket=value[0] % 4, topic="s", key=key or value[:1], value=value, headers=(), created_at=0)
        for value in values
    ]
    async with db.transaction() as tx:
        await outbox.add(tx, messages)


async def left(db):
    async with db.transaction() as tx:
        return (await outbox.waiting(tx)).count


def relay(db, broker, **changes):
    given = {"shards": 1, "batch": 100, "tries": 3, **changes}
    return Relay(db, broker, Metrics(topics=["s"]), **given)


async def test_what_is_acknowledged_is_sent_once_in_order(db):
    broker = Broker()
    await fill(db, b"a1", b"b1", b"a2")
    one = relay(db, broker)

    assert await one.step()
    assert not await one.step()

    assert broker.taken == [b"a1", b"b1", b"a2"]
    assert await left(db) == 0


async def test_a_broker_that_is_away_leaves_everything(db):
    broker = Broker()
    broker.away = True
    await fill(db, b"a1")
    one = relay(db, broker)

    with pytest.raises(RelayError, match="away"):
        await one.step()
    assert await left(db) == 1
    broker.away = False
    assert await one.step()
    assert broker.taken == [b"a1"]


async def test_only_what_was_acknowledged_is_forgotten(db):
    broker = Broker()
    broker.most = 1
    await fill(db, b"a1", b"b1", b"c1")
    one = relay(db, broker)

    await one.step()
    assert await left(db) == 2
    broker.most = None
    await one.step()
    assert broker.taken == [b"a1", b"b1", b"c1"]


@pytest.mark.parametrize("step", ["taken", "sent", "deleted", "committed"])
async def test_a_death_between_any_two_steps_loses_nothing_and_repeats_the_same(db, step):
    broker, after = Broker(), []
    await fill(db, b"a1", b"a2")

    def die(name):
        after.append(name)
        if name == step:
            raise SystemExit

    with pytest.raises(SystemExit):
        await relay(db, broker, after_step=die).step()
    await drain(relay(db, broker), 5)

    assert after[-1] == step
    assert await left(db) == 0
    assert broker.taken[-2:] == [b"a1", b"a2"]
    assert set(broker.taken) == {b"a1", b"a2"}


async def test_a_refused_row_holds_back_its_key_only_and_flows_when_the_topic_takes_it(db):
    broker, now = Broker(), [0.0]
    broker.too_large = {b"a1"}
    await fill(db, b"a1", b"a2", b"b1", b"c1")
    one = relay(db, broker, uptime=lambda: now[0])

    await one.step()
    while await one.step():
        pass
    assert broker.taken == [b"b1", b"c1"]

    for _ in range(5):
        now[0] += 1_000
        await one.step()
    assert one._metrics.registry.get_sample_value("sla_relay_quarantined_total", {"topic": "s"}) == 1

    broker.too_large = set()
    now[0] += 1_000
    await one.step()
    assert broker.taken == [b"b1", b"c1", b"a1", b"a2"]
    assert await left(db) == 0


async def test_every_shard_is_sent(db):
    broker = Broker()
    await fill(db, *[bytes([65 + n]) + b"1" for n in range(20)])

    await drain(relay(db, broker, shards=3, batch=2), 10)

    assert len(broker.taken) == 20
    assert await left(db) == 0


async def test_two_relays_never_send_one_tickets_rows_at_the_same_time(db):
    broker = Broker()
    waiting = asyncio.Event()

    class Slow(Broker):
        async def send(self, rows, **_):
            waiting.set()
            await asyncio.sleep(0.3)
            return await broker.send(rows)

    await fill(db, b"a1", b"a2")
    first = asyncio.create_task(relay(db, Slow()).step())
    await waiting.wait()

    assert not await relay(db, broker).step()
    await first
    assert broker.taken == [b"a1", b"a2"]

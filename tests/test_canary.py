"""When canaries are opened, what is looked at, and what becomes of them when parts are away."""

import json

import pytest

from service import rules
from service.bus.publish import Sent
from service.canary import POLICY, Canary, CanaryError
from service.metrics import Metrics
from service.sla.instants import MINUTE, SECOND
from service.store import canaries, outbox, policies
from tests.apply.staging import NINE, TENANT, record, staged


class Broker:
    """Keeps what it takes as (ticket, type, instant); nothing while it is away."""

    def __init__(self):
        self.taken = []
        self.is_away = False

    async def send(self, rows):
        rows = list(rows)
        if self.is_away:
            return Sent(trouble="away")
        for row in rows:
            told = {name: value.decode() for name, value in row.headers}
            assert json.loads(row.value)["attributes"] == {}
            assert row.key.decode() == told["ce_subject"]
            self.taken.append((told["ce_subject"], told["ce_type"], told["ce_time"]))
        return Sent(acknowledged=[row.id for row in rows])


@pytest.fixture
async def stage(database):
    async with staged(database) as one:
        yield one


def canary(stage, broker, metrics, now, tenant=TENANT):
    return Canary(
        stage.db, broker, metrics, tenant=tenant, topic="tickets", every=MINUTE, wall=lambda: now[0]
    )


def sample(metrics, name):
    return metrics.registry.get_sample_value(name)


def opened(time):
    ticket = f"canary-2024-03-01T{time}.000000Z"
    return ticket, "slaclock.ticket.opened.v1", f"2024-03-01T{time}.000000Z"


def moved(now, seconds):
    now[0] = NINE + round(seconds * SECOND)


async def broken(stage, ticket="T-1"):
    """A promise of an hour, open since nine, is broken at ten; its records wait to be sent."""
    await stage.send(record(ticket, "opened", 0))
    await stage.prove(2)
    await stage.settle()


async def send_all(stage, *, topic=None):
    rows = [row.id for row in await stage.outgoing() if topic in {None, row.topic}]
    assert rows
    await stage.ask(outbox.delete, rows)


@pytest.mark.parametrize("is_statement_first", [True, False])
async def test_what_is_sent_is_what_is_broken_and_has_left_for_every_topic(stage, is_statement_first):
    await broken(stage)
    assert await stage.ask(canaries.sent, TENANT, 10) == []

    topics = {row.topic for row in await stage.outgoing()}
    assert len(topics) == 2
    for topic in sorted(topics, reverse=is_statement_first):
        assert await stage.ask(canaries.sent, TENANT, 10) == []
        await send_all(stage, topic=topic)

    assert await stage.ask(canaries.sent, TENANT, 10) == [canaries.Sent("T-1", NINE + 60 * MINUTE)]
    assert await stage.ask(canaries.sent, "other", 10) == []
    assert await stage.ask(canaries.sent, TENANT, 0) == []

    await stage.send(record("T-1", "replied", 1.5), record("T-1", "resolved", 1.6))
    assert await stage.ask(canaries.sent, TENANT, 10) == []


async def test_a_canary_is_opened_at_each_whole_minute_from_the_next_one_on_and_once(stage):
    broker, now = Broker(), [NINE + 20 * SECOND]
    one = canary(stage, broker, Metrics(), now)
    for seconds in (20, 59.9, 60, 60.5, 119, 121, 400):
        moved(now, seconds)
        assert await one.step() is False

    # Nothing is made up for the minutes without a turn.
    assert broker.taken == [opened("09:01:00"), opened("09:02:00"), opened("09:06:00")]


async def test_what_the_broker_did_not_take_is_published_again(stage):
    broker, now = Broker(), [NINE]
    one = canary(stage, broker, Metrics(), now)
    moved(now, 60)
    broker.is_away = True
    with pytest.raises(CanaryError, match="away"):
        await one.step()
    broker.is_away = False
    await one.step()

    assert broker.taken == [opened("09:01:00")]


async def test_what_another_process_left_open_is_resolved_and_not_measured(stage):
    broker, metrics = Broker(), Metrics()
    await broken(stage)
    await send_all(stage)
    now = [NINE + 60 * MINUTE]
    one = canary(stage, broker, metrics, now)
    await one.step()
    assert broker.taken == []  # a second after the due it is resolved, and that is still to come

    moved(now, 3601)
    await one.step()

    assert broker.taken == [("T-1", "slaclock.ticket.resolved.v1", "2024-03-01T10:00:01.000000Z")]
    assert sample(metrics, "sla_canary_fired_timestamp_seconds") == (NINE + 60 * MINUTE) / SECOND
    assert sample(metrics, "sla_canary_delay_seconds_count") == 0


async def test_its_own_is_measured_once_from_the_due(stage):
    broker, metrics, now = Broker(), Metrics(), [NINE - MINUTE]
    one = canary(stage, broker, metrics, now)
    moved(now, 0)
    await one.step()
    ((ticket, *_),) = broker.taken
    await broken(stage, ticket)
    await send_all(stage)
    moved(now, 3600 + 0.25)
    await one.step()
    await one.step()

    assert sample(metrics, "sla_canary_delay_seconds_count") == 1
    assert sample(metrics, "sla_canary_delay_seconds_sum") == 0.25


async def test_a_tenant_without_a_policy_gets_one_and_one_that_has_one_keeps_it(stage):
    before = await stage.ask(policies.versions, TENANT)
    for tenant in (TENANT, "birds", "birds"):
        await canary(stage, Broker(), Metrics(), [NINE], tenant).step()

    assert await stage.ask(policies.versions, TENANT) == before
    (version,) = await stage.ask(policies.versions, "birds")
    assert (version.id, version.registered_at) == ("slaclock-canary", NINE)


def test_the_policy_promises_a_second_waits_for_nobody_and_is_announced_to_nobody():
    policy = rules.read(POLICY.format(tenant="1.5"), name="canary")
    (target,) = policy.targets

    assert (policy.tenant, target.id, target.budget) == ("1.5", "slaclock-canary", SECOND)
    assert target.rungs == ()
    assert target.requires == frozenset()
    assert policy.adopt_from is not None
    assert policy.adopt_from > NINE + 100 * 365 * 24 * 60 * MINUTE

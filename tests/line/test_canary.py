"""A canary goes the whole way: it has fired when the broker has its breach, and not before."""

import json

import pytest

from service.settings import Role
from service.store import outbox, policies
from service.wire import is_statement
from tests.running import MINUTE, SECOND, START, bench, running, until

pytestmark = pytest.mark.line

TENANT = "slaclock-canary"
FIRST = START + MINUTE


@pytest.fixture
async def line(topics, database):
    made = await bench(topics, database)
    yield made
    await made.close()


def sample(app, name):
    return app.metrics.registry.get_sample_value(name)


async def asked(line, question):
    async with line.database() as db, db.transaction() as tx:
        return await question(tx)


async def has_begun(line):
    return TENANT in await asked(line, policies.tenants)


async def is_applied(line, count):
    return sum((await line.positions()).values()) == count


async def is_decided(line, records):
    return (await asked(line, outbox.waiting)).count == records


async def told(line):
    """What was said of canaries, in its order."""
    return [
        (s.kind.value, s.at, rev, withdrawn)
        for s, rev, withdrawn in await line.revisions()
        if s.tenant == TENANT
    ]


async def announced(line):
    values = [json.loads(value) for value in await line.values() if is_statement(value)]
    return {value["data"]["said"].get("announce", True) for value in values}


async def has_told(line, count):
    found = await told(line)
    return found if len(found) == count else None


async def test_a_canary_fires_once_its_breach_is_acknowledged_and_is_resolved_then(line):
    canary = line.app(roles=(Role.CANARY,))
    async with running(line.app(roles=(Role.INGEST,)), line.app(roles=(Role.CLOCK,)), canary):
        await until(lambda: has_begun(line))
        line.clock.now = FIRST
        await until(lambda: is_applied(line, 1))
        line.clock.now = FIRST + 5 * SECOND
        await until(
            lambda: is_decided(line, 2)
        )  # for the topics of statements and of breaches; nobody sends them
        line.clock.now = FIRST + MINUTE
        await until(lambda: is_applied(line, 2))  # so it has looked since
        assert sample(canary, "sla_canary_fired_timestamp_seconds") == 0
        assert sample(canary, "sla_canary_delay_seconds_count") == 0

        async with running(line.app(roles=(Role.RELAY,))):
            found = await until(lambda: has_told(line, 2))
            assert found == [("breach", FIRST + SECOND, 1, False), ("verdict", FIRST + 2 * SECOND, 1, False)]
            assert await announced(line) == {False}
            assert sample(canary, "sla_canary_fired_timestamp_seconds") == (FIRST + SECOND) / SECOND
            assert sample(canary, "sla_canary_delay_seconds_sum") == 59  # from FIRST + 1 s to FIRST + 60 s
            assert sample(canary, "sla_canary_delay_seconds_count") == 1


async def test_two_processes_open_the_same_tickets(line):
    one, other = line.app(roles=(Role.CANARY,)), line.app(roles=(Role.CANARY,))
    async with running(line.app(), one, other):
        await until(lambda: has_begun(line))
        await until(lambda: is_applied(line, 0))
        line.clock.now = FIRST
        await until(lambda: is_applied(line, 2))
        line.clock.now = FIRST + 5 * SECOND
        await until(lambda: has_told(line, 2))

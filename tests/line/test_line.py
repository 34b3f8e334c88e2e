"""From the tickets topic to the statements topic, through every part."""

import asyncio

import pytest

from service.settings import STANDARD
from tests.running import HOUR, MINUTE, SECOND, START, bench, opened, replied, running, until

pytestmark = pytest.mark.line


@pytest.fixture
async def line(topics, database):
    made = await bench(topics, database)
    yield made
    await made.close()


async def said(line, count):
    found = await line.in_force()
    return found if len(found) >= count else None


async def moved_to(line, instant):
    return ((await line.watermark()).at or 0) >= instant


async def test_a_promise_is_warned_of_broken_escalated_and_put_right(line):
    async with running(line.app()):
        await line.publish([opened("t1", START)])
        line.clock.now = START + 10 * MINUTE
        await until(lambda: moved_to(line, START + 10 * MINUTE))
        assert await line.in_force() == {}

        line.clock.now = START + 2 * HOUR
        found = await until(lambda: said(line, 3))
        assert sorted((s.kind.value, s.at - START) for s in found.values()) == [
            ("breach", HOUR),
            ("escalation", 90 * MINUTE),
            ("warning", 30 * MINUTE),
        ]

        await line.publish([replied("t1", START + 40 * MINUTE)])
        found = await until(lambda: only_kept(line))
        assert sorted(s.kind.value for s in found.values()) == ["verdict", "warning"]


async def only_kept(line):
    found = await line.in_force()
    return found if all(s.kind.value in {"verdict", "warning"} for s in found.values()) else None


async def test_each_role_alone_does_its_part(line):
    async with running(*(line.app(roles=(role,)) for role in STANDARD)):
        await line.publish([opened("t1", START), opened("t2", START), replied("t2", START + SECOND)])
        line.clock.now = START + 45 * MINUTE
        found = await until(lambda: said(line, 2))
    assert sorted((s.ticket, s.kind.value) for s in found.values()) == [("t1", "warning"), ("t2", "verdict")]


async def test_a_second_process_goes_on_where_the_first_ended(line):
    async with running(line.app()):
        await line.publish([opened("t1", START)])
        line.clock.now = START + SECOND
        await until(lambda: moved_to(line, START + SECOND))
    async with running(line.app()):
        await line.publish([replied("t1", START + MINUTE)])
        found = await until(lambda: said(line, 1))
    assert [s.kind.value for s in found.values()] == ["verdict"]
    assert sum((await line.positions()).values()) == 2


async def test_two_replicas_come_and_go_and_every_event_counts_once(line):
    first, second = line.app(), line.app()
    tickets = [f"t{n}" for n in range(300)]
    async with running(first):
        await line.publish([opened(ticket, START) for ticket in tickets[:150]])
        async with running(second):
            await line.publish([opened(ticket, START) for ticket in tickets[150:]])
            await asyncio.sleep(1)
            await line.publish([replied(ticket, START + MINUTE) for ticket in tickets[::2]])
            await asyncio.sleep(1)
        line.clock.now = START + 45 * MINUTE
        found = await until(lambda: said(line, 300))
    kinds = sorted(s.kind.value for s in found.values())
    assert kinds == ["verdict"] * 150 + ["warning"] * 150
    counted = [
        app.metrics.registry.get_sample_value("sla_events_total", {"result": "applied"}) for app in line.apps
    ]
    assert sum(counted) == 450

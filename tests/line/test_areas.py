"""From the areas topic to the statements topic, through every part."""

import asyncio

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from service.cli.deciding import door
from service.settings import STANDARD
from service.wire import times
from tests.parts import unique
from tests.running import HOUR, MINUTE, START, bench, excluded, opened, replied, running, told, until

pytestmark = pytest.mark.line


@pytest.fixture
async def line(topics, database):
    made = await bench(topics, database, areas_topic=unique("areas"))
    yield made
    await made.close()


async def make(line, *names: str) -> None:
    client = AIOKafkaAdminClient(bootstrap_servers=line.settings.kafka_bootstrap)
    await client.start()
    try:
        await client.create_topics(
            [NewTopic(name, 1, 1, topic_configs={"retention.ms": "-1"}) for name in names]
        )
    finally:
        await client.close()


async def at(line, instant) -> None:
    """Let the clock show `instant`, and W follow."""
    line.clock.now = max(line.clock.now, instant)
    await until(lambda: reached(line, instant))


async def reached(line, instant):
    return ((await line.watermark()).at or 0) >= instant


async def kinds(line) -> list[str]:
    found = await line.in_force()
    return sorted(f"{s.ticket} {s.outcome or s.kind.value}" for s in found.values())


async def frozen(line):
    return (await line.watermark()).frozen


def span(start: int, end: int) -> dict[str, str]:
    return {"from": times.write(START + start), "to": times.write(START + end)}


def sample(app, name: str, **labels: str) -> float | None:
    return app.metrics.registry.get_sample_value(name, labels)


async def test_declared_during_and_after_withdrawn_and_back(line):
    """Half an hour that does not count: t1 is answered in time by it, which t2, elsewhere, is not."""
    await make(line, line.settings.areas_topic)
    app = line.app()
    async with running(app):
        await line.publish([opened("t1", START, area="north"), opened("t2", START, area="south")])
        await at(line, START + 40 * MINUTE)
        await line.declare(
            excluded("storm", START + 40 * MINUTE, area="north", **span(10 * MINUTE, HOUR * 2 // 3))
        )
        await at(line, START + 80 * MINUTE)
        await line.publish([replied("t1", START + 80 * MINUTE), replied("t2", START + 80 * MINUTE)])
        await until(lambda: says(line, ["t1 met", "t1 warning", "t2 breach", "t2 late", "t2 warning"]))

        await line.declare(told("storm", "exclusion_withdrawn", START + 80 * MINUTE))
        lost = ["t1 breach", "t1 late", "t1 warning", "t2 breach", "t2 late", "t2 warning"]
        await until(lambda: says(line, lost))

        await line.declare(
            excluded("flood", START + 80 * MINUTE, area=["south", "north"], **span(0, HOUR // 2))
        )
        await until(lambda: says(line, ["t1 met", "t1 warning", "t2 met", "t2 warning"]))
    revisions = sorted(
        (s.ticket, rev, withdrawn) for s, rev, withdrawn in await line.revisions() if s.name == "breach"
    )
    assert revisions == [("t1", 1, False), ("t1", 2, True), ("t2", 1, False), ("t2", 2, True)]
    assert sample(app, "sla_area_events_total", result="applied") == 3
    assert sample(app, "sla_topic_absent", topic=line.settings.areas_topic) == 0


async def says(line, expected):
    return await kinds(line) == expected


async def test_each_role_alone_does_its_part(line):
    await make(line, line.settings.areas_topic)
    async with running(*(line.app(roles=(role,)) for role in STANDARD)):
        await line.declare(excluded("storm", START, area="north", to=times.write(START + HOUR)))
        await line.publish([opened("t1", START, area="north")])
        await at(line, START + 95 * MINUTE)
        await until(lambda: says(line, ["t1 warning"]))


async def test_without_the_topic_nothing_waits_and_once_it_is_there_it_counts(line):
    app = line.app()
    topic = line.settings.areas_topic
    async with running(app):
        await line.publish([opened("t1", START, area="north")])
        await at(line, START + 2 * HOUR)
        await until(lambda: says(line, ["t1 breach", "t1 escalation", "t1 warning"]))
        assert sample(app, "sla_topic_absent", topic=topic) == 1

        await make(line, topic)
        await line.declare(excluded("storm", START + 2 * HOUR, area="north", **span(0, 2 * HOUR)))
        await until(lambda: says(line, []))
        await at(line, START + 3 * HOUR)
        assert sample(app, "sla_topic_absent", topic=topic) == 0


async def test_a_topic_that_is_gone_freezes_w(line, real_kafka):
    """It may have held what nobody has read: it is not the same as one that never was."""
    await make(line, line.settings.areas_topic)
    async with running(line.app()):
        await line.publish([opened("t1", START)])
        await at(line, START + MINUTE)
        await line.close()
        client = AIOKafkaAdminClient(bootstrap_servers=line.settings.kafka_bootstrap)
        await client.start()
        await client.delete_topics([line.settings.areas_topic])
        await client.close()
        await until(lambda: stands_for(line, "topic_missing"))
        line.clock.now = START + 5 * HOUR
        await asyncio.sleep(0.5)
        assert (await line.watermark()).at < START + HOUR
        assert await kinds(line) == []


async def stands_for(line, reason):
    return (await line.watermark()).reason == reason


async def test_a_record_that_cannot_be_read_holds_w_until_it_is_dropped(line):
    await make(line, line.settings.areas_topic)
    app = line.app()
    place = f"{line.settings.areas_topic}:0:0"
    async with running(app):
        await line.publish([opened("t1", START, area="north"), opened("t2", START)])
        await at(line, START + MINUTE)
        await line.declare(told("storm", "excluded", START + MINUTE))  # of no area
        await until(lambda: stands_for(line, "shared_parked"))
        assert await frozen(line) == f"shared_parked {place}"
        await until(lambda: sample(app, "sla_watermark_frozen", reason="shared_parked"))
        line.clock.now = START + HOUR
        await line.publish([replied("t2", START + HOUR)])
        await until(lambda: says(line, ["t2 met"]))

        async with line.database() as db:
            await door(db, line.settings).drop(line.settings.areas_topic, 0, 0, by="anna", reason="a test")
        await at(line, START + HOUR)
        await until(lambda: says(line, ["t1 warning", "t2 met", "t2 warning"]))


async def test_a_process_that_ends_while_tickets_are_judged_again_leaves_the_rest_to_the_next(line):
    await make(line, line.settings.areas_topic)
    names = [f"t{n}" for n in range(400)]
    async with running(line.app()):
        await line.publish([opened(name, START, area="north") for name in names])
        await at(line, START + 70 * MINUTE)
        await until(lambda: counts(line, "breach", 400))
    slow = line.app(wake_batch=20)
    async with running(slow):
        await line.declare(excluded("storm", START + 70 * MINUTE, area="north", **span(0, HOUR // 2)))
        await until(lambda: withdrawn(slow) > 0, every=0.005)
    assert 0 < withdrawn(slow) < 400
    async with running(line.app()):
        await until(lambda: counts(line, "breach", 0))


def withdrawn(app) -> float:
    return sample(app, "sla_statements_total", kind="breach", status="withdrawn") or 0


async def counts(line, kind: str, number: int):
    return sum(s.kind.value == kind for s in (await line.in_force()).values()) == number

"""From the directory's topic to chains on the statements topic, through every part."""

import json
from collections.abc import Callable

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from service.bus.connection import client_options
from service.sla.evidence import Link
from service.sla.statements import Kind, Statement
from service.wire import DIRECTORY, publish_binary
from tests.line.test_areas import at, make, sample
from tests.parts import unique
from tests.running import HOUR, START, Event, bench, opened, replied, running, until

pytestmark = pytest.mark.line


@pytest.fixture
async def line(topics, database):
    made = await bench(topics, database, directory_topic=unique("directory"))
    yield made
    await made.close()


async def tell(line, *facts: Event) -> None:
    outs = [publish_binary(fact, DIRECTORY) for fact in facts]
    await line._publish(line.settings.directory_topic, outs, 0)


def fact(kind: str, subject: str, at: int, /, **told) -> Event:
    return Event(
        tenant="default",
        ticket=subject,
        source="staff",
        id=f"{kind}-{subject}-{at}",
        type=kind,
        at=at,
        attributes=told,
    )


def named(line, ticket: str, holds: Callable[[dict[str, Link]], bool]):
    """Whether the breach of `ticket` is in force with a chain that `holds`."""

    async def look() -> bool:
        found: list[Statement] = list((await line.in_force()).values())
        chains = [s.chain for s in found if s.kind is Kind.BREACH and s.ticket == ticket]
        return bool(chains) and holds({link.role: link for link in chains[0]})

    return look


async def test_chains_follow_the_directory_and_w_does_not_wait_for_it(line):
    app = line.app()
    async with running(app):
        await line.publish([opened("t1", START, to="p1", by="p2")])
        await at(line, START + 3 * HOUR)  # there is no such topic yet
        await until(named(line, "t1", lambda chain: chain["reviewer"].reason == "unknown_person"))

        await make(line, line.settings.directory_topic)
        await tell(
            line,
            fact("person", "p1", START, unit="team"),
            fact("unit", "team", START, kind="team", head="p9"),
            fact("nonsense", "x", START),
        )
        await until(named(line, "t1", lambda chain: chain["reviewer"] == Link("reviewer", "p9")))
        await until(lambda: lag_is(app, 0))

        await line.publish([opened("t2", START + 3 * HOUR, to="p1", by="p2")])
        await at(line, START + 6 * HOUR)  # though a record stands parked
        await until(named(line, "t2", lambda chain: chain["holder"] == Link("holder", "p1")))
        assert sample(app, "sla_directory_events_total", result="parked") == 1
        assert sample(app, "sla_roles_unfilled_total", reason="no_area") >= 2

        await line.publish([replied("t2", START + 6 * HOUR)])
    people = await repeats(line)
    assert [(each["person"], each["rev"], len(each["breaches"])) for each in people] == [("p1", 1, 2)]


async def lag_is(app, seconds: float) -> bool:
    return sample(app, "sla_directory_lag_seconds") == seconds


async def repeats(line) -> list[dict]:
    """What the statements topic says about people, in order."""
    consumer = AIOKafkaConsumer(**client_options(line.settings), auto_offset_reset="earliest")
    await consumer.start()
    try:
        await consumer.topics()
        cluster = await consumer._client.fetch_all_metadata()
        name = line.settings.statements_topic
        parts = [TopicPartition(name, part) for part in sorted(cluster.partitions_for_topic(name))]
        consumer.assign(parts)
        ends = await consumer.end_offsets(parts)
        found = []
        while any([await consumer.position(part) < end for part, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += [json.loads(record.value) for record in records]
        return [each["data"] for each in found if each["type"] == "slaclock.statement.repeat.v1"]
    finally:
        await consumer.stop()

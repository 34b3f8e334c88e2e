"""Required sources from topic to topic: who waits, and what comes of an outage."""

import json

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from service.bus.connection import client_options
from service.wire import notices as notices_of
from service.wire import times
from tests.line.test_areas import at, make, sample
from tests.parts import unique
from tests.running import HOUR, MINUTE, POLICY, SECOND, START, bench, opened, running, told, until

pytestmark = pytest.mark.line

DOCUMENT = (
    POLICY.replace("targets:\n", "sources:\n  desk: {source: test, alive: true}\ntargets:\n")
    + """
  free: {stop: replied, budget: 1h}
"""
)
DOCUMENT = DOCUMENT.replace("    exclusions: [weather]\n", "    exclusions: [weather]\n    requires: desk\n")


@pytest.fixture
async def line(topics, database):
    made = await bench(topics, database, rules=DOCUMENT, sources_topic=unique("sources"))
    yield made
    await made.close()


def alive(to: int):
    return told("test", "alive", START + to, complete_to=times.write(START + to))


async def breaches(line) -> dict[str, tuple[str, ...]]:
    found = await line.in_force()
    return {s.target: s.remarks for s in found.values() if s.name == "breach"}


async def are(line, expected):
    return await breaches(line) == expected


async def test_a_target_waits_for_its_source_and_says_what_an_outage_left_unproven(line):
    await make(line, line.settings.sources_topic)
    app = line.app()
    async with running(app):
        await line.publish([opened("t1", START)])
        await at(line, START + 2 * HOUR)
        await until(lambda: are(line, {"free": ()}))

        line.clock.now = START + 2 * HOUR
        await line.report(
            told(
                "test",
                "outage",
                START + 2 * HOUR,
                outage="o",
                reason="x",
                **{"from": times.write(START + MINUTE)},
            ),
            alive(2 * HOUR),
        )
        await at(line, START + 3 * HOUR)
        assert await are(line, {"free": ()})
        await line.report(told("test", "outage_ended", START + 3 * HOUR, outage="o"))
        await at(line, START + 3 * HOUR + SECOND)
        await until(lambda: are(line, {"free": (), "answer": ("unproven",)}))

        await line.report(told("test", "voided", START + 3 * HOUR, event=f"test-outage-{START + 2 * HOUR}"))
        await until(lambda: are(line, {"free": (), "answer": ()}))
    shown = sample(app, "sla_source_complete_timestamp_seconds", tenant="default", source="test")
    assert shown == (START + 2 * HOUR) / SECOND
    assert sample(app, "sla_source_events_total", result="applied") == 4


async def notices(line) -> list[dict]:
    consumer = AIOKafkaConsumer(**client_options(line.settings), auto_offset_reset="earliest")
    await consumer.start()
    try:
        parts = [TopicPartition(line.settings.statements_topic, part) for part in range(3)]
        consumer.assign(parts)
        ends, found = await consumer.end_offsets(parts), []
        while any([await consumer.position(part) < end for part, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += [json.loads(record.value) for record in records]
        return [each for each in found if each["type"] in {notices_of.FROZEN, notices_of.MOVING}]
    finally:
        await consumer.stop()


async def test_a_record_about_sources_that_cannot_be_read_is_told_of(line):
    """It holds W; after a while a notice says so, and another one when it has been dropped."""
    from service.cli.deciding import door

    await make(line, line.settings.sources_topic)
    async with running(line.app()):
        await at(line, START + MINUTE)
        await line.report(told("test", "outage", START))  # without a reason
        await until(lambda: stands(line))
        line.clock.now = START + HOUR
        [frozen] = await until(lambda: notices(line))
        assert frozen["type"] == "slaclock.notice.frozen.v1"
        assert frozen["data"]["record"] == f"{line.settings.sources_topic}:0:0"
        async with line.database() as db:
            await door(db, line.settings).drop(line.settings.sources_topic, 0, 0, by="anna", reason="a test")
        await at(line, START + HOUR)
        _, moving = await until(lambda: two(line))
        assert moving["type"] == "slaclock.notice.moving.v1"
        assert moving["data"]["since"] == frozen["data"]["since"]


async def stands(line):
    return (await line.watermark()).reason == "shared_parked"


async def two(line):
    found = await notices(line)
    return found if len(found) == 2 else None

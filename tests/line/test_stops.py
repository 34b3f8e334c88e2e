"""The service stands for two days and is started again: one notice, and nobody is woken for what is old."""

import json

import pytest

from service.sla.instants import DAY, HOUR, SECOND
from service.wire import times
from tests.running import START, bench, opened, running, until
from tests.wire.contracts import validate

pytestmark = pytest.mark.line

STOPPED = "slaclock.notice.stopped.v1"


async def reached(line, instant) -> bool:
    return ((await line.watermark()).at or 0) >= instant


async def is_through(line) -> bool:
    return await reached(line, line.clock.now) and not await line.is_busy()


async def records(line, topic: str | None = None) -> list[dict]:
    values = await line.values(topic)
    for value in values:
        validate(value)
    return [json.loads(value) for value in values]


async def notices(line) -> list[dict]:
    return [each for each in await records(line) if ".notice." in each["type"]]


async def test_a_stop_of_two_days_is_told_once_and_old_breaches_are_announced_to_nobody(topics, database):
    """An hour for an answer: a warning after 30 minutes, the breach after 60, a step after 90.

    `old` was opened before the service stopped: all of it lies more than 24 h back when it is at work again. `new` was
    opened 46 hours into the stop: what became due lies half an hour to an hour and a half back.
    """
    line = await bench(topics, database)
    try:
        async with running(line.app()):
            await line.publish([opened("old", START)])
            line.clock.now = START + 30 * SECOND
            await until(lambda: is_through(line))
        assert await records(line) == []

        line.clock.now = START + 46 * HOUR
        await line.publish([opened("new", START + 46 * HOUR)])
        again = line.clock.now = START + 2 * DAY
        async with running(line.app(), line.app()):
            await until(lambda: is_through(line))
        told = await notices(line)
        assert [each["type"] for each in told] == [STOPPED]
        # What was proved last before the stop: the clock had been put to thirty seconds.
        assert told[0]["data"] == {
            "since": times.write(START + 30 * SECOND),
            "watermark": times.write(START + 30 * SECOND),
            "until": times.write(again),
            "length_us": 2 * DAY - 30 * SECOND,
        }

        statements = {
            (each["data"]["ticket"], each["data"]["kind"]): each["data"]
            for each in await records(line)
            if ".statement." in each["type"]
        }
        assert {key: data["said"].get("announce", True) for key, data in statements.items()} == {
            ("old", "warning"): False,
            ("old", "breach"): False,
            ("old", "escalation"): False,
            ("new", "warning"): True,
            ("new", "breach"): True,
            ("new", "escalation"): True,
        }
        assert {(data["rev"], data["status"]) for data in statements.values()} == {(1, "in_force")}
        assert statements["old", "breach"]["at"] == times.write(START + HOUR)
        breaches = await records(line, line.settings.breaches_topic)
        assert {each["data"]["ticket"]: each["data"]["said"].get("announce", True) for each in breaches} == {
            "old": False,
            "new": True,
        }

        # A stop that is shorter than what is worth telling, and the same record again, are no news.
        line.clock.now = again + 30 * SECOND
        count = len(await records(line))
        await line.publish([opened("old", START)])
        async with running(line.app()):
            await until(lambda: is_through(line))
        assert len(await records(line)) == count
    finally:
        await line.close()


async def test_after_a_stop_the_next_one_is_told_too(topics, database):
    line = await bench(topics, database)
    try:
        for instant in (START, START + HOUR, START + 3 * HOUR):
            line.clock.now = instant
            async with running(line.app()):
                await until(lambda: is_through(line))
        told = await notices(line)
        assert [(each["data"]["until"], each["data"]["length_us"]) for each in told] == [
            (times.write(START + HOUR), HOUR),
            (times.write(START + 3 * HOUR), 2 * HOUR),
        ]
        assert len({each["id"] for each in told}) == 2
    finally:
        await line.close()

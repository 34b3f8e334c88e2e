"""The log is not the one that was read: made anew, or shorter at its beginning. Nothing may be concluded from it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.records_to_delete import RecordsToDelete

from service.bus.ends import BrokerAwayError, TopicMissingError
from service.sla.instants import HOUR, MINUTE
from service.wire import publish_binary
from tests.faults.crew import until
from tests.faults.scenario import fact, scenario

pytestmark = [pytest.mark.line, pytest.mark.timeout(120)]

PARTS = 3


@asynccontextmanager
async def admin(scene):
    client = AIOKafkaAdminClient(bootstrap_servers=scene.bootstrap)
    await client.start()
    try:
        yield client
    finally:
        await client.close()


async def made_anew(scene) -> None:
    """The topic of tickets is deleted and created again under its name, empty."""
    await scene.publisher.close()
    async with admin(scene) as client:
        await client.delete_topics([scene.tickets])
        for _ in range(100):
            answer = await client.create_topics(
                [NewTopic(scene.tickets, PARTS, 1, topic_configs={"retention.ms": "-1"})]
            )
            if not any(error[1] for error in answer.topic_errors):
                break
            await asyncio.sleep(0.1)
        else:
            raise AssertionError(answer)
    assert await _ends(scene, lambda ends: set(ends.values()) == {0}), "the new topic is not there"


async def _ends(scene, fit) -> bool:
    """Wait until the ends of the partitions are `fit`; metadata may take a while."""
    for _ in range(100):
        with suppress(BrokerAwayError, TopicMissingError):
            if fit(await scene.ends()):
                return True
        await asyncio.sleep(0.1)
    return False


async def _stands(scene, reasons: set[str], before: int) -> None:
    """For a while, with the clock going on: W stands for one of `reasons`, and nothing rests on what was not heard."""
    said, now = await _count(scene), scene.clock.now
    for hour in range(1, 9):
        scene.clock.advance(now + hour * HOUR)
        await asyncio.sleep(0.15)
        assert scene.witness.watermark == before, scene.words()
        assert scene.witness.frozen in reasons, scene.words()
    assert await _count(scene) == said
    shown = await scene.crew.living[0].metrics()
    assert any(f'sla_watermark_frozen{{reason="{reason}"}} 1.0' in shown for reason in reasons)


async def _count(scene) -> int:
    return (await scene.ask("SELECT count(*) FROM statement WHERE kind <> 'verdict' AND NOT withdrawn"))[0][0]


async def _half_way(scene) -> int:
    """Play half of the scenario with one worker; W, which is the clock."""
    scene.cut(10)
    scene.crew.start()
    await scene.go_on(5)
    await scene.rest()
    return scene.clock.now


async def test_a_topic_made_anew(stage):
    """Also when it grows beyond what was read of the old one: the beginning of the new one was never read."""
    async with stage(scenario(60, 81), partitions=PARTS) as scene:
        before = await _half_way(scene)
        ends = await scene.ends()
        assert all(ends.values())
        await made_anew(scene)
        await until(
            lambda: scene.witness.frozen == "topic_recreated",
            20,
            lambda: f"{scene.witness.frozen}\n{scene.words()}",
        )
        await _stands(scene, {"topic_recreated"}, before)
        now = scene.clock.now
        for part, end in ends.items():
            grown = [fact(f"N{part}", n, "noted", now) for n in range(end + 5)]
            await _put(scene, part, grown, now + MINUTE)
        await _stands(scene, {"topic_recreated"}, before)


async def _put(scene, part: int, events, when: int) -> None:
    for event in events:
        out = publish_binary(event)
        await scene.publisher.record(out.key, out.value, when, out.headers, part)


async def test_a_beginning_that_was_deleted(stage):
    """Retention passed the reader: records that nobody has read are gone."""
    async with stage(scenario(60, 82), partitions=PARTS) as scene:
        before = await _half_way(scene)
        worker = scene.crew.living[0]
        await worker.kill()
        await scene.go_on(2)
        ends = await scene.ends()
        async with admin(scene) as client:
            lost = {TopicPartition(scene.tickets, part): RecordsToDelete(end) for part, end in ends.items()}
            await client.delete_records(lost)
        scene.crew.start()
        await until(
            lambda: scene.witness.frozen == "lost_beginning",
            20,
            lambda: f"{scene.witness.frozen}\n{scene.words()}",
        )
        assert scene.witness.watermark == before
        await _stands(scene, {"lost_beginning"}, before)
        rows = await scene.ask("SELECT part, next_offset FROM progress ORDER BY part")
        assert any(row["next_offset"] < ends[row["part"]] for row in rows), "the gap was passed over"


async def test_a_topic_that_is_gone(stage):
    async with stage(scenario(40, 83), partitions=PARTS) as scene:
        before = await _half_way(scene)
        await scene.publisher.close()
        async with admin(scene) as client:
            await client.delete_topics([scene.tickets])
        await until(
            lambda: scene.witness.frozen in {"topic_missing", "broker_away"}, 20, lambda: scene.witness.frozen
        )
        await _stands(scene, {"topic_missing", "broker_away"}, before)


async def test_partitions_added_while_writing(stage):
    """W waits for the new ones, which are read from their beginning."""
    async with stage(scenario(100, 84), partitions=PARTS) as scene:
        await _half_way(scene)
        async with admin(scene) as client:
            await client.create_partitions({scene.tickets: NewPartitions(2 * PARTS)})
        await scene.publisher.close()
        assert await _ends(scene, lambda ends: len(ends) == 2 * PARTS)
        await scene.play()
        await scene.rest()
        await scene.verify(strict=False)

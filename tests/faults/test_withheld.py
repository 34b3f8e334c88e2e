"""One partition stands still while the others run on: nothing that rests on absence may be said of any ticket."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress

import pytest
from aiokafka import AIOKafkaConsumer

from tests.faults.crew import until
from tests.faults.scenario import scenario

pytestmark = [pytest.mark.line, pytest.mark.timeout(120)]


@asynccontextmanager
async def holder(scene):
    """A member of the service's group that holds what it is given and reads nothing; its assignment."""
    consumer = AIOKafkaConsumer(
        scene.tickets, bootstrap_servers=scene.bootstrap, group_id=scene.group, enable_auto_commit=False,
        session_timeout_ms=6_000, heartbeat_interval_ms=500, rebalance_timeout_ms=4_000, metadata_max_age_ms=2_000,
    )  # fmt: skip
    await consumer.start()
    try:
        yield consumer.assignment
    finally:
        await consumer.stop()


async def shared_out(assignment, workers) -> int:
    """Wait until the holder has one partition and each worker another; the holder's."""
    await until(lambda: len(assignment()) == 1, 30, lambda: f"the holder has {assignment()}")
    (part,) = assignment()
    await until(
        lambda: all(_last_taken(worker) == 1 for worker in workers),
        30,
        lambda: str([w.words() for w in workers]),
    )
    return part.partition


def _last_taken(worker) -> int:
    """How many partitions the worker took at its last assignment."""
    taken = [line for line in worker.log.read_text().splitlines() if '"partitions_taken"' in line]
    return taken[-1].split('"parts": [')[1].split("]")[0].count(",") + 1 if taken else 0


async def rash(scene, watermark: int | None) -> list[str]:
    """Revisions that rest on something not having happened by an instant that W = `watermark` has not passed."""
    rows = await scene.ask(
        "SELECT ticket, kind, at FROM statement WHERE kind <> 'verdict' AND NOT withdrawn AND at >= $1",
        watermark or 0,
    )
    return [str(tuple(row)) for row in rows]


async def _unapplied(scene) -> dict[int, int]:
    ends = await scene.ends()
    rows = await scene.ask("SELECT part, next_offset FROM progress")
    return {part: end - dict(map(tuple, rows)).get(part, 0) for part, end in ends.items()}


async def _stands_still(scene, withheld: int) -> None:
    """Publish a third of the scenario: the other partitions are applied, present events are told, W stays."""
    before = scene.witness.watermark
    verdicts = await scene.ask("SELECT count(*) FROM statement WHERE kind = 'verdict'")
    for _ in range(10):
        await scene.go_on()
        await asyncio.sleep(0.1)

    async def others_are_applied() -> bool:
        left = await _unapplied(scene)
        return left.pop(withheld) > 0 and not any(left.values())

    for _ in range(200):
        if await others_are_applied():
            break
        await asyncio.sleep(0.05)
    assert await others_are_applied(), await _unapplied(scene)
    await asyncio.sleep(1.0)  # time enough for every clock to probe and to be wrong
    assert scene.witness.watermark == before
    assert not (found := await rash(scene, before)), found
    assert (await scene.ask("SELECT count(*) FROM statement WHERE kind = 'verdict'"))[0] > verdicts[0]
    for worker in scene.crew.living:
        told = await worker.metrics()
        reasons = {"behind"} if before is not None else {"unproved", "behind"}
        shown = {reason for reason in reasons if f'sla_watermark_frozen{{reason="{reason}"}} 1.0' in told}
        assert len(shown) == 1, [line for line in told.splitlines() if "frozen" in line]
        for ticket in ("T00001", "T00002"):
            assert ticket not in told


async def test_a_partition_withheld_in_the_middle(stage):
    async with stage(scenario(200, 31), partitions=3) as scene:
        scene.cut(30)
        workers = [scene.crew.start(), scene.crew.start()]
        for _ in range(10):
            await scene.go_on()
            await scene.watermark_follows(2)
        async with holder(scene) as assignment:
            withheld = await shared_out(assignment, workers)
            assert await scene.watermark_follows(20), (
                "W does not reach the clock although everything is applied"
            )
            await _stands_still(scene, withheld)
        with suppress(AssertionError):
            await scene.watermark_follows(10)
        await scene.play()
        await scene.rest()
        await scene.verify()


async def test_a_partition_withheld_from_the_beginning(stage):
    async with stage(scenario(120, 32), partitions=3) as scene:
        scene.cut(20)
        async with holder(scene) as assignment:
            workers = [scene.crew.start(), scene.crew.start()]
            withheld = await shared_out(assignment, workers)
            await _stands_still(scene, withheld)
        await scene.play()
        await scene.rest()
        await scene.verify()

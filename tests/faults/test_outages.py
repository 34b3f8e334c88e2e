"""The broker away, the database restarted, both under load."""

from __future__ import annotations

import asyncio
import time
from functools import partial

import pytest

from tests.faults.crew import until
from tests.faults.scenario import scenario

pytestmark = [pytest.mark.line]


async def _frozen_by(scene, reason: str, seconds: float) -> None:
    """Wait until the watermark says that it stands for `reason`, in the table and on every /metrics."""
    await until(
        lambda: scene.witness.frozen == reason, seconds, lambda: f"{scene.witness.frozen!r}, not {reason!r}"
    )
    shown = f'sla_watermark_frozen{{reason="{reason}"}} 1.0'
    for worker in scene.crew.living:
        for _ in range(100):
            if shown in (told := await worker.metrics()):
                break
            await asyncio.sleep(0.1)
        else:
            raise AssertionError([line for line in told.splitlines() if "frozen" in line])


async def _alive_all_along(scene, workers) -> None:
    """An outage of the parts is no reason to end."""
    for worker in workers:
        assert worker.alive, worker.words()
        assert '"live": true' in await worker.get("/live")


async def _broker_away(scene, figures, kafka, away: float, *, frozen: bool) -> None:
    """The broker answers nothing for `away` seconds while events wait to be published."""
    workers = [scene.crew.start(), scene.crew.start()]
    await scene.go_on(5)
    assert await scene.watermark_follows(30), scene.words()
    before = scene.witness.watermark
    load = scene.play_on(0.1)
    await asyncio.sleep(0.3)
    begun = time.monotonic()
    await asyncio.to_thread(kafka.freeze if frozen else kafka.stop)
    try:
        await _frozen_by(scene, "broker_away", 30)
        stood = scene.witness.watermark
        await asyncio.sleep(max(0.0, away - (time.monotonic() - begun)))
        assert scene.witness.watermark == stood
        await _alive_all_along(scene, workers)
    finally:
        await asyncio.to_thread(kafka.thaw if frozen else kafka.start)
    back = time.monotonic()
    async with asyncio.timeout(120):
        await load
    await scene.rest(90)
    await scene.verify()
    await _alive_all_along(scene, workers)
    assert scene.witness.watermark > before
    lines = sum(len(worker.log.read_text().splitlines()) for worker in workers)
    figures.append(
        f"broker {'frozen' if frozen else 'stopped'} for {back - begun:.0f} s: at rest {time.monotonic() - back:.1f} s"
        f" after its return, {lines} log lines of two workers"
    )


@pytest.mark.timeout(150)
async def test_the_broker_is_away_for_some_seconds(stage, real_kafka, figures):
    async with stage(scenario(150, 51)) as scene:
        scene.cut(20)
        await _broker_away(scene, figures, real_kafka, 6, frozen=False)


@pytest.mark.chaos
@pytest.mark.timeout(400)
@pytest.mark.parametrize("frozen", [False, True], ids=["stopped", "frozen"])
async def test_the_broker_is_away_for_a_minute(stage, real_kafka, figures, frozen):
    async with stage(scenario(600, 52)) as scene:
        scene.cut(60)
        await _broker_away(scene, figures, real_kafka, 60, frozen=frozen)


def _goes_on(scene, applied: int) -> bool:
    return scene.witness.applied > applied


async def _database_restarted(scene, figures, server, ways, pause: float) -> None:
    """The database server ends in each of `ways` and comes back, while events are published."""
    workers = [scene.crew.start(), scene.crew.start()]
    await scene.go_on(5)
    assert await scene.watermark_follows(30), scene.words()
    load = scene.play_on(0.15)
    for way in ways:
        await asyncio.sleep(pause)
        applied = scene.witness.applied
        await asyncio.to_thread(
            {"immediate": server.discard, "fast": server.stop, "kill -9": server.kill9}[way]
        )
        await asyncio.sleep(0.5)
        assert all(worker.alive for worker in workers), scene.words()
        await asyncio.to_thread(server.start)
        if scene.portions:
            await until(partial(_goes_on, scene, applied), 30, scene.words)
    async with asyncio.timeout(60):
        await load
    await scene.rest()
    await scene.verify()
    await _alive_all_along(scene, workers)
    figures.append(f"database ended {len(ways)} times under load: {', '.join(ways)}")


@pytest.mark.timeout(120)
async def test_the_database_is_restarted(stage, durable, figures):
    async with stage(scenario(150, 53), dsn=durable.dsn) as scene:
        scene.cut(60)
        await _database_restarted(scene, figures, durable, ["immediate", "fast"], 1.0)


@pytest.mark.chaos
@pytest.mark.timeout(400)
async def test_the_database_is_restarted_often(stage, durable, figures):
    async with stage(scenario(800, 54), dsn=durable.dsn) as scene:
        scene.cut(400)
        await _database_restarted(scene, figures, durable, ["immediate", "kill -9", "fast"] * 5, 2.5)

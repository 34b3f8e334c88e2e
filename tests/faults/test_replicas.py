"""Two and three replicas, members joining and leaving during a replay."""

from __future__ import annotations

import random
import signal
import time

import pytest

from tests.faults.crew import until
from tests.faults.scenario import scenario

pytestmark = [pytest.mark.line]


async def _changing(scene, chance: random.Random, *, seconds: float, crowd: int, every: float) -> int:
    """Publish while members come and go: some leave in order, some are killed. The number of changes."""
    for _ in range(crowd):
        scene.crew.start()
    changes, begun, next_change = 0, time.monotonic(), every
    total = len(scene.portions)
    while scene.portions:
        await scene.go_on()
        await scene.watermark_follows(0.5)
        # Time is spread over the portions, so that the last change comes while something is still published.
        until = seconds * (total - len(scene.portions)) / total
        is_first = True
        while is_first or time.monotonic() - begun < until:
            is_first = False
            await scene.watermark_follows(0.1)
            passed = time.monotonic() - begun
            if passed > next_change:
                next_change = passed + every * chance.uniform(0.6, 1.2)
                changes += 1
                await _change(scene, chance, crowd)
    return changes


async def _change(scene, chance: random.Random, crowd: int) -> None:
    living = scene.crew.living
    if len(living) < crowd:
        scene.crew.start()
    elif len(living) > crowd or chance.random() < 0.5:
        leaver = chance.choice(living)
        leaver.send(signal.SIGTERM if chance.random() < 0.5 else signal.SIGKILL)
    else:
        scene.crew.start()


async def _the_same(scene, figures, changes: int, what: str) -> None:
    if not scene.crew.living:
        scene.crew.start()
    await scene.rest()
    evidence = await scene.verify()
    odd = [worker for worker in scene.crew.all if worker.status not in {None, 0, -signal.SIGKILL}]
    assert not odd, "\n".join(f"{worker.status}: {worker.words()}" for worker in odd)
    fenced = 0
    for worker in scene.crew.living:
        told = await worker.metrics()
        fenced += round(float(told.split("\nsla_slices_fenced_total ")[1].split()[0]))
    figures.append(
        f"{what}: {len(scene.crew.all)} processes, {changes} joined or left, {fenced} slices fenced in the survivors,"
        f" {len(evidence.statements)} records said, {evidence.repeats} of them again"
    )


@pytest.mark.timeout(120)
async def test_two_replicas_and_a_third_that_comes_and_goes(stage, figures):
    async with stage(scenario(250, 21), partitions=5) as scene:
        scene.cut(40)
        changes = await _changing(scene, random.Random(21), seconds=12, crowd=2, every=2.0)
        assert changes >= 3
        await _the_same(scene, figures, changes, "2 replicas")


@pytest.mark.chaos
@pytest.mark.timeout(400)
@pytest.mark.parametrize("crowd", [2, 3])
async def test_replicas_that_come_and_go(stage, figures, crowd):
    async with stage(scenario(1200, 22 + crowd), partitions=7) as scene:
        scene.cut(200)
        changes = await _changing(scene, random.Random(crowd), seconds=90, crowd=crowd, every=3.0)
        assert changes >= 15
        await _the_same(scene, figures, changes, f"{crowd} replicas")


@pytest.mark.timeout(90)
async def test_roles_apart(stage):
    """Ingest, clock and relay in processes of their own, two of each."""
    async with stage(scenario(120, 23)) as scene:
        scene.cut(12)
        for role in ("ingest", "clock", "relay") * 2:
            scene.crew.start(roles=role)
        await scene.play()
        await scene.rest()
        await scene.verify()
        for worker in scene.crew.living:
            assert await worker.leave() == 0
        await until(lambda: not scene.crew.living, 5)

"""Kill -9 between every two steps of apply, clock and relay, and at random times, while work is going on."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections import Counter

import pytest

from tests.faults.crew import until
from tests.faults.scenario import scenario
from tests.faults.worker import STEPS

pytestmark = [pytest.mark.line]


#: After these something is undone or untold that must be neither lost nor done twice.
CRITICAL = [
    "ingest: begun", "ingest: locked", "ingest: appended", "ingest: statements saved", "ingest: outbox written",
    "ingest: progress advanced", "ingest: committed", "clock: probed", "clock: proved", "clock: outbox written",
    "clock: committed", "relay: sent", "relay: deleted", "ingest: owned",
]  # fmt: skip


class Reaper:
    """Starts workers and sees to it that they die; counts after which step each did, and whether work was undone."""

    def __init__(self, scene, chance: random.Random) -> None:
        self.scene = scene
        self.chance = chance
        self.hits: Counter[str] = Counter()
        self.busy = 0

    async def at(self, step: str) -> None:
        """One worker that dies right after it has passed `step` once, twice or three times."""
        nth = 1 if step.endswith("owned") else self.chance.randint(1, 3)  # partitions are taken over once
        worker = self.scene.crew.start(crash=f"{step}:{nth}:KILL")
        await self._dies(worker)
        assert worker.step == step

    async def by_chance(self, share: float) -> None:
        """One worker that may die after any step."""
        await self._dies(self.scene.crew.start(chance=f"{share}:{self.chance.random()}"))

    async def at_any_time(self) -> None:
        """One worker that is killed from outside a while after it has taken its partitions."""
        worker = self.scene.crew.start()
        await until(lambda: "partitions_taken" in worker.words() or not worker.alive, 20, worker.words)
        await self.scene.go_on(2)
        await asyncio.sleep(self.chance.uniform(0.0, 0.4))
        worker.send(signal.SIGKILL)
        await self._buried(worker)

    async def _dies(self, worker) -> None:
        end = time.monotonic() + 30
        while worker.alive:
            assert time.monotonic() < end, f"{worker.pid} does not die: {worker.step}\n{worker.words()}"
            await self.scene.go_on()
            try:
                await until(lambda: not worker.alive, 1.0)
            except AssertionError:
                continue
        await self._buried(worker)

    async def _buried(self, worker) -> None:
        assert await worker.ended() == -signal.SIGKILL, worker.words()
        self.hits[worker.step] += 1
        row = await self.scene.ask(
            "SELECT (SELECT sum(next_offset) FROM progress), (SELECT count(*) FROM outbox),"
            " (SELECT count(*) FROM ticket WHERE wake_at < (SELECT at FROM watermark))"
        )
        applied, waiting, due = row[0]
        self.busy += (applied or 0) < len(self.scene.publisher.sent) or waiting > 0 or due > 0

    def told(self) -> list[str]:
        kills = sum(self.hits.values())
        steps = [step for step in [*STEPS, ""] if self.hits[step]]
        table = [f"    {self.hits[step]:3} after {step or 'nothing yet'}" for step in steps]
        return [f"{kills} kills, {self.busy} with work undone:", *table]


async def _over(scene, reaper, figures, **how) -> None:
    """The survivor finishes, and nothing shows that anybody died."""
    scene.crew.start()
    await scene.play()
    await scene.rest()
    evidence = await scene.verify(**how)
    figures += [
        *reaper.told(),
        f"    {len(evidence.statements)} records said, {evidence.repeats} of them again",
    ]


@pytest.mark.timeout(150)
async def test_killed_at_critical_steps_and_at_random(stage, figures):
    await _killed_at_critical_steps(stage, figures)


@pytest.mark.chaos
@pytest.mark.timeout(200)
async def test_killed_on_an_older_postgres(stage, figures, database15):
    await _killed_at_critical_steps(stage, figures, dsn=database15)


async def _killed_at_critical_steps(stage, figures, **where) -> None:
    async with stage(scenario(250, 11), **where) as scene:
        reaper = Reaper(scene, random.Random(11))
        scene.cut(3 * len(CRITICAL) + 6)
        for step in CRITICAL:
            await reaper.at(step)
        await reaper.by_chance(0.02)
        await reaper.at_any_time()
        assert sum(reaper.hits.values()) >= 12
        await _over(scene, reaper, figures)


@pytest.mark.chaos
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("seed", "early"), [(1, 0.0), (2, 0.05)], ids=["plain", "parked and released"])
async def test_killed_at_every_step_and_at_random(stage, figures, seed, early):
    async with stage(scenario(800, seed, early=early)) as scene:
        chance = random.Random(seed)
        reaper = Reaper(scene, chance)
        scene.cut(3 * len(STEPS) + 60)
        for step in chance.sample(STEPS, len(STEPS)):
            await reaper.at(step)
        for _ in range(12):
            await reaper.by_chance(chance.choice([0.003, 0.01, 0.03]))
        for _ in range(12):
            await reaper.at_any_time()
        assert set(STEPS) <= reaper.hits.keys()
        assert sum(reaper.hits.values()) >= 40
        if early:
            assert (await scene.ask("SELECT count(*) FROM parked WHERE state = 'released'"))[0][0]
        await _over(scene, reaper, figures, strict=not early)

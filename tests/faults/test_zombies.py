"""A process stopped in the middle of its work, and continued after another has taken over: a zombie is fenced."""

from __future__ import annotations

import asyncio
import random
import signal
import time

import pytest

from service.sla.instants import HOUR
from tests.faults.crew import until
from tests.faults.scenario import START, Scenario, fact, scenario
from tests.faults.truth import stale, told

pytestmark = [pytest.mark.line]

STOPS = [
    "ingest: begun", "ingest: locked", "ingest: outbox written", "ingest: progress advanced", "ingest: committed",
    "clock: locked", "clock: outbox written", "clock: timed", "clock: probed", "clock: proved",
    "relay: taken", "relay: sent", "relay: deleted",
]  # fmt: skip


async def sent_by_the_heir(scene) -> None:
    """Wait until nothing is left to be sent: the server has ended the zombie's session, and its lock with it."""
    for _ in range(300):
        if not (await scene.ask("SELECT count(*) FROM outbox"))[0][0]:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"the outbox is not emptied\n{scene.words()}")


async def _stopped_and_continued(stage, figures, step: str, seed: int) -> None:
    async with stage(scenario(150, seed), relay_ack_seconds=1, database_idle_seconds=1.5) as scene:
        scene.cut(40)
        zombie = scene.crew.start(crash=f"{step}:3:STOP")
        for _ in range(20):
            await scene.go_on()
            await scene.watermark_follows(0.5)
            if zombie.stopped:
                break
        assert zombie.stopped, f"{zombie.step}\n{zombie.words()}"
        assert zombie.step == step
        heir = scene.crew.start()
        await scene.go_on(4)
        assert await scene.watermark_follows(40), f"nobody took over\n{heir.words()}"
        for _ in range(4):
            await scene.go_on()
            await scene.watermark_follows(0.5)
        await sent_by_the_heir(scene)
        stood = scene.witness.watermark
        zombie.send(signal.SIGCONT)
        await until(lambda: zombie.step != step or not zombie.alive, 20, zombie.words)
        await scene.play()
        await scene.rest()
        evidence = await scene.verify()
        assert scene.witness.watermark > stood
        assert zombie.alive, zombie.words()
        shown = await zombie.metrics()
        fenced = round(float(shown.split("\nsla_slices_fenced_total ")[1].split()[0]))
        figures.append(
            f"stopped after {step}, continued after the take-over: {fenced} slices fenced,"
            f" {evidence.repeats} records said again"
        )


@pytest.mark.timeout(120)
@pytest.mark.parametrize("step", ["ingest: begun", "ingest: progress advanced"])
async def test_a_zombie_is_fenced(stage, figures, step):
    await _stopped_and_continued(stage, figures, step, 61)


@pytest.mark.chaos
@pytest.mark.timeout(180)
@pytest.mark.parametrize("step", STOPS)
async def test_every_zombie_is_fenced(stage, figures, step):
    await _stopped_and_continued(stage, figures, step, 62)


@pytest.mark.chaos
@pytest.mark.timeout(500)
async def test_stopped_at_any_time(stage, figures):
    """Also in the middle of a conversation with the database, where it is neither idle nor at work."""
    rounds, chance, longest = 12, random.Random(63), 0.0
    quick = {"relay_ack_seconds": 1, "database_idle_seconds": 1.5, "database_statement_seconds": 3}
    async with stage(scenario(300, 63), **quick) as scene:
        scene.cut(10 * rounds)
        for _ in range(rounds):
            zombie = scene.crew.start()
            await until(lambda: "partitions_taken" in zombie.words(), 40, zombie.words)  # noqa: B023 - used at once
            await scene.go_on(3)
            await asyncio.sleep(chance.uniform(0, 0.06))
            zombie.send(signal.SIGSTOP)
            heir = scene.crew.start()
            await scene.go_on(2)
            begun = time.monotonic()
            assert await scene.watermark_follows(60), f"{zombie.step}\n{heir.words()}"
            longest = max(longest, time.monotonic() - begun)
            zombie.send(signal.SIGCONT)
            await scene.go_on(2)
            await scene.watermark_follows(2)
            await zombie.kill()
            await heir.kill()
        scene.crew.start()
        await scene.play()
        await scene.rest()
        await scene.verify()
        figures.append(f"stopped {rounds} times at any time: the longest take-over lasted {longest:.1f} s")


@pytest.mark.timeout(90)
@pytest.mark.parametrize("stopped_after", ["relay: taken"])
async def test_a_relay_that_wakes_up_says_nothing_that_was_taken_back(stage, stopped_after):
    """The breaches topic is compacted: its last word about a breach has to be the newest."""
    nothing = Scenario((), START, START + 4 * HOUR, 0)
    async with stage(nothing, relay_ack_seconds=1, database_idle_seconds=1.5) as scene:
        scene.crew.start(roles="ingest,clock")
        await scene.say(fact("V", 0, "opened", START, priority="low"), when=START)
        await scene.wait(START + 2 * HOUR)
        zombie = scene.crew.start(roles="relay", crash=f"{stopped_after}:1:STOP")
        await until(lambda: zombie.stopped, 20, zombie.words)
        scene.crew.start(roles="relay")
        await sent_by_the_heir(scene)
        await scene.say(fact("V", 1, "assigned", START + HOUR, to="ann"), when=START + 3 * HOUR)
        await scene.rest()
        zombie.send(signal.SIGCONT)
        await until(lambda: zombie.step != stopped_after, 20, zombie.words)
        await zombie.leave()
        evidence = await scene.evidence()
        assert [each.withdrawn for each in evidence.breaches][:2] == [False, True]
        assert not (found := list(stale(evidence.breaches))), told(found, scene.words)

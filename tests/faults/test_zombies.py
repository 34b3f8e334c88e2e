"""A process stopped in the middle of its work, and continued after another has taken over: a zombie is fenced."""

from __future__ import annotations

import signal

import pytest

from tests.faults.crew import until
from tests.faults.scenario import scenario

pytestmark = [pytest.mark.line]

STOPS = [
    "apply:begun", "apply:locked", "apply:outbox written", "apply:progress advanced", "apply:committed",
    "wake:locked", "wake:outbox written", "clock:read", "clock:probed", "clock:settled",
    "relay:taken", "relay:sent", "relay:deleted",
]  # fmt: skip


async def _stopped_and_continued(stage, figures, step: str, seed: int) -> None:
    async with stage(scenario(150, seed), relay_ack_seconds=1, database_idle_seconds=1.5) as scene:
        scene.cut(40)
        zombie = scene.crew.start(crash=f"{step}:3:STOP")
        for _ in range(20):
            await scene.go_on()
            await scene.watermark_follows(0.5)
            if zombie.stopped:
                break
        assert zombie.stopped and zombie.step == step, f"{zombie.step}\n{zombie.words()}"
        heir = scene.crew.start()
        await scene.go_on(4)
        assert await scene.watermark_follows(40), f"nobody took over\n{heir.words()}"
        for _ in range(4):
            await scene.go_on()
            await scene.watermark_follows(0.5)
        stood = scene.witness.watermark
        zombie.send(signal.SIGCONT)
        await until(lambda: zombie.step != step or not zombie.alive, 20, zombie.words)
        await scene.play()
        await scene.rest()
        evidence = await scene.verify()
        assert scene.witness.watermark > stood
        assert zombie.alive, zombie.words()
        told = await zombie.metrics()
        fenced = round(float(told.split("\nsla_slices_fenced_total ")[1].split()[0]))
        figures.append(
            f"stopped after {step}, continued after the take-over: {fenced} slices fenced,"
            f" {evidence.repeats} records said again"
        )


@pytest.mark.timeout(120)
@pytest.mark.parametrize("step", ["apply:begun", "apply:progress advanced", "clock:probed"])
async def test_a_zombie_is_fenced(stage, figures, step):
    await _stopped_and_continued(stage, figures, step, 61)


@pytest.mark.chaos
@pytest.mark.timeout(180)
@pytest.mark.parametrize("step", STOPS)
async def test_every_zombie_is_fenced(stage, figures, step):
    await _stopped_and_continued(stage, figures, step, 62)

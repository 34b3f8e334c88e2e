"""Whether the fault tests would notice: every invariant is broken on purpose, and somebody has to complain."""

from __future__ import annotations

import asyncio
import random
import signal

import pytest

from service.sla.instants import HOUR
from service.wire.records import Reason
from tests.faults import truth
from tests.faults.crew import until
from tests.faults.sabotage import WAYS
from tests.faults.scenario import START, Scenario, fact, scenario
from tests.faults.test_bad_records import bad_record
from tests.faults.test_kills import Reaper
from tests.faults.test_lost_topics import PARTS, made_anew
from tests.faults.test_withheld import holder, rash, shared_out
from tests.faults.test_zombies import sent_by_the_heir

pytestmark = [pytest.mark.line, pytest.mark.chaos, pytest.mark.timeout(120)]

NOTICED: set[str] = set()


def noticed(way: str, figures, complaints: list[str], words: str) -> None:
    """`words` has to stand in one of the complaints."""
    assert any(words in each for each in complaints), f"{way} went unnoticed: {complaints[:3]}"
    NOTICED.add(way)
    figures.append(f"broken on purpose: {way.replace('_', ' ')}: {words!r}, {len(complaints)} complaints")


async def _played(scene, way: str, seconds: float = 30.0, **settings) -> list[str]:
    """The complaints after a plain run of a broken service."""
    scene.cut(12)
    scene.crew.start(sabotage=way, **settings)
    await scene.play()
    try:
        await scene.rest(seconds)
    except AssertionError as error:
        return [str(error)]
    return await scene.complaints()


@pytest.mark.parametrize(
    ("way", "words"),
    [
        ("events_are_read_as_they_arrive", "statements topic"),
        ("tickets_sleep_too_long", "expected, but not said"),
        ("content_depends_on_w", "other content"),
        ("revisions_skip", "revisions of"),
    ],
)
async def test_a_plain_run_shows_it(stage, figures, way, words):
    async with stage(scenario(120, 91)) as scene:
        noticed(way, figures, await _played(scene, way), words)


async def test_an_offset_that_commits_by_itself_loses_events(stage, figures):
    way = "the_offset_commits_by_itself"
    async with stage(scenario(100, 92)) as scene:
        scene.cut(30)
        start = scene.crew.start
        scene.crew.start = lambda **given: start(sabotage=way, **given)
        reaper = Reaper(scene, random.Random(92))
        for step in ("ingest: locked", "ingest: appended", "ingest: outbox written"):
            await reaper.at(step)
        scene.crew.start()
        await scene.play()
        await scene.rest()
        noticed(way, figures, await scene.complaints(), "is lost")


async def test_positions_that_are_overwritten_go_back(stage, figures):
    way = "positions_are_overwritten"
    async with stage(scenario(100, 93)) as scene:
        scene.cut(30)
        zombie = scene.crew.start(sabotage=way, crash="ingest: begun:3:STOP")
        await scene.go_on(4)
        await until(lambda: zombie.stopped, 20, zombie.words)
        scene.crew.start(sabotage=way)
        await scene.go_on(4)
        assert await scene.watermark_follows(30), scene.words()
        zombie.send(signal.SIGCONT)
        await until(lambda: bool(scene.witness.complaints), 20, lambda: "no position went back")
        noticed(way, figures, scene.witness.complaints, "went back from (epoch, offset)")


async def test_events_that_count_every_time_are_kept_twice(stage, figures):
    way = "events_count_every_time"
    async with stage(scenario(100, 94)) as scene:
        await scene.ask("ALTER TABLE event DROP CONSTRAINT event_pkey")
        noticed(way, figures, await _played(scene, way), "is kept 2 times")


@pytest.mark.parametrize(
    "way",
    [
        "every_probe_proves_every_partition",
        "absence_is_concluded_from_the_wall_clock",
        "the_clock_is_read_after_the_ends",
    ],
)
async def test_a_watermark_that_does_not_wait_for_ingest(stage, figures, way):
    async with stage(scenario(100, 95)) as scene:
        scene.cut(20)
        ingest = scene.crew.start(roles="ingest", sabotage=way)
        scene.crew.start(roles="clock,relay", sabotage=way)
        await scene.go_on(6)
        assert await scene.watermark_follows(20), scene.words()
        for _ in range(5):
            ingest.send(signal.SIGSTOP)
            await scene.go_on()
            await asyncio.sleep(0.5)
            ingest.send(signal.SIGCONT)
            await scene.watermark_follows(1)
            await asyncio.sleep(0.3)
        await scene.play()
        await scene.rest()
        noticed(way, figures, await scene.complaints(), "never true")


async def test_the_fastest_partition_decides(stage, figures):
    way = "the_fastest_partition_decides"
    async with stage(scenario(120, 96), partitions=3) as scene:
        scene.cut(20)
        workers = [scene.crew.start(sabotage=way), scene.crew.start(sabotage=way)]
        await scene.go_on(5)
        assert await scene.watermark_follows(20), scene.words()
        async with holder(scene) as assignment:
            await shared_out(assignment, workers)
            before = scene.clock.now
            for _ in range(5):
                await scene.go_on()
                await asyncio.sleep(0.3)
            noticed(way, figures, [str(each) for each in await rash(scene, before)], "breach")


async def test_a_watermark_that_may_go_back(stage, figures):
    way = "w_may_go_back"
    async with stage(scenario(80, 97)) as scene:
        scene.cut(20)
        zombie = scene.crew.start(roles="clock", sabotage=way, crash="clock: probed:8:STOP")
        scene.crew.start(roles="ingest,relay")
        for _ in range(5):
            await scene.go_on()
            await asyncio.sleep(0.2)
        await until(lambda: zombie.stopped, 20, zombie.words)
        scene.crew.start(roles="clock", sabotage=way)
        await scene.go_on(5)
        assert await scene.watermark_follows(20), scene.words()
        zombie.send(signal.SIGCONT)
        await until(lambda: bool(scene.witness.complaints), 20, lambda: "W did not go back")
        noticed(way, figures, scene.witness.complaints, "W went back")


async def test_a_topic_made_anew_is_not_doubted(stage, figures):
    way = "an_end_before_the_position_is_no_doubt"
    async with stage(scenario(60, 98), partitions=PARTS) as scene:
        scene.cut(10)
        first = scene.crew.start()
        await scene.go_on(5)
        await scene.rest()
        await first.kill()
        before = scene.witness.watermark
        await made_anew(scene)
        scene.crew.start(sabotage=way)
        scene.clock.advance(before + HOUR)
        await until(lambda: scene.witness.watermark > before, 20, lambda: "W stood all the same")
        noticed(way, figures, ["W moved over a log that nobody has read"], "W moved")


@pytest.mark.parametrize("way", ["unreadable_records_are_passed_over", "nothing_is_in_doubt"])
async def test_records_that_cannot_be_read_are_passed_over(stage, figures, way):
    async with stage(Scenario((), START, START + 4 * HOUR, 0)) as scene:
        scene.crew.start(sabotage=way)
        ticket = f"V-{Reason.NOT_JSON}"
        await scene.say(fact(ticket, 0, "opened", START, priority="low"), when=START)
        key, value, headers = bad_record(Reason.NOT_JSON, START)
        await scene.publisher.record(key, value, START, headers)
        await scene.wait(START + 2 * HOUR)
        await scene.rest()
        told = truth.newest((await scene.evidence()).statements).values()
        noticed(way, figures, [f"{each.name} of {each.ticket}" for each in told], f"breach of {ticket}")


async def test_the_newest_is_sent_first(stage, figures):
    way = "the_newest_is_sent_first"
    async with stage(scenario(120, 99)) as scene:
        scene.cut(10)
        scene.crew.start(roles="ingest,clock")
        await scene.play()
        assert await scene.watermark_follows(30), scene.words()
        scene.crew.start(roles="relay", sabotage=way)
        await scene.rest()
        noticed(way, figures, await scene.complaints(), "comes after rev")


@pytest.mark.parametrize(
    ("way", "step", "words"),
    [
        ("a_repeat_has_other_bytes", "relay: sent", "is repeated with other bytes"),
        ("what_is_sent_is_forgotten_first", "relay: taken", "expected, but not said"),
    ],
)
async def test_a_relay_that_dies(stage, figures, way, step, words):
    async with stage(scenario(100, 100)) as scene:
        scene.cut(12)
        scene.crew.start(roles="ingest,clock")
        relay = scene.crew.start(roles="relay", sabotage=way, crash=f"{step}:3:KILL")
        while relay.alive:
            await scene.go_on()
            await scene.watermark_follows(1)
        scene.crew.start(roles="relay", sabotage=way)
        await scene.play()
        await scene.rest()
        noticed(way, figures, await scene.complaints(), words)


async def test_a_relay_that_wakes_up_and_goes_on(stage, figures):
    way = "a_relay_that_wakes_up_goes_on"
    async with stage(
        Scenario((), START, START + 4 * HOUR, 0), relay_ack_seconds=1, database_idle_seconds=1.5
    ) as scene:
        scene.crew.start(roles="ingest,clock")
        await scene.say(fact("V", 0, "opened", START, priority="low"), when=START)
        await scene.wait(START + 2 * HOUR)
        zombie = scene.crew.start(roles="relay", sabotage=way, crash="relay: taken:1:STOP")
        await until(lambda: zombie.stopped, 20, zombie.words)
        scene.crew.start(roles="relay")
        await sent_by_the_heir(scene)
        await scene.say(fact("V", 1, "assigned", START + HOUR, to="ann"), when=START + 3 * HOUR)
        await scene.rest()
        zombie.send(signal.SIGCONT)
        await until(lambda: zombie.step != "relay: taken", 20, zombie.words)
        await zombie.leave()
        noticed(way, figures, list(truth.stale((await scene.evidence()).breaches)), "ends with rev 1")


def test_nothing_was_left_out(request):
    """Runs last; means something only after the others."""
    if len(NOTICED) > 1:
        assert set(WAYS) == NOTICED

"""Done, and nobody was told: connections to Postgres and Kafka that break before the answer comes."""

from __future__ import annotations

import re

import pytest

from tests.faults.crew import until
from tests.faults.scenario import scenario
from tests.faults.thieves import CommitThief, ReplyThief

pytestmark = [pytest.mark.line, pytest.mark.timeout(150)]


def _through(dsn: str, port: int) -> str:
    return re.sub(r":\d+/", f":{port}/", dsn)


def _port_of(dsn: str) -> int:
    found = re.search(r":(\d+)/", dsn)
    assert found is not None
    return int(found[1])


async def _with_cut_commits(
    stage, database, figures, *, tickets: int, portions: int, share: float, seed: int
) -> None:
    async with CommitThief(_port_of(database), share=share, seed=seed) as thief:
        through = _through(database, thief.port)
        async with stage(scenario(tickets, seed), service_dsn=through) as scene:
            scene.cut(portions)
            scene.crew.start()
            scene.crew.start()
            await scene.go_on()
            assert await scene.watermark_follows(30), scene.words()
            thief.steal = True
            await scene.play()
            thief.steal = False
            await scene.rest()
            await scene.verify()
            assert all(worker.alive for worker in scene.crew.all), scene.words()
            for who in ("ingest", "clock", "relay"):
                assert thief.cut[who, "done"], thief.cut
            told = ", ".join(f"{who} {what} {count}" for (who, what), count in sorted(thief.cut.items()))
            figures.append(f"cut in COMMIT: {told}")


async def test_connections_cut_in_commit(stage, database, figures):
    await _with_cut_commits(stage, database, figures, tickets=150, portions=25, share=0.08, seed=41)


@pytest.mark.chaos
@pytest.mark.parametrize("seed", [42, 43])
async def test_many_connections_cut_in_commit(stage, database, figures, seed):
    await _with_cut_commits(stage, database, figures, tickets=800, portions=150, share=0.15, seed=seed)


async def test_replies_of_the_broker_lost(stage, real_kafka, figures):
    """The broker has it and cannot say so: the relay may say things twice then, and nothing else."""
    async with (
        ReplyThief(real_kafka.behind, real_kafka.before, share=0.3, seed=44) as thief,
        stage(scenario(150, 44), relay_ack_seconds=1, kafka_request_ms=1_500) as scene,
    ):
        scene.cut(20)
        scene.crew.start(roles="ingest,clock")
        relay = scene.crew.start(roles="relay", kafka_bootstrap=thief.address)
        await scene.go_on()
        thief.steal = True
        for _ in range(12):
            await scene.go_on()
            await scene.watermark_follows(0.5)
        broken = thief.cut
        thief.silent, thief.share = True, 1.0
        await scene.go_on(2)
        await until(
            lambda: thief.cut >= broken + 3, 30, lambda: f"only {thief.cut - broken} replies were kept"
        )
        thief.steal = False
        assert broken, "no connection was broken"
        await scene.play()
        await scene.rest()
        evidence = await scene.verify()
        assert relay.alive
        assert evidence.repeats, "no reply was missed"
        figures.append(f"{thief.cut} replies of the broker lost: {evidence.repeats} records said again")


async def test_the_relay_between_two_worlds(stage, real_kafka, figures):
    """Connections to the broker that stand open and carry nothing for a while."""
    async with (
        ReplyThief(real_kafka.behind, real_kafka.before, share=0, seed=45) as thief,
        stage(scenario(100, 45), relay_ack_seconds=1, kafka_request_ms=1_500) as scene,
    ):
        scene.cut(12)
        scene.crew.start(roles="ingest,clock")
        scene.crew.start(roles="relay", kafka_bootstrap=thief.address)
        await scene.go_on(3)
        await scene.watermark_follows(10)
        thief.blackhole()
        await scene.go_on(3)
        assert await scene.watermark_follows(20), scene.words()
        waiting = (await scene.ask("SELECT count(*) FROM outbox"))[0][0]
        assert waiting, "what the broker has not acknowledged was forgotten"
        thief.forward()
        thief.reset()
        await scene.play()
        await scene.rest()
        evidence = await scene.verify()
        figures.append(f"a black hole before the broker: {evidence.repeats} records said again")

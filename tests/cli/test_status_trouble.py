import asyncio
from datetime import datetime

import pytest
from sqlalchemy import text

from service.sla.instants import HOUR, MINUTE, SECOND, instant_of
from service.store import outbox, progress
from tests.apply.staging import AREAS, SOURCES, TOPIC, garbage, record, source_record, staged
from tests.cli.calling import call
from tests.cli.night import NOW, bad, environment, evening, happens, look, sent


@pytest.fixture
def stored(database, tmp_path):
    settings = environment(database, tmp_path)
    happens(database, evening, sent)
    return settings


def test_why_it_stands_and_since_when(stored, database):
    async def frozen(stage):
        await stage.report(source_record("outage", 1, "dispatch"))  # without a reason
        await stage.prove(2)

    happens(database, frozen)
    status, found = look(stored)

    assert status == 2
    assert found["watermark"]["frozen"] == "shared_parked sources.events.v1:0:0"
    assert found["watermark"]["stands_since"] == "2024-03-01T11:00:00.000000Z"
    stands = next(each for each in found["checks"] if each["check"] == "watermark")
    assert "stands still since 2024-03-01 Fri 19:00:00 +08:00" in stands["told"]
    assert "parked show" in stands["do"]
    first = call("status", "--at", NOW, **stored).stdout.splitlines()[0]
    assert first.startswith("CRITICAL: watermark, parked; ")


def test_records_parked_and_tickets_in_doubt(stored, database):
    async def spoiled(stage):
        stage.end = 7
        await stage.send(garbage("T-2", 1.9))
        await stage.prove(2)

    happens(database, spoiled)
    status, found = look(stored)

    assert (status, found["parked"], found["tickets_in_doubt"]) == (1, {"not_json": 1}, 1)
    assert {"parked", "in doubt"} <= set(bad(found))


def test_what_is_due_and_not_judged(stored, database):
    """T-2 was due at half past eleven; W has passed it, and nobody has judged."""

    async def lazy(stage):
        stage.end = 7
        await stage.prove(3)

    happens(database, lazy)
    found = look(stored, at="2024-03-01T12:00:00Z")[1]

    assert found["tickets_due"] >= 1
    assert bad(found)["judging"] == "critical"


@pytest.mark.parametrize(
    ("late", "level"), [(MINUTE, None), (MINUTE + 1, "warning"), (10 * MINUTE + 1, "critical")]
)
def test_an_outbox_that_nobody_empties(stored, database, late, level):
    now = instant_of(datetime.fromisoformat(NOW))

    async def left(stage):
        async with stage.db.transaction() as tx:
            row = outbox.Message(bucket=0, topic="t", key=b"k", value=b"v", headers=(), created_at=now - late)
            await outbox.add(tx, [row])

    happens(database, left)
    found = look(stored)[1]

    assert found["outbox"]["records"] == 1
    assert bad(found).get("outbox") == level


def test_an_override_is_told_with_name_and_reason(stored, database):
    async def vouched(stage):
        stage.clock.now += 3 * HOUR
        await stage.door.override(stage.clock.now, by="anna", reason="counted by hand")

    happens(database, vouched)
    found = look(stored)[1]

    assert bad(found)["override"] == "warning"
    told = next(each["told"] for each in found["checks"] if each["check"] == "override")
    assert "by anna" in told
    assert told.endswith("counted by hand")


def test_a_source_that_is_silent_and_one_with_an_outage(stored, database):
    """Dispatch is complete for a quarter of an hour beyond its last word, and held up for another one."""

    async def silent(stage):
        await stage.prove(2.6)

    happens(database, silent)
    assert "source dispatch" in bad(look(stored, at="2024-03-01T11:36:00Z")[1])

    async def out(stage):
        await stage.report(source_record("outage", 2.6, "dispatch", reason="a power cut", from_=2.5))
        await stage.prove(2.7)

    happens(database, out)
    found = look(stored, at="2024-03-01T11:42:00Z")[1]
    told = next(each["told"] for each in found["checks"] if each["check"] == "source dispatch")
    assert "an outage lasts since 2024-03-01 Fri 19:30:00 +08:00" in told


def test_a_policy_that_cannot_be_read_and_a_ticket_that_could_not_be_judged(database):
    async def play():
        async with staged(database) as stage:  # its policy is `{}`
            await stage.send(record("T-1", "opened", 1))
            await stage.prove(2)
            async with stage.db.transaction() as tx:
                await tx.run(text("UPDATE ticket SET unjudged = 'ZeroDivisionError'"))

    asyncio.run(play())
    result = call("status", "--at", NOW, SLACLOCK_DATABASE_URL=database)

    assert result.exit_code == 2
    assert "policy of harbour   cannot be read: " in result.stdout
    assert "1 ticket could not be judged, so T-1 of harbour: ZeroDivisionError" in result.stdout
    assert "Fri 11:00:00 +00:00" in result.stdout


def test_a_partition_that_is_behind_is_named(stored, database):
    async def second(stage):
        async with stage.db.transaction() as tx:
            await progress.own(tx, TOPIC, [1])
        await stage.prove(2)

    async def stuck(stage):
        later = stage.clock.now + 20 * SECOND
        async with stage.db.transaction() as tx:
            for topic in (TOPIC, AREAS, SOURCES):
                await progress.prove(tx, topic, {0: 0}, later)
            await progress.settle_watermark(tx, {TOPIC: {0, 1}}, t0=later)

    happens(database, second, stuck)
    _, found = look(stored, at="2024-03-01T11:00:21Z")

    told = next(each["told"] for each in found["checks"] if each["check"] == "partitions")
    assert told == f"1 of 4 behind: {TOPIC}:1 by 20s"

import asyncio
import json
from datetime import datetime

import pytest
from sqlalchemy import text

from service.sla.instants import HOUR, MINUTE, SECOND, instant_of
from service.store import outbox, progress
from tests.apply.staging import AREAS, SOURCES, TOPIC, garbage, record, source_record, staged
from tests.cli.calling import call, called
from tests.cli.night import NOW, environment, evening, happens


@pytest.fixture
def stored(database, tmp_path):
    settings = environment(database, tmp_path)
    happens(database, evening, _sent)
    return settings


async def _sent(stage):
    """The relay has sent everything; dispatch was heard a moment ago."""
    rows = await stage.outgoing()
    async with stage.db.transaction() as tx:
        await outbox.delete(tx, [row.id for row in rows])
    await stage.send(record("T-9", "noted", 1.99, source="dispatch", id_="d"))
    await stage.prove(2)


def look(stored, *args, at=NOW):
    result = call("status", *args, "--at", at, "--json", **stored)
    assert result.stderr == ""
    return result.exit_code, json.loads(result.stdout)


def bad(found):
    return {each["check"]: each["level"] for each in found["checks"] if each["level"] != "ok"}


def test_all_is_well(stored):
    status, found = look(stored)

    assert (status, found["level"], bad(found)) == (0, "ok", {})
    assert found["watermark"] == {
        "watermark": "2024-03-01T11:00:00.000000Z",
        "proved": "2024-03-01T11:00:00.000000Z",
        "override": None,
        "frozen": "",
        "stands_since": None,
        "age_us": 0,
    }
    assert {each["target"]: (each["open"], each["broken"]) for each in found["targets"]} == {
        "answer": (4, 0),
        "repair": (1, 1),
        "visit": (1, 0),
    }


def test_one_screen_in_local_time(stored):
    told = call("status", "--at", NOW, **stored).stdout.splitlines()

    assert told[0] == "OK; 6 promises open, 1 broken; 2024-03-01 Fri 19:00:00 +08:00"
    assert len(told) < 25
    assert "proved to 2024-03-01 Fri 19:00:00 +08:00, in 0s; moving" in "\n".join(told)
    assert "proved to 2024-03-01 Fri 11:00:00 +00:00" in call("status", "--utc", "--at", NOW, **stored).stdout


@pytest.mark.parametrize(
    ("at", "status", "level"),
    [
        ("2024-03-01T11:00:10Z", 0, None),
        ("2024-03-01T11:00:11Z", 1, "warning"),
        ("2024-03-01T11:01:00Z", 1, "warning"),
        ("2024-03-01T11:01:01Z", 2, "critical"),
    ],
)
def test_a_watermark_that_grows_old(stored, at, status, level):
    """Late after `BEHIND_SECONDS`; when nobody has looked for `FREEZE_NOTICE_SECONDS`, nobody proves anything."""
    assert look(stored, at=at)[0] == status
    assert bad(look(stored, at=at)[1]).get("watermark") == level


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


@pytest.mark.parametrize(
    ("at", "level"),
    [
        ("2024-11-16T16:00:00Z", "warning"),  # 45 days before the end of 31 December in Shanghai
        ("2024-11-16T15:59:59Z", None),
        ("2024-12-31T16:00:00Z", "critical"),
    ],
)
def test_a_calendar_that_ends(stored, at, level):
    assert bad(look(stored, at=at)[1]).get("calendars") == level


def test_without_a_policy(database):
    result = call("status", "--at", NOW, SLACLOCK_DATABASE_URL=database)

    assert result.exit_code == 2  # nobody has ever proved anything
    assert "none is registered" in result.stdout


@pytest.mark.parametrize(
    ("args", "settings"),
    [
        (("--bogus",), {}),
        (("--at", "noon"), {}),
        ((), {"SLACLOCK_TENNANT": "x"}),
        ((), {"SLACLOCK_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x"}),
    ],
)
def test_whatever_keeps_it_from_looking_is_unknown(args, settings):
    """2 would say that the service is in a critical state."""
    result = call("status", *args, **settings)

    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr != ""


def test_an_old_schema_is_unknown_too(empty_database):
    result = call("status", SLACLOCK_DATABASE_URL=empty_database)

    assert result.exit_code == 3
    assert "slaclock migrate" in result.stderr


def test_more_targets_than_fit_on_a_screen(database, tmp_path):
    many = "".join(f"  target-{n:02}: {{stop: resolved, budget: {n + 1}h}}\n" for n in range(15))
    policy = f'policy: p\nversion: "1"\neffective_from: 2000-01-01T00:00:00Z\ntenant: harbour\nzone: UTC\ntargets:\n{many}'
    (tmp_path / "policy.yaml").write_text(policy, encoding="utf-8")
    settings = {"SLACLOCK_DATABASE_URL": database, "SLACLOCK_TENANT": "harbour"}
    called("policy", "register", tmp_path / "policy.yaml", **settings)

    async def one(stage):
        await stage.send(record("T-1", "opened", 1.9))
        await stage.prove(2)

    happens(database, one)
    told = call("status", "--at", NOW, **settings).stdout.splitlines()

    assert told[-1] == "and 3 more targets: `slaclock top --limit 15`"
    assert sum("target-" in line for line in told) == 12
    assert "target-00" in next(line for line in told if "target-" in line)
    assert call("top", "--limit", "15", "--at", NOW, **settings).stdout.count("target-") == 15


def test_several_tenants_are_told_apart_and_each_in_its_zone(stored, database, tmp_path):
    policy = """
policy: other
version: "1"
effective_from: 2000-01-01T00:00:00Z
tenant: boston
zone: America/New_York
targets: {repair: {stop: resolved, budget: 1h}}
"""
    (tmp_path / "other.yaml").write_text(policy, encoding="utf-8")
    called("policy", "register", tmp_path / "other.yaml", **stored)

    async def there(stage):
        stage.end = 7
        await stage.send(record("B-1", "opened", 1.9, tenant="boston"))
        await stage.prove(2)

    happens(database, there)
    told = call("near", "--at", NOW, **stored).stdout

    assert "boston    2024-03-01 Fri 06:54:00 -05:00   in 54m   B-1" in told
    assert "harbour   2024-03-01 Fri 19:30:00 +08:00   in 30m   T-2" in told
    assert "B-1" not in call("near", "--tenant", "harbour", "--at", NOW, **stored).stdout


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

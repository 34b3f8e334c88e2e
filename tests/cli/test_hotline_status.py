import asyncio

import pytest

from service.store import Database
from tests.app.hotline_scene import FACTS, keep
from tests.apply.hotline_staging import Line, answering, offered
from tests.apply.hotline_staging import fact as said
from tests.apply.staging import TENANT
from tests.cli.calling import asked, call, called

NOW = ("--at", "2026-03-02T12:00:00Z")


@pytest.fixture
def stored(database):
    """The hour of `hotline_scene`."""

    async def happen() -> None:
        db = Database.open(database, pool_size=1)
        await keep(db, *FACTS)
        await db.close()

    asyncio.run(happen())
    return {"SLACLOCK_DATABASE_URL": database, "SLACLOCK_HOTLINE_QUEUES": "faults"}


def test_how_each_queue_stands(stored):
    lines = called("hotline", "status", *NOW, "--zone", "Asia/Shanghai", **stored).splitlines()

    assert lines[0] == "as of       2026-03-02 Mon 20:00:00 +08:00"
    assert lines[1] == "last fact   2026-03-02 Mon 20:00:00 +08:00, 0s ago"
    assert lines[2] == (
        "level       strict: within 20s, of the last 30m; 3 rings are taken for 15s, an assumption"
    )
    (faults,) = [line.split() for line in lines if line.startswith("faults")]
    assert faults == ["faults", "1", "2", "NOT", "COVERED", "6", "2", "16.7%", "20.0s", "25.0%", "25.0%"]
    assert lines[-1] == (
        "gap planned in faults: 1 of 2 from 2026-03-02 Mon 20:30:00 +08:00 to 2026-03-02 Mon 21:00:00 +08:00"
    )


def test_the_same_as_json(stored):
    found = asked("hotline", "status", *NOW, **stored)
    faults, other = found["queues"]

    assert (found["mode"], found["pickup_assumed"], found["source_silent"]) == ("strict", True, False)
    assert (faults["on_duty"], faults["required"], faults["coverage"]) == (1, 2, "uncovered")
    assert faults["level"] == {"part": 1, "whole": 6}
    assert faults["gaps"] == [
        {
            "from": "2026-03-02T12:30:00.000000Z",
            "to": "2026-03-02T13:00:00.000000Z",
            "required": 2,
            "planned": 1,
        }
    ]
    assert (other["queue"], other["counts"]["answered"]) == ("other", 1)


def test_a_hotline_that_was_never_heard_of_is_unknown(database):
    shown = called("hotline", "status", SLACLOCK_DATABASE_URL=database)

    assert "last fact   never; a source of facts about agents is silent" in shown
    assert "0+?" in shown
    assert "unknown" in shown
    assert "no roster is known" in shown


def test_an_unknown_zone_is_refused(stored):
    result = call("hotline", "status", "--zone", "Shanghai", **stored)

    assert result.exit_code == 2
    assert "there is no time zone `Shanghai`" in result.stderr


def test_why_a_promise_about_a_call_is_as_it_is(database):
    async def happen() -> None:
        async with answering(database) as stage:
            await Line(stage).tell(offered(), said("call.abandoned", 0.1))
            await stage.prove(1)
            await stage.settle()

    asyncio.run(happen())
    shown = called("explain", "call:c1", SLACLOCK_DATABASE_URL=database, SLACLOCK_TENANT=TENANT)

    assert "missed_call.callback" in shown
    assert "2024-03-01 Fri 17:36:00 +08:00" in shown  # nine and 6 minutes and half an hour

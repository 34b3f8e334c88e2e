import asyncio

import pytest

from tests.apply.staging import record, staged
from tests.cli.calling import asked, call, called
from tests.cli.night import environment, evening, happens


@pytest.fixture
def stored(database):
    """A ticket opened at nine on 1 March 2024; W stands at a quarter past."""

    async def happen() -> None:
        async with staged(database) as stage:
            await stage.send(record("A", "opened", 0))
            await stage.prove(0.25)

    asyncio.run(happen())
    return {"SLACLOCK_DATABASE_URL": database}


def test_where_it_stands(stored):
    at = ("--at", "2024-03-01T09:18:00Z")
    told = "proved to 2024-03-01 Fri 09:15:00 +00:00, 3m ago; moving\n"
    assert called("watermark", "show", *at, **stored) == told
    assert asked("watermark", "show", **stored) == {
        "watermark": "2024-03-01T09:15:00.000000Z",
        "proved": "2024-03-01T09:15:00.000000Z",
        "override": None,
        "frozen": "",
        "overrides": [],
    }


def test_it_is_moved_on_and_that_is_ended_and_both_are_kept(stored):
    args = ("--by", "anna", "--reason", "counted")
    moved = asked("watermark", "override", "--to", "2024-03-01T12:00:00Z", *args, **stored)
    assert (moved["watermark"], moved["proved"]) == (
        "2024-03-01T12:00:00.000000Z",
        "2024-03-01T09:15:00.000000Z",
    )
    assert "taken to be at 2024-03-01 Fri 12:00:00" in called("watermark", "show", **stored)
    ended = asked("watermark", "override", "--end", "--reason", "miscounted", **stored)
    assert (ended["watermark"], ended["override"]) == ("2024-03-01T09:15:00.000000Z", None)

    [one] = asked("watermark", "show", **stored)["overrides"]
    assert (one["to"], one["by"], one["reason"], one["ended_why"]) == (
        "2024-03-01T12:00:00.000000Z",
        "anna",
        "counted",
        "miscounted",
    )


@pytest.mark.parametrize(
    ("args", "status", "told"),
    [
        (("--reason", "x"), 2, "either --to TIME or --end"),
        (("--to", "2024-03-01T12:00:00Z", "--end", "--reason", "x"), 2, "either --to TIME or --end"),
        (("--to", "2024-03-01T12:00:00Z"), 2, "--reason"),
        (("--to", "2024-03-01T12:00:00", "--reason", "x"), 2, "has no offset from UTC"),
        (("--to", "2024-03-01T09:00:00Z", "--reason", "x"), 1, "the watermark is there already"),
        (("--to", "2190-01-01T00:00:00Z", "--reason", "x"), 1, "it lies in the future"),
        (("--end", "--reason", "x"), 1, "no override is in force"),
    ],
)
def test_what_is_refused(stored, args, status, told):
    result = call("watermark", "override", *args, **stored)

    assert result.exit_code == status
    assert told in result.stderr


def test_in_the_zone_of_the_policy(database, tmp_path):
    settings = environment(database, tmp_path)
    happens(database, evening)
    at = ("--at", "2024-03-01T11:00:04Z")

    told = called("watermark", "show", *at, **settings)
    assert told == "proved to 2024-03-01 Fri 19:00:00 +08:00, 4s ago; moving\n"
    assert "Fri 11:00:00 +00:00, 4s ago" in called("watermark", "show", "--utc", *at, **settings)
    moved = called("watermark", "override", "--to", "2024-03-01T12:00:00Z", "--reason", "counted", **settings)
    assert "taken to be at 2024-03-01 Fri 20:00:00 +08:00, " in moved
    assert "override to 2024-03-01 Fri 20:00:00 +08:00 by " in called("watermark", "show", *at, **settings)

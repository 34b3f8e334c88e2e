import pytest

from tests.apply.staging import record
from tests.cli.calling import asked, call, called
from tests.cli.night import NOW, environment, evening, happens


@pytest.fixture
def stored(database, tmp_path):
    settings = environment(database, tmp_path)
    happens(database, evening)
    return settings


def test_what_is_broken_and_not_ended(stored):
    """Due at ten, which was six in the evening there; nobody has resolved it since."""
    heads, _, line = called("breaches", "--open", "--at", NOW, **stored).splitlines()

    assert heads.split() == ["due", "ticket", "target", "promise", "heard", "remarks"]
    assert line.split()[:7] == ["2024-03-01", "Fri", "18:00:00", "+08:00", "1h", "ago", "报修-1"]
    assert line.split()[7:9] == ["repair", "breached"]


def test_all_of_the_last_day_and_what_became_of_them(stored):
    """T-4 was opened at eight and resolved at ten, an hour late."""
    found = asked("breaches", "--at", NOW, **stored)

    assert [(each["ticket"], each["target"], each["promise"], each["due"]) for each in found] == [
        ("T-4", "repair", "late", "2024-03-01T09:00:00.000000Z"),
        ("报修-1", "repair", "breached", "2024-03-01T10:00:00.000000Z"),
    ]
    assert (found[1]["clause"], found[1]["rev"], found[1]["due_remaining_us"]) == (
        "第四条",
        1,
        -3_600_000_000,
    )


def test_only_the_last_hours(stored):
    assert [each["ticket"] for each in asked("breaches", "--since", "90m", "--at", NOW, **stored)] == [
        "报修-1"
    ]
    assert called("breaches", "--open", "--since", "30m", "--at", NOW, **stored) == "no breach is open\n"
    assert asked("breaches", "--open", "--at", "2024-06-01T00:00:00Z", **stored) != []
    assert called("breaches", "--at", "2024-06-01T00:00:00Z", **stored) == "no breach is in force\n"


def test_one_that_was_withdrawn_is_not_there(stored, database):
    """A record that was late says that it had been resolved in time."""

    async def late(stage):
        stage.end = 6
        await stage.send(record("报修-1", "resolved", 0.5, recorded=2.1))
        await stage.prove(2.2)

    happens(database, late)

    assert asked("breaches", "--open", "--at", NOW, **stored) == []
    assert [each["ticket"] for each in asked("breaches", "--at", NOW, **stored)] == ["T-4"]


def test_of_several_rounds_only_the_open_one_is_open(stored, database):
    """Resolved late at six minutes past eleven, opened again at noon, and not resolved by one."""

    async def again(stage):
        stage.end = 6
        await stage.send(record("报修-1", "resolved", 2.1), record("报修-1", "reopened", 3))
        await stage.prove(5)
        await stage.settle()

    happens(database, again)
    at = ("--target", "repair", "--at", "2024-03-01T14:00:00Z")
    open_, all_ = (
        [(each["due"][11:16], each["promise"]) for each in found if each["ticket"] == "报修-1"]
        for found in (asked("breaches", "--open", *at, **stored), asked("breaches", *at, **stored))
    )

    assert open_ == [("13:00", "breached")]
    assert all_ == [("10:00", "late"), ("13:00", "breached")]


@pytest.mark.parametrize("args", [("--since", "x"), ("--limit", "0"), ("all",)])
def test_wrong_usage(args):
    assert call("breaches", *args).exit_code == 2

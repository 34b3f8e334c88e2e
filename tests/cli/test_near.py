import pytest
from rich.cells import cell_len

from tests.apply.staging import garbage
from tests.cli.calling import HOUR, asked, call, called
from tests.cli.night import NOW, environment, evening, happens


@pytest.fixture
def stored(database, tmp_path):
    settings = environment(database, tmp_path)
    happens(database, evening)
    return settings


def test_what_is_due_within_the_hour_comes_first_in_local_time(stored):
    assert called("near", "--at", NOW, **stored).splitlines()[2:] == [
        "2024-03-01 Fri 19:30:00 +08:00   in 30m   T-2      repair"
    ]


def test_further_ahead_with_remaining_time(stored):
    """Eight office hours: from five on Friday until five on Monday; from half past six, all of Monday."""
    found = asked("near", "--within", "96h", "--at", NOW, **stored)

    assert [(each["ticket"], each["target"], each["due_local"]) for each in found] == [
        ("T-2", "repair", "2024-03-01T19:30:00+08:00"),
        ("报修-1", "visit", "2024-03-01T20:00:00+08:00"),
        ("T-4", "answer", "2024-03-04T16:00:00+08:00"),
        ("T-3", "answer", "2024-03-04T17:00:00+08:00"),
        ("报修-1", "answer", "2024-03-04T17:00:00+08:00"),
        ("T-2", "answer", "2024-03-04T18:00:00+08:00"),
    ]
    assert found[0]["due"] == "2024-03-01T11:30:00.000000Z"
    assert found[0]["due_remaining_us"] == HOUR // 2


def test_wide_characters_line_up(stored):
    lines = called("near", "--within", "96h", "--at", NOW, **stored).splitlines()
    column = next(line for line in lines if "报修-1" in line).index("visit")
    wide = next(line for line in lines if "报修-1" in line)
    narrow = next(line for line in lines if "T-2" in line)

    assert cell_len(wide[:column]) == narrow.index("repair")


def test_past_its_due_and_not_decided_yet(stored):
    """At noon by the clock, while W stands at eleven: nobody can say yet that T-2 is broken."""
    (line,) = called("near", "--within", "5m", "--at", "2024-03-01T11:40:00Z", **stored).splitlines()[2:]

    assert line.split() == [
        "2024-03-01",
        "Fri",
        "19:30:00",
        "+08:00",
        "10m",
        "ago",
        "T-2",
        "repair",
        "past",
        "due,",
        "not",
        "decided",
    ]


def test_only_of_one_target_and_tenant(stored):
    found = asked("near", "--within", "96h", "--target", "visit", "--at", NOW, **stored)
    assert [each["ticket"] for each in found] == ["报修-1"]
    assert asked("near", "--target", "visi", "--within", "96h", "--at", NOW, **stored) == []
    assert asked("near", "--tenant", "other", "--at", NOW, **stored) == []
    assert called("near", "--within", "10m", "--at", NOW, **stored) == "nothing is due within 10m\n"


def test_a_list_that_was_cut_says_so(stored):
    result = call("near", "--within", "96h", "--limit", "1", "--at", NOW, **stored)

    assert "T-2" in result.stdout
    assert "报修-1" not in result.stdout
    assert "--limit lists more" in result.stderr


def test_what_is_in_doubt_is_told(stored, database):
    happens(database, _spoiled)

    assert "in doubt" in called("near", "--at", NOW, **stored)


async def _spoiled(stage):
    stage.end = 6
    await stage.send(garbage("T-2", 1.9))
    await stage.prove(2)


@pytest.mark.parametrize("args", [("--within", "soon"), ("--limit", "0"), ("--at", "noon"), ("T-2",)])
def test_wrong_usage(args):
    assert call("near", *args).exit_code == 2

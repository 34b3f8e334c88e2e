import json

import pytest

from tests.cli.calling import asked, call, called
from tests.cli.night import NOW, environment, evening, happens


@pytest.fixture
def stored(database, tmp_path):
    settings = environment(database, tmp_path)
    happens(database, evening)
    return settings


def test_what_is_broken_comes_first(stored):
    found = asked("top", "--at", NOW, **stored)

    assert [(each["target"], each["broken"], each["near"], each["open"]) for each in found] == [
        ("repair", 1, 1, 1),
        ("answer", 0, 0, 4),
        ("visit", 0, 0, 1),
    ]
    assert found[0]["next_due_local"] == "2024-03-01T19:30:00+08:00"
    assert found[0]["longest_broken"] == "2024-03-01T10:00:00.000000Z"


def test_a_line_a_target_with_remaining_time(stored):
    heads, _, line, *_ = called("top", "--within", "30m", "--at", NOW, **stored).splitlines()

    assert heads.split()[:4] == ["target", "broken", "in", "30m"]
    told = "repair 1 0 1 2024-03-01 Fri 19:30:00 +08:00, in 30m 2024-03-01 Fri 18:00:00 +08:00, 1h ago"
    assert line.split() == told.split()


def test_watching_looks_again(stored):
    told = called("top", "--watch", "--every", "0.1", "--rounds", "2", "--limit", "1", "--at", NOW, **stored)

    assert told.count("repair") == 2
    assert "answer" not in told


def test_nothing_open(database):
    assert called("top", SLACLOCK_DATABASE_URL=database) == "nothing is open\n"
    assert json.loads(called("top", "--json", SLACLOCK_DATABASE_URL=database)) == []


@pytest.mark.parametrize("args", [("--every", "0"), ("--limit", "0"), ("--within", "x")])
def test_wrong_usage(args):
    assert call("top", *args).exit_code == 2

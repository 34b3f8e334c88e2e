"""`slaclock hotline staff`; the figures themselves are tested in tests/hotline/test_erlang.py."""

import pytest

from tests.cli.calling import asked, call, called

USUAL = ("hotline", "staff", "--calls", "100", "--handling", "3m")
S = 1_000_000


def test_the_usual_half_hour():
    """80/20 of 100 calls of three minutes: 14 agents, 88.84%, 7.8 s; with 30% away 20 on the roster."""
    lines = called(*USUAL, "--shrinkage", "30%").splitlines()

    assert lines[0] == "3m a call, calls in 30m; 80% answered within 20s, 30% away"
    assert [line.split() for line in lines[3:]] == [
        ["100", "10.00", "11", "16", "38.96%", "2m2.8s", "68.21%", "90.91%"],
        ["100", "10.00", "12", "18", "64.02%", "40.4s", "44.94%", "83.33%"],
        ["100", "10.00", "13", "19", "79.56%", "17.1s", "28.53%", "76.92%"],
        ["100", "10.00", "14", "20", "88.84%", "7.8s", "17.41%", "71.43%", "needed"],
        ["100", "10.00", "15", "22", "94.15%", "3.7s", "10.20%", "66.67%"],
        ["100", "10.00", "16", "23", "97.06%", "1.7s", "5.73%", "62.50%"],
    ]


def test_columns_line_up():
    lines = called(*USUAL).splitlines()[1:]

    assert {line.index("%") for line in lines[2:]} == {lines[0].index("in time") + len("in time") - 1}


def test_the_same_as_json():
    told = asked(*USUAL, "--shrinkage", "30%")
    (half_hour,) = told.pop("intervals")
    around = half_hour.pop("around")

    assert told == {
        "handling_us": 180 * S,
        "interval_us": 1800 * S,
        "target": {"level": 0.8, "within_us": 20 * S},
        "max_occupancy": 1.0,
        "shrinkage": 0.3,
        "at_least": 1,
    }
    assert half_hour == {
        "calls": 100.0,
        "erlangs": 10.0,
        "agents": 14,
        "scheduled": 20,
        "level": pytest.approx(0.8883500191794669),
        "waiting": pytest.approx(0.1741319335950498),
        "speed_us": 7_835_937,
        "occupancy": pytest.approx(10 / 14),
    }
    assert [(each["agents"], each["scheduled"]) for each in around] == [
        (11, 16),
        (12, 18),
        (13, 19),
        (14, 20),
        (15, 22),
        (16, 23),
    ]


def test_several_half_hours_have_a_line_each():
    """2.5 calls of 180 s are a quarter of an erlang; at night somebody has to be there all the same."""
    lines = called(*USUAL, "--calls", "2.5", "--calls", "0", "--calls", "1000").splitlines()

    assert [line.split()[:4] for line in lines[3:]] == [
        ["100", "10.00", "14", "14"],
        ["2.5", "0.25", "2", "2"],
        ["0", "0.00", "1", "1"],
        ["1,000", "100.00", "107", "107"],
    ]


def needed(*more):
    return asked(*USUAL, *more)["intervals"][0]["agents"]


@pytest.mark.parametrize(
    ("more", "agents"),
    [
        (["--target", "64/20"], 12),
        (["--target", "64%/20s"], 12),
        (["--target", "88.9/20"], 15),
        (["--target", "80/1m"], 13),
        (["--target", "0/0"], 11),
        (["--occupancy", "70%"], 15),
        (["--occupancy", "70"], 15),
        (["--at-least", "20"], 20),
        (["--interval", "1h"], 8),
    ],
)
def test_what_may_be_asked(more, agents):
    assert needed(*more) == agents


def test_a_queue_without_end_has_no_mean():
    """With an occupancy of 100% and 11 needed, 8 to 10 are too few."""
    lines = called(*USUAL, "--target", "0/0").splitlines()
    around = asked(*USUAL, "--target", "0/0")["intervals"][0]["around"]

    assert [line.split()[5:7] for line in lines[3:6]] == [["without", "end"]] * 3
    assert [each["speed_us"] for each in around][:3] == [None] * 3


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (
            ["--target", "100/20"],
            "the service level has to be below 100%: every call in time takes agents without end",
        ),
        (["--target", "80"], "`80` is no target: write 80/20 for 80% within 20 s, or 90/1m"),
        (["--target", "80/soon"], "`soon` is no limit for an answer: write seconds, or 1m"),
        (["--target", "x/20"], "`x` is no percentage: write 30%"),
        (["--shrinkage", "0.3"], "`0.3` may be a share or a percentage: write 30% or 0.3%"),
        (["--shrinkage", "100%"], "shrinkage has to be at least 0% and below 100%"),
        (["--occupancy", "0"], "the occupancy has to be above 0% and at most 100%"),
        (["--occupancy", "101"], "`101` is more than all of it: write 0% to 100%"),
        (["--calls", "-3"], "`-3` is no number of calls: write 100, or 12.5"),
        (["--calls", "1e9"], "`1e9` is no number of calls: write 100, or 12.5"),
        (
            ["--calls", "1000010"],
            "100,001 calls at the same time are more than 100,000: look at calls and handling time",
        ),
        (["--handling", "3"], "`3` is no length of time: write 3m, 180s or 4m30s"),
        (["--handling", "0s"], "`0s` is no length of time: write 3m, 180s or 4m30s"),
        (["--interval", "2 working_days"], "`2 working_days` is no length of time: write 3m, 180s or 4m30s"),
        (["--at-least", "-1"], "-1 is not in the range 0<=x<=100000."),
    ],
)
def test_wrong_usage(more, sentence):
    result = call(*USUAL, *more)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.endswith(f"{sentence}\n")


def test_calls_and_handling_time_have_to_be_given():
    assert "--calls" in call("hotline", "staff", "--handling", "3m").stderr
    assert "--handling" in call("hotline", "staff", "--calls", "100").stderr

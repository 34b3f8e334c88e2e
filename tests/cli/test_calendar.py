from itertools import pairwise

import pytest

from tests.cli.calling import BOSTON, POLICY, asked, call, called


@pytest.fixture
def policy(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY, encoding="utf-8")
    return path


def office(command, policy, *more):
    return asked("calendar", command, "--policy", policy, "--calendar", "office", *more)


def test_round_the_clock_needs_no_policy():
    told = asked("calendar", "due", "--start", "2026-03-06T16:00Z", "--budget", "26h")

    assert told == {
        "calendar": "24x7",
        "start": "2026-03-06T16:00:00.000000Z",
        "due": "2026-03-07T18:00:00.000000Z",
    }


def test_working_hours(policy):
    told = office("due", policy, "--start", "2026-03-06 16:00", "--budget", "8h")

    assert told["due"] == "2026-03-09T08:00:00.000000Z"


@pytest.mark.parametrize(
    ("boundary", "due"),
    [("close", "2026-03-06T10:00:00.000000Z"), ("next_open", "2026-03-09T01:00:00.000000Z")],
)
def test_both_boundaries(policy, boundary, due):
    told = office("due", policy, "--start", "2026-03-06 16:00", "--budget", "2h", "--boundary", boundary)

    assert told["due"] == due


def test_calendar_days_keep_the_wall_time_of_the_zone():
    """Over the change to summer time on 2026-03-08."""
    options = ["--start", "2026-03-01 09:00", "--budget", "10 calendar_days", "--zone", "America/New_York"]

    assert asked("calendar", "due", *options)["due"] == "2026-03-11T13:00:00.000000Z"


def test_due_and_worked_are_inverses(policy):
    span = ["--start", "2026-03-06 16:00", "--hold", "2026-03-09 10:00/2026-03-09 11:00"]
    due = office("due", policy, *span, "--budget", "8h")["due"]
    told = office("worked", policy, *span, "--end", due)

    assert told["counted_us"] == 8 * 3_600_000_000
    assert told["held_us"] == 3_600_000_000
    assert told["outside_us"] == (15 + 48 + 1) * 3_600_000_000


def test_stretches_add_up(policy):
    told = office("worked", policy, "--start", "2026-03-06 16:00", "--end", "2026-03-09 14:00", "--stretches")
    rows = told["stretches"]

    assert [(row["what"], row["length_us"] // 3_600_000_000) for row in rows] == [
        ("counted", 2),
        ("outside", 63),
        ("counted", 3),
        ("outside", 1),
        ("counted", 1),
    ]
    assert [earlier["to"] == later["from"] for earlier, later in pairwise(rows)] == [True] * 4
    assert rows[-1]["total_us"] == told["counted_us"] == 6 * 3_600_000_000


def test_one_instant_in_several_zones(policy):
    told = called(
        *("calendar", "due", "--policy", policy, "--calendar", "office", "--start", "2126-03-06 16:00"),
        *("--budget", "1h", "--zone", "Asia/Shanghai", "--zone", "America/New_York", "--stretches"),
    )

    assert (
        "2126-03-06 Wed 17:00:00 +08:00  Asia/Shanghai\n2126-03-06 Wed 04:00:00 -05:00  America/New_York\n"
        in told
    )
    assert "1:00:00   1:00:00   < due" in told


def test_worked_for_people(policy):
    options = [
        "--policy",
        BOSTON,
        "--calendar",
        "offices",
        "--start",
        "2016-02-26 16:00",
        "--end",
        "2016-03-03 12:00",
    ]

    assert called("calendar", "worked", *options) == "30:00:00  (30h), outside 110:00:00\n"


def test_days_are_totalled_in_days():
    options = ["--start", "2026-03-01T09:00Z", "--budget", "2 calendar_days", "--stretches"]
    told = asked("calendar", "due", *options, "--hold", "2026-03-02T08:00Z/2026-03-02T10:00Z")

    assert [(row["what"], row["total_days"]) for row in told["stretches"]] == [
        ("counted", 0),
        ("held", 0),
        ("counted", 2),
    ]
    assert told["due"] == "2026-03-04T09:00:00.000000Z"


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--calendar", "office"], "needs the policy file"),
        (["--policy", BOSTON, "--calendar", "office"], "it has 24x7, offices"),
        (["--zone", "Asia/Shangai"], "did you mean `Asia/Shanghai`?"),
        (["--budget", "8"], "has no unit"),
    ],
)
def test_wrong_usage_is_told_in_a_sentence(more, sentence):
    result = call("calendar", "due", "--start", "2026-03-06", "--budget", "1h", *more)

    assert (result.exit_code, result.stdout) == (2, "")
    assert sentence in " ".join(result.stderr.split())


def test_the_end_lies_after_the_start():
    result = call("calendar", "worked", "--start", "2026-03-06", "--end", "2026-03-05")

    assert (result.exit_code, result.stdout) == (2, "")

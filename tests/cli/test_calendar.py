from itertools import pairwise

import pytest

from tests.cli.calling import BOSTON, HOUR, OFFICE, POLICY, asked, call, called


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
        "due_local": "2026-03-07T18:00:00+00:00",
        "provisional": False,
        "known_until": None,
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

    assert told["counted_us"] == 8 * HOUR
    assert told["held_us"] == HOUR
    assert told["outside_us"] == (15 + 48 + 1) * HOUR


def test_stretches_add_up(policy):
    told = office("worked", policy, "--start", "2026-03-06 16:00", "--end", "2026-03-09 14:00", "--stretches")
    rows = told["stretches"]

    assert [(row["what"], row["length_us"] // HOUR) for row in rows] == [
        ("counted", 2),
        ("outside", 63),
        ("counted", 3),
        ("outside", 1),
        ("counted", 1),
    ]
    assert [earlier["to"] == later["from"] for earlier, later in pairwise(rows)] == [True] * 4
    assert rows[-1]["total_us"] == told["counted_us"] == 6 * HOUR


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
        (["--calendar", "office"], "needs the file that has it: add --policy or --calendar-file"),
        (["--policy", BOSTON, "--calendar", "office"], "they have 24x7, offices"),
        (["--zone", "Asia/Shangai"], "did you mean `Asia/Shanghai`?"),
        (["--budget", "8"], "has no unit"),
        (["--budget", "5 working_days"], "round the clock every day is a working day"),
        (["--day-end", "closing"], "--day-end: goes with working_days only"),
        (
            ["--budget", "5 calendar_days", "--boundary", "next_open"],
            "--boundary: goes with a budget of hours",
        ),
        (
            ["--backwards", "--gate", "2026-03-07"],
            "--gate: does not move an instant that is counted backwards",
        ),
        (["--backwards", "--boundary", "close"], "--boundary: backwards there is none"),
        (
            ["--backwards", "--budget", "2 calendar_days", "--stretches"],
            "--stretches: days are added up forwards",
        ),
        (["--hold", "2026-03-07/2026-03-06"], "--hold: ends before it begins"),
        (["--hold", "2026-03-07/2026-03-09", "--hold", "2026-03-08/"], "--hold: overlap"),
        (["--exclude", "2026-03-07/2026-03-06"], "--exclude: ends before it begins"),
        (["--input", "-"], "leave the options for it out"),
    ],
)
def test_wrong_usage_is_told_in_a_sentence(more, sentence):
    result = call("calendar", "due", "--start", "2026-03-06", "--budget", "1h", *more)

    assert (result.exit_code, result.stdout) == (2, "")
    assert sentence in " ".join(result.stderr.split())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["due", "--budget", "1h"], "--start is missing"),
        (["due", "--start", "2026-03-06"], "--budget is missing"),
        (["worked", "--start", "2026-03-06"], "--end is missing"),
        (["worked", "--start", "2026-03-06", "--end", "2026-03-05"], "--end: lies before the start"),
    ],
)
def test_a_question_is_asked_whole(arguments, sentence):
    result = call("calendar", *arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert sentence in result.stderr


def test_a_policy_with_one_calendar_needs_no_name(policy):
    told = asked("calendar", "due", "--policy", policy, "--start", "2026-03-06 16:00", "--budget", "8h")

    assert (told["calendar"], told["due"]) == ("office", "2026-03-09T08:00:00.000000Z")


def test_of_several_calendars_one_is_named(policy, file):
    both = ["--policy", policy, "--calendar-file", file]
    ask = ["calendar", "due", "--start", "2020-01-23 16:00", "--budget", "1h"]

    assert "name one: 24x7, office, prc-office" in call(*ask, *both).stderr
    assert asked(*ask, *both, "--calendar", "prc-office")["calendar"] == "prc-office"
    assert "two files have a calendar `prc-office`" in call(*ask, *both, "--calendar-file", file).stderr


# --- the calendar of 2020, by hand ----------------------------------------------------------------


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "prc-office.yaml"
    path.write_text(OFFICE, encoding="utf-8")
    return path


def festival(file, *more):
    return asked("calendar", "due", "--calendar-file", file, *more)


def test_hours_over_the_longer_holidays(file):
    """Thursday 16:00 to 18:00, then Monday 3 February 3 h before noon and 3 h after."""
    told = festival(file, "--start", "2020-01-23 16:00", "--budget", "8h")

    assert told["due_local"] == "2020-02-03T16:00:00+08:00"


def test_what_was_known_before_the_holidays_became_longer(file):
    """On 20 January, Friday the 31st was a working day."""
    told = festival(file, "--start", "2020-01-23 16:00", "--budget", "8h", "--as-known-at", "2020-01-20")

    assert told["due_local"] == "2020-01-31T16:00:00+08:00"


@pytest.mark.parametrize(
    ("day_end", "due"),
    [
        ([], "2020-02-05T00:00:00+08:00"),
        (["--day-end", "closing"], "2020-02-04T18:00:00+08:00"),
        (["--day-end", "same_time"], "2020-02-04T10:30:00+08:00"),
    ],
)
def test_working_days(file, day_end, due):
    """From Monday 20 January: 21, 22, 23 January, 3 and 4 February."""
    told = festival(file, "--start", "2020-01-20 10:30", "--budget", "5 working_days", *day_end)

    assert told["due_local"] == due


def test_a_hold_over_closing_time_costs_the_day(file):
    told = festival(
        *(file, "--start", "2020-01-20 10:30", "--budget", "5 working_days", "--day-end", "closing"),
        *("--hold", "2020-01-21 17:00/2020-01-22 09:00", "--hold", "2020-01-22 10:00/2020-01-22 17:59"),
    )

    assert told["due_local"] == "2020-02-05T18:00:00+08:00"


def test_the_clock_waits_for_the_gate(file):
    """An hour on Tuesday from 17:00, an hour on Wednesday."""
    told = festival(file, "--start", "2020-01-20 10:00", "--budget", "2h", "--gate", "2020-01-21 17:00")

    assert told["due_local"] == "2020-01-22T10:00:00+08:00"


PARTS = [
    *("--hold", "2020-01-20 11:00/2020-01-20 14:00"),
    *("--exclude", "2020-01-20 14:00/2020-01-20 15:00", "--exclude", "2020-01-20 13:30/2020-01-20 14:30"),
]


def test_holds_and_exclusions(file):
    """10 to 11 and 15 to 18 count."""
    told = festival(file, "--start", "2020-01-20 10:00", "--budget", "4h", *PARTS)

    assert told["due_local"] == "2020-01-20T18:00:00+08:00"


def test_the_parts_of_a_span_add_up(file):
    told = asked(
        *("calendar", "worked", "--calendar-file", file, "--start", "2020-01-20 09:00"),
        *("--gate", "2020-01-20 10:00", "--end", "2020-01-20 18:00", *PARTS),
    )

    assert told == {
        "calendar": "prc-office",
        "start": "2020-01-20T01:00:00.000000Z",
        "end": "2020-01-20T10:00:00.000000Z",
        "gated_us": HOUR,
        "counted_us": 4 * HOUR,
        "held_us": HOUR + HOUR // 2,
        "excluded_us": HOUR + HOUR // 2,
        "outside_us": HOUR,
        "provisional": False,
        "known_until": "2020-12-31",
    }


def test_the_parts_of_a_span_for_people(file):
    told = called(
        *("calendar", "worked", "--calendar-file", file, "--start", "2020-01-20 09:00"),
        *("--gate", "2020-01-20 10:00", "--end", "2020-01-20 18:00", *PARTS, "--stretches"),
    )

    assert told.splitlines()[-1] == (
        "4:00:00  (4h), held 1:30:00, excluded 1:30:00, gated 1:00:00, outside 1:00:00"
    )
    assert [line.split()[8] for line in told.splitlines()[2:-2]] == [
        "gated", "counted", "held", "outside", "held", "excluded", "excluded", "counted",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "due"),
    [
        # 3 February 2 h, 23 January from 18:00 back to 13:00 and from noon to 11:00.
        (["--start", "2020-02-03 11:00", "--budget", "8h"], "2020-01-23T11:00:00+08:00"),
        # 5, 4, 3 February, 23 and 22 January, at its midnight.
        (["--start", "2020-02-06 10:00", "--budget", "5 working_days"], "2020-01-23T00:00:00+08:00"),
        (
            ["--start", "2020-02-06 10:00", "--budget", "5 working_days", "--day-end", "closing"],
            "2020-01-22T18:00:00+08:00",
        ),
        (["--start", "2020-02-06 10:00", "--budget", "3 calendar_days"], "2020-02-03T10:00:00+08:00"),
    ],
)
def test_backwards(file, options, due):
    assert festival(file, "--backwards", *options)["due_local"] == due


def test_backwards_hours_have_stretches(file):
    told = festival(file, "--backwards", "--start", "2020-02-03 11:00", "--budget", "8h", "--stretches")

    assert told["stretches"][0]["from"] == told["due"]
    assert told["stretches"][-1]["to"] == told["start"]
    assert told["stretches"][-1]["total_us"] == 8 * HOUR


@pytest.mark.parametrize(
    ("options", "provisional"),
    [
        (["--start", "2020-12-31 17:00", "--budget", "1h"], False),
        (["--start", "2020-12-31 17:00", "--budget", "2h"], True),
        (["--start", "2020-12-30 17:00", "--budget", "1 working_days"], False),
        (["--start", "2020-12-31 17:00", "--budget", "1 working_days"], True),
        (["--start", "2020-12-31 17:00", "--budget", "90 calendar_days"], False),
        (["--start", "2021-01-01 17:00", "--budget", "1 working_days", "--backwards"], False),
        (["--start", "2021-01-02 17:00", "--budget", "1 working_days", "--backwards"], True),
        (["--start", "2021-01-01 17:00", "--budget", "1h", "--backwards"], True),
        (["--start", "2021-01-09 17:00", "--budget", "1 calendar_days", "--backwards"], False),
    ],
)
def test_beyond_what_is_known_a_due_is_provisional(file, options, provisional):
    assert festival(file, *options)["provisional"] is provisional
    told = called("calendar", "due", "--calendar-file", file, *options)
    assert ("provisional: prc-office is known until 2020-12-31 only" in told) is provisional


def test_a_span_beyond_what_is_known_is_provisional(file):
    span = ["--start", "2020-12-31 17:00", "--end", "2021-01-01 10:00"]

    assert asked("calendar", "worked", "--calendar-file", file, *span)["provisional"] is True
    assert "known until 2020-12-31" in called("calendar", "worked", "--calendar-file", file, *span)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--hold", "2026-03-06 10:00/"], "a hold or an exclusion that has not ended comes first"),
        (["--exclude", "2026-03-06 10:00/"], "a hold or an exclusion that has not ended comes first"),
        (["--start", "2199-12-31 23:00"], "it lies outside 1970 to 2199"),
        (["--start", "1970-01-01 01:00", "--backwards"], "it lies outside 1970 to 2199"),
    ],
)
def test_why_there_is_no_due(options, why):
    ask = ["calendar", "due", "--start", "2026-03-06 09:00", "--budget", "2h", *options]

    assert called(*ask) == f"none: {why}\n"
    assert (asked(*ask)["due"], asked(*ask)["why"]) == (None, why)

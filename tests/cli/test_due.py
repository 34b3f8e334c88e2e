import pytest

from tests.cli.calling import DESK, OFFICE, POLICY, asked, call, called


@pytest.fixture
def policy(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY, encoding="utf-8")
    return path


def dues(policy, *more):
    return asked("due", "--policy", policy, "--attr", "kind=leak", *more)


def test_a_due_by_hand(policy):
    """Friday 16:00 + 2 h to 18:00, Monday 3 h + 3 h: 16:00; the warning 2 h before, the head 4 h after."""
    assert dues(policy, "--start", "2026-03-06 16:00") == [
        {
            "target": "repair",
            "clause": "第四条",
            "start": "2026-03-06T08:00:00.000000Z",
            "due": "2026-03-09T08:00:00.000000Z",
            "provisional": False,
            "rungs": [
                {
                    "kind": "warning",
                    "name": "warn 2h before",
                    "role": "holder",
                    "at": "2026-03-09T06:00:00.000000Z",
                },
                {
                    "kind": "escalation",
                    "name": "4h after head",
                    "role": "head",
                    "at": "2026-03-10T03:00:00.000000Z",
                },
            ],
        }
    ]


def test_an_offset_prevails_over_the_zone(policy):
    assert dues(policy, "--start", "2026-03-06T08:00Z") == dues(policy, "--start", "2026-03-06 16:00")


def test_a_hold_that_is_accepted_moves_the_due(policy):
    told = dues(policy, "--start", "2026-03-06 16:00", "--hold", "等待住户=2026-03-06 17:00/2026-03-09 10:00")

    assert told[0]["due"] == "2026-03-09T10:00:00.000000Z"


def test_a_hold_for_another_reason_does_not(policy):
    told = dues(policy, "--start", "2026-03-06 16:00", "--hold", "lunch=2026-03-06 17:00/2026-03-09 10:00")

    assert told[0]["due"] == "2026-03-09T08:00:00.000000Z"


def test_there_is_no_due_while_a_hold_lasts(policy):
    told = dues(policy, "--start", "2026-03-06 16:00", "--hold", "等待住户=2026-03-09 17:00/")
    # The budget is used up before that hold.
    assert told[0]["due"] == "2026-03-09T08:00:00.000000Z"

    told = dues(policy, "--start", "2026-03-06 16:00", "--hold", "等待住户=2026-03-06 17:00/")
    assert (told[0]["due"], told[0]["rungs"]) == (None, [])


def test_times_are_shown_in_the_policys_zone_with_what_remains(policy):
    told = called("due", "--policy", policy, "--target", "repair", "--start", "2126-03-06T16:00+08:00")

    assert "due                                    2126-03-07 Thu 16:00:00 +08:00   in " in told
    assert "2126-03-07 Thu 08:00:00 +00:00" in called(
        "due", "--policy", policy, "--target", "repair", "--start", "2126-03-06 16:00", "--utc"
    )


def test_attributes_choose_targets():
    told = asked("due", "--policy", DESK, "--start", "2016-03-01", "--attr", "priority=1 - Critical")

    assert [each["target"] for each in told] == ["response.urgent", "resolution.critical", "closure"]


WINDOW = """
policy: window
version: "1"
effective_from: 2000-01-01T00:00:00Z
tenant: window
zone: Asia/Shanghai
calendars:
  prc-office: {file: prc-office.yaml}
targets:
  decide:
    stop: replied
    budget: 5 working_days
    hours: prc-office
    day_end: closing
    gate: [documents_complete, {any: [paid, waived]}]
    accepts: any
    exclusions: [typhoon]
    max_open: {waiting: 2 calendar_days}
    warn: 1 working_day before
events: [paid, waived]
"""


@pytest.fixture
def window(tmp_path):
    (tmp_path / "prc-office.yaml").write_text(OFFICE, encoding="utf-8")
    (tmp_path / "window.yaml").write_text(WINDOW, encoding="utf-8")
    return tmp_path / "window.yaml"


def windows(window, *more):
    (found,) = asked("due", "--policy", window, *more)
    return found


def test_a_gate_and_working_days_by_a_calendar_file(window):
    """The clock starts on Monday the 20th: 21, 22, 23 January, 3 and 4 February; the warning a day before."""
    told = windows(window, "--start", "2020-01-17 10:00", "--gate", "2020-01-20 17:00")

    assert (told["due"], told["rungs"][0]["at"]) == (
        "2020-02-04T10:00:00.000000Z",
        "2020-02-03T10:00:00.000000Z",
    )


def test_without_its_preconditions_there_is_no_due(window):
    told = windows(window, "--start", "2020-01-17 10:00")

    why = "not known before `documents_complete` and (`paid` or `waived`): --gate tells when"
    assert (told["due"], told["rungs"], told["why"]) == (None, [], why)
    assert why in called("due", "--policy", window, "--start", "2020-01-17 10:00")


@pytest.mark.parametrize(
    ("options", "due"),
    [
        # Over the closing times of the 21st and the 22nd; the limit ends the longer one on the 23rd at 10:00.
        (["--hold", "waiting=2020-01-21 10:00/2020-01-23 09:00"], "2020-02-06T10:00:00.000000Z"),
        (["--hold", "waiting=2020-01-21 10:00/2020-02-29 09:00"], "2020-02-06T10:00:00.000000Z"),
        (["--hold", "waiting=2020-01-21 10:00/"], "2020-02-06T10:00:00.000000Z"),
        (["--exclude", "typhoon=2020-01-21 10:00/2020-01-21 18:00"], "2020-02-05T10:00:00.000000Z"),
        (["--exclude", "flood=2020-01-21 10:00/2020-01-21 18:00"], "2020-02-04T10:00:00.000000Z"),
    ],
)
def test_what_the_target_accepts(window, options, due):
    assert (
        windows(window, "--start", "2020-01-20 10:00", "--gate", "2020-01-20 10:00", *options)["due"] == due
    )


def test_beyond_what_the_calendar_knows_a_due_is_provisional(window):
    options = ["--start", "2020-12-30 10:00", "--gate", "2020-12-30 10:00"]

    assert windows(window, *options)["provisional"] is True
    assert "provisional: prc-office is known until 2020-12-31 only" in called(
        "due", "--policy", window, *options
    )


def test_a_due_out_of_all_reckoning(window):
    told = windows(window, "--start", "2199-12-30 10:00", "--gate", "2199-12-30 10:00")

    assert (told["due"], told["why"]) == (None, "it lies outside 1970 to 2199")


def test_an_exclusion_that_lasts(window):
    told = windows(
        *(window, "--start", "2020-01-20 10:00", "--gate", "2020-01-20 10:00"),
        *("--exclude", "typhoon=2020-01-21 10:00/"),
    )

    assert told["why"] == "not known while time stands still: a hold or an exclusion has not ended"


def test_a_calendar_file_that_is_wrong_or_missing(window):
    (window.parent / "prc-office.yaml").write_text(OFFICE.replace("09:00-12:00", "9-12"), encoding="utf-8")
    result = call("due", "--policy", window, "--start", "2020-01-20 10:00")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "prc-office.yaml:4:" in result.stderr

    (window.parent / "prc-office.yaml").unlink()
    result = call("due", "--policy", window, "--start", "2020-01-20 10:00")
    assert (result.exit_code, result.stdout) == (1, "")
    assert (
        "window.yaml:8:22: calendars.prc-office.file: no calendar `prc-office` was found there"
        in result.stderr
    )


def test_no_target_applies(policy):
    result = call("due", "--policy", policy, "--start", "2026-03-06 16:00", "--attr", "kind=noise")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "slaclock: no target applies to these attributes; targets ask for kind (--attr)\n"


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--start", "2026-03-06", "--target", "x"], "`x` is no target of harbour: it has repair"),
        (["--start", "tomorrow"], "`tomorrow` is no time"),
        (["--start", "2026-02-30 10:00"], "`2026-02-30 10:00` does not exist"),
        (["--start", "2300-01-01"], "lies outside 1970 to 2199"),
        (["--start", "2026-03-06", "--attr", "x"], "`x` is no attribute"),
        (["--start", "2026-03-06", "--hold", "x"], "`x` names no reason"),
        (["--start", "2026-03-06", "--gate", "2026-03-07"], "none of these targets has a gate"),
        (
            ["--start", "2026-03-06", "--exclude", "x=2026-03-07/2026-03-06"],
            "an exclusion ends before it begins",
        ),
        (["--start", "2026-03-06", "--hold", "x=2026-03-06"], "`2026-03-06` is no span"),
        (["--start", "2026-03-06", "--hold", "x=2026-03-07/2026-03-06"], "ends before it begins"),
        (
            [
                "--start",
                "2026-03-06",
                "--hold",
                "x=2026-03-06/2026-03-08",
                "--hold",
                "y=2026-03-07/2026-03-09",
            ],
            "holds overlap",
        ),
    ],
)
def test_wrong_usage_is_told_in_a_sentence(policy, more, sentence):
    result = call("due", "--policy", policy, "--attr", "kind=leak", *more)

    assert (result.exit_code, result.stdout) == (2, "")
    assert sentence in result.stderr

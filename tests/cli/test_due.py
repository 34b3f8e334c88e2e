import pytest

from tests.cli.calling import DESK, POLICY, asked, call, called


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
            "rungs": [
                {
                    "kind": "warning",
                    "name": "warn 2h before",
                    "role": "",
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

    assert "due                                  2126-03-07 Thu 16:00:00 +08:00   in " in told
    assert "2126-03-07 Thu 08:00:00 +00:00" in called(
        "due", "--policy", policy, "--target", "repair", "--start", "2126-03-06 16:00", "--utc"
    )


def test_attributes_choose_targets():
    told = asked("due", "--policy", DESK, "--start", "2016-03-01", "--attr", "priority=1 - Critical")

    assert [each["target"] for each in told] == ["response.urgent", "resolution.critical", "closure"]


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

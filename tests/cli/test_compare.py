"""`backtest --compare`: what is printed; the arithmetic stands in tests/test_compare.py."""

import json

import pytest

from tests.cli.calling import POLICY, asked, call, called, line, written

EVENTS = (
    line("1", "opened", "2026-03-06T16:00:00+08:00", kind="leak"),
    line("2", "resolved", "2026-03-09T16:00:00+08:00"),
    line("1", "opened", "2026-03-10T09:00:00+08:00", "T-2", kind="fault"),
    line("2", "resolved", "2026-03-10T10:00:00+08:00", "T-2"),
    line("1", "opened", "2026-03-10T09:00:00+08:00", "T-3", kind="fault"),
    line("2", "resolved", "2026-03-10T15:30:00+08:00", "T-3"),
)
#: Five working hours instead of eight.
STRICT = POLICY.replace('version: "1"', 'version: "2"').replace("budget: 8h", "budget: 5h")


@pytest.fixture
def both(tmp_path):
    """The options of a comparison."""
    policy, events = written(tmp_path, *EVENTS)
    (tmp_path / "new.yaml").write_text(STRICT, encoding="utf-8")
    return ["backtest", "--policy", policy, "--compare", str(tmp_path / "new.yaml"), "--events", events]


def test_the_summary(both):
    """T-1: due after 8 h, Monday at 16:00, with 5 h at 12:00. T-3: 5.5 h counted. T-2: an hour, in time both ways."""
    assert asked(*both) == {
        "until": "2026-03-10T07:30:00.000000Z",
        "events": 6,
        "later": 0,
        "repeated": 0,
        "left_out": {},
        "tickets": 3,
        "promises": {"before": 3, "after": 3},
        "same": 0,
        "moved": {"repair": 1},
        "flips": [
            {
                "target": "repair",
                "before": "met",
                "after": "late",
                "count": 2,
                "because": {"budget 8h -> 5h": 2},
            }
        ],
    }


def test_lines(both):
    result = call(*both, "--out", "-", "--json")
    lines = [json.loads(each) for each in result.stdout.splitlines()]

    assert [(each["ticket"], each["flip"]) for each in lines] == [
        ("T-1", True),
        ("T-2", False),
        ("T-3", True),
    ]
    assert lines[0] == {
        "tenant": "harbour",
        "ticket": "T-1",
        "target": "repair",
        "flip": True,
        "started_by": {"source": "file", "id": "1"},
        "start": "2026-03-06T08:00:00.000000Z",
        "before": {
            "target": "repair",
            "verdict": "met",
            "due": "2026-03-09T08:00:00.000000Z",
            "stop": "2026-03-09T08:00:00.000000Z",
            "policy": "harbour",
            "version": "1",
        },
        "after": {
            "target": "repair",
            "verdict": "late",
            "due": "2026-03-09T04:00:00.000000Z",
            "stop": "2026-03-09T08:00:00.000000Z",
            "policy": "harbour",
            "version": "2",
        },
        "change": "changed",
        "keys": ["budget"],
        "together": False,
        "because": "budget 8h -> 5h",
    }
    assert json.loads(result.stderr)["tickets"] == 3


def test_only_so_many_are_listed(both):
    told = called(*both, "--list", "1").splitlines()

    assert [each.split()[0] for each in told if each.startswith("T-")] == ["T-1"]
    assert told[-1] == "1 more; `backtest --compare` writes all of them with --out"


def test_nothing_flips(tmp_path):
    policy, events = written(tmp_path, *EVENTS)

    told = called("backtest", "--policy", policy, "--compare", policy, "--events", events).splitlines()

    assert told[-1] == "no verdict flips"
    assert "the same   3" in told


def test_dates_of_a_calendar_that_bear_on_the_promise(tmp_path, both):
    office = 'mon-fri: ["09:00-12:00", "13:00-18:00"]'
    closed = POLICY.replace(office, f"{office}\n    closed: [2026-03-09, 2026-03-20]")
    (tmp_path / "policy.yaml").write_text(closed, encoding="utf-8")
    (tmp_path / "new.yaml").write_text(POLICY.replace("budget: 8h", "budget: 7h"), encoding="utf-8")

    lines = [json.loads(each) for each in call(*both, "--out", "-").stdout.splitlines()]

    assert [each["because"] for each in lines if each["flip"]] == [
        "budget 8h -> 7h and hours office in Asia/Shanghai: other dates, 2026-03-09 together"
    ]


def test_a_target_that_is_off(tmp_path, both):
    off = POLICY.replace("  repair:\n", "  repair:\n    off: true\n    why: under repair\n")
    other = "  answer: {stop: replied, budget: 1h}\n"
    (tmp_path / "new.yaml").write_text(off + other, encoding="utf-8")

    told = asked(*both)["flips"]

    assert [(each["target"], each["before"], each["because"]) for each in told] == [
        ("answer", None, {"the target is new": 3}),
        ("repair", "met", {"the target is off: under repair": 3}),
    ]


def test_policies_of_different_tenants(tmp_path, both):
    (tmp_path / "new.yaml").write_text(POLICY.replace("tenant: harbour", "tenant: city"), encoding="utf-8")

    result = call(*both)

    assert result.exit_code == 1
    assert "the policies belong to different tenants: harbour, city" in result.stderr


def test_bad_lines_are_told(tmp_path, both):
    with (tmp_path / "events.jsonl").open("a", encoding="utf-8") as file:
        file.write("{\n")

    result = call(*both, "--json")

    assert (result.exit_code, json.loads(result.stdout)["left_out"]) == (1, {"not_json": 1})

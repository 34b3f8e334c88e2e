"""`policy diff`: what is printed; the differences themselves stand in tests/rules/test_difference.py."""

import json

import pytest

from tests.cli.calling import POLICY, call, line, written

NEW = POLICY.replace('version: "1"', 'version: "2"').replace("budget: 8h", "budget: 5h")


@pytest.fixture
def put(tmp_path):
    """Write both files; their names."""

    def write(new: str, old: str = POLICY) -> list[str]:
        for name, text in (("old.yaml", old), ("new.yaml", new)):
            (tmp_path / name).write_text(text, encoding="utf-8")
        return [str(tmp_path / "old.yaml"), str(tmp_path / "new.yaml")]

    return write


def test_no_difference(put):
    result = call("policy", "diff", *put(POLICY))

    assert (result.exit_code, result.output) == (0, "no difference\n")


def test_differences_end_with_one(put):
    result = call("policy", "diff", *put(NEW))

    assert result.exit_code == 1
    assert [each.split() for each in result.stdout.splitlines()[2:]] == [
        ["version", "1", "3", "2", "3"],
        ["targets.repair.budget", "8h", "16", "5h", "16"],
    ]


def test_json(put):
    result = call("policy", "diff", *put(NEW), "--json")

    assert json.loads(result.stdout) == {
        "equal": False,
        "keys": [
            {"field": "version", "before": {"text": "1", "line": 3}, "after": {"text": "2", "line": 3}},
            {
                "field": "targets.repair.budget",
                "before": {"text": "8h", "line": 16},
                "after": {"text": "5h", "line": 16},
            },
        ],
        "added": [],
        "removed": [],
        "renamed": [],
        "calendars": {},
    }


def test_targets_and_dates(put):
    week = 'mon-fri: ["09:00-12:00", "13:00-18:00"]'
    changed = POLICY.replace(week, f"{week}\n    closed: [2026-03-09]").replace("  repair:", "  mend:")
    result = call("policy", "diff", *put(changed + "  answer: {stop: replied, budget: 1h, off: true}\n"))

    assert result.stdout.splitlines() == [
        "target repair (line 12) is called mend (line 13)",
        "target answer is new, and off (line 23)",
        "",
        "calendar office",
        "date               before                    after",
        "──────────────────────────────────────────────────",
        "2026-03-09   Mon   09:00-12:00 13:00-18:00   -",
    ]


def test_flips(put, tmp_path):
    """Opened on Friday at 16:00: due after eight hours on Monday at 16:00, after five at 12:00."""
    _, events = written(
        tmp_path,
        line("1", "opened", "2026-03-06T16:00:00+08:00", kind="leak"),
        line("2", "resolved", "2026-03-09T16:00:00+08:00"),
    )

    result = call("policy", "diff", *put(NEW), "--events", events, "--json")

    assert result.exit_code == 1
    assert json.loads(result.stdout)["flips"]["flips"] == [
        {"target": "repair", "before": "met", "after": "late", "count": 1, "because": {"budget 8h -> 5h": 1}}
    ]


def test_a_file_that_cannot_be_used(put):
    result = call("policy", "diff", *put(NEW.replace("budget: 5h", "budget: 5")))

    assert (result.exit_code, result.stdout) == (2, "")
    assert "targets.repair.budget: `5` has no unit" in result.stderr

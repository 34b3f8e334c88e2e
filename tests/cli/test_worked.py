"""`slaclock policy test`, on a policy whose office works on weekdays from 9 to 12 and from 13 to 18.

2 March 2026 is a Monday: eight hours from 9:00 end at 18:00.
"""

import json
from pathlib import Path

import pytest

from service.rules.packs import PACKS
from tests.cli.calling import POLICY, asked, call, called

RIGHT = """\
policy: policy.yaml
histories:
  - name: repaired at closing time
    clause: 第四条
    events: |
      2026-03-02 09:00  opened {kind: leak}
      2026-03-02 18:00  resolved
    expect: |
      repair met at 2026-03-02 18:00 due 2026-03-02 18:00
"""
LATE = """\
  - name: repaired too late
    events: |
      2026-03-02 09:00  opened {kind: leak}
      2026-03-03 14:00  resolved
    expect: |
      repair breach at 2026-03-02 17:00
      repair late at 2026-03-03 14:00 due 2026-03-02 18:00
"""


def filed(folder: Path, text: str, policy: str = POLICY) -> Path:
    (folder / "policy.yaml").write_text(policy, encoding="utf-8")
    (folder / "h.yaml").write_text(text, encoding="utf-8")
    return folder / "h.yaml"


def test_histories_that_end_as_told(tmp_path):
    path = filed(tmp_path, RIGHT)

    assert called("policy", "test", path) == f"{path}: 1 history, 1 as expected, 0 differ\n"


def test_what_differs_is_told_with_wall_time_and_zone(tmp_path):
    path = filed(tmp_path, RIGHT + LATE)
    result = call("policy", "test", path)

    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout.splitlines() == [
        f"{path}: 2 histories, 1 as expected, 1 differs",
        "  line 10: repaired too late; wall times of Asia/Shanghai",
        "    expected  repair breach at 2026-03-02 Mon 17:00:00 +08:00",
        (
            "    found     repair breach at 2026-03-02 Mon 18:00:00 +08:00 due 2026-03-02 Mon 18:00:00 +08:00"
            " begun 2026-03-02 Mon 09:00:00 +08:00"
        ),
    ]


def test_the_clause_and_why_nothing_is_said_at_all(tmp_path):
    path = filed(tmp_path, RIGHT.replace("opened {kind: leak}", "noted"))
    result = call("policy", "test", path)

    assert result.exit_code == 1
    assert result.stdout.splitlines()[1:] == [
        "  line 3: repaired at closing time (第四条); wall times of Asia/Shanghai",
        "    nothing is said: no event opens the ticket",
        "    expected  repair met at 2026-03-02 Mon 18:00:00 +08:00 due 2026-03-02 Mon 18:00:00 +08:00",
    ]


def test_a_rung_a_due_that_is_not_known_and_remarks_in_words(tmp_path):
    expect = (
        'repair warning "warn 2h before" at 2026-03-02 15:00\n      '
        "repair open due unknown\n      repair met at 2026-03-02 18:00 remarks [max_open]"
    )
    path = filed(tmp_path, RIGHT.replace("repair met at 2026-03-02 18:00 due 2026-03-02 18:00", expect))
    lines = call("policy", "test", path).stdout.splitlines()

    assert [line.strip() for line in lines if "expected  " in line] == [
        'expected  repair warning "warn 2h before" at 2026-03-02 Mon 15:00:00 +08:00',
        "expected  repair open due unknown",
        "expected  repair met at 2026-03-02 Mon 18:00:00 +08:00 remarks [max_open]",
    ]
    assert [line.split()[:4] for line in lines if "found  " in line] == [
        ["found", "repair", "warning", '"warn'],
        ["found", "repair", "met", "at"],
    ]


def test_differences_as_json(tmp_path):
    path = filed(tmp_path, RIGHT + LATE)
    result = call("policy", "test", path, "--json")
    (told,) = json.loads(result.stdout)
    right, late = told.pop("histories")

    assert result.exit_code == 1
    assert told == {
        "file": str(path),
        "ok": False,
        "why": None,
        "errors": [],
        "policy": str(tmp_path / "policy.yaml"),
        "zone": "Asia/Shanghai",
    }
    assert right == {
        "name": "repaired at closing time",
        "clause": "第四条",
        "line": 3,
        "ok": True,
        "note": None,
        "expected": [],
        "found": [],
    }
    assert late["expected"] == [
        {
            "target": "repair",
            "what": "breach",
            "rung": None,
            "at": "2026-03-02T09:00:00.000000Z",
            "at_local": "2026-03-02T17:00:00+08:00",
            "begun": None,
            "begun_local": None,
            "remarks": None,
        }
    ]
    (found,) = late["found"]
    assert (found["due"], found["due_local"]) == ("2026-03-02T10:00:00.000000Z", "2026-03-02T18:00:00+08:00")
    assert (found["begun_local"], found["remarks"]) == ("2026-03-02T09:00:00+08:00", [])


def test_a_file_that_cannot_be_used_is_told_beside_the_others(tmp_path):
    path = filed(tmp_path, RIGHT)
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(
        RIGHT.replace("opened {", "opend {").replace("repair met", "repare met"), encoding="utf-8"
    )
    result = call("policy", "test", path, wrong)

    assert result.exit_code == 2
    assert result.stderr == "slaclock: 1 of 2 files cannot be used\n"
    assert [line.split(" ")[0] for line in result.stdout.splitlines()] == [
        f"{path}:",
        f"{wrong}:6:25:",
        f"{wrong}:9:7:",
    ]

    (_, told) = json.loads(call("policy", "test", path, wrong, "--json").stdout)
    assert (told["ok"], told["why"], [each["line"] for each in told["errors"]]) == (False, None, [6, 9])


@pytest.mark.parametrize(
    ("text", "policy", "words"),
    [
        (RIGHT.replace("policy: policy.yaml\n", ""), POLICY, "h.yaml:1:1: policy: `policy` is missing"),
        (RIGHT.replace("policy.yaml", "other.yaml"), POLICY, "other.yaml: the path leads from this file on"),
        (RIGHT, POLICY.replace("8h", "8"), "policy.yaml:16:13: targets.repair.budget: "),
        ("", POLICY, "h.yaml:1:1: the file is empty"),
    ],
)
def test_a_policy_that_cannot_be_had(tmp_path, text: str, policy: str, words: str):
    result = call("policy", "test", filed(tmp_path, text, policy))

    assert result.exit_code == 2
    assert words in result.stdout
    assert json.loads(call("policy", "test", tmp_path / "h.yaml", "--json").stdout)[0]["ok"] is False


def test_a_policy_with_a_calendar_of_its_own_file(tmp_path):
    inline = POLICY[POLICY.index("  office:") : POLICY.index("targets:")]
    path = filed(tmp_path, RIGHT, POLICY.replace(inline, "  office: {file: office.yaml}\n"))
    office = 'calendar: office\nzone: Asia/Shanghai\nweek: {mon-fri: ["09:00-12:00", "13:00-18:00"]}\n'
    (tmp_path / "office.yaml").write_text(office, encoding="utf-8")

    assert "1 as expected" in called("policy", "test", path)


def test_the_histories_of_a_pack():
    (told,) = asked("policy", "test", "pack:mobile-operator")

    assert told["file"] == str(PACKS["mobile-operator"].policy.with_name("histories.yaml"))
    assert told["ok"]
    assert len(told["histories"]) > 20


def test_every_file_of_histories_of_a_pack(tmp_path):
    folder = PACKS["cable-network"].policy.parent
    own = filed(tmp_path, RIGHT)
    told = asked(
        "policy", "test", "pack:cable-network", own, "pack:cable-network/with-numbers.histories.yaml"
    )

    assert [(each["file"], each["policy"]) for each in told] == [
        (str(folder / "histories.yaml"), str(folder / "policy.yaml")),
        (str(folder / "with-numbers.histories.yaml"), str(folder / "with-numbers.yaml")),
        (str(own), str(tmp_path / "policy.yaml")),
        (str(folder / "with-numbers.histories.yaml"), str(folder / "with-numbers.yaml")),
    ]
    assert all(each["ok"] for each in told)


def test_the_example_of_promises_about_calls_says_what_it_should():
    path = Path(__file__).parents[2] / "examples" / "histories" / "hotline.yaml"

    assert called("policy", "test", path) == f"{path}: 5 histories, 5 as expected, 0 differ\n"

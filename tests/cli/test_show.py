"""`slaclock policy show`: a table that a clerk can read."""

import pytest
from rich.cells import cell_len

from tests.cli.calling import POLICY, asked, call, called

MORE = (
    POLICY
    + """
    gate: [documents_complete, {event: noted, where: {fee: paid}}]
    overrides:
      - {name: vip, when: {tier: [金牌, 銀牌]}, budget: 4h, assumed: nobody says how soon}
  callback:
    clause: 第五条「故障修復後七十二小時內百分百回訪,對報修、投訴工單都要進行回訪」
    start: resolved
    stop: {event: noted, where: {call: done}}
    budget: 72h
    assumed: as after a repair
    overrides: [{name: far, when: {area: far}, budget: 96h}]
  report: {off: true, why: no number is named, set: a budget, stop: noted, hours: office}
"""
)


@pytest.fixture
def policy(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text(MORE, encoding="utf-8")
    return path


def cells(line: str, starts: list[int]) -> list[str]:
    """The cells of a line whose columns begin at `starts`, counted as a terminal shows them."""
    found, column = [""] * len(starts), 0
    for character in line:
        place = max(number for number, start in enumerate(starts) if start <= column)
        found[place] += character
        column += cell_len(character)
    return [cell.strip() for cell in found]


def test_the_table_of_a_policy(policy):
    lines = called("policy", "show", policy).splitlines()
    heads = ["target", "on", "who", "how much time", "hours", "from -> until", "clause", "assumed"]
    starts = [0]
    for head in heads[1:]:
        starts.append(lines[3].index(f"  {head}", starts[-1]) + 2)

    assert lines[:2] == [
        "harbour version 1 of tenant harbour, zone Asia/Shanghai",
        "4 targets on, 1 off",
    ]
    assert [cells(line, starts) for line in lines[5:10]] == [
        [
            "repair",
            "on",
            "kind: fault or leak",
            "8 hours",
            "office",
            "opened (gated) -> resolved",
            "第四条",
            "",
        ],
        [
            "/vip",
            "on",
            "tier: 金牌 or 銀牌",
            "4 hours",
            "office",
            "opened (gated) -> resolved",
            "第四条",
            "yes",
        ],
        [
            "callback",
            "on",
            "every ticket",
            "72 hours",
            "round the clock",
            "resolved -> noted (call: done)",
            "第五条「故障修復後七十二小時內百分百回訪,對…",
            "yes",
        ],
        [
            "/far",
            "on",
            "area: far",
            "96 hours",
            "round the clock",
            "resolved -> noted (call: done)",
            "第五条「故障修復後七十二小時內百分百回訪,對…",
            "yes",
        ],
        ["report", "off", "every ticket", "not set", "office", "opened -> noted", "", ""],
    ]


def test_what_stands_below_the_table(policy):
    told = called("policy", "show", policy)

    assert told[told.index("\nGated") :] == (
        "\nGated, the clock starts with the last of:\n"
        "  repair: documents_complete and noted (fee: paid)\n"
        "\nAssumed, and not taken from the source:\n"
        "  repair/vip: nobody says how soon\n"
        "  callback: as after a repair\n"
        "\nOff, until it is set:\n"
        "  report: no number is named\n"
        "    set: a budget\n"
    )


def test_a_policy_without_anything_to_tell_below(tmp_path):
    (tmp_path / "p.yaml").write_text(POLICY, encoding="utf-8")

    assert len(called("policy", "show", tmp_path / "p.yaml").splitlines()) == 6


def test_a_policy_as_json(policy):
    told = asked("policy", "show", policy)
    repair, vip, callback, _, report = told["targets"]

    assert (told["policy"], told["version"], told["tenant"], told["zone"]) == (
        "harbour",
        "1",
        "harbour",
        "Asia/Shanghai",
    )
    assert (repair["id"], repair["variant_of"], vip["variant_of"]) == ("repair", None, "repair")
    assert vip["assumed"] == "nobody says how soon"
    assert callback["clause"].endswith("都要進行回訪」")
    assert (report["on"], report["budget"], report["set"]) == (False, "", "a budget")


def test_a_policy_that_is_wrong(policy):
    policy.write_text(MORE.replace("72h", "72"), encoding="utf-8")
    result = call("policy", "show", policy)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "targets.callback.budget" in result.stderr


def test_a_variant_with_a_gate_of_its_own(policy):
    text = policy.read_text(encoding="utf-8")
    name = next(line for line in text.splitlines() if "name: far" in line)
    policy.write_text(
        text.replace(name, name.replace("name: far", "name: far, gate: assigned")), encoding="utf-8"
    )
    lines = called("policy", "show", policy).splitlines()

    first = lines.index("Gated, the clock starts with the last of:")
    assert lines[first + 1 : first + 4] == [
        "  repair: documents_complete and noted (fee: paid)",
        "  callback/far: assigned",
        "",
    ]

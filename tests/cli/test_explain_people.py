"""Who held a ticket, who has to be heard and what was going on, explained from a file and from the database."""

import asyncio
import json

import pytest
from rich.cells import cell_len

from service.app.parts import read_rules
from service.apply import Rulebook
from tests.apply.staging import record, staged
from tests.apply.test_directory import Office, fact
from tests.cli.calling import HOUR, POLICY, asked, called, line, written

HEADED = POLICY.replace("role: head", "role: department_head")


def known(id_: str, type_: str, **attributes) -> str:
    told = {
        "event_id": id_,
        "type": type_,
        "occurred_at": "2026-01-01T00:00:00+08:00",
        "attributes": attributes,
    }
    return json.dumps(told, ensure_ascii=False)


ORGANISATION = [
    known("d1", "person", person="li", unit="窗口", rank=2),
    known("d2", "person", person="ben", unit="维修一组", rank=1),
    known("d3", "unit", unit="窗口", kind="window", parent="工程部", head="sun"),
    known("d4", "unit", unit="维修一组", kind="team", parent="工程部", head="chen"),
    known("d5", "unit", unit="工程部", kind="department", parent="分公司", head="wang"),
    known("d6", "unit", unit="分公司", kind="branch", head="zhou"),
    known("d7", "area", area="城东", owner="ben", unit="维修一组", households=4500, per_owner=4000),
    known("d8", "duty", unit="工程部", person="deng", to="2026-03-10T00:00:00+08:00"),
]

#: Two hours on Friday and one on Monday at the window, then the team; eight hours are used up on Monday at four.
TICKET = [
    line("e1", "opened", "2026-03-06T16:00:00+08:00", kind="leak", area="城东", by="li", to="li"),
    line("e2", "transferred", "2026-03-09T10:00:00+08:00", by="li", to="ben"),
    line("e3", "aggravated", "2026-03-09T11:00:00+08:00", by="li", what="客户等了一个上午"),
    line("e4", "urged", "2026-03-09T15:00:00+08:00"),
    line("e5", "resolved", "2026-03-10T11:30:00+08:00"),
]

BY_HAND = """\

Who held it:
from                             to                               person   team       since              length   counted
─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
2026-03-06 Fri 16:00:00 +08:00   2026-03-09 Mon 10:00:00 +08:00   li       窗口       opened e1        66:00:00   3:00:00
2026-03-09 Mon 10:00:00 +08:00   2026-03-09 Mon 16:00:00 +08:00   ben      维修一组   transferred e2    6:00:00   5:00:00   < due
2026-03-09 Mon 16:00:00 +08:00   2026-03-10 Tue 11:30:00 +08:00   ben      维修一组   transferred e2   19:30:00   4:30:00

In their hands up to the breach:
person   team        outside   counted   together
─────────────────────────────────────────────────
li       窗口       63:00:00   3:00:00   66:00:00
ben      维修一组    1:00:00   5:00:00    6:00:00

Who has to be heard, as of 2026-03-09 Mon 16:00:00 +08:00 (breach):
role              person   stands for
────────────────────────────────────────
first_asked       li
holder            ben
area_owner        ben
department_head   deng     wang
window_head       sun
branch_head       zhou
chief             zhou
reviewer          chen

Who has to be heard, as of 2026-03-10 Tue 11:00:00 +08:00 (4h after department_head):
role              person
───────────────────────────
first_asked       li
holder            ben
area_owner        ben
department_head   wang
window_head       sun
branch_head       zhou
chief             zhou
reviewer          chen

What was going on, says the breach:
  Handed over: transferred e2.
  Handed on without a reason: transferred e2.
  Handed on cold, unconfirmed or without a word to the customer: transferred e2.
  Aggravated at 2026-03-09 Mon 11:00:00 +08:00: 客户等了一个上午, says li.
  The customer urged at 2026-03-09 Mon 15:00:00 +08:00.
  Its area has 4,500 households; one owner is meant for 4,000.
"""


def test_everybody_around_a_promise(tmp_path):
    policy, events = written(tmp_path, *TICKET, *ORGANISATION, policy=HEADED)
    told = called("explain", "T-1", "--events", events, "--policy", policy)

    assert told[told.index("\nWho held it") :] == BY_HAND
    (rung,) = [row for row in told.splitlines() if row.startswith("2026-03-10 Tue 11:00:00")]
    assert rung.split()[4:] == ["escalation", "4h", "after", "department_head", "department_head", "wang"]


def test_columns_line_up_with_wide_characters(tmp_path):
    policy, events = written(tmp_path, *TICKET, *ORGANISATION, policy=HEADED)
    told = called("explain", "T-1", "--events", events, "--policy", policy).splitlines()

    begin = told.index("In their hands up to the breach:") + 3
    ends = {cell_len(row) for row in told[begin : begin + 2]}
    assert len(ends) == 1


def test_the_same_as_json(tmp_path):
    policy, events = written(tmp_path, *TICKET, *ORGANISATION, policy=HEADED)
    (promise,) = asked("explain", "T-1", "--events", events, "--policy", policy)["promises"]
    warning, breach, escalation, verdict = promise["statements"]

    assert [(each["person"], each["team"], each["by"]["id"]) for each in promise["custody"]] == [
        ("li", "窗口", "e1"),
        ("ben", "维修一组", "e2"),
        ("ben", "维修一组", "e2"),
    ]
    assert [each["counted_us"] for each in promise["custody"]] == [3 * HOUR, 5 * HOUR, 4.5 * HOUR]
    assert [each["counted_us"] for each in promise["holders"]] == [3 * HOUR, 9.5 * HOUR]
    assert [each["counted_us"] for each in breach["holders"]] == [3 * HOUR, 5 * HOUR]
    assert sum(each["wall_us"] for each in promise["custody"]) == 91.5 * HOUR
    assert breach["chain"][3] == {"role": "department_head", "person": "deng", "acting_for": "wang"}
    assert breach["evidence"]["hand_overs"] == {
        "made": [{"source": "file", "id": "e2"}],
        "without_reason": [{"source": "file", "id": "e2"}],
        "cold": [{"source": "file", "id": "e2"}],
    }
    assert (breach["evidence"]["households"], breach["evidence"]["urges"]) == (
        4500,
        ["2026-03-09T07:00:00.000000Z"],
    )
    assert escalation["addressed"] == {"role": "department_head", "person": "wang"}
    assert "evidence" not in escalation
    assert warning["addressed"] == {"role": "holder", "person": "ben"}
    assert not {"chain", "holders", "evidence"} & (warning.keys() | verdict.keys())
    assert "addressed" not in verdict


def test_what_the_directory_does_not_know_is_told_with_its_reason(tmp_path):
    policy, events = written(tmp_path, *TICKET)
    told = called("explain", "T-1", "--events", events, "--policy", policy).splitlines()

    rows = {row.split()[0]: row.split(maxsplit=1)[1] for row in told if row.startswith(("area_", "holder "))}
    assert rows["holder"] == "ben"
    assert rows["area_owner"].split(maxsplit=1) == [
        "nobody",
        "unknown_area: the directory does not know its area",
    ]


def test_where_nobody_is_named_nothing_is_told_of_people(tmp_path):
    policy, events = written(tmp_path, line("e1", "opened", "2026-03-06T16:00:00+08:00", kind="leak"))
    told = called("explain", "T-1", "--events", events, "--policy", policy)

    assert "Who h" not in told
    assert "going on" not in told


def test_as_of_an_instant_later_facts_are_unknown(tmp_path):
    """On Monday at noon nothing is broken, and by then nobody has told who heads the window."""
    late = json.loads(ORGANISATION[2]) | {"occurred_at": "2026-03-11T00:00:00+08:00", "event_id": "d9"}
    moved = {"unit": "窗口", "kind": "window", "head": "mao", "from": "2026-01-02T00:00:00+08:00"}
    lines = [*TICKET, *ORGANISATION, json.dumps(late | {"attributes": moved})]
    policy, events = written(tmp_path, *lines)

    def head(*more: str) -> str:
        (promise,) = asked("explain", "T-1", "--events", events, "--policy", policy, *more)["promises"]
        (breach,) = (each for each in promise["statements"] if each["kind"] == "breach")
        return {link["role"]: link["person"] for link in breach["chain"]}["window_head"]

    assert (head(), head("--until", "2026-03-10T12:00:00+08:00")) == ("mao", "sun")


# --- out of the database --------------------------------------------------------------------------

HOURLY = """
policy: harbour
version: "1"
effective_from: 2000-01-01T00:00:00Z
tenant: harbour
zone: UTC
targets:
  restore:
    stop: resolved
    budget: 1h
    ladder: [{at: 1h after, role: reviewer}]
"""


@pytest.fixture
def stored(database, tmp_path):
    """A and B, both broken in the hands of p1, whose unit is headed by p9; A's stop is told two hours late.

    From noon of the third day on the books say that p8 headed the unit all the time.
    """
    (tmp_path / "policy.yaml").write_text(HOURLY, encoding="utf-8")
    settings = {"SLACLOCK_DATABASE_URL": database, "SLACLOCK_TENANT": "harbour"}
    called("policy", "register", tmp_path / "policy.yaml", **settings)

    async def happen() -> None:
        async with staged(database, policy=False, rules_of=Rulebook(read_rules)) as stage:
            office = Office(stage)
            await office.tell(
                fact("person", "p1", -9, unit="crew"), fact("unit", "crew", -9, kind="team", head="p9")
            )
            await stage.send(record("A", "opened", 0, to="p1"), record("B", "opened", 5, to="p1"))
            await stage.prove(9)
            await stage.settle()
            await stage.send(record("A", "resolved", 8, recorded=10, id_="late"))
            await office.tell(fact("unit", "crew", -8, recorded=51, kind="team", head="p8"))
            await stage.prove(60)
            await stage.settle()

    asyncio.run(happen())
    return settings


def chain_of(ticket: str, settings) -> dict[str, str]:
    (promise,) = asked("explain", ticket, **settings)["promises"]
    (breach,) = (each for each in promise["statements"] if each["kind"] == "breach")
    return {link["role"]: link["person"] for link in breach["chain"]}


def test_the_directory_of_the_database_and_the_horizon_hold(stored):
    assert chain_of("B", stored)["reviewer"] == "p8"
    assert chain_of("B", {**stored, "SLACLOCK_DIRECTORY_HORIZON_DAYS": "1"})["reviewer"] == "p9"


def test_what_was_told_late_is_told_with_both_instants(stored):
    told = called("explain", "A", **stored)
    late = (
        "Told late: resolved late of 2024-03-01 Fri 17:00:00 +00:00 was recorded at 2024-03-01 Fri 19:00:00"
    )

    assert "What was going on, says the verdict:" in told
    assert late in told
    assert "Told late" not in called("explain", "A", **stored, SLACLOCK_BACKDATED_AFTER_SECONDS="7200")


def test_who_was_told_stays_as_it_was_said(stored):
    told = asked("explain", "B", **stored)
    said = [each for each in told["said"] if each["kind"] == "escalation"]

    assert [(each["rev"], each["addressed"]["person"]) for each in said] == [(1, "p9"), (2, "p9")]
    (rung,) = (each for each in told["promises"][0]["statements"] if each["kind"] == "escalation")
    assert rung["addressed"]["person"] == "p8"  # who would be told today
    rows = [row for row in called("explain", "B", **stored).splitlines() if " 1h after reviewer " in row]
    assert [row.split()[9:11] for row in rows[-2:]] == [["reviewer", "p9"]] * 2


def test_the_repeats_of_the_person(stored):
    told = asked("explain", "A", **stored)
    breaches = [
        next(each["id"] for each in asked("explain", ticket, **stored)["said"] if each["kind"] == "breach")
        for ticket in "AB"
    ]

    (repeat,) = told["repeats"]
    assert (repeat["person"], repeat["status"], repeat["breaches"]) == ("p1", "in_force", breaches)
    assert (repeat["since"], repeat["at"]) == ("2023-03-01T00:00:00.000000Z", "2024-03-01T15:00:00.000000Z")
    shown = called("explain", "A", **stored).splitlines()
    assert shown[shown.index("Several breaches of one person within twelve months:") + 3].split() == [
        *("p1", "2023-03-01", "Wed", "00:00:00", "+00:00", "2024-03-01", "Fri", "15:00:00", "+00:00"),
        *("2", "1", "1"),
    ]


def test_a_directory_that_is_not_read_far_enough_is_told(stored):
    assert asked("explain", "A", **stored)["organisation_provisional"] is True
    assert "Provisional: something that was said of the organisation" in called("explain", "A", **stored)

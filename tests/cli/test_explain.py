import asyncio
import json

import pytest

from service.app.parts import read_rules
from service.apply import Rulebook
from tests.apply.staging import area_record, garbage, record, staged
from tests.cli.calling import DESK, DESK_EVENTS, HOUR, OFFICE, POLICY, asked, call, called, line, written

OPENED = line("e1", "opened", "2026-03-06T16:00:00+08:00", kind="leak")
HELD = line("e2", "held", "2026-03-06T17:00:00+08:00", reason="等待住户")
RESUMED = line("e3", "resumed", "2026-03-09T10:00:00+08:00")
STOPPED = line("e4", "resolved", "2026-03-10T09:30:00+08:00")

BY_HAND = """\
Ticket T-1 of tenant harbour. Times are in Asia/Shanghai.

repair: late
  The rule is target repair (clause 第四条) in version 1 of harbour, for tickets opened from 2000-01-01 Sat 08:00:00 \
+08:00. It gives 8h of working time; time on hold for 等待住户 does not count.
  Its calendar is office in Asia/Shanghai.
  The clock started with `opened` (event e1) at 2026-03-06 Fri 16:00:00 +08:00.
  From there to the due 74h pass; of these 2h held for 等待住户 and 64h outside hours do not count.
  The budget is used up, and the promise due, at 2026-03-09 Mon 18:00:00 +08:00.
  Broken, and stopped late: ended by `resolved` (event e4) at 2026-03-10 Tue 09:30:00 +08:00, 30m of working \
time (15h30m by the clock) after the due.
  Nothing else asked for time that would not have counted: only an earlier stop would have kept it.

from                             to                               what      why               length     total
──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
2026-03-06 Fri 16:00:00 +08:00   2026-03-06 Fri 17:00:00 +08:00   counted                    1:00:00   1:00:00
2026-03-06 Fri 17:00:00 +08:00   2026-03-06 Fri 18:00:00 +08:00   held      等待住户         1:00:00   1:00:00
2026-03-06 Fri 18:00:00 +08:00   2026-03-09 Mon 09:00:00 +08:00   outside   outside hours   63:00:00   1:00:00
2026-03-09 Mon 09:00:00 +08:00   2026-03-09 Mon 10:00:00 +08:00   held      等待住户         1:00:00   1:00:00
2026-03-09 Mon 10:00:00 +08:00   2026-03-09 Mon 12:00:00 +08:00   counted                    2:00:00   3:00:00
2026-03-09 Mon 12:00:00 +08:00   2026-03-09 Mon 13:00:00 +08:00   outside   outside hours    1:00:00   3:00:00
2026-03-09 Mon 13:00:00 +08:00   2026-03-09 Mon 18:00:00 +08:00   counted                    5:00:00   8:00:00   < due
2026-03-09 Mon 18:00:00 +08:00   2026-03-10 Tue 09:00:00 +08:00   outside   outside hours   15:00:00   8:00:00
2026-03-10 Tue 09:00:00 +08:00   2026-03-10 Tue 09:30:00 +08:00   counted                    0:30:00   8:30:00

at                               what      name             to
─────────────────────────────────────────────────────────────────────────
2026-03-09 Mon 16:00:00 +08:00   warning   warn 2h before   holder
2026-03-09 Mon 18:00:00 +08:00   breach
2026-03-10 Tue 09:30:00 +08:00   verdict                             late
"""


def test_a_promise_to_check_with_a_pencil(tmp_path):
    policy, events = written(tmp_path, OPENED, HELD, RESUMED, STOPPED)

    assert called("explain", "T-1", "--events", events, "--policy", policy) == BY_HAND


def explained(tmp_path, *lines, more=()):
    policy, events = written(tmp_path, *lines)
    return asked("explain", "T-1", "--events", events, "--policy", policy, *more)


def test_the_same_as_json(tmp_path):
    told = explained(tmp_path, OPENED, HELD, RESUMED, STOPPED)
    promise = told.pop("promises")[0]

    assert told == {
        "tenant": "harbour",
        "ticket": "T-1",
        "upto": "2026-03-10T01:30:00.000000Z",
        "why_none": None,
        "said": [],
        "repeats": [],
        "organisation_provisional": False,
    }
    assert promise["budget_us"] == 8 * HOUR
    assert len(promise["because"]) == 7
    assert promise["stretches"][1] == {
        "from": "2026-03-06T09:00:00.000000Z",
        "to": "2026-03-06T10:00:00.000000Z",
        "what": "held",
        "why": "等待住户",
        "length_us": HOUR,
        "total_us": HOUR,
    }
    assert sum(each["length_us"] for each in promise["stretches"]) == (3 * 24 + 17.5) * HOUR


def test_as_of_an_instant_what_came_later_is_unknown(tmp_path):
    told = explained(tmp_path, OPENED, HELD, RESUMED, STOPPED, more=["--until", "2026-03-07T00:00:00+08:00"])
    promise = told["promises"][0]

    assert (promise["verdict"], promise["held"], promise["due"]) == ("open", True, None)
    assert promise["because"][3:] == [
        "There is no due while time stands still; 7h of the budget are left.",
        "Open, and on hold.",
    ]


def test_what_remains_is_told_while_it_is_open(tmp_path):
    told = explained(tmp_path, OPENED, more=["--until", "2026-03-06T17:00:00+08:00"])

    assert "(in 2d 23h, as of 2026-03-06 Fri 17:00:00 +08:00)" in told["promises"][0]["because"][4]


def test_a_hold_that_would_have_saved_it(tmp_path):
    """Lunch from 11:00 to 15:00 on Monday: two hours of work before noon and after it, so due on Tuesday at noon."""
    lunch = [
        line("e5", "held", "2026-03-09T11:00:00+08:00", reason="lunch"),
        line("e6", "resumed", "2026-03-09T15:00:00+08:00"),
    ]
    (promise,) = explained(tmp_path, OPENED, HELD, RESUMED, *lunch, STOPPED)["promises"]

    assert promise["otherwise"] == [
        {
            "if": "hold_accepted",
            "reason": "lunch",
            "spans": [{"from": "2026-03-09T03:00:00.000000Z", "to": "2026-03-09T07:00:00.000000Z"}],
            "due": "2026-03-10T04:00:00.000000Z",
            "verdict": "met",
        }
    ]
    assert promise["margin"] == {
        "at": "2026-03-10T01:30:00.000000Z",
        "wall_us": -(15 * HOUR + HOUR // 2),
        "left_us": -HOUR // 2,
    }


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
    gate: documents_complete
"""


def test_a_window_with_a_gate_and_a_calendar_file(tmp_path):
    """Complete on Monday 20 January 2020: 21, 22, 23 January, 3 and 4 February."""
    (tmp_path / "prc-office.yaml").write_text(OFFICE, encoding="utf-8")
    events = [
        line("e1", "opened", "2020-01-17T10:00:00+08:00"),
        line("e2", "documents_complete", "2020-01-20T17:00:00+08:00"),
        line("e3", "replied", "2020-02-03T11:00:00+08:00"),
    ]
    policy, file = written(tmp_path, *events, policy=WINDOW)
    (promise,) = asked("explain", "T-1", "--events", file, "--policy", policy)["promises"]

    assert (promise["start"], promise["clock"], promise["due"]) == (
        "2020-01-17T02:00:00.000000Z",
        "2020-01-20T09:00:00.000000Z",
        "2020-02-04T16:00:00.000000Z",
    )
    assert promise["stretches"][0] == {
        "from": "2020-01-17T02:00:00.000000Z",
        "to": "2020-01-20T09:00:00.000000Z",
        "what": "gated",
        "why": "preconditions",
        "length_us": 79 * HOUR,
        "total_days": 0,
    }
    assert promise["stretches"][-1]["total_days"] == 3
    assert (promise["verdict"], promise["margin"]["left_days"]) == ("met", 2)
    assert promise["calendar"] == {
        "name": "prc-office",
        "versions": 2,
        "known_since": "2020-01-26",
        "known_until": "2020-12-31",
    }
    # When it began, 31 January and 1 February were working days.
    assert promise["because"][-3] == (
        "By what the calendar knew when it began, it would have been due at 2020-02-02 Sun 00:00:00 +08:00."
    )
    assert sum(promise["account"][f"{part}_us"] for part in ("gated", "outside", "counted")) == sum(
        each["length_us"] for each in promise["stretches"]
    )


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (
            [line("e1", "opened", "2026-03-06T16:00:00Z", kind="noise")],
            "no target of version 1 applies to it",
        ),
        ([line("e1", "noted", "2026-03-06T16:00:00Z")], "nothing says when it was opened"),
        (
            [line("e1", "opened", "1999-03-06T16:00:00Z")],
            "it was opened before the first version of the policy was in force",
        ),
    ],
)
def test_no_promise_has_a_reason(tmp_path, lines, why):
    policy, events = written(tmp_path, *lines)

    assert explained(tmp_path, *lines)["why_none"] == why
    assert called("explain", "T-1", "--events", events, "--policy", policy).endswith(
        f"has no promise: {why}.\n"
    )


def test_bad_lines_elsewhere_in_the_file_are_told(tmp_path):
    policy, events = written(tmp_path, OPENED, "{")

    result = call("explain", "T-1", "--events", events, "--policy", policy, "--json")

    assert (result.exit_code, len(json.loads(result.stdout)["promises"])) == (1, 1)
    assert "line 2: not_json" in result.stderr


def test_next_opening_and_vocabulary_are_told():
    told = called(
        *("explain", "INC0000045", "--events", DESK_EVENTS, "--policy", DESK),
        *("--target", "response.normal", "--until", "2016-03-01T00:00:00Z"),
    )

    assert "`created` (event INC0000045-001, here `opened`)" in told
    assert "53m before the due." in told
    assert "closure" not in told


@pytest.mark.parametrize(
    ("more", "status"),
    [
        (["T-9"], 1),
        (["T-1", "--target", "x"], 1),
        (["T-1", "--tenant", "city"], 1),
    ],
)
def test_what_is_not_there_is_a_problem(tmp_path, more, status):
    policy, events = written(tmp_path, OPENED)
    result = call("explain", *more, "--events", events, "--policy", policy)

    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (status, "", 1)


@pytest.mark.parametrize("more", [["--events", DESK_EVENTS], ["--policy", DESK]])
def test_a_file_of_events_and_a_policy_go_together(more):
    assert call("explain", "T-1", *more).exit_code == 2


def test_long_tables_leave_out_their_middle(tmp_path):
    policy, events = written(tmp_path, OPENED, line("e9", "noted", "2027-03-06T16:00:00Z"))
    told = called("explain", "T-1", "--events", events, "--policy", policy)

    assert "rows are left out; --json has them" in told
    assert len(told.splitlines()) < 240
    assert (
        len(
            explained(tmp_path, OPENED, line("e9", "noted", "2027-03-06T16:00:00Z"))["promises"][0][
                "stretches"
            ]
        )
        > 600
    )


# --- from the database ----------------------------------------------------------------------------


@pytest.fixture
def stored(database, tmp_path):
    """A ticket opened on a Friday at nine in UTC (17:00 in Shanghai), judged after its due, then stopped late."""
    (tmp_path / "policy.yaml").write_text(POLICY, encoding="utf-8")
    settings = {"SLACLOCK_DATABASE_URL": database, "SLACLOCK_TENANT": "harbour"}
    called("policy", "register", tmp_path / "policy.yaml", **settings)

    async def happen() -> None:
        async with staged(database, policy=False, rules_of=Rulebook(read_rules)) as stage:
            await stage.send(record("T-1", "opened", 0, kind="leak"))
            await stage.prove(24 * 30)
            await stage.door.wake(10)
            await stage.send(record("T-1", "resolved", 24 * 20, recorded=24 * 31), garbage("T-1", 24 * 40))
            await stage.prove(24 * 41)

    asyncio.run(happen())
    return settings


def test_a_stored_ticket_with_everything_that_was_said(stored):
    told = asked("explain", "T-1", **stored)

    assert [(each["target"], each["verdict"]) for each in told["promises"]] == [("repair", "late")]
    assert [(each["name"], each["rev"], each["status"]) for each in told["said"]] == [
        ("warn 2h before", 1, "in_force"),
        ("breach", 1, "in_force"),
        ("4h after head", 1, "in_force"),
        ("verdict", 1, "in_force"),
    ]


def test_a_stored_ticket_for_people(stored):
    told = called("explain", "T-1", **stored)

    assert "Times are in Asia/Shanghai." in told
    assert "repair   escalation   4h after head    head" in told


def test_a_stored_ticket_that_is_not_there(stored):
    result = call("explain", "T-2", **stored)

    assert (result.exit_code, result.stderr) == (1, "slaclock: there is no ticket T-2 of tenant harbour\n")


def test_a_tenant_without_policy(stored):
    result = call("explain", "T-1", "--tenant", "city", **stored)

    assert result.exit_code == 1
    assert "`slaclock policy register`" in result.stderr


# --- what is said of areas ------------------------------------------------------------------------

BY_AREA = """
policy: harbour
version: "1"
effective_from: 2000-01-01T00:00:00Z
tenant: harbour
zone: UTC
targets:
  repair: {stop: resolved, budget: 2h, exclusions: [weather]}
"""


def test_an_exclusion_in_the_file(tmp_path):
    """Opened at nine, two hours, half an hour of them excluded: due at half past eleven."""
    storm = {
        "event_id": "x1",
        "type": "excluded",
        "occurred_at": "2024-03-01T10:00:00Z",
        "attributes": {
            "exclusion": "storm",
            "area": "north",
            "reason": "weather",
            "from": "2024-03-01T09:30:00Z",
            "to": "2024-03-01T10:00:00Z",
        },
    }
    policy, events = written(
        tmp_path,
        line("1", "opened", "2024-03-01T09:00:00Z", area="north"),
        json.dumps(storm),
        line("2", "resolved", "2024-03-01T11:15:00Z"),
        policy=BY_AREA,
    )

    told = called("explain", "T-1", "--events", events, "--policy", policy)

    assert "From there to the due 2h30m pass; of these 30m excluded for weather do not count." in told
    assert "Kept: ended by `resolved` (event 2)" in told
    (promise,) = asked("explain", "T-1", "--events", events, "--policy", policy)["promises"]
    assert (promise["due"], promise["account"]["excluded_us"]) == (
        "2024-03-01T11:30:00.000000Z",
        1_800_000_000,
    )


def test_an_exclusion_in_the_database(database, tmp_path):
    (tmp_path / "policy.yaml").write_text(BY_AREA, encoding="utf-8")
    settings = {"SLACLOCK_DATABASE_URL": database, "SLACLOCK_TENANT": "harbour"}
    called("policy", "register", tmp_path / "policy.yaml", **settings)

    async def happen() -> None:
        async with staged(database, policy=False, rules_of=Rulebook(read_rules)) as stage:
            await stage.tell(area_record("excluded", 1, span=(0.5, 1)))
            await stage.send(record("T-1", "opened", 0, area="north"))
            await stage.prove(2)

    asyncio.run(happen())
    (promise,) = asked("explain", "T-1", **settings)["promises"]

    assert (promise["due"], promise["account"]["excluded_us"]) == (
        "2024-03-01T11:30:00.000000Z",
        1_800_000_000,
    )
    (before,) = asked("explain", "T-1", "--until", "2024-03-01T09:45:00Z", **settings)["promises"]
    assert before["due"] == "2024-03-01T11:00:00.000000Z"

"""Tickets of the database put under another version: eight hours become three, from now on.

The tickets are of March 2024; an order is of the day on which this runs, when what was owed then is long decided, unless
the ticket is open without an end to its hold.
"""

import asyncio
import json

import pytest

from service.app.parts import read_rules
from service.apply import Rulebook
from tests.apply.staging import record, source_record, staged
from tests.cli.calling import asked, call, called

POLICY = """
policy: harbour
version: "{version}"
effective_from: {since}T00:00:00Z
tenant: harbour
zone: UTC
targets:
  repair: {{applies: {{kind: {kind}}}, stop: resolved, budget: {budget}, accepts: [parts]}}
"""


@pytest.fixture
def settings(database, tmp_path):
    """Versions 1 and 2, and four tickets: T-1 late, T-2 on hold, T-3 of another kind, T-4 resolved in time."""
    settings = {"SLACLOCK_DATABASE_URL": database, "SLACLOCK_TENANT": "harbour"}
    for version, since, budget in (("1", "2000-01-01", "8h"), ("2", "2100-01-01", "30h")):
        text = POLICY.format(
            version=version, since=since, budget=budget, kind="[a, b]" if version == "1" else "a"
        )
        (tmp_path / f"{version}.yaml").write_text(text, encoding="utf-8")
        called("policy", "register", tmp_path / f"{version}.yaml", **settings)

    async def happen() -> None:
        async with staged(database, policy=False, rules_of=Rulebook(read_rules)) as stage:
            await stage.send(
                record("T-1", "opened", 0, kind="a"),
                record("T-1", "resolved", 20),
                record("T-2", "opened", 1, kind="a"),
                record("T-2", "held", 2, reason="parts"),
                record("T-3", "opened", 2, kind="b"),
                record("T-3", "held", 3, reason="parts"),
                record("T-4", "opened", 0, kind="a"),
                record("T-4", "resolved", 5),
            )
            await stage.prove(48)
            await stage.door.wake(10)

    asyncio.run(happen())
    return settings


ORDER = ("rejudge", "--policy", "2", "--reason", "agreed", "--by", "Lin")


def verdict(ticket: str, settings) -> tuple[str, str]:
    (promise,) = asked("explain", ticket, **settings)["promises"]
    return promise["verdict"], promise["policy"]["version"]


def test_what_is_open_goes_on_under_it(settings):
    told = asked(*ORDER, "--all", **settings)

    assert {key: told[key] for key in ("tenant", "version", "replace", "by", "reason")} == {
        "tenant": "harbour",
        "version": "2",
        "replace": False,
        "by": "Lin",
        "reason": "agreed",
    }
    assert (told["tickets"], told["added"], told["unchanged"], told["failed"], told["missing"]) == (
        4,
        4,
        0,
        [],
        [],
    )
    assert (told["changed"], told["said"], told["withdrawn"]) == (1, {"verdict": 1}, {})
    assert [verdict(each, settings) for each in ("T-1", "T-2", "T-3", "T-4")] == [
        ("late", "1"),
        ("open", "2"),
        ("superseded", "1"),
        ("met", "1"),
    ]


def test_again_changes_nothing(settings):
    called(*ORDER, "--all", **settings)
    told = asked(*ORDER, "--all", **settings)

    assert (told["added"], told["unchanged"], told["said"]) == (0, 4, {})


def test_replacing_judges_what_is_decided(settings):
    """Thirty hours instead of eight: T-1 was resolved after twenty."""
    told = asked(*ORDER, "--ticket", "T-1", "--replace", **settings)

    assert (told["added"], told["said"], told["withdrawn"]) == (1, {"verdict": 1}, {"breach": 1})
    assert verdict("T-1", settings) == ("met", "2")


def test_for_people(settings):
    told = called(*ORDER, "--all", "--replace", **settings)

    assert told.splitlines() == [
        "tickets    4",
        "added      4, 2 of them with something new said",
        "unchanged  0",
        "said       1 breach withdrawn, 2 verdict",
    ]


@pytest.mark.parametrize(
    ("options", "tickets"),
    [
        (["--ticket", "T-2", "--ticket", "T-4"], 2),
        (["--target", "repair"], 4),
        (["--target", "answer"], 0),
        (["--opened-from", "2024-03-01 10:00"], 2),
        (["--opened-from", "2024-03-01T09:00:00Z", "--opened-to", "2024-03-01 11:00"], 3),
        (["--opened-to", "2024-03-01T10:00:00Z", "--target", "repair"], 2),
    ],
)
def test_which_tickets(settings, options, tickets):
    assert asked(*ORDER, *options, **settings)["added"] == tickets


def test_a_dry_run_tells_what_would_change_and_changes_nothing(settings):
    """T-1: twenty hours of thirty. T-3: no target of version 2 is for its kind."""
    result = call(*ORDER, "--all", "--replace", "--dry-run", "--out", "-", "--json", **settings)
    told, lines = json.loads(result.stderr), [json.loads(each) for each in result.stdout.splitlines()]

    assert (told["added"], told["same"], told["moved"]) == (4, 1, {"repair": 1})  # T-2, without a due
    assert told["flips"] == [
        {
            "target": "repair",
            "before": "late",
            "after": "met",
            "count": 1,
            "because": {"budget 8h -> 30h": 1},
        },
        {
            "target": "repair",
            "before": "open",
            "after": None,
            "count": 1,
            "because": {"applies {kind: a or b} -> {kind: a}": 1},
        },
    ]
    assert sorted((each["ticket"], each["flip"]) for each in lines) == [
        ("T-1", True),
        ("T-3", True),
        ("T-4", False),
    ]
    assert asked(*ORDER, "--all", "--replace", **settings)["added"] == 4


def test_a_dry_run_of_what_is_open(settings):
    told = called(*ORDER, "--all", "--dry-run", **settings).splitlines()

    assert told[:5] == [
        "judged at  2024-03-03 Sun 09:00:00 +00:00",
        "tickets    4, 4 to be put under 2",
        "the same   3",
        "other due  0",
        "flips      1",
    ]
    assert told[8].split() == [
        "repair",
        "open",
        "superseded",
        "1",
        *["applies", "{kind:", "a", "or", "b}", "->", "{kind:", "a}"],
    ]


def test_tickets_that_do_not_exist(settings):
    result = call(*ORDER, "--ticket", "T-9", "--ticket", "T-1", "--json", **settings)

    assert (result.exit_code, json.loads(result.stdout)["missing"]) == (1, ["T-9"])
    assert result.stderr == "there is no ticket T-9\n"


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ([], "say which tickets"),
        (["--all", "--ticket", "T-1"], "say which tickets"),
        (["--all", "--target", "repair"], "say which tickets"),
        (["--all", "--out", "x"], "--out goes with --dry-run"),
    ],
)
def test_it_has_to_be_clear_which_tickets(options, why):
    result = call(*ORDER, *options)

    assert result.exit_code == 2
    assert why in result.stderr


def test_a_version_has_to_be_registered(settings):
    result = call("rejudge", "--policy", "3", "--reason", "r", "--all", **settings)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "version 3 is not registered: there are 1, 2; `slaclock policy register`" in result.stderr


def test_a_tenant_has_to_have_a_policy(settings):
    result = call(*ORDER, "--all", "--tenant", "city", **settings)

    assert (result.exit_code, "tenant city has no policy" in result.stderr) == (1, True)


WAITING = """
policy: harbour
version: "{version}"
effective_from: {since}T00:00:00Z
tenant: harbour
zone: UTC
sources: {{crm: {{source: desk, alive: true}}}}
requires: [crm]
targets:
  repair: {{stop: resolved, budget: {budget}}}
"""


def test_a_dry_run_waits_for_sources_as_the_service_does(database, tmp_path):
    """Its source tells of two hours only, so that of eight nobody knows yet; sixty make it due later, and no more."""
    settings = {"SLACLOCK_DATABASE_URL": database, "SLACLOCK_TENANT": "harbour"}
    for version, since, budget in (("1", "2000-01-01", "8h"), ("2", "2100-01-01", "60h")):
        text = WAITING.format(version=version, since=since, budget=budget)
        (tmp_path / f"{version}.yaml").write_text(text, encoding="utf-8")
        called("policy", "register", tmp_path / f"{version}.yaml", **settings)

    async def happen() -> None:
        async with staged(database, policy=False, rules_of=Rulebook(read_rules)) as stage:
            await stage.send(record("T-1", "opened", 0))
            await stage.report(source_record("alive", 2, complete_to=2))
            await stage.prove(48)
            await stage.settle()

    asyncio.run(happen())
    told = asked(*ORDER, "--all", "--replace", "--dry-run", **settings)

    assert (told["added"], told["flips"], told["moved"]) == (1, [], {"repair": 1})

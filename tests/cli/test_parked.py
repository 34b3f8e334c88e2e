import asyncio
import json
import os
import pwd

import pytest

from service.app.parts import read_rules
from service.apply import Rulebook
from tests.apply.staging import TOPIC, garbage, record, staged
from tests.cli.calling import POLICY, asked, call, called

UNREADABLE = f"{TOPIC}:0:1"
AHEAD = f"{TOPIC}:0:2"
REUSED = f"{TOPIC}:0:3"


@pytest.fixture
def stored(database, tmp_path):
    """T-1 with a record nobody can read, one from the future and one that reuses an id."""
    (tmp_path / "policy.yaml").write_text(POLICY, encoding="utf-8")
    settings = {"SLACLOCK_DATABASE_URL": database, "SLACLOCK_TENANT": "harbour"}
    called("policy", "register", tmp_path / "policy.yaml", **settings)

    async def happen() -> None:
        async with staged(database, policy=False, rules_of=Rulebook(read_rules)) as stage:
            await stage.send(
                record("T-1", "opened", 0, id_="1", kind="leak"),
                garbage("T-1", 1, value=b'{"x": "\xff\x1b[31m"}'),
                record("T-1", "resolved", 5, recorded=2),
                record("T-1", "opened", 3, id_="1", kind="fault"),
            )
            await stage.prove(4)

    asyncio.run(happen())
    return settings


def places(told):
    return [(each["record"], each["reason"], each["state"]) for each in told]


def test_what_is_parked_is_listed(stored):
    assert places(asked("parked", "list", **stored)) == [
        (UNREADABLE, "not_json", "parked"),
        (AHEAD, "ahead_of_record", "parked"),
        (REUSED, "id_reused", "parked"),
    ]
    assert places(asked("parked", "list", "--ticket", "T-2", **stored)) == []
    assert called("parked", "list", "--ticket", "T-2", **stored) == "nothing is parked\n"


def test_a_list_that_was_cut_says_so(stored):
    result = call("parked", "list", "--limit", "2", **stored)

    assert result.exit_code == 0
    assert UNREADABLE in result.stdout
    assert REUSED not in result.stdout
    assert "--limit lists more" in result.stderr


def test_a_record_is_shown_whole_and_harmless(stored):
    told = called("parked", "show", UNREADABLE, **stored)

    assert told.startswith(f"{UNREADABLE}  not_json: ")
    assert "\x1b" not in told
    assert r"\xff\x1b[31m" in told

    shown = asked("parked", "show", UNREADABLE, **stored)[0]
    assert shown["key"] == "T-1"
    assert ["ce_tenant", "harbour"] in shown["headers"]


def test_times_are_those_of_the_tenant(stored):
    """The record came at 2024-03-01T09:00Z + 1 h: 18:00 in Shanghai."""
    for words in (["list"], ["show", UNREADABLE]):
        assert "2024-03-01 Fri 18:00:00 +08:00" in called("parked", *words, **stored)
        assert "2024-03-01 Fri 10:00:00 +00:00" in called("parked", *words, "--utc", **stored)


def test_what_was_never_parked_cannot_be_shown(stored):
    result = call("parked", "show", UNREADABLE, f"{TOPIC}:0:0", **stored)

    assert (result.exit_code, result.stderr) == (1, f"slaclock: never parked: {TOPIC}:0:0\n")


def test_dropping_is_kept_with_name_and_reason(stored):
    told = asked("parked", "drop", UNREADABLE, "--reason", "a test of the sender", "--by", "Lin", **stored)

    assert (told[0]["record"], told[0]["result"]) == (UNREADABLE, "dropped")
    row = next(each for each in asked("parked", "list", "--all", **stored) if each["record"] == UNREADABLE)
    assert (row["state"], row["decided_by"], row["decided_why"]) == ("dropped", "Lin", "a test of the sender")
    assert "dropped by Lin: a test of the sender" in called("parked", "list", "--all", **stored)
    assert "by Lin: a test of the sender" in called("parked", "show", UNREADABLE, **stored)


def test_releasing_applies_the_record(stored):
    told = asked("parked", "release", AHEAD, "--reason", "the clock of the sender was wrong", **stored)

    assert told == [{"record": AHEAD, "result": "released", "duplicate": False, "said": 1}]
    row = next(each for each in asked("parked", "list", "--all", **stored) if each["record"] == AHEAD)
    assert row["decided_by"] == pwd.getpwuid(os.getuid()).pw_name
    assert asked("explain", "T-1", **stored)["promises"][0]["verdict"] == "met"


def test_a_reused_id_needs_replace(stored):
    result = call("parked", "release", REUSED, "--reason", "the second is right", "--json", **stored)

    assert result.exit_code == 1
    assert json.loads(result.stdout)[0]["result"] == "still_unfit"
    assert result.stderr == "slaclock: 1 of 1 were not released\n"

    told = asked("parked", "release", REUSED, "--reason", "the second is right", "--replace", **stored)
    assert told[0]["result"] == "released"


def test_a_decision_is_taken_once(stored):
    called("parked", "drop", UNREADABLE, AHEAD, "--reason", "r", **stored)

    result = call("parked", "release", AHEAD, "--reason", "r", **stored)

    assert (result.exit_code, result.stdout) == (1, f"{AHEAD} not_parked: no record stands parked there\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ["drop", UNREADABLE],
        ["drop", UNREADABLE, "--reason", " "],
        ["release", UNREADABLE, "--reason", "r", "--by", ""],
        ["release", "--reason", "r"],
        ["show", "tickets/0/1"],
        ["show", "t:0:x"],
        ["show", ":0:1"],
        ["list", "--limit", "0"],
    ],
)
def test_wrong_usage(arguments):
    assert call("parked", *arguments).exit_code == 2

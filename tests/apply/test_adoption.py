"""At go-live what lies before `adopt_from` is judged and kept like everything else, and nobody is told."""

import json
from dataclasses import replace

from service.apply import Rulebook
from service.apply.judging import Bench, Case
from service.sla.diff import diff
from service.sla.events import Event
from service.sla.judge import judge
from service.sla.policy import Rules
from service.store import statements
from tests.apply.staging import TENANT, after, key, one_hour, read_rules, record, staged
from tests.sla.telling import policy

#: The ticket below is due at 1, its head is told at 3; the rules are adopted between.
ADOPTED = after(2)


def adopting(tenant, versions, calendars) -> Rules:
    rules = read_rules(tenant, versions, calendars)
    return Rules(tuple(replace(each, adopt_from=ADOPTED) for each in rules.versions))


async def announced(stage) -> dict[str, bool | None]:
    """Of each statement on its topic, by name: what is said about announcing it."""
    told = [json.loads(row.value)["data"] for row in await stage.outgoing() if "breaches" not in row.topic]
    return {data["name"]: data["said"].get("announce") for data in told}


async def test_only_what_lies_before_is_not_to_be_announced(database):
    async with staged(database, rules_of=Rulebook(adopting)) as stage:
        await stage.send(record("A", "opened", 0))
        await stage.prove(4)
        await stage.door.wake(10)
        await stage.send(record("A", "resolved", 5))

        assert await announced(stage) == {"half": False, "breach": False, "head": None, "verdict": None}
        breaches = [row for row in await stage.outgoing() if "breaches" in row.topic]
        assert [json.loads(row.value)["data"]["said"]["announce"] for row in breaches] == [False]


async def test_what_is_adopted_at_the_very_instant_is_announced():
    told = judged(replace(policy(one_hour()), adopt_from=after(1)))

    assert {change.said.statement.name: change.announce for change in told} == {
        "half": False,
        "breach": True,
        "head": True,
    }


def judged(rules):
    opened = Event(
        tenant=TENANT, ticket="A", source="desk", id="e", type="opened", at=after(0), attributes={}
    )
    bench = Bench(judge, diff, Rules((rules,)), after(4))
    return bench.find(Case((), (opened,), (), {})).changes


async def test_what_is_withdrawn_later_is_not_announced_either(database):
    async with staged(database, rules_of=Rulebook(adopting)) as stage:
        await stage.send(record("A", "opened", 0))
        await stage.prove(2)
        await stage.door.wake(10)
        await stage.send(record("A", "resolved", 0.9, recorded=3))

        told = [json.loads(row.value)["data"] for row in await stage.outgoing()]
        withdrawn = [data for data in told if data["status"] == "withdrawn"]
        assert {data["name"] for data in withdrawn} == {"breach"}
        assert {data["said"]["announce"] for data in withdrawn} == {False}


def test_adopting_changes_no_content():
    plain, adopted = judged(policy(one_hour())), judged(replace(policy(one_hour()), adopt_from=ADOPTED))

    assert [change.said for change in adopted] == [change.said for change in plain]
    assert [change.announce for change in plain] == [True] * 3
    assert [change.announce for change in adopted] != [True] * 3


async def test_adopting_later_says_nothing_anew(database):
    """The same database under rules that are otherwise equal: the ledger has nothing to add."""
    async with staged(database) as stage:
        await stage.send(record("A", "opened", 0))
        await stage.prove(4)
        await stage.door.wake(10)
        before = await stage.ask(statements.ledger, key("A"))
    async with staged(database, policy=False, rules_of=Rulebook(adopting)) as stage:
        assert await stage.door.judge_again([key("A")]) == 0
        assert await stage.ask(statements.ledger, key("A")) == before

"""Promises about calls are judged as those of tickets, on the facts of the hotline that a policy names."""

from dataclasses import replace
from itertools import permutations

import pytest
from sqlalchemy import text

from service.apply.hotline import named_by
from service.rules import read
from service.sla.policy import Rules
from tests.apply.hotline_staging import POLICY, Line, answering, at, fact, offered
from tests.apply.staging import record


@pytest.fixture
async def stage(database):
    async with answering(database) as one:
        yield one


@pytest.fixture
def line(stage):
    return Line(stage)


async def tickets(stage) -> set[str]:
    async with stage.db.transaction() as tx:
        return {name for (name,) in await tx.rows(text("SELECT ticket FROM ticket"))}


async def test_a_call_that_nobody_took_is_called_back_or_breached(stage, line):
    await line.tell(offered(), fact("call.abandoned", 0.1))
    await at(stage, 0.59)
    assert await stage.said("call:c1") == ["warn 10m before 1"]
    await at(stage, 0.61)
    assert "breach 1" in await stage.said("call:c1")

    told = await line.tell(
        fact("call.called_back", 0.55, recorded=0.7, agent="u-1")
    )  # heard of late, and in time
    assert {(kind.value, withdrawn) for kind, withdrawn in told.said} >= {
        ("breach", True),
        ("verdict", False),
    }
    assert "call:c1 verdict met" in await stage.in_force("call:c1")
    again = await line.tell(fact("call.called_back", 0.55, recorded=0.8, agent="u-1"))
    assert (again.duplicates, dict(again.said)) == (1, {})


async def test_the_complaint_line_has_four_hours_and_other_queues_have_not(stage, line):
    await line.tell(offered(queue="complaint"), offered(subject="c2"))
    await at(stage, 4.01)

    assert "call:c1 breach" in await stage.in_force("call:c1")
    assert await stage.in_force("call:c2") == set()


async def test_the_order_in_which_facts_come_changes_nothing(stage, line):
    told = (("offered", 0, {"queue": "complaint"}), ("missed", 0.01, {}), ("called_back", 0.6, {}))
    names = []
    for number, order in enumerate(permutations(told)):
        names.append(f"o{number}")
        for type_, hours, more in order:
            await line.tell(fact(f"call.{type_}", hours, names[-1], **more))
    await at(stage, 5)

    # Called back at 0.6 h: in time for the four hours, too late for half an hour since 0.01 h.
    expected = {"warn 10m before", "breach", "due window_head", "verdict late", "verdict met"}
    for name in names:
        held = {each.removeprefix(f"call:{name} ") for each in await stage.in_force(f"call:{name}")}
        assert held == expected


async def test_a_call_and_a_ticket_of_one_name_have_nothing_to_do_with_each_other(stage, line):
    await stage.send(record("c1", "opened", 0, queue="complaint"))
    await line.tell(offered(queue="complaint"), fact("call.answered", 0.1, agent="u-1"))
    await at(stage, 4.01)

    assert "c1 breach" in await stage.in_force("c1")  # of the ticket, which nobody answered
    assert await stage.in_force("call:c1") == {"call:c1 verdict met"}


async def test_a_fact_on_which_a_promise_rests_is_voided_like_one_of_a_ticket(stage, line):
    await line.tell(offered(), fact("call.missed", 0.01))
    await at(stage, 1)
    assert "call:c1 breach" in await stage.in_force("call:c1")

    await stage.send(record("call:c1", "voided", 1, event="c1-call.missed-0.01", source_="pbx"))
    assert "call:c1 breach" in await stage.in_force("call:c1")  # the desk has no such event
    await stage.send(record("call:c1", "voided", 1.1, source="pbx", event="c1-call.missed-0.01"))
    assert await stage.in_force("call:c1") == set()


async def test_only_what_a_policy_names_becomes_a_history(stage, line):
    await line.tell(
        offered(),
        fact("call.rated", 0.1, rating=5),
        fact("call.hung_up", 0.2, "c2"),
        fact("agent.ready", 0, "u-1"),
    )

    assert await tickets(stage) == {"call:c1"}
    assert await stage.history("call:c1") == ["c1-call.offered-0"]
    assert await line.kept("call") == {"c1-call.offered-0", "c1-call.rated-0.1", "c2-call.hung_up-0.2"}


def test_what_a_policy_names():
    asked = {"call_offered", "call_answered", "call_missed", "call_abandoned", "call_called_back"}
    found = read(POLICY, name="hotline")
    assert named_by(Rules((found,))) == asked  # not the other two, though the file may list them
    assert named_by(Rules((replace(found, vocabulary={}, targets=()),))) == frozenset()


async def test_facts_of_a_tenant_without_a_policy_are_kept_and_promise_nothing(stage, line):
    applied = await line.tell(fact("call.offered", 0, tenant="other", queue="complaint"))

    assert (applied.applied, dict(applied.parked)) == (1, {})
    assert await tickets(stage) == set()

"""What is said of calls, agents and rosters is kept once; what cannot be applied stands parked and holds nothing up."""

import asyncio
from dataclasses import replace

import pytest

from service.apply import Limits, Slice, StillUnfit
from service.sla.instants import SECOND
from service.store import hotline_events, parked, progress, statements
from service.wire.incoming import decode_hotline
from service.wire.records import Reason
from tests.apply.hotline_staging import AUDIT, HOTLINE, Line, answering, at, broken, fact, offered
from tests.apply.staging import TENANT, after, key


@pytest.fixture
async def stage(database):
    async with answering(database) as one:
        yield one


@pytest.fixture
def line(stage):
    return Line(stage)


async def remarks(stage, ticket: str, name: str = "breach") -> tuple[str, ...]:
    found = await stage.ask(statements.said, [key(ticket)])
    (one,) = [each for each in found[key(ticket)].values() if each.statement.name == name]
    return one.statement.remarks


async def test_every_fact_is_kept_once_and_other_content_is_parked(stage, line):
    agent, shift = fact("agent.ready", 0, "u-1"), fact("roster.shift", 0, "u-1", from_=0, to=8)
    first = await line.tell(offered(), agent, shift, agent)
    other = replace(agent, value=b'{"attributes": {"queues": "faults"}}')
    again = await line.tell(agent, shift, offered(), other)

    assert (first.applied, first.duplicates, dict(first.parked)) == (3, 1, {})
    assert (again.applied, again.duplicates, dict(again.parked)) == (0, 3, {Reason.ID_REUSED: 1})
    assert await line.kept("call") == {"c1-call.offered-0"}
    assert await line.kept("agent") == {"u-1-agent.ready-0"}
    assert await line.kept("roster") == {"u-1-roster.shift-0"}


async def test_what_cannot_be_read_puts_its_call_in_doubt_and_no_other(stage, line):
    await line.tell(
        offered(), offered(subject="c2"), fact("call.missed", 0.01), fact("call.missed", 0.01, "c2")
    )
    await line.tell(broken(0.1), broken(0.2, kind="agent.ready"))
    await at(stage, 1)

    assert "call:c1 breach" not in await stage.in_force("call:c1")
    assert "call:c2 breach" in await stage.in_force("call:c2")
    assert await remarks(stage, "call:c2") == ()
    rows = await stage.ask(parked.browse)
    assert {(row.ticket, row.hotline) for row in rows} == {("call:c1", True), (None, True)}
    assert (await stage.ask(progress.watermark)).at == after(1)  # which nothing held

    await stage.door.drop(HOTLINE, 0, 4, **AUDIT)
    await stage.door.drop(HOTLINE, 0, 5, **AUDIT)
    assert "call:c1 breach" in await stage.in_force("call:c1")


async def test_what_may_be_of_any_call_leaves_verdicts_over_it_unproven(stage, line):
    await line.tell(offered(), fact("call.missed", 0.01), broken(0.1, key_=None))
    await at(stage, 1)

    assert await remarks(stage, "call:c1") == ("unproven",)
    await stage.door.drop(HOTLINE, 0, 2, **AUDIT)
    await stage.settle()
    assert await remarks(stage, "call:c1") == ()


async def test_what_was_ahead_of_its_time_is_applied_once_it_has_come(stage, line):
    told = await line.tell(
        offered(), fact("call.missed", 0.5, recorded=0.1), fact("agent.ready", 0.5, "u-1", recorded=0.1)
    )
    assert dict(told.parked) == {Reason.AHEAD_OF_RECORD: 2}
    await at(stage, 0.4)
    assert await line.kept("agent") == set()
    await at(stage, 0.6)
    await at(stage, 1.1)

    assert await stage.ask(parked.browse) == []
    assert await line.kept("agent") == {"u-1-agent.ready-0.5"}
    assert "call:c1 breach" in await stage.in_force("call:c1")


async def test_an_operator_lets_one_fact_replace_another(stage, line):
    missed = fact("call.missed", 0.01)
    await line.tell(offered(), missed)
    corrected = fact("call.missed", 0.4, id_="c1-call.missed-0.01")
    await line.tell(corrected)
    with pytest.raises(StillUnfit):
        await stage.door.release(HOTLINE, 0, 2, **AUDIT)
    released = await stage.door.release(HOTLINE, 0, 2, replace=True, **AUDIT)

    assert not released.duplicate
    (told,) = [
        each
        for each in await stage.ask(hotline_events.told, TENANT, "call", since=0, upto=after(9))
        if each.type == "call.missed"
    ]
    assert told.at == after(0.4)
    await at(stage, 0.8)  # half an hour after the first, and not yet after the second
    assert "call:c1 breach" not in await stage.in_force("call:c1")
    await at(stage, 0.95)
    assert "call:c1 breach" in await stage.in_force("call:c1")


async def test_what_nothing_looks_back_on_is_forgotten_and_promises_are_not(stage, line):
    await line.tell(
        offered(),
        fact("agent.ready", 2, "u-1"),
        fact("roster.shift", 0, "u-1", from_=1, to=8),
        offered(3, "c3"),
    )
    assert await stage.ask(hotline_events.purge, after(2), 10) == 1
    assert await stage.ask(hotline_events.purge, after(9), 2) == 2
    assert await stage.ask(hotline_events.purge, after(9), 2) == 1

    assert await stage.history("call:c1") == ["c1-call.offered-0"]
    again = await line.tell(offered())
    assert (again.applied, await stage.history("call:c1")) == (1, ["c1-call.offered-0"])


async def test_two_that_bring_one_fact_with_different_content_keep_one_and_park_the_other(stage, line):
    other = Line(stage)
    one, two = fact("agent.ready", 0, "u-1", id_="x"), fact("agent.ready", 0.1, "u-1", id_="x")
    await line.tell(one)
    async with stage.db.transaction() as tx:
        other.epoch = (await progress.own(tx, HOTLINE, [1]))[1].epoch
    put = tuple(replace(each, part=1, offset=n) for n, each in enumerate((two, one)))
    piece = Slice(topic=HOTLINE, part=1, epoch=other.epoch, first=0, next=2, records=put)
    applied = await stage.door.apply_hotline(piece)

    assert (applied.applied, applied.duplicates, dict(applied.parked)) == (0, 1, {Reason.ID_REUSED: 1})
    (kept,) = await stage.ask(hotline_events.told, TENANT, "agent", since=0, upto=after(9))
    assert kept.at == after(0)


async def test_while_one_is_brought_another_waits_and_finds_it(stage, line):
    """Both transactions are open at once; the second sees what the first has committed."""
    first, second = fact("agent.ready", 0, "u-1", id_="x"), fact("agent.ready", 0.1, "u-1", id_="x")
    kept = {}
    for name, one in (("first", first), ("second", second)):
        read_ = decode_hotline(one, tenant=TENANT, ahead=0, max_bytes=1 << 18)
        kept[name] = hotline_events.Fact(read_.event, read_.digest, read_.event.at)
    async with stage.db.transaction() as tx:
        assert await hotline_events.add(tx, [kept["first"]]) == {}
        other = asyncio.create_task(stage.ask(hotline_events.add, [kept["second"]]))
        await stage.until_blocked()
    there = await other

    assert there == {(TENANT, "pbx", "x"): kept["first"].digest}


async def test_what_is_too_much_for_one_call_is_parked_however_often_it_comes(database):
    limits = Limits(tenant=TENANT, ahead=60 * SECOND, max_events=2)
    async with answering(database, limits=limits) as stage:
        line = Line(stage)
        facts = [fact("call.missed", hours) for hours in (0.1, 0.2, 0.3)]
        first, again = await line.tell(*facts), await line.tell(*facts)

    assert (first.applied, first.duplicates, dict(first.parked)) == (2, 0, {Reason.TOO_MANY_EVENTS: 1})
    assert (again.applied, again.duplicates, dict(again.parked)) == (0, 2, {Reason.TOO_MANY_EVENTS: 1})

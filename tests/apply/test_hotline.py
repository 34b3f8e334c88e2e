"""What is said of calls, agents and rosters: kept once, and promises about calls judged as those of tickets.

Nine o'clock is the origin of hours. The complaint line is answered within four hours; who was not taken is called back within
half an hour.
"""

import asyncio
import json
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import text

from service.apply import Limits, Rulebook, Slice, StillUnfit
from service.apply.hotline import named_by
from service.apply.registration import register_policy
from service.rules import read
from service.sla.instants import SECOND
from service.sla.policy import Rules
from service.store import hotline_events, parked, progress, statements
from service.wire import times
from service.wire.incoming import decode_hotline
from service.wire.records import Reason, Record
from tests.apply.staging import NINE, TENANT, after, key, record, staged

HOTLINE = "hotline.events.v1"
AUDIT = {"by": "anna", "reason": "asked the exchange"}
POLICY = (
    (Path(__file__).parents[2] / "examples" / "policies" / "hotline.yaml")
    .read_text()
    .replace("tenant: hotline", f"tenant: {TENANT}")
    .replace("2026-01-01T00:00:00+08:00", "2000-01-01T00:00:00Z")
)
MINUTE = 1 / 60


@pytest.fixture
async def stage(database):
    async with staged(database, policy=False, rules_of=Rulebook()) as one:
        await one.ask(register_policy, read(POLICY, name="hotline"), POLICY, [], at=NINE)
        yield one


def fact(
    type_: str, hours: float, /, subject: str = "c1", *, id_: str = "", tenant: str = TENANT, **told
) -> Record:
    """A record of a fact so many hours after nine, which the broker got `recorded` hours after nine, or then."""
    stamp = after(told.pop("recorded", hours))
    told = {
        name.rstrip("_"): times.write(after(value)) if name in {"from_", "to"} else value
        for name, value in told.items()
    }
    context = {
        "id": id_ or f"{subject}-{type_}-{hours}", "source": "pbx", "specversion": "1.0", "subject": subject,
        "type": f"slaclock.{type_}.v1", "time": times.write(after(hours)), "tenant": tenant,
    }  # fmt: skip
    headers = (("content-type", b"application/json"), *((f"ce_{k}", v.encode()) for k, v in context.items()))
    value = json.dumps({"attributes": told}).encode()
    return Record(HOTLINE, 0, -1, stamp, subject.encode(), value, headers)


def offered(hours: float = 0, subject: str = "c1", queue: str = "faults") -> Record:
    return fact("call.offered", hours, subject, queue=queue)


def broken(hours: float, key_: bytes | None = b"c1", kind: str = "call.offered") -> Record:
    """A record that cannot be read: its data is none."""
    one = fact(kind, hours)
    headers = tuple((n, v) for n, v in one.headers if key_ is not None or n not in {"ce_subject", "ce_type"})
    return replace(one, key=key_, value=b"[", headers=headers)


class Line:
    """The partition of the hotline, on a stage."""

    def __init__(self, stage) -> None:
        self.stage = stage
        self.end = 0

    async def tell(self, *records: Record):
        if not self.end:
            async with self.stage.db.transaction() as tx:
                self.epoch = (await progress.own(tx, HOTLINE, [0]))[0].epoch
        put = tuple(replace(one, offset=self.end + n) for n, one in enumerate(records))
        piece = Slice(
            topic=HOTLINE, part=0, epoch=self.epoch, first=self.end, next=self.end + len(put), records=put
        )
        applied = await self.stage.door.apply_hotline(piece)
        self.end = piece.next
        return applied

    async def kept(self, kind: str) -> set[str]:
        told = await self.stage.ask(hotline_events.told, TENANT, kind, since=0, upto=after(1000))
        return {event.id for event in told}


@pytest.fixture
def line(stage):
    return Line(stage)


async def at(stage, hours: float) -> None:
    await stage.prove(hours)
    await stage.settle()


async def tickets(stage) -> set[str]:
    async with stage.db.transaction() as tx:
        return {name for (name,) in await tx.rows(text("SELECT ticket FROM ticket"))}


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

    # Taken at 0.6 h: late for half an hour since 0.01 h, in time for four hours.
    expected = {"breach", "escalation", "verdict late", "verdict met"}
    for name in names:
        held = {each.removeprefix(f"call:{name} ") for each in await stage.in_force(f"call:{name}")}
        assert {"verdict late", "verdict met"} <= held
        assert {each for each in held if not each.startswith(("warn", "due"))} <= expected


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
    async with staged(database, policy=False, rules_of=Rulebook(), limits=limits) as stage:
        await stage.ask(register_policy, read(POLICY, name="hotline"), POLICY, [], at=NINE)
        line = Line(stage)
        facts = [fact("call.missed", hours) for hours in (0.1, 0.2, 0.3)]
        first, again = await line.tell(*facts), await line.tell(*facts)

    assert (first.applied, first.duplicates, dict(first.parked)) == (2, 0, {Reason.TOO_MANY_EVENTS: 1})
    assert (again.applied, again.duplicates, dict(again.parked)) == (0, 2, {Reason.TOO_MANY_EVENTS: 1})

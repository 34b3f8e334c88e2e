"""Required sources: one that is silent withholds the verdicts that need it and no others; gaps are told of.

Nine o'clock is the origin of hours. Three promises of an hour: `free`, `desk` needs the desk, which reports that it is
alive, `both` the desk and the field, which is never silent for longer than a quarter of an hour.
"""

from dataclasses import replace

import pytest
from sqlalchemy import text

from service.apply import NotParked, Rulebook
from service.apply.hearing import Heard
from service.apply.registration import register_policy
from service.rules import read
from service.sla.policy import Policy, Rules, Source
from service.store import parked, rechecks, sources, statements, waits
from service.wire.incoming import decode
from service.wire.records import Accepted, Reason
from tests.apply.staging import (
    NINE,
    SOURCES,
    TENANT,
    TOPIC,
    after,
    garbage,
    key,
    record,
    source_record,
    staged,
)

AUDIT = {"by": "anna", "reason": "asked the desk"}

POLICY = """
policy: desk
version: "1"
effective_from: 2000-01-01T00:00:00Z
tenant: harbour
zone: UTC
sources:
  desk: {source: desk, alive: true}
  field: {source: field, silent_after: 15m}
targets:
  free: {stop: resolved, budget: 1h}
  desk: {stop: resolved, budget: 1h, requires: desk}
  both: {stop: resolved, budget: 1h, requires: [desk, field]}
"""


@pytest.fixture
async def stage(database):
    async with staged(database, policy=False, rules_of=Rulebook()) as one:
        await one.ask(register_policy, read(POLICY, name="desk"), POLICY, [], at=NINE)
        yield one


def alive(hours: float, complete_to: float, **more):
    return source_record("alive", hours, complete_to=complete_to, **more)


async def heard(stage, hours: float) -> None:
    await stage.send(record("F", "opened", hours, source="field", id_=f"f{hours}"))


async def missed(stage, ticket: str = "A") -> set[str]:
    """The targets breached, with `?` behind those that are unproven."""
    found = await stage.ask(statements.said, [key(ticket)])
    return {
        one.statement.target + "?" * ("unproven" in one.statement.remarks)
        for one in found[key(ticket)].values()
        if one.statement.name == "breach" and not one.withdrawn
    }


async def at(stage, hours: float) -> None:
    await stage.prove(hours)
    await stage.settle()


async def cap(stage, source: str) -> float | None:
    shown = (await stage.ask(sources.shown)).get((TENANT, source), sources.Shown())
    return None if shown.cap is None else (shown.cap - NINE) / (after(1) - NINE)


# --- who waits ------------------------------------------------------------------------------------


async def test_a_silent_source_stops_what_needs_it_and_its_return_says_everything(stage):
    await stage.send(record("A", "opened", 0))
    await at(stage, 2)
    assert await missed(stage) == {"free"}

    await stage.report(alive(2, 1.9))
    await at(stage, 2.1)
    assert await missed(stage) == {"free", "desk"}

    await heard(stage, 2.1)
    await at(stage, 2.2)
    assert await missed(stage) == {"free", "desk", "both"}


async def test_a_restart_in_between_changes_nothing(database, stage):
    await stage.send(record("A", "opened", 0))
    await at(stage, 2)
    await stage.report(alive(2, 1.9))
    async with staged(database, policy=False, rules_of=Rulebook()) as other:
        await at(other, 2.1)

    assert await missed(stage) == {"free", "desk"}


async def test_what_is_there_is_said_at_once(stage):
    await stage.send(record("A", "opened", 0), record("A", "resolved", 0.5))

    assert await stage.in_force("A") == {"A verdict met"}


async def test_a_stop_that_a_source_told_late_leaves_nothing_to_take_back(stage):
    """That is what it is for: without the wait `desk` would have been breached and withdrawn."""
    await stage.send(record("A", "opened", 0))
    await at(stage, 2)
    await stage.send(record("A", "resolved", 0.9, recorded=2))
    await stage.report(alive(2.1, 2))
    await at(stage, 3)
    found = await stage.ask(statements.ledger, key("A"))

    assert {entry.said.statement.target for entry in found if entry.said.withdrawn} == {"free"}


async def test_wake_ups_wait_and_are_claimed_once(stage):
    await stage.send(record("A", "opened", 0))
    await at(stage, 2)
    assert (await stage.door.wake(10)).claimed == 0
    await stage.report(alive(2, 0.5))
    await stage.prove(2.1)
    assert (await stage.door.wake(10)).claimed == 0
    await stage.report(alive(2.1, 1.5))
    await stage.prove(2.2)
    woken = await stage.door.wake(10)
    assert (woken.claimed, woken.changed, woken.for_nothing) == (1, 1, 0)
    assert (await stage.door.wake(10)).claimed == 0
    await heard(stage, 2.2)
    await at(stage, 2.3)
    async with stage.db.transaction() as tx:
        rows = await tx.rows(text("SELECT ticket FROM ticket_wait WHERE ticket = 'A'"))
    assert rows == []


async def test_claims_are_bounded_and_leave_out_who_is_locked(stage):
    await stage.send(*(record(f"T{n}", "opened", 0) for n in range(7)))
    await at(stage, 2)
    await stage.report(alive(2, 1.9))
    await stage.prove(2.1)

    claimed = [(await stage.door.wake(3)).claimed for _ in range(4)]

    assert claimed == [3, 3, 1, 0]
    for n in range(7):
        assert await missed(stage, f"T{n}") == {"free", "desk"}


# --- how far a source is complete -----------------------------------------------------------------


async def test_a_report_counts_once_w_has_passed_its_record(stage):
    await stage.report(alive(1, 0.5), alive(3, 2.5))
    await stage.prove(2)
    assert await cap(stage, "desk") == 0.5
    await stage.prove(3)
    assert await cap(stage, "desk") == 0.5
    await stage.prove(3.1)
    assert await cap(stage, "desk") == 2.5


async def test_reports_in_any_order_and_several_times(stage):
    await stage.report(alive(2, 1.5), alive(2, 1.5), alive(1, 1.8), alive(1.5, 1))
    await stage.prove(3)

    assert await cap(stage, "desk") == 1.5


async def test_nobody_is_complete_beyond_the_instant_at_which_he_says_so(stage):
    await stage.report(alive(1, 7))
    await stage.prove(2)

    assert await cap(stage, "desk") == 1


async def test_a_source_that_must_not_be_silent_is_complete_a_while_after_its_last_record(stage):
    await heard(stage, 1)
    await stage.prove(2)
    assert await cap(stage, "field") == 1.25
    await heard(stage, 1.5)
    await stage.prove(2)
    assert await cap(stage, "field") == 1.75


async def test_a_record_from_beyond_w_is_heard_up_to_w(stage):
    await heard(stage, 5)
    await stage.prove(2)

    assert await cap(stage, "field") == 2.25


async def test_caps_never_go_back(stage):
    await stage.report(alive(1, 0.9))
    await stage.prove(2)
    await stage.report(alive(2, 0.5), source_record("outage", 2.1, recorded=0.2, reason="disk"))
    await stage.prove(3)

    assert await cap(stage, "desk") == 0.9


# --- outages --------------------------------------------------------------------------------------


def outage(hours: float = 0.8, **more):
    return source_record("outage", hours, outage="o", reason="disk full", **more)


def ended(hours: float, **more):
    return source_record("outage_ended", hours, outage="o", **more)


async def test_while_a_source_is_down_what_needs_it_waits(stage):
    await stage.send(record("A", "opened", 0))
    await stage.report(outage(), alive(1.5, 1.4))
    await at(stage, 2)
    assert (await missed(stage), await cap(stage, "desk")) == ({"free"}, 0.8)

    await stage.report(ended(2.1, recovered=True))
    await at(stage, 2.2)
    assert await missed(stage) == {"free", "desk"}


async def test_what_lies_in_an_outage_that_is_told_of_late_waits_although_the_source_calls_itself_complete(
    stage,
):
    await stage.send(record("A", "opened", 0))
    await stage.report(outage(2, from_=0.5), alive(2.5, 2.4))
    await at(stage, 3)
    assert (await missed(stage), await cap(stage, "desk")) == ({"free"}, 0.5)

    await stage.report(ended(3.1))
    await at(stage, 3.2)
    assert await missed(stage) == {"free", "desk?"}


async def test_what_was_not_made_good_leaves_what_was_decided_over_it_unproven(stage):
    await stage.send(record("A", "opened", 0), record("B", "opened", 1.5))
    await stage.report(outage(from_=0.6), ended(1.2), alive(4, 3.9))
    await heard(stage, 4)
    await at(stage, 4.1)

    assert await missed(stage) == {"free", "desk?", "both?"}
    assert await missed(stage, "B") == {"free", "desk", "both"}


async def test_an_outage_found_out_afterwards_revises_what_was_said(stage):
    await stage.send(record("A", "opened", 0), record("B", "opened", 3))
    await stage.report(alive(5, 4.9))
    await at(stage, 5.1)
    assert await missed(stage) == {"free", "desk"}

    await stage.report(outage(5.2, from_=0.5, to=0.7))
    await at(stage, 5.3)
    assert await missed(stage) == {"free", "desk"}
    await stage.report(ended(5.4))
    await at(stage, 5.5)
    assert await missed(stage) == {"free", "desk?"}
    assert await missed(stage, "B") == {"free", "desk"}

    await stage.report(source_record("voided", 5.6, event="desk-outage-5.2"))
    await at(stage, 5.7)
    assert await missed(stage) == {"free", "desk"}
    revisions = [
        e.said.rev for e in await stage.ask(statements.ledger, key("A")) if e.said.statement.target == "desk"
    ]
    assert revisions == [1, 2, 3]


async def test_an_outage_told_twice_counts_once(stage):
    first = await stage.report(outage(), outage())
    second = await stage.report(outage(), outage(0.8, from_=0.1))

    assert (first.applied, first.duplicates) == (1, 1)
    assert (second.duplicates, second.parked) == (1, {Reason.ID_REUSED: 1})


# --- records of nobody ----------------------------------------------------------------------------


def nobodys(hours: float):
    return replace(garbage("A", hours, b"\xff"), key=None)


async def test_a_record_that_nobody_can_attribute_leaves_breaches_over_it_unproven(stage):
    await stage.send(record("A", "opened", 0), nobodys(0.5), record("B", "opened", 0.6))
    await at(stage, 2)
    assert (await missed(stage), await missed(stage, "B")) == ({"free?"}, {"free"})

    await stage.door.drop(TOPIC, 0, 1, **AUDIT)
    await stage.settle()
    assert await missed(stage) == {"free"}


async def test_one_that_comes_late_revises_what_was_said(stage):
    await stage.send(record("A", "opened", 0), record("B", "opened", 1))
    await at(stage, 3)
    assert await missed(stage) == {"free"}
    await stage.send(nobodys(0.5))
    await stage.settle()

    assert (await missed(stage), await missed(stage, "B")) == ({"free?"}, {"free"})


async def test_released_it_is_no_gap_any_more(database):
    lesson = False

    def learning(one, **how):
        return decode(replace(record("A", "noted", 0.5), offset=one.offset) if lesson else one, **how)

    async with staged(database, policy=False, rules_of=Rulebook(), decode=learning) as stage:
        await stage.ask(register_policy, read(POLICY, name="desk"), POLICY, [], at=NINE)
        await stage.send(record("A", "opened", 0), nobodys(0.5))
        await at(stage, 2)
        assert await missed(stage) == {"free?"}
        lesson = True
        await stage.door.release(TOPIC, 0, 1, **AUDIT)
        await stage.settle()
        assert await missed(stage) == {"free"}


async def test_a_record_of_another_tenant_is_no_gap_here(stage):
    await stage.send(record("A", "opened", 0), replace(garbage("A", 0.5, tenant="forest"), key=None))
    await at(stage, 2)

    assert await missed(stage) == {"free"}


# --- what cannot be read --------------------------------------------------------------------------


async def test_a_record_about_sources_that_cannot_be_read_holds_w(stage):
    await stage.send(record("A", "opened", 0))
    applied = await stage.report(source_record("outage", 0.5), alive(0.6, 0.5))
    stands = await stage.prove(2)

    assert (applied.applied, applied.parked) == (1, {Reason.BAD_DATA: 1})
    assert (stands.at, stands.frozen) == (None, f"shared_parked {SOURCES}:0:0")
    await stage.door.drop(SOURCES, 0, 0, **AUDIT)
    assert (await stage.prove(2)).at == after(2)
    with pytest.raises(NotParked):
        await stage.door.release(SOURCES, 0, 0, **AUDIT)


async def test_released_it_counts(stage):
    await stage.send(record("A", "opened", 0))
    await stage.report(alive(2, 1.9, text="x" * 300_000), outage(0.5, text="x" * 300_000))
    for offset in (0, 1):
        await stage.door.release(SOURCES, 0, offset, **AUDIT)
    await at(stage, 2.1)

    assert (await missed(stage), await cap(stage, "desk")) == ({"free"}, 0.5)
    assert await stage.ask(parked.browse) == []


# --- not more often than needed -------------------------------------------------------------------


def test_a_source_is_noted_again_a_second_later():
    rules = {TENANT: Rules((Policy(
        id="p", version="1", tenant=TENANT, effective_from=0, targets=(), sources={"field": Source(silent_after=1)},
    ),))}  # fmt: skip
    one = record("A", "opened", 0, source="field")

    def accepted(offset: int) -> Accepted:
        found = decode(replace(one, timestamp=NINE + offset), tenant=TENANT, ahead=0, max_bytes=9_999)
        assert isinstance(found, Accepted)
        return found

    book = Heard()
    assert book.news([accepted(0), accepted(5)], rules) == {(TENANT, "field"): NINE + 5}
    book.noted({(TENANT, "field"): NINE + 5})
    assert book.news([accepted(1_000_004)], rules) == {}
    assert book.news([accepted(1_000_005)], rules) == {(TENANT, "field"): NINE + 1_000_005}
    assert book.news([accepted(9_000_000)], {}) == {}


async def test_an_order_to_judge_again_goes_on_after_a_restart(stage):
    names = [f"T{n}" for n in range(40)]
    await stage.send(*(record(name, "opened", 0) for name in names), nobodys(0.5))
    await at(stage, 2)
    stage.door._tools = replace(stage.door._tools, limits=replace(stage.door._tools.limits, marked_at_once=7))
    await stage.door.drop(TOPIC, 0, 40, **AUDIT)
    assert [(await stage.door.wake(1)).more for _ in range(3)] == [True] * 3
    assert (await stage.ask(rechecks.take)).bucket > 0
    await stage.settle(5)

    assert {frozenset(await missed(stage, name)) for name in names} == {frozenset({"free"})}
    assert await stage.ask(rechecks.take) is None
    assert await stage.ask(waits.claim, after(9), 100) == []

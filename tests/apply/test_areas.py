"""Force majeure declared once: every ticket that it bears on is judged again, nobody else, and nobody is missed.

Nine o'clock is the origin of hours. Promises are of an hour (`one_hour`): opened at nine and not stopped a ticket is warned
of at half past nine and breached at ten; an exclusion of half an hour in between moves both by that half hour.
"""

import asyncio
import json
import random
from dataclasses import replace

import pytest
from sqlalchemy import text

from service.apply import Fenced, Limits, NotParked, StillUnfit
from service.sla.history import History, key_of
from service.sla.judge import judge
from service.sla.policy import Policy, Rules
from service.store import areas, marks, parked, progress, statements
from service.store.car_park import State
from service.wire.incoming import decode, decode_area
from service.wire.records import Reason, Record
from tests.apply.staging import (
    AREAS,
    TENANT,
    TOPIC,
    after,
    area_record,
    key,
    one_hour,
    record,
    register,
    staged,
)

AUDIT = {"by": "anna", "reason": "asked the duty officer"}

#: From a quarter past nine to a quarter to ten.
HALF_AN_HOUR = (0.25, 0.75)


def storm(hours: float = 0.2, span=HALF_AN_HOUR, **more) -> Record:
    return area_record("excluded", hours, span=span, **more)


def over(hours: float, **more) -> Record:
    return area_record("exclusion_withdrawn", hours, **more)


def opened(ticket: str, hours: float = 0, area: object = "north", **more) -> Record:
    return record(ticket, "opened", hours, area=area, **more)


def unreadable(hours: float = 0.2) -> Record:
    return replace(storm(hours), value=b"{")


async def causes(stage, ticket: str) -> dict[str, str | None]:
    """By revision the id of the event that made it necessary."""
    entries = await stage.ask(statements.ledger, key(ticket))
    return {f"{e.said.statement.name} {e.said.rev}": e.cause and e.cause[1] for e in entries}


# --- declared before, during, after ---------------------------------------------------------------


async def test_declared_before_the_ticket_came(stage):
    await stage.tell(storm(-1))
    await stage.send(opened("A"), opened("B", area="south"))
    await stage.prove(1.4)
    await stage.settle()
    assert await stage.in_force("A", "B") == {"A half", "B half", "B breach"}

    await stage.prove(1.6)
    await stage.settle()
    assert await stage.in_force("A") == {"A half", "A breach"}


async def test_declared_while_the_promise_runs(stage):
    await stage.send(opened("A"))
    await stage.prove(0.4)
    await stage.settle()
    await stage.tell(storm(0.45))
    await stage.settle()

    await stage.prove(1.4)
    await stage.settle()
    assert await stage.in_force("A") == {"A half"}
    await stage.prove(1.6)
    await stage.settle()
    assert await stage.said("A") == ["half 1", "breach 1"]


async def test_declared_afterwards_takes_a_breach_back_and_withdrawn_it_is_there_again(stage):
    await stage.send(opened("A"), record("A", "resolved", 1.3))
    await stage.prove(2)
    await stage.settle()
    said = await stage.ask(statements.said, [key("A")])
    assert await stage.in_force("A") == {"A half", "A breach", "A verdict late"}

    await stage.tell(storm(2))
    await stage.settle()
    assert await stage.in_force("A") == {"A half", "A verdict met"}

    await stage.tell(over(2.1))
    await stage.settle()
    again = await stage.ask(statements.said, [key("A")])
    assert {id_: one.statement for id_, one in again[key("A")].items()} == {
        id_: one.statement for id_, one in said[key("A")].items()
    }
    # The warning is said later while the exclusion stands, so it has three revisions as well.
    assert sorted(await stage.said("A")) == [
        "breach 1", "breach 2 withdrawn", "breach 3", "half 1", "half 2", "half 3",
        "verdict 1 late", "verdict 2 met", "verdict 3 late",
    ]  # fmt: skip


async def test_what_areas_changed_names_their_event_as_its_cause(stage):
    await stage.send(opened("A"))
    await stage.prove(1.1)
    await stage.settle()
    assert await causes(stage, "A") == {"half 1": None, "breach 1": None}

    await stage.tell(
        storm(1.1, id_="a-1"), area_record("excluded", 1.2, name="flood", area="south", id_="a-2")
    )
    await stage.settle()
    assert (await causes(stage, "A"))["breach 2"] == "a-1"
    await stage.tell(over(1.3, id_="a-3"))
    await stage.settle()
    assert (await causes(stage, "A"))["breach 3"] == "a-3"


async def test_what_time_changed_meanwhile_does_not_name_it(stage):
    """Marked because of the area and judged when W has passed its due as well."""
    await stage.send(opened("A"), opened("B", 0.5))
    await stage.prove(0.1)
    await stage.tell(storm(0.1, span=(5, 6), id_="a-1"))
    await stage.prove(2)
    await stage.settle()

    assert await causes(stage, "A") == {"half 1": None, "breach 1": None}


async def test_what_a_withdrawal_makes_due_names_it_although_it_was_never_said(stage):
    await stage.send(opened("A"))
    await stage.tell(storm(0.1, span=(0.2, None)))
    await stage.prove(5)
    await stage.settle()
    assert await stage.said("A") == []
    async with stage.db.transaction() as tx:
        assert (await tx.run(text("SELECT due FROM promise"))).scalar_one() is None

    await stage.tell(over(5, id_="end"))
    await stage.settle()
    assert await causes(stage, "A") == {"half 1": "end", "breach 1": "end", "head 1": "end"}


async def test_an_event_of_the_ticket_after_it_is_the_cause_of_what_it_did(stage):
    await stage.tell(storm(0.1, id_="a-1"))
    await stage.send(opened("A"), record("A", "resolved", 1.3, id_="stop"))

    assert await causes(stage, "A") == {"verdict 1": "stop"}


async def test_the_area_is_told_in_the_words_of_the_policy(database):
    """A ticket that comes into the area, and one that left it before."""
    async with staged(database) as stage:
        await stage.tell(storm(-1))
        await stage.send(opened("A", area="south"), record("A", "reclassified", 0.5, area="north"))
        await stage.send(opened("B"), record("B", "reclassified", 0.2, area="south"))
        await stage.send(opened("C", area=7), opened("D", area=["north"]), opened("E", area=None))
        await stage.prove(1.2)
        await stage.settle()
        # A lost a quarter of an hour, which leaves its due at a quarter past ten; the others lost nothing.
        assert {line for line in await stage.in_force(*"ABCDE") if "breach" in line} == {
            f"{ticket} breach" for ticket in "BCDE"
        }
        async with stage.db.transaction() as tx:
            rows = await tx.rows(text("SELECT ticket, areas FROM ticket ORDER BY ticket"))
        assert {ticket: sorted(found) for ticket, found in rows} == {
            "A": ["north", "south"], "B": ["north", "south"], "C": ["7"], "D": [], "E": [],
        }  # fmt: skip


async def test_an_area_that_no_exclusion_can_name_is_no_area(stage):
    long = "x" * 3_000
    await stage.send(opened("A", area=long), opened("B", area="a\u001fb"))

    async with stage.db.transaction() as tx:
        assert set((await tx.run(text("SELECT areas FROM ticket"))).scalars().all()[0]) == set()


# --- who is judged again --------------------------------------------------------------------------


async def test_the_first_word_about_areas_has_every_ticket_of_the_tenant_judged(stage):
    """A release without areas did not note where its tickets are."""
    await stage.ask(register, "forest")
    await stage.send(opened("A"), opened("B", area="south"), opened("C", tenant="forest"))
    await stage.prove(0.1)
    async with stage.db.transaction() as tx:
        await tx.run(text("UPDATE ticket SET areas = '{}', settled_at = NULL"))

    await stage.tell(storm(0.1))

    assert await stage.settle() == 2
    async with stage.db.transaction() as tx:
        rows = await tx.rows(text("SELECT ticket, areas FROM ticket ORDER BY ticket"))
    assert [tuple(row) for row in rows] == [("A", ["north"]), ("B", ["south"]), ("C", [])]


async def begin(stage, *records: Record) -> None:
    """Tickets that know that there are areas, and nothing that bears on them."""
    await stage.tell(storm(-9, name="long ago", span=(-9, -8), area="nowhere"))
    await stage.send(*records)
    await stage.prove(0.1)
    await stage.settle()


async def test_afterwards_only_tickets_that_it_bears_on_are(stage):
    """Not those of other areas and tenants, nor those that were through before; whoever was judged since is not either."""
    await stage.ask(register, "forest")
    await begin(
        stage,
        opened("open"),
        opened("south", area="south"),
        opened("forest", tenant="forest"),
        opened("early", -3), record("early", "resolved", -2.9),
        opened("late", -3), record("late", "resolved", 0.3),
        opened("went", -3), record("went", "reclassified", -2.9, area="south"),
    )  # fmt: skip
    await stage.tell(storm(0.1))
    await stage.send(record("open", "noted", 0.15))

    assert await stage.settle() == 2  # `late`, and `went`, whose promise is open

    await stage.tell(storm(0.2, span=(-2.95, 0.1), name="early on"))
    assert await stage.settle() == 4


async def test_withdrawn_and_changed_it_touches_those_of_all_its_declarations(stage):
    await begin(stage, opened("N"), opened("S", area="south"), opened("W", area="west"))
    await stage.tell(storm(0.1))
    assert await stage.settle() == 1
    await stage.tell(storm(0.12, area=["south"]))
    assert await stage.settle() == 2
    await stage.tell(over(0.14, id_="o"))
    assert await stage.settle() == 2
    await stage.tell(area_record("voided", 0.16, event="o"))
    assert await stage.settle() == 2
    await stage.tell(area_record("voided", 0.18, event="nothing"), over(0.18, name="nothing"))
    assert await stage.settle() == 0


async def test_what_makes_a_ticket_due_is_bounded_and_goes_on_after_a_restart(database):
    """A process that ends in the middle: the next one begins again and passes over what is done."""
    limits = Limits(tenant=TENANT, marked_at_once=10)
    async with staged(database, limits=limits) as stage:
        names = [f"T{n}" for n in range(95)]
        await begin(stage, *map(opened, names))
        await stage.tell(storm(0.1))
        judged = [await stage.door.wake(7) for _ in range(4)]
        assert [(each.claimed, each.marked) for each in judged] == [(0, 10), (7, 10), (7, 10), (7, 10)]

        async with staged(database, limits=limits, policy=False) as other:
            rest = await other.settle(7)

        assert sum(each.claimed for each in judged) + rest == len(names)
        assert await stage.ask(areas.pending) is None
        await stage.prove(1.2)
        await stage.settle()
        assert not [line for line in await stage.in_force(*names) if "breach" in line]


async def test_events_that_come_while_tickets_are_made_due_are_seen_to_afterwards(database):
    async with staged(database, limits=Limits(tenant=TENANT, marked_at_once=10)) as stage:
        names = [f"T{n}" for n in range(40)]
        await stage.send(*map(opened, names))
        await stage.prove(0.1)
        await stage.tell(storm(0.1))
        await stage.door.wake(100)
        await stage.tell(storm(0.1, name="flood", span=(0.75, 1.25)))
        await stage.settle()
        await stage.prove(1.9)
        await stage.settle()

        assert not [line for line in await stage.in_force(*names) if "breach" in line]
        await stage.prove(2.1)
        await stage.settle()
        assert len([line for line in await stage.in_force(*names) if "breach" in line]) == 40


async def test_several_clocks_share_the_work(stage):
    names = [f"T{n}" for n in range(150)]
    await begin(stage, *map(opened, names))
    stage.door._tools = replace(stage.door._tools, limits=Limits(tenant=TENANT, marked_at_once=20))
    stage.door._sweep._tools = stage.door._tools
    await stage.tell(storm(0.1))

    assert sum(await asyncio.gather(*(stage.settle(9) for _ in range(4)))) == 150


# --- races ----------------------------------------------------------------------------------------


async def in_flight(stage, *records: Record) -> None:
    """Tickets are judged in a transaction that cannot commit yet, while `storm` comes and a clock takes its turns."""
    async with stage.db.transaction() as tx:
        await tx.run(text("LOCK TABLE event IN SHARE MODE"))
        judging = asyncio.create_task(stage.send(*records))
        await stage.until_blocked()
        telling = asyncio.create_task(stage.tell(storm(0.1)))
        await asyncio.wait({telling}, timeout=0.5)
        sweeping = asyncio.create_task(stage.settle())
        await asyncio.wait({sweeping}, timeout=0.5)
    await asyncio.gather(judging, telling, sweeping)
    await stage.settle()


@pytest.mark.parametrize(
    "records",
    [
        [record("A", "noted", 0.1)],  # judged, without the event, under its lock
        [opened("B"), opened("C")],  # made meanwhile
        [record("S", "reclassified", 0.05, area="north")],  # moved there meanwhile
    ],
)
async def test_a_ticket_that_is_judged_while_an_exclusion_comes_is_judged_again(stage, records):
    await begin(stage, opened("A"), opened("S", area="south"))
    await in_flight(stage, *records)

    judged = {one.key.decode() for one in records} | {"A"}
    async with stage.db.transaction() as tx:
        rows = await tx.rows(text("SELECT ticket, due FROM promise"))
    assert {row.ticket: row.due for row in rows if row.ticket in judged} == dict.fromkeys(judged, after(1.5))


def by_the_core(told: list[Record], said: list[Record], hours: float) -> dict[str, object]:
    """Every statement in force of the whole histories at once, by id."""
    events, shared = (
        [read(one, tenant=TENANT, ahead=1 << 60, max_bytes=1 << 20).event for one in records]
        for read, records in ((decode, told), (decode_area, said))
    )
    recorded = {key_of(event): one.timestamp for event, one in zip(events, told, strict=True)}
    rules = Rules((Policy(id="p", version="1", tenant=TENANT, effective_from=0, targets=(one_hour(),)),))
    return {
        statement.id: statement
        for ticket in {event.ticket for event in events}
        for statement in judge(
            History(tuple(e for e in events if e.ticket == ticket), (), tuple(shared), recorded=recorded),
            rules,
            after(hours),
        ).statements
    }


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_comes_at_the_same_time_ends_in_what_the_core_says_of_it_all(database, seed):
    """Tickets, exclusions, withdrawals and clocks beside each other, each kind in any order."""
    chance = random.Random(seed)
    told = [opened(f"T{n}", n / 1000, chance.choice(["north", "south"])) for n in range(120)]
    told += [record(f"T{n}", "resolved", n / 1000 + 1.2, recorded=3) for n in range(0, 120, 3)]
    told += [record(f"T{n}", "reclassified", 0.3, area="south") for n in range(0, 120, 7)]
    said = [
        storm(0.2),
        storm(0.3, name="flood", area=["south", "north"], span=(0.4, 0.9)),
        over(0.4, name="flood"),
        storm(0.5, span=(0.25, 0.5)),
        storm(0.6, name="snow", area="south", span=(0.8, None)),
        storm(0.7, name="snow", area="south", span=(0.8, 1.1)),
        area_record("voided", 0.8, event="flood-exclusion_withdrawn-0.4"),
    ]
    chance.shuffle(told)
    chance.shuffle(said)
    async with staged(database, limits=Limits(tenant=TENANT, marked_at_once=15)) as stage:

        async def publish() -> None:
            for first in range(0, len(told), 11):
                await stage.send(*told[first : first + 11])

        async def declare() -> None:
            for one in said:
                await stage.tell(one)

        async def sweep() -> None:
            for n in range(25):
                await stage.prove(n / 12)
                await stage.door.wake(20)

        await asyncio.gather(publish(), declare(), sweep(), sweep())
        await stage.prove(9)
        await stage.settle()
        found = await stage.ask(statements.said, [key(f"T{n}") for n in range(120)])

    in_force = {
        one.statement.id: one.statement
        for each in found.values()
        for one in each.values()
        if not one.withdrawn
    }
    assert in_force == by_the_core(told, said, 9)


async def test_judging_does_not_wait_for_tickets_to_be_made_due(stage):
    """Ingest goes on while the rows of a whole area are locked for being made due, as far as they are not the same."""
    await begin(stage, opened("A"), opened("S", area="south"))
    await stage.tell(storm(0.1))
    async with stage.db.transaction() as tx:
        assert await marks.mark_areas(tx, TENANT, ["north"], since=0, upto=99, limit=10) == 1
        await stage.send(record("S", "noted", 0.2))


# --- every event once -----------------------------------------------------------------------------


async def test_an_event_told_twice_counts_once(stage):
    await begin(stage, opened("A"))
    one = storm(0.1)
    structured = replace(
        one,
        headers=(("content-type", b"application/cloudevents+json"),),
        value=json.dumps(
            {name.removeprefix("ce_"): value.decode() for name, value in one.headers if name[:3] == "ce_"}
            | {"data": json.loads(one.value)}
        ).encode(),
    )
    first, second = await stage.tell(one, one), await stage.tell(structured)

    assert (first.applied, first.duplicates, second.applied, second.duplicates) == (1, 1, 0, 1)
    assert await stage.settle() == 1
    assert (await stage.door.wake(10)).marked == 0


async def test_the_same_id_of_another_tenant_or_source_is_another_event(stage):
    same = {"id_": "a-1"}
    applied = await stage.tell(storm(**same), storm(tenant="forest", **same), storm(source="b", **same))

    assert applied.applied == 3


async def test_the_same_id_about_another_exclusion_is_other_content(stage):
    applied = await stage.tell(storm(id_="a-1"), storm(id_="a-1", name="flood"))

    assert (applied.applied, applied.parked) == (1, {Reason.ID_REUSED: 1})


async def test_two_owners_apply_a_slice_once(stage):
    async with stage.db.transaction() as tx:
        await progress.own(tx, AREAS, [0])
    with pytest.raises(Fenced, match="is not at 0 with epoch 1"):
        await stage.tell(storm())

    assert await stage.ask(areas.revision) == 0


class KilledError(Exception):
    pass


@pytest.mark.parametrize("step", ["held alone", "appended", "progress advanced"])
async def test_a_failure_after_any_step_leaves_nothing_and_a_repetition_makes_good(database, step):
    fatal = None

    def fail(done: str) -> None:
        if done == fatal:
            raise KilledError

    async with staged(database, after_step=fail) as stage:
        await begin(stage, opened("A"))
        before = await stage.ask(areas.revision)
        fatal = step
        with pytest.raises(KilledError):
            await stage.tell(storm(0.1), unreadable())
        fatal = None

        assert await stage.ask(areas.revision) == before
        assert await stage.ask(progress.position, AREAS, 0) == progress.Position(1, 1)
        assert await stage.parked() == []
        assert (await stage.tell(storm(0.1))).applied == 1
        assert await stage.settle() == 1


async def test_areas_of_a_tenant_without_a_policy_wait_for_it(stage):
    await stage.tell(storm(0.1, tenant="forest"))
    await stage.settle()
    await stage.send(opened("A", tenant="forest"))
    await stage.prove(1.4)
    await stage.settle()
    await stage.ask(register, "forest")
    await stage.settle()

    entries = await stage.ask(statements.ledger, key("A", "forest"))
    assert [entry.said.statement.name for entry in entries] == ["half"]


# --- a record that cannot be read holds W ---------------------------------------------------------


async def test_a_record_about_areas_that_cannot_be_read_freezes_w_and_nothing_else_stops(stage):
    await begin(stage, opened("A"), opened("B"))
    before = (await stage.ask(progress.watermark)).at
    applied = await stage.tell(unreadable(), storm(0.3))
    await stage.send(record("B", "resolved", 0.9))
    stands = await stage.prove(3)
    await stage.settle()

    assert (applied.applied, applied.parked) == (1, {Reason.NOT_JSON: 1})
    assert (stands.at, stands.frozen) == (before, f"shared_parked {AREAS}:0:1")
    assert stands.reason == "shared_parked"
    assert await stage.in_force("A", "B") == {"B verdict met"}
    [row] = await stage.ask(parked.browse)
    assert (row.place, row.shared, row.tenant, row.ticket) == ((AREAS, 0, 1), True, TENANT, None)


async def test_dropped_with_a_reason_it_lets_w_go(stage):
    await begin(stage, opened("A"))
    await stage.tell(unreadable(), unreadable(0.3))
    await stage.door.drop(AREAS, 0, 1, **AUDIT)
    assert (await stage.prove(3)).frozen == f"shared_parked {AREAS}:0:2"
    await stage.door.drop(AREAS, 0, 2, **AUDIT)

    assert (await stage.prove(3)).at == after(3)
    await stage.settle()
    assert await stage.in_force("A") == {"A half", "A breach"}
    rows = await stage.ask(parked.browse, state=None)
    assert {(row.state, row.decided_by, row.decided_why) for row in rows} == {
        (State.DROPPED, "anna", "asked the duty officer")
    }
    with pytest.raises(NotParked):
        await stage.door.drop(AREAS, 0, 1, **AUDIT)


async def test_released_it_counts_and_lets_w_go(stage):
    """Too large for the door, small enough for whoever lets it in."""
    await begin(stage, opened("A"))
    big = storm(0.2, text="x" * 300_000)
    assert (await stage.tell(big)).parked == {Reason.TOO_LARGE: 1}

    released = await stage.door.release(AREAS, 0, 1, **AUDIT)

    assert not released.duplicate
    assert (await stage.prove(1.4)).at == after(1.4)
    await stage.settle()
    assert await stage.in_force("A") == {"A half"}


async def test_what_still_cannot_be_read_stays_and_w_stands(stage):
    await stage.tell(unreadable())
    with pytest.raises(StillUnfit) as told:
        await stage.door.release(AREAS, 0, 0, **AUDIT)

    assert told.value.reason is Reason.NOT_JSON
    assert (await stage.prove(1)).reason == "shared_parked"


async def test_a_reused_id_is_released_in_place_of_the_first_or_not_at_all(stage):
    await begin(stage, opened("A"))
    await stage.tell(storm(0.2, id_="a-1"), storm(0.2, id_="a-1", span=(0.25, 1.25)))
    with pytest.raises(StillUnfit):
        await stage.door.release(AREAS, 0, 2, **AUDIT)

    await stage.door.release(AREAS, 0, 2, replace=True, **AUDIT)

    await stage.prove(1.9)
    await stage.settle()
    assert await stage.in_force("A") == {"A half"}  # an hour was lost, of which the first said half an hour
    again = await stage.tell(storm(0.2, id_="a-1"), storm(0.2, id_="a-1", span=(0.25, 1.25)))
    assert again.duplicates == 2


async def test_a_record_ahead_of_its_time_holds_w_until_the_clock_is_there(stage):
    await begin(stage, opened("A"))
    before = (await stage.ask(progress.watermark)).at
    await stage.tell(storm(0.3, recorded=0.2))
    assert (await stage.prove(0.29)).at == before
    assert (await stage.door.wake(10)).released == 0
    assert (await stage.prove(0.31)).at == before
    assert (await stage.door.wake(10)).released == 1
    assert (await stage.prove(1.4)).at == after(1.4)

    await stage.settle()
    assert await stage.in_force("A") == {"A half"}
    [row] = await stage.ask(parked.browse, state=None)
    assert (row.state, row.decided_by, row.decided_why) == (
        State.RELEASED,
        "slaclock",
        "the clock has reached its time",
    )


async def test_one_that_even_then_does_not_fit_waits_for_a_person(stage):
    await begin(stage)
    await stage.tell(storm(0.1, id_="a-1"), storm(0.3, id_="a-1", recorded=0.2))
    await stage.prove(0.4)

    assert (await stage.door.wake(10)).released == 0
    assert await stage.parked() == [(2, "id_reused")]
    assert (await stage.door.wake(10)).released == 0


async def test_a_record_that_was_not_read_is_not_proved_around_by_another_prober(stage):
    """Its partition is proved, since it was read on; W must not pass whoever settles it."""
    await begin(stage)
    before = (await stage.ask(progress.watermark)).at
    await stage.tell(unreadable())
    await stage.ask(progress.prove, AREAS, {0: 2}, after(5))
    await stage.ask(progress.prove, TOPIC, {0: 0}, after(5))

    settled = await stage.ask(progress.settle_watermark, {TOPIC: [0], AREAS: [0]}, t0=after(5))

    assert (settled.at, settled.reason) == (before, "shared_parked")


async def test_data_that_the_database_refuses_are_parked_alone(stage, monkeypatch):
    real = areas.append

    async def touchy(tx, rows):
        if any(row.event.id == "poison" for row in rows):
            await tx.run(text("SELECT CAST('x' AS integer)"))
        await real(tx, rows)

    monkeypatch.setattr(areas, "append", touchy)
    applied = await stage.tell(storm(0.1), storm(0.2, id_="poison"), storm(0.3, name="flood"))

    assert (applied.applied, applied.parked) == (2, {Reason.NOT_JUDGED: 1})
    assert (await stage.prove(1)).frozen == f"shared_parked {AREAS}:0:1"

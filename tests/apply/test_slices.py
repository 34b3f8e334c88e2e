"""A slice, its effects and the new offset are one: all of it or nothing, once, by the owner only."""

import asyncio
import random
from dataclasses import replace

import pytest
from sqlalchemy import text

from service.apply import Fenced, Limits, Slice
from service.sla.diff import diff
from service.sla.judge import judge
from service.store import Database, Unavailable, progress, statements, tickets
from service.wire.incoming import decode
from service.wire.records import Reason, Record
from tests.apply.staging import TENANT, TOPIC, after, garbage, key, record, register, staged

TABLES = ["ticket", "event", "promise", "statement", "outbox", "parked", "progress"]
STEPS = [
    "locked",
    "watermark read",
    "judged",
    "appended",
    "statements saved",
    "outbox written",
    "progress advanced",
]


class KilledError(Exception):
    pass


async def contents(db: Database) -> dict[str, list[str]]:
    """Every row of every table, as text; numbers of the outbox go with what was rolled back and are left out."""
    async with db.transaction() as tx:
        return {
            table: sorted(
                str(row)
                for row in (await tx.run(text(f"SELECT to_jsonb(t) - 'id' FROM {table} t"))).scalars()
            )
            for table in TABLES
        }


@pytest.mark.parametrize("step", STEPS)
async def test_a_failure_after_any_step_leaves_nothing_and_a_repetition_makes_good(database, step):
    fatal = None

    def fail(done: str) -> None:
        if done == fatal:
            raise KilledError

    async with staged(database, after_step=fail) as stage:
        await stage.send(record("A", "opened", 0))
        await stage.prove(0.8)
        before = await contents(stage.db)
        fatal = step
        piece = stage.placed(record("A", "resolved", 0.7), record("B", "opened", 0.1), garbage("B", 0.9))

        with pytest.raises(KilledError):
            await stage.door.apply(piece)

        assert await contents(stage.db) == before
        fatal = None
        applied = await stage.door.apply(piece)
        assert (applied.applied, applied.parked) == (2, {Reason.NOT_JSON: 1})
        assert await stage.said("A") == ["half 1", "verdict 1 met"]


async def test_every_step_is_told_in_order(database):
    told: list[str] = []
    async with staged(database, after_step=told.append) as stage:
        await stage.send(record("A", "opened", 0))

    assert told == [*STEPS, "committed"]


async def test_a_commit_whose_answer_is_lost_is_found_out_by_position(stage):
    """The caller asks where the partition stands; repeating the slice is fenced and has no effect."""
    piece = stage.placed(record("A", "opened", 0))
    await stage.door.apply(piece)  # the answer to this is taken to be lost
    before = await contents(stage.db)

    with pytest.raises(Fenced):
        await stage.door.apply(piece)

    assert await contents(stage.db) == before
    assert await stage.ask(progress.position, TOPIC, 0) == progress.Position(stage.epoch, piece.next)


async def test_an_earlier_owner_is_fenced_and_applies_nothing(stage):
    piece = stage.placed(record("A", "opened", 0))
    await stage.ask(progress.own, TOPIC, [0])
    before = await contents(stage.db)

    with pytest.raises(Fenced):
        await stage.door.apply(piece)

    assert await contents(stage.db) == before


async def test_a_slice_that_does_not_begin_where_the_partition_stands_is_fenced(stage):
    await stage.send(record("A", "opened", 0))
    gap = Slice(topic=TOPIC, part=0, epoch=stage.epoch, first=5, next=6, records=(
        replace(record("A", "resolved", 0.5), offset=5),
    ))  # fmt: skip

    with pytest.raises(Fenced):
        await stage.door.apply(gap)

    assert await stage.history("A") == ["A-opened-0"]


async def test_of_two_owners_with_one_slice_one_applies_it(stage):
    """What a rebalance does while a handler runs: the same records, twice, at the same time."""
    pieces = []
    for _ in range(20):
        piece = stage.placed(
            *(record(f"{len(pieces)}-{n}", "opened", 0) for n in range(20)), garbage(f"{len(pieces)}", 0)
        )
        outcomes = await asyncio.gather(
            stage.door.apply(piece), stage.door.apply(piece), return_exceptions=True
        )
        assert sorted(type(each).__name__ for each in outcomes) == ["Applied", "Fenced"]
        stage.end = piece.next
        pieces.append(piece)

    kept = await contents(stage.db)
    assert (len(kept["event"]), len(kept["parked"])) == (400, 20)


async def test_positions_beyond_the_last_record_are_kept(stage):
    """Markers of transactions and compaction take offsets without being records."""
    piece = replace(stage.placed(record("A", "opened", 0)), next=7)
    await stage.door.apply(piece)
    await stage.door.apply(Slice(topic=TOPIC, part=0, epoch=stage.epoch, first=7, next=9, records=()))

    position = await stage.ask(progress.position, TOPIC, 0)
    assert position.next_offset == 9


@pytest.mark.parametrize(
    "offsets", [(3, 3), (4, 3), (-1,), (9,)], ids=["repeated", "descending", "before", "beyond"]
)
async def test_what_is_no_slice_is_refused_before_anything_is_done(stage, offsets):
    records = tuple(replace(record("A", "opened", 0), offset=offset) for offset in offsets)
    with pytest.raises(ValueError, match="do not ascend"):
        await stage.door.apply(
            Slice(topic=TOPIC, part=0, epoch=stage.epoch, first=0, next=9, records=records)
        )


async def test_records_of_another_partition_are_no_part_of_a_slice(stage):
    piece = replace(stage.placed(record("A", "opened", 0)), part=1)
    with pytest.raises(ValueError, match="another partition"):
        await stage.door.apply(piece)


# --- every event once -----------------------------------------------------------------------------


async def test_an_event_told_twice_counts_once(stage):
    """Within a slice and across slices, at other offsets and with other transport headers."""
    once = record("A", "opened", 0)
    again = replace(once, headers=(*once.headers, ("traceparent", b"00-1")), timestamp=after(3))

    first = await stage.send(once, again)
    second = await stage.send(again)

    assert (first.applied, first.duplicates) == (1, 1)
    assert (second.applied, second.duplicates) == (0, 1)
    assert await stage.history("A") == ["A-opened-0"]
    assert await stage.parked() == []


async def test_the_same_fact_in_the_other_mode_is_the_same(stage):
    plain = record("A", "opened", 0)
    told = {
        name.removeprefix("ce_"): value.decode() for name, value in plain.headers if name != "content-type"
    }
    body = ", ".join(f'"{name}": "{value}"' for name, value in told.items())
    structured = replace(
        plain,
        headers=(("content-type", b"application/cloudevents+json"),),
        value=f'{{{body}, "data": {{"attributes": {{}}}}}}'.encode(),
    )

    applied = await stage.send(plain, structured)

    assert (applied.applied, applied.duplicates) == (1, 1)


@pytest.mark.parametrize("same_slice", [True, False])
async def test_an_id_used_for_other_content_is_parked(stage, same_slice):
    one, other = record("A", "opened", 0, id_="1"), record("A", "opened", 0.2, id_="1")
    if same_slice:
        applied = await stage.send(one, other)
    else:
        await stage.send(one)
        applied = await stage.send(other)

    assert applied.parked == {Reason.ID_REUSED: 1}
    assert await stage.parked() == [(1, "id_reused")]
    assert await stage.history("A") == ["1"]


async def test_ids_are_unique_within_tenant_ticket_and_source_only(stage):
    await stage.ask(register, "forest")
    applied = await stage.send(
        record("A", "opened", 0, id_="1"),
        record("A", "noted", 0.1, id_="1", source="phone"),
        record("B", "opened", 0.2, id_="1"),
        record("A", "opened", 0.3, id_="1", tenant="forest"),
    )

    assert applied.applied == 4


async def test_an_event_on_two_partitions_at_once_counts_once(database):
    async with staged(database, parts=2) as stage:
        for n in range(25):
            records = [record(f"{n}-{m}", "opened", 0) for m in range(10)]
            pieces = [
                replace(stage.placed(*(replace(r, part=part) for r in records)), part=part) for part in (0, 1)
            ]
            pieces = [
                replace(p, records=tuple(replace(r, part=p.part) for r in reversed(p.records)))
                for p in pieces
            ]
            pieces = [
                replace(p, records=tuple(replace(r, offset=p.first + i) for i, r in enumerate(p.records)))
                for p in pieces
            ]
            told = await asyncio.gather(*map(stage.door.apply, pieces))
            stage.end = pieces[0].next
            assert sum(each.applied for each in told) == 10
            assert sum(each.duplicates for each in told) == 10


# --- order does not matter ------------------------------------------------------------------------

TALES = [
    record("A", "opened", 0),
    record("A", "resolved", 0.9),
    record("B", "opened", 0.1),
    record("B", "noted", 0.5),
    record("B", "resolved", 2.5),
    record("C", "opened", 0.2),
    record("D", "opened", 0),
    record("D", "resolved", 0.2),
    record("D", "voided", 0.3, event="D-resolved-0.2", reason="wrong ticket", by="anna"),
    record("E", "resolved", 1),
    record("E", "opened", 0.9),
    record("C", "cancelled", 0.9),
]
TOLD = {
    "A half",
    "A verdict met",
    "B half",
    "B breach",
    "B verdict late",
    "C half",
    "C verdict cancelled",
    "D half",
    "D breach",
    "D head",
    "E verdict met",
}


@pytest.mark.parametrize("seed", range(12))
async def test_any_order_slicing_and_pace_of_the_watermark_end_in_the_same(stage, seed):
    """Late, doubled and shuffled events; W moves in between, so that some breaches are said and withdrawn."""
    chance = random.Random(seed)
    told = [*TALES, *chance.choices(TALES, k=5)]
    if seed:
        chance.shuffle(told)
    w = 0.0
    while told:
        size = chance.randint(1, 5)
        await stage.send(*told[:size])
        del told[:size]
        w = max(w, chance.uniform(0, 4))
        await stage.prove(w)
        await stage.door.wake(chance.choice((1, 2, 100)))
    await stage.prove(9)
    while (await stage.door.wake(3)).claimed:
        pass

    assert await stage.in_force("A", "B", "C", "D", "E") == TOLD


async def test_what_is_said_is_what_the_core_says_of_the_whole_history(stage):
    """Nothing is lost or added on the way through the store."""
    await stage.send(*TALES)
    await stage.prove(9)
    while (await stage.door.wake(100)).claimed:
        pass

    assert await stage.in_force("A", "B", "C", "D", "E") == TOLD


# --- what cannot be applied -----------------------------------------------------------------------


async def test_what_cannot_be_read_is_parked_and_the_partition_moves_on(stage):
    ok = record("A", "opened", 0)
    bad = [
        garbage("A", 0.1, b"\xff\xfe"),
        replace(ok, value=None),
        replace(ok, key=None),
        replace(ok, headers=(*ok.headers, ("ce_bad", b"\xff"))),
        replace(ok, key=b"A\0"),
        replace(ok, value=b"x" * 300_000),
        record("A", "opened", 5, recorded=0),
    ]
    applied = await stage.send(*bad, ok)

    assert applied.applied + sum(applied.parked.values()) == len(bad) + 1
    assert sum(applied.parked.values()) >= len(bad) - 1
    position = await stage.ask(progress.position, TOPIC, 0)
    assert position.next_offset == len(bad) + 1


async def test_a_tenant_without_a_policy_has_its_records_parked(database):
    async with staged(database, policy=False) as stage:
        applied = await stage.send(record("A", "opened", 0), garbage("B", 0.1))

        assert applied.parked == {Reason.UNKNOWN_POLICY: 1, Reason.NOT_JSON: 1}
        assert (await contents(stage.db))["ticket"] == []


async def test_a_ticket_at_its_cap_takes_duplicates_and_parks_the_rest(database):
    async with staged(database, limits=Limits(tenant=TENANT, max_events=3)) as stage:
        flood = [record("A", "opened", 0), *(record("A", "noted", n / 10) for n in range(1, 6))]
        first = await stage.send(*flood, record("B", "opened", 0))
        second = await stage.send(*flood)

        assert (first.applied, first.parked) == (4, {Reason.TOO_MANY_EVENTS: 3})
        assert (second.duplicates, second.parked) == (3, {Reason.TOO_MANY_EVENTS: 3})
        assert len(await stage.history("A")) == 3


async def test_a_ticket_that_cannot_be_judged_with_an_event_goes_on_without_it(database):
    def touchy(history, rules, upto):
        if any(event.id == "poison" for event in history.events):
            raise ZeroDivisionError("poison")
        return judge(history, rules, upto)

    async with staged(database, judge=touchy) as stage:
        await stage.send(record("A", "opened", 0))
        applied = await stage.send(
            record("A", "noted", 0.1, id_="poison"),
            record("B", "opened", 0),
            record("A", "noted", 0.2, id_="ok"),
        )

        assert (applied.applied, applied.parked) == (1, {Reason.NOT_JUDGED: 2})
        assert await stage.history("A") == ["A-opened-0"]
        await stage.prove(2)
        await stage.door.wake(10)
        assert "A verdict indeterminate not_judged" in await stage.in_force("A", "B")
        assert "B breach" in await stage.in_force("A", "B")


async def test_a_ticket_that_cannot_be_judged_at_all_stops_nobody_and_is_not_claimed_for_ever(database):
    broken = False

    def touchy(history, rules, upto):
        if broken and any(event.ticket == "A" for event in history.events):
            raise ZeroDivisionError("broken")
        return judge(history, rules, upto)

    async with staged(database, judge=touchy) as stage:
        await stage.send(record("A", "opened", 0), record("B", "opened", 0))
        broken = True
        await stage.prove(2)
        woken = await stage.door.wake(10)

        assert (woken.claimed, woken.changed, woken.unjudged) == (2, 1, 1)
        assert (await stage.door.wake(10)).claimed == 0
        assert await stage.ask(tickets.unjudged, 10) == {key("A"): "ZeroDivisionError: broken"}
        broken = False
        assert await stage.door.judge_again([key("A")]) == 1
        assert await stage.in_force("A") == {"A half", "A breach"}
        assert await stage.ask(tickets.unjudged, 10) == {}


async def test_data_that_the_database_refuses_are_parked_alone(database):
    """The record to blame is found by halving; the others of its slice are applied."""

    def careless(one: Record, **how):
        found = decode(one, **how)
        return (
            replace(found, event=replace(found.event, seq=1 << 70))
            if b"huge" in (one.value or b"")
            else found
        )

    async with staged(database, decode=careless) as stage:
        applied = await stage.send(
            record("A", "opened", 0),
            record("B", "opened", 0, what="huge"),
            record("C", "opened", 0),
            record("D", "opened", 0),
        )

        assert (applied.applied, applied.parked) == (3, {Reason.NOT_JUDGED: 1})
        assert await stage.parked() == [(1, "not_judged")]


# --- causes ---------------------------------------------------------------------------------------


async def causes(stage, ticket: str) -> dict[str, str | None]:
    entries = await stage.ask(statements.ledger, key(ticket))
    return {f"{e.said.statement.name} {e.said.rev}": e.cause and e.cause[1] for e in entries}


async def test_a_withdrawal_names_the_event_that_made_it_necessary(stage):
    await stage.send(record("A", "opened", 0))
    await stage.prove(2)
    await stage.door.wake(10)
    await stage.send(
        record("A", "noted", 0.2, id_="idle", recorded=3),
        record("A", "resolved", 0.6, id_="proof", recorded=3),
        record("A", "noted", 0.3, id_="chat", recorded=3),
    )

    told = await causes(stage, "A")
    assert told == {"half 1": None, "breach 1": None, "breach 2": "proof", "verdict 1": "proof"}


async def test_what_a_doubt_or_time_changed_has_no_cause(stage):
    await stage.send(record("A", "opened", 0), garbage("A", 0.2))
    await stage.prove(2)
    await stage.door.wake(10)
    await stage.door.drop(TOPIC, 0, 1, by="anna", reason="a test message")

    assert sorted(await stage.said("A")) == [
        "breach 1",
        "half 1",
        "verdict 1 indeterminate not_json",
        "verdict 2 indeterminate not_json withdrawn",
    ]
    assert set((await causes(stage, "A")).values()) == {None}


async def test_an_event_that_came_along_with_a_doubt_is_not_the_cause_of_what_the_doubt_did(stage):
    await stage.send(record("A", "opened", 0))
    await stage.prove(2)
    await stage.door.wake(10)
    await stage.send(garbage("A", 0.2), record("A", "noted", 1.9))

    assert (await causes(stage, "A"))["breach 2"] is None


async def test_nothing_is_revised_without_a_change(stage):
    """Equal content gets no revision, however often a ticket is judged."""
    await stage.send(record("A", "opened", 0))
    await stage.prove(2)
    await stage.door.wake(10)
    before = await stage.said("A")
    await stage.send(record("A", "noted", 1.5))
    await stage.door.judge_again([key("A")])
    await stage.prove(2.5)

    assert await stage.said("A") == before == ["half 1", "breach 1"]


# --- locks ----------------------------------------------------------------------------------------


async def test_no_ticket_is_judged_at_an_earlier_watermark_than_before(database):
    """W is read after the lock: who waited for a ticket judges it at a W as late as the one before did."""
    seen: list[tuple[str, int]] = []

    def noting(history, rules, upto):
        seen.extend((event.ticket, upto) for event in history.events[:1])
        return judge(history, rules, upto)

    async with staged(database, parts=2, judge=noting, diff=diff) as stage:
        await stage.send(record("A", "opened", 0))
        await stage.prove(0.1)
        async with stage.db.transaction() as tx:
            await tickets.lock(tx, [key("A")])
            waiting = asyncio.create_task(stage.send(record("A", "noted", 0.2)))
            await stage.until_blocked()
            await stage.prove(0.4)
        await waiting

        assert seen[-1] == ("A", after(0.4))


async def test_many_doors_on_the_same_tickets_do_not_deadlock(database):
    """Slices in opposite orders of tickets, wake-ups in between; every lock is taken in key order."""
    async with staged(database, parts=3) as stage:

        async def feed(part: int) -> int:
            chance, first, applied = random.Random(part), 0, 0
            for n in range(30):
                names = [f"T{m}" for m in range(12)]
                chance.shuffle(names)
                told = [record(name, "noted", n / 100, id_=f"{part}-{n}-{name}", part=part) for name in names]
                told = [replace(each, offset=first + i) for i, each in enumerate(told)]
                piece = Slice(
                    topic=TOPIC,
                    part=part,
                    epoch=stage.epoch,
                    first=first,
                    next=first + 12,
                    records=tuple(told),
                )
                applied += (await stage.door.apply(piece)).applied
                first += 12
            return applied

        async def sweep() -> int:
            for n in range(40):
                await stage.prove(n / 40)
                await stage.door.wake(5)
            return 0

        assert sum(await asyncio.gather(*map(feed, range(3)), sweep(), sweep())) == 3 * 30 * 12


async def test_a_lock_that_is_not_given_is_unavailable_and_nothing_has_happened(database):
    async with staged(database) as stage:
        await stage.send(record("A", "opened", 0))
        impatient = Database.open(database, lock_timeout_s=0.2)
        try:
            async with stage.db.transaction() as tx:
                await tickets.lock(tx, [key("A")])
                stage.door._tools = replace(stage.door._tools, db=impatient)
                with pytest.raises(Unavailable):
                    await stage.send(record("A", "noted", 0.1))
            assert await stage.history("A") == ["A-opened-0"]
        finally:
            await impatient.close()

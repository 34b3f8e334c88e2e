"""What was said of areas is numbered in the order in which it became visible; tickets are found by their areas."""

import pytest
from sqlalchemy import text

from service.sla.events import Event
from service.store import areas, marks, registry, tickets
from service.store.areas import Pending, Told
from service.store.events import Kept, Origin, Past, write_attributes
from service.store.tickets import DUE_NOW, Standing


def event(id_: str, tenant: str = "t", **attributes) -> Event:
    return Event(
        tenant=tenant, ticket="storm", source="s", id=id_, type="excluded", at=7, seq=2, attributes=attributes
    )


def kept(one: Event, stands_for: str | None = None) -> Kept:
    return Kept(
        one, write_attributes(one.attributes), one.id.ljust(32).encode(), Origin("a", 0, 5, 9), stands_for
    )


async def test_what_is_kept_comes_back_in_the_order_of_its_numbers(ask):
    events = [event("b", area=["x", "y"]), event("a"), event("c", tenant="u"), event("d")]
    await ask(areas.append, [kept(one) for one in events])

    assert await ask(areas.revision) == 4
    assert await ask(areas.told, "t", after=0, upto=4) == [
        Told(1, events[0], 9),
        Told(2, events[1], 9),
        Told(4, events[3], 9),
    ]
    assert await ask(areas.told, "t", after=1, upto=3) == [Told(2, events[1], 9)]


async def test_what_is_stored_is_told_by_tenant_with_what_was_replaced(ask):
    await ask(areas.append, [kept(event("a")), kept(event("r:a"), "a"), kept(event("a", tenant="u"))])
    told = await ask(areas.past, ["t", "v"])

    assert told == {
        "t": Past(
            digests={("s", "a"): b"a".ljust(32), ("s", "r:a"): b"r:a".ljust(32)},
            replacements={("s", "a"): [("s", "r:a")]},
        ),
        "v": Past(),
    }


async def test_a_sweep_is_pending_until_it_has_come_to_the_end(ask):
    assert await ask(areas.pending) is None
    await ask(areas.append, [kept(event("a")), kept(event("b", tenant="u"))])
    await ask(areas.swept, 1)
    assert await ask(areas.pending) == Pending(1, 2)
    assert await ask(areas.tenants, Pending(1, 2)) == ["u"]

    await ask(areas.swept, 2)
    await ask(areas.swept, 1)  # by a process that was slower

    assert await ask(areas.pending) is None


async def test_nobody_keeps_an_event_while_somebody_judges(db, ask):
    import asyncio

    async def keep() -> None:
        async with db.transaction() as tx:
            await registry.hold_alone(tx)
            await areas.append(tx, [kept(event("a"))])

    async with db.transaction() as tx:
        await registry.hold_still(tx)
        keeping = asyncio.create_task(keep())
        await asyncio.wait({keeping}, timeout=0.2)
        assert await areas.revision(tx) == 0
        assert not keeping.done()
    await keeping
    assert await ask(areas.revision) == 1


@pytest.fixture
async def some(ask):
    """Tickets 0 to 5 of these areas; 3 was settled at 50, 4 has heard of everything, 5 is due already."""
    places = [{"n"}, {"n", "s"}, {"s"}, {"n"}, {"n"}, {"n"}]
    keys = [("t", f"T{n}") for n in range(6)]
    await ask(tickets.lock, keys)
    rows = [
        Standing(key=key, wake_at=100 + n, judged_at=None, latest_at=None, areas=frozenset(places[n]))
        for n, key in enumerate(keys)
    ]
    from dataclasses import replace

    rows[3] = replace(rows[3], settled_at=50)
    rows[4] = replace(rows[4], shared_upto=9)
    rows[5] = replace(rows[5], wake_at=DUE_NOW)
    await ask(tickets.save, rows)
    return keys


async def due(db) -> set[str]:
    async with db.transaction() as tx:
        return set((await tx.run(text("SELECT ticket FROM ticket WHERE wake_at = 0"))).scalars())


@pytest.mark.parametrize(
    ("where", "since", "upto", "marked"),
    [
        (["n"], 50, 9, {"T0", "T1", "T3"}),
        (["n"], 51, 9, {"T0", "T1"}),
        (["n"], 51, 10, {"T0", "T1", "T4"}),
        (["s", "x"], 0, 9, {"T1", "T2"}),
        (["x"], 0, 9, set()),
    ],
)
async def test_tickets_are_made_due_by_area(db, ask, some, where, since, upto, marked):
    assert await ask(marks.mark_areas, "t", where, since=since, upto=upto, limit=10) == len(marked)
    assert await due(db) == marked | {"T5"}
    assert await ask(marks.mark_areas, "t", where, since=since, upto=upto, limit=10) == 0
    assert await ask(marks.mark_areas, "u", where, since=since, upto=upto, limit=10) == 0


async def test_no_more_than_were_asked_for_in_the_order_of_keys(db, ask, some):
    from service.store.keys import bucket_of

    assert await ask(marks.mark_areas, "t", ["n", "s"], since=0, upto=9, limit=2) == 2

    first = sorted(some[:4], key=lambda key: (bucket_of(*key), key))[:2]
    assert await due(db) == {ticket for _, ticket in first} | {"T5"}


async def test_what_a_ticket_has_heard_is_told_to_who_locks_or_claims_it(ask, some):
    assert (await ask(tickets.lock, some))[some[4]] == 9
    assert {d.key: d.shared_upto for d in await ask(tickets.claim_due, 1000, 10)}[some[4]] == 9


@pytest.mark.parametrize("names", [[], ["a"], ["b", "a, b", '"x"', "{}", "NULL", "长"]])
async def test_areas_of_any_name_are_kept_as_they_are(db, ask, names):
    await ask(tickets.lock, [("t", "A")])
    await ask(
        tickets.save,
        [Standing(key=("t", "A"), wake_at=None, judged_at=None, latest_at=None, areas=frozenset(names))],
    )

    async with db.transaction() as tx:
        assert sorted((await tx.run(text("SELECT areas FROM ticket"))).scalar_one()) == sorted(names)

"""Tickets are locked in one order by everybody, and only claimed by who need not wait."""

import asyncio
import random

import pytest

from service.store import StoreError, tickets
from service.store.keys import TicketKey
from service.store.tickets import Due, Standing


def key(n: int) -> TicketKey:
    return "t", f"T{n}"


def standing(n: int, wake_at: int | None = None, judged_at: int | None = None, **others) -> Standing:
    return Standing(key=key(n), wake_at=wake_at, judged_at=judged_at, latest_at=None, **others)


@pytest.mark.parametrize("new", [True, False], ids=["missing tickets", "tickets that are there"])
async def test_locks_in_opposite_orders_do_not_deadlock(db, ask, new):
    """Every round two transactions want the same tickets, one forwards and one backwards."""
    chance = random.Random(0)

    async def hold(keys: list[TicketKey]) -> None:
        async with db.transaction() as tx:
            await tickets.lock(tx, keys)

    for n in range(15):
        keys = [key(1000 * n * new + m) for m in range(150)]
        chance.shuffle(keys)
        await asyncio.gather(hold(keys), hold(keys[::-1]), hold(keys[50:] + keys[:50]))


async def test_locking_makes_what_is_missing_once(db, ask):
    await asyncio.gather(*(ask(tickets.lock, [key(n) for n in range(50)]) for _ in range(5)))
    async with db.transaction() as tx:
        await tickets.lock(tx, [key(n) for n in range(60)])
        await tickets.save(tx, [standing(n, wake_at=5) for n in range(60)])

    assert len(await ask(tickets.claim_due, 6, 100)) == 60


async def test_who_waited_for_a_ticket_sees_what_its_holder_left(db, ask):
    await ask(tickets.lock, [key(1)])
    async with db.transaction() as tx:
        await tickets.lock(tx, [key(1)])
        waiting = asyncio.create_task(ask(tickets.lock, [key(1)]))
        await asyncio.sleep(0.1)
        assert not waiting.done()
    await waiting


async def test_claims_are_past_due_bounded_ordered_and_never_wait(db, ask):
    await ask(tickets.lock, [key(n) for n in range(6)])
    await ask(tickets.save, [standing(n, wake_at=10 * n) for n in range(5)] + [standing(5)])

    async with db.transaction() as tx:
        await tickets.lock(tx, [key(1)])
        assert await ask(tickets.claim_due, 30, 10) == [Due(key(2), 20), Due(key(0), 0)]
    assert await ask(tickets.claim_due, 30, 10) == [Due(key(1), 10), Due(key(2), 20), Due(key(0), 0)]
    assert await ask(tickets.claim_due, 31, 2) == [Due(key(1), 10), Due(key(2), 20)]


async def test_what_asked_for_its_time_does_not_wait_for_what_was_made_due(ask):
    """A whole area is judged again while warnings go out in time; without any, all of a batch is for the area."""
    await ask(tickets.lock, [key(n) for n in range(6)])
    await ask(
        tickets.save, [standing(n, wake_at=tickets.DUE_NOW) for n in range(4)] + [standing(4, wake_at=7)]
    )

    found = await ask(tickets.claim_due, 8, 3)

    assert [due.wake_at for due in found] == [7, 0, 0]
    assert [due.wake_at for due in await ask(tickets.claim_due, 7, 9)] == [0, 0, 0, 0]


async def test_a_ticket_is_not_saved_with_an_earlier_watermark_than_before(ask):
    await ask(tickets.lock, [key(1), key(2)])
    await ask(tickets.save, [standing(1, judged_at=100), standing(2)])
    await ask(tickets.save, [standing(1, judged_at=100), standing(2, judged_at=1)])

    with pytest.raises(StoreError, match="1 tickets are not locked or were judged at a later W"):
        await ask(tickets.save, [standing(1, judged_at=99), standing(2, judged_at=2)])
    with pytest.raises(StoreError):
        await ask(tickets.save, [standing(1, judged_at=None)])


async def test_a_ticket_that_cannot_be_judged_is_not_claimed(ask):
    await ask(tickets.lock, [key(1)])
    await ask(tickets.save, [standing(1, wake_at=0, unjudged="why")])

    assert await ask(tickets.claim_due, 10, 10) == []
    assert await ask(tickets.unjudged, 10) == {key(1): "why"}

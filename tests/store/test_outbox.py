"""Of one ticket everything goes out in the order in which it was decided, at least once, with the same bytes."""

import asyncio

from service.store import outbox, tickets
from service.store.keys import BUCKETS, bucket_of
from service.store.outbox import Message


def message(ticket: str, n: int, created_at: int = 0) -> Message:
    return Message(
        bucket=bucket_of("t", ticket),
        topic="out",
        key=ticket.encode(),
        value=b"%d\0\xff" % n,
        headers=(("content-type", b"x"), ("odd", b"\0\xff")),
        created_at=created_at,
    )


async def test_what_is_taken_is_what_was_added_in_its_order(ask):
    added = [message(f"T{n % 7}", n, created_at=n) for n in range(50)]
    await ask(outbox.add, added[:20])
    await ask(outbox.add, added[20:])

    rows = await ask(outbox.take, 0, 1, 100)

    assert [(r.topic, r.key, r.value, r.headers, r.created_at) for r in rows] == [
        (m.topic, m.key, m.value, m.headers, m.created_at) for m in added
    ]
    assert [row.id for row in rows] == sorted(row.id for row in rows)


async def test_what_is_not_deleted_is_taken_again_with_the_same_bytes(ask):
    await ask(outbox.add, [message("A", n) for n in range(5)])
    first = await ask(outbox.take, 0, 1, 3)
    assert await ask(outbox.take, 0, 1, 3) == first

    assert await ask(outbox.delete, [row.id for row in first]) == 3
    assert [row.value[:1] for row in await ask(outbox.take, 0, 1, 3)] == [b"3", b"4"]
    assert await ask(outbox.delete, [first[0].id]) == 0


async def test_nothing_is_added_or_taken_of_nothing(ask):
    await ask(outbox.add, [])
    assert await ask(outbox.take, 0, 1, 10) == []
    assert await ask(outbox.waiting) == outbox.Waiting(0, None)


async def test_how_much_waits_and_since_when(ask):
    await ask(outbox.add, [message("A", 1, created_at=70), message("B", 2, created_at=50)])
    assert await ask(outbox.waiting) == outbox.Waiting(2, 50)


async def test_the_shards_share_the_buckets_and_take_each_row_once(db, ask):
    await ask(outbox.add, [message(f"T{n}", n) for n in range(300)])

    async with db.transaction() as one, db.transaction() as two, db.transaction() as three:
        parts = [await outbox.take(tx, shard, 3, 1000) for shard, tx in enumerate((one, two, three))]

    ids = [row.id for part in parts for row in part]
    assert len(ids) == len(set(ids)) == 300
    assert all(len(part) > 50 for part in parts)


async def test_two_relays_never_hold_one_bucket_even_with_different_numbers_of_shards(db, ask):
    await ask(outbox.add, [message(f"T{n}", n) for n in range(600)])

    async with db.transaction() as one, db.transaction() as two:
        first = await outbox.take(one, 0, 2, 1000)
        second = await outbox.take(two, 0, 3, 1000)
        again = await ask(outbox.take, 0, 2, 1000)

    assert first
    assert second
    assert again == []
    assert not {row.key for row in first} & {row.key for row in second}
    assert len(await ask(outbox.take, 0, 1, 1000)) == 600  # nothing is held when the transactions have ended


async def test_a_lower_number_of_a_ticket_is_committed_first(db, ask):
    """Numbers are given under the ticket's lock: a relay that deletes what it took can overtake nobody."""
    await ask(tickets.lock, [("t", "A")])
    seen: list[int] = []

    async def decide(n: int) -> None:
        async with db.transaction() as tx:
            await tickets.lock(tx, [("t", "A")])
            await outbox.add(tx, [message("A", n)])
            await asyncio.sleep(0.001 * (n % 5))

    async def relay() -> None:
        while len(seen) < 60:
            async with db.transaction() as tx:
                rows = await outbox.take(tx, 0, 1, 2)
                seen.extend(row.id for row in rows)
                await outbox.delete(tx, [row.id for row in rows])

    await asyncio.gather(relay(), *(decide(n) for n in range(60)))

    assert seen == sorted(seen)


def test_every_bucket_belongs_to_one_shard():
    for shards in (1, 2, 3, 7, 256):
        taken = [bucket for shard in range(shards) for bucket in range(shard, BUCKETS, shards)]
        assert sorted(taken) == list(range(BUCKETS))

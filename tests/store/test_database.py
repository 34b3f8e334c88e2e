"""Every failure of the database is one of three kinds, and every wait has an end."""

import asyncio
import time

import pytest
from sqlalchemy import text

from service.store import Database, StoreError, Unavailable, Unstorable, tickets


async def run(db: Database, *statements: str, **parameters):
    async with db.transaction() as tx:
        for statement in statements:
            result = await tx.run(text(statement), parameters)
        return result


async def test_a_transaction_is_read_committed_whatever_the_default(db, dsn):
    """Who waited for a lock must see what its holder committed."""
    name = dsn.rsplit("/", 1)[1]
    await run(db, f"ALTER DATABASE \"{name}\" SET default_transaction_isolation TO 'serializable'")
    fresh = Database.open(dsn, pool_size=1)
    try:
        assert (await run(fresh, "SHOW transaction_isolation")).scalar_one() == "read committed"
    finally:
        await fresh.close()


async def test_what_raises_leaves_nothing(db):
    async def fail() -> None:
        async with db.transaction() as tx:
            await tickets.lock(tx, [("t", "A")])
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    assert (await run(db, "SELECT count(*) FROM ticket")).scalar_one() == 0


async def test_an_error_of_the_caller_passes_as_it_is(db):
    """A time-out of the broker inside a transaction is none of the database."""
    for error in (TimeoutError("broker"), OSError("broker")):
        with pytest.raises(type(error), match="broker"):
            async with db.transaction():
                raise error


async def test_a_deadlock_is_unavailable(db):
    await run(db, "INSERT INTO ticket (bucket, tenant, ticket) VALUES (1, 't', 'A'), (1, 't', 'B')")
    lock = "UPDATE ticket SET wake_at = 1 WHERE ticket = '{}'"

    async def both(first: str, second: str) -> None:
        async with db.transaction() as tx:
            await tx.run(text("SET LOCAL lock_timeout = 0"))
            await tx.run(text(lock.format(first)))
            await asyncio.sleep(0.1)
            await tx.run(text(lock.format(second)))

    told = await asyncio.gather(both("A", "B"), both("B", "A"), return_exceptions=True)
    assert sorted(type(each).__name__ for each in told) == ["NoneType", "Unavailable"]


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("SELECT pg_terminate_backend(pg_backend_pid())", Unavailable),
        ("SELECT pg_sleep(5)", Unavailable),  # the statement's time-out
        ("DO $$ BEGIN RAISE serialization_failure; END $$", Unavailable),
        ("DO $$ BEGIN RAISE admin_shutdown; END $$", Unavailable),
        ("DO $$ BEGIN RAISE disk_full; END $$", Unavailable),
        ("DO $$ BEGIN RAISE read_only_sql_transaction; END $$", Unavailable),
        ("SELECT 1 / 0", Unstorable),
        ("SELECT CAST('x' AS integer)", Unstorable),
        ("SELECT * FROM nowhere", StoreError),
        ("INSERT INTO watermark DEFAULT VALUES", StoreError),
    ],
)
async def test_errors_have_a_kind(dsn, statement, kind):
    impatient = Database.open(dsn, pool_size=1, statement_timeout_s=0.3)
    try:
        with pytest.raises(StoreError) as told:
            await run(impatient, statement)
        assert type(told.value) is kind
        assert (await run(impatient, "SELECT 1")).scalar_one() == 1  # the pool has recovered
    finally:
        await impatient.close()


@pytest.mark.parametrize("value", ["a\0b", "\ud800"], ids=["NUL", "surrogate"])
async def test_what_text_cannot_hold_is_unstorable(db, value):
    with pytest.raises(Unstorable):
        await run(db, "SELECT CAST(:x AS text)", x=value)


async def test_too_large_a_number_is_unstorable(db):
    with pytest.raises(Unstorable):
        await run(db, "SELECT CAST(:x AS bigint)", x=1 << 63)


async def test_an_error_says_nothing_of_the_data(db):
    with pytest.raises(StoreError) as told:
        await run(db, "INSERT INTO parked (topic, part) VALUES (:secret, 0)", secret="hunter2")
    assert "hunter2" not in str(told.value)


async def test_a_lock_is_waited_for_so_long_and_no_longer(db):
    async with db.transaction() as tx:
        await tickets.lock(tx, [("t", "A")])
        begun = time.monotonic()
        with pytest.raises(Unavailable):
            async with db.transaction() as other:
                await tickets.lock(other, [("t", "A")])
        assert 1.5 < time.monotonic() - begun < 10


async def test_an_exhausted_pool_is_unavailable(dsn):
    small = Database.open(dsn, pool_size=1, connect_timeout_s=0.2)
    try:
        async with small.transaction():
            with pytest.raises(Unavailable):
                async with small.transaction():
                    pass
    finally:
        await small.close()


async def test_a_transaction_that_stands_idle_gives_its_locks_back(db, dsn):
    """A process stopped while it held tickets."""
    stopped = Database.open(dsn, pool_size=1, idle_timeout_s=0.3)

    async def go_on_too_late() -> None:
        async with stopped.transaction() as tx:
            await tickets.lock(tx, [("t", "A")])
            await asyncio.sleep(1)
            async with db.transaction() as other:
                await tickets.lock(other, [("t", "A")])
            await tickets.lock(tx, [("t", "B")])

    try:
        with pytest.raises(Unavailable):
            await go_on_too_late()
        assert (await run(db, "SELECT ticket FROM ticket")).scalars().all() == ["A"]
    finally:
        await stopped.close()


async def test_a_transaction_that_stands_between_two_messages_gives_its_locks_back(database):
    """A process stopped after it had prepared a statement and before it executed it: not idle, not running.

    Postgres 17 and later only.
    """
    db = Database.open(database, lock_timeout_s=2)
    stopped = Database.open(database, pool_size=1, idle_timeout_s=0.2, statement_timeout_s=0.2)

    async def go_on_too_late() -> None:
        async with stopped.transaction() as tx:
            await tickets.lock(tx, [("t", "A")])
            await (await tx._connection.get_raw_connection()).driver_connection.prepare("SELECT 1")
            await asyncio.sleep(1)
            async with db.transaction() as other:
                await tickets.lock(other, [("t", "A")])
            await tickets.lock(tx, [("t", "B")])

    try:
        with pytest.raises(Unavailable):
            await go_on_too_late()
        assert (await run(db, "SELECT ticket FROM ticket")).scalars().all() == ["A"]
    finally:
        await stopped.close()
        await db.close()


async def test_a_server_that_is_not_there_is_unavailable():
    nowhere = Database.open("postgresql://x@127.0.0.1:1/x", connect_timeout_s=1)
    with pytest.raises(Unavailable):
        await nowhere.now()
    await nowhere.close()


async def test_a_database_that_is_not_there_is_unavailable(dsn):
    nowhere = Database.open(dsn.rsplit("/", 1)[0] + "/nothing")
    with pytest.raises(Unavailable):
        await nowhere.now()
    await nowhere.close()


@pytest.mark.parametrize("url", ["", "mysql://x", "/tmp/x"])
def test_a_url_of_something_else_is_refused_at_once(url):
    with pytest.raises(ValueError, match="postgresql://"):
        Database.open(url)


async def test_the_clock_of_the_database(db):
    told = await db.now()
    assert abs(told - time.time_ns() // 1000) < 60_000_000


async def test_a_cancelled_commit_is_carried_through_and_the_pool_stays_whole(dsn):
    one = Database.open(dsn, pool_size=1)
    try:
        for n in range(30):

            async def work(n=n) -> None:
                async with one.transaction() as tx:
                    await tickets.lock(tx, [("t", f"T{n}")])

            task = asyncio.create_task(work())
            await asyncio.sleep(0.0005 * n)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert (await run(one, "SELECT 1")).scalar_one() == 1
        await work(99)
        held = await run(
            one, "SELECT count(*) FROM pg_locks WHERE locktype = 'relation' AND pid <> pg_backend_pid()"
        )
        assert held.scalar_one() == 0
    finally:
        await one.close()

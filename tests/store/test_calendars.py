"""Of the calendars of one name the newest is in force; a registration wakes the tickets that it may change."""

import asyncio
from itertools import pairwise

import pytest
from sqlalchemy import text

from service.store import StoreError, calendars, policies, registry
from service.store.calendars import Registered, Touched
from service.store.tickets import DUE_NOW


def file(name: str = "office", document: str = "1", at: int = 0, reason: str | None = None) -> Registered:
    return Registered(name, document, at, reason)


async def test_the_newest_of_each_name_is_in_force(ask):
    assert await ask(calendars.latest, "t") == []
    for tenant, one in [
        ("t", file("office")),
        ("t", file("factory")),
        ("s", file("office", "other")),
        ("t", file("office", "2", at=5, reason="a holiday was missing")),
    ]:
        await ask(calendars.register, tenant, one)

    assert await ask(calendars.latest, "t") == [
        file("factory"),
        file("office", "2", at=5, reason="a holiday was missing"),
    ]
    assert await ask(calendars.latest, "s") == [file("office", "other")]


async def test_one_number_grows_with_policies_and_calendars(ask):
    seen = [await ask(registry.revision)]
    for n in range(3):
        await ask(calendars.register, "t", file(document=str(n)))
        seen.append(await ask(registry.revision))
        await ask(policies.register, "t", policies.Version("p", str(n), n + 1, "{}", n))
        seen.append(await ask(registry.revision))

    assert seen[0] == 0
    assert all(earlier < later for earlier, later in pairwise(seen))


async def test_a_registration_waits_for_who_judges_and_keeps_them_out(db, ask):
    async with db.transaction() as tx:
        await registry.hold_still(tx)
        waiting = asyncio.create_task(ask(calendars.register, "t", file()))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        assert await calendars.latest(tx, "t") == []
    await waiting

    async with db.transaction() as tx:
        await calendars.register(tx, "t", file(document="2"))
        judging = asyncio.create_task(ask(registry.hold_still))
        await asyncio.sleep(0.3)
        assert not judging.done()
    await judging


async def test_an_empty_reason_is_none(ask):
    with pytest.raises(StoreError, match="violates check"):
        await ask(calendars.register, "t", file(reason=""))


# --- what a change touches ------------------------------------------------------------------------

#: ticket: target, state, due, stop; the calendar changes from 100 on.
PROMISES = {
    "open": ("x", "open", 50, None),
    "breached": ("x", "breached", 50, None),
    "indeterminate": ("x", "indeterminate", 50, None),
    "without due": ("x", "met", None, 50),
    "due at the change": ("x", "met", 100, 50),
    "stopped at the change": ("x", "late", 50, 100),
    "due before": ("x", "met", 99, 50),
    "stopped before": ("x", "late", 50, 99),
    "cancelled before": ("x", "cancelled", 99, 99),
    "of another target": ("y", "open", 200, None),
}
TOUCHED = {name for name in PROMISES if "before" not in name and "another" not in name}


@pytest.fixture
async def settled(db):
    """A ticket for each promise, with nothing to be done for it; and one of another tenant."""
    async with db.transaction() as tx:
        for tenant, name, values in [
            *(("t", name, values) for name, values in PROMISES.items()),
            ("s", "open", PROMISES["open"]),
        ]:
            target, state, due, stop = values
            await tx.run(
                text("INSERT INTO ticket (bucket, tenant, ticket, wake_at) VALUES (1, :tenant, :name, 9)"),
                {"tenant": tenant, "name": name},
            )
            await tx.run(
                text(
                    "INSERT INTO promise (bucket, tenant, ticket, target, started_source, started_id, state, start,"
                    " due, stop, held, in_doubt)"
                    " VALUES (1, :tenant, :name, :target, 's', :name, :state, 0, :due, :stop, false, false)"
                ),
                {"tenant": tenant, "name": name, "target": target, "state": state, "due": due, "stop": stop},
            )
    return db


async def due_now(db) -> set[tuple[str, str]]:
    async with db.transaction() as tx:
        rows = await tx.rows(text("SELECT tenant, ticket FROM ticket WHERE wake_at = :now"), {"now": DUE_NOW})
    return {(tenant, ticket) for tenant, ticket in rows}


async def test_what_was_decided_before_the_first_change_stays_asleep(settled, ask):
    touched = Touched(100, {"x"})
    assert await ask(calendars.count_touched, "t", touched) == len(TOUCHED) == 6
    assert await due_now(settled) == set()

    assert await ask(calendars.register, "t", file(), touched) == 6

    assert await due_now(settled) == {("t", name) for name in TOUCHED}


@pytest.mark.parametrize("touched", [None, Touched(None, {"x"}), Touched(0, ())])
async def test_what_changes_nothing_wakes_nobody(settled, ask, touched):
    assert await ask(calendars.register, "t", file(), touched) == 0
    if touched is not None:
        assert await ask(calendars.count_touched, "t", touched) == 0
    assert await due_now(settled) == set()


async def test_a_ticket_with_several_promises_is_one_ticket(settled, ask):
    async with settled.transaction() as tx:
        await tx.run(text("UPDATE promise SET ticket = 'open'"))

    assert await ask(calendars.register, "t", file(), Touched(100, {"x", "y"})) == 1
    assert await due_now(settled) == {("t", "open")}

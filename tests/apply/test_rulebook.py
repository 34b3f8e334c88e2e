"""Rules are read once a registration, of a policy or of a calendar, not once a slice."""

import pytest

from service.apply import Rulebook
from service.sla.policy import Rules
from service.store import Database, calendars
from tests.apply.staging import TENANT, read_rules, register


@pytest.fixture
async def db(database):
    one = Database.open(database, pool_size=2)
    yield one
    await one.close()


async def test_rules_are_read_again_after_a_registration_only(db):
    reads: list[str] = []

    def read(tenant, versions, registered) -> Rules:
        reads.append(f"{tenant} {len(versions)} {[each.document for each in registered]}")
        return read_rules(tenant, versions, registered)

    book = Rulebook(read)

    async def look(tenant: str) -> Rules | None:
        async with db.transaction() as tx:
            return await book(tx, tenant)

    assert await look(TENANT) is None
    async with db.transaction() as tx:
        await register(tx)
    first = await look(TENANT)
    assert await look(TENANT) is first
    assert await look("forest") is None
    async with db.transaction() as tx:
        await register(tx, version="2", since=5, at_=4)
    assert [each.version for each in (await look(TENANT)).versions] == ["1", "2"]
    async with db.transaction() as tx:
        await calendars.register(tx, TENANT, calendars.Registered("office", "long", 5))
        await calendars.register(tx, TENANT, calendars.Registered("office", "short", 6))
        await calendars.register(tx, "forest", calendars.Registered("office", "none", 6))
    second = await look(TENANT)
    assert await look(TENANT) is second
    assert reads == [f"{TENANT} 1 []", f"{TENANT} 2 []", f"{TENANT} 2 ['short']"]

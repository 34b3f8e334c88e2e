"""Rules are read once a registration, not once a slice."""

import pytest

from service.apply import Rulebook
from service.sla.policy import Rules
from service.store import Database
from tests.apply.staging import TENANT, read_rules, register


@pytest.fixture
async def db(database):
    one = Database.open(database, pool_size=2)
    yield one
    await one.close()


async def test_rules_are_read_again_after_a_registration_only(db):
    reads: list[str] = []

    def read(tenant, versions) -> Rules:
        reads.append(f"{tenant} {len(versions)}")
        return read_rules(tenant, versions)

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
    assert reads == [f"{TENANT} 1", f"{TENANT} 2"]

import pytest

from service.store import Database


@pytest.fixture(params=["database", "database15"], ids=["pg18", "pg15"])
def dsn(request) -> str:
    """A migrated database of the test's own, on each supported Postgres."""
    return request.getfixturevalue(request.param)


@pytest.fixture
async def db(dsn):
    one = Database.open(dsn, pool_size=8, lock_timeout_s=2)
    try:
        yield one
    finally:
        await one.close()


@pytest.fixture
def ask(db):
    """`await ask(question, ...)`: a question of the store in a transaction of its own."""

    async def put(question, *arguments, **named):
        async with db.transaction() as tx:
            return await question(tx, *arguments, **named)

    return put

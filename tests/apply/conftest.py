import pytest

from tests.apply.staging import staged


@pytest.fixture
async def stage(database):
    """A door on Postgres 18, with partition 0 to feed it from."""
    async with staged(database) as one:
        yield one

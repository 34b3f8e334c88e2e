"""A command's way to the database: settings, one connection, and what its troubles are called."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

from service.cli.program import BadSettings, Problem, Unreachable

if TYPE_CHECKING:
    from service.settings import Settings
    from service.store import Database

T = TypeVar("T")

_SCHEMES: Final = ("postgresql://", "postgres://", "postgresql+asyncpg://")


def settings(**given: Any) -> Settings:
    """The settings of the environment, `given` ones first; BadSettings with every mistake in them."""
    from service.settings import BadSettingsError, load

    try:
        chosen = load(**given)
    except BadSettingsError as error:
        raise BadSettings(f"bad settings: {error}") from None
    if not chosen.database_url.get_secret_value().startswith(_SCHEMES):
        raise BadSettings("bad settings: SLACLOCK_DATABASE_URL: must begin with postgresql://")
    return chosen


def with_database(action: Callable[[Database, Settings], Awaitable[T]]) -> T:
    """The result of `action`; ends as `typed` says."""
    from service.store import Database

    chosen = settings()

    async def run() -> T:
        database = Database.open(
            chosen.database_url.get_secret_value(),
            pool_size=1,
            statement_timeout_s=chosen.database_statement_seconds,
            lock_timeout_s=chosen.database_lock_seconds,
            idle_timeout_s=chosen.database_idle_seconds,
            connect_timeout_s=chosen.database_connect_seconds,
            application="slaclock cli",
        )
        try:
            return await action(database, chosen)
        finally:
            await database.close()

    with typed():
        return asyncio.run(run())


@contextmanager
def typed() -> Iterator[None]:
    """Turn the store's errors inside the block into ends of the program: away, or refusing."""
    from service.store import StoreError, Unavailable

    try:
        yield
    except Unavailable as error:
        raise Unreachable(f"the database cannot be reached: {error}") from error
    except StoreError as error:
        raise Problem(
            f"the database refuses: {error}; `slaclock migrate` brings its schema up to date"
        ) from error

"""A command's way to the database: settings, one connection, and what its troubles are called."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from service.cli.program import BadSettings, Problem, Unreachable

if TYPE_CHECKING:
    from service.settings import Settings
    from service.store import Database

T = TypeVar("T")


def settings() -> Settings:
    """The settings of the environment; BadSettings with every mistake in them."""
    from service.settings import BadSettingsError, load

    try:
        return load()
    except BadSettingsError as error:
        raise BadSettings(f"bad settings: {error}") from None


def with_database(action: Callable[[Database, Settings], Awaitable[T]]) -> T:
    """The result of `action`; Unreachable when the database is away, Problem when it refuses."""
    from service.store import Database, StoreError, Unavailable

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

    try:
        return asyncio.run(run())
    except Unavailable as error:
        raise Unreachable(f"the database cannot be reached: {error}") from error
    except StoreError as error:
        raise Problem(f"the database refuses: {error}; `slaclock migrate` brings its schema up to date") from error

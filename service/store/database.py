"""Connections and transactions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, TypeAlias, TypeVar

import asyncpg
from sqlalchemy import Connection, CursorResult, Executable, text
from sqlalchemy import Row as SqlRow
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncTransaction, create_async_engine

from service.store.errors import StoreError, typed

T = TypeVar("T")

#: What a statement did, and a row that it returned, of any columns.
Result: TypeAlias = CursorResult[*tuple[Any, ...]]
Row: TypeAlias = SqlRow[*tuple[Any, ...]]

_NOW: Final = text("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)")


class Tx:
    """A transaction: opaque to every other layer, which only hands it on."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def run(self, statement: Executable, parameters: Mapping[str, Any] | None = None) -> Result:
        """What one statement did. Raises StoreError and its kinds only."""
        with typed():
            return await self._connection.execute(statement, parameters)

    async def rows(self, statement: Executable, parameters: Mapping[str, Any] | None = None) -> Sequence[Row]:
        """All rows that one statement returns. Raises StoreError and its kinds only."""
        with typed():
            return (await self._connection.execute(statement, parameters)).all()

    async def run_sync(self, work: Callable[[Connection], T]) -> T:
        """What `work` returns; it gets SQLAlchemy's own connection. For migrations only."""
        with typed():
            return await self._connection.run_sync(work)


class Database:
    """A pool of connections. Give each kind of work its own, so that one cannot starve another."""

    def __init__(self, engine: AsyncEngine, *, commit_timeout_s: float) -> None:
        self._engine = engine
        self._commit_timeout_s = commit_timeout_s

    @classmethod
    def open(
        cls,
        url: str,
        *,
        pool_size: int = 4,
        statement_timeout_s: float = 30,
        lock_timeout_s: float = 5,
        idle_timeout_s: float = 15,
        connect_timeout_s: float = 10,
        application: str = "slaclock",
    ) -> Database:
        """A database at `url` (any libpq form, SQLAlchemy's accepted); connects when first used. Every wait is bounded.

        `idle_timeout_s` ends a session whose transaction has stood idle that long (a process that was stopped
        while it held locks). A transaction as a whole may last that and two statements' time-outs; Postgres before 17
        cannot be told so. Raises ValueError when `url` is none.
        """
        dsn = url.replace("postgresql+asyncpg://", "postgresql://", 1)
        if not dsn.startswith(("postgresql://", "postgres://")):
            raise ValueError("the database URL must begin with postgresql://")
        options = _session(statement_timeout_s, lock_timeout_s, idle_timeout_s, application)

        whole = _milliseconds(idle_timeout_s + 2 * statement_timeout_s)

        async def connect() -> asyncpg.Connection[Any]:
            connection = await asyncpg.connect(
                dsn,
                timeout=connect_timeout_s,
                command_timeout=statement_timeout_s + 5,  # the server's own time-out speaks first
                server_settings=options,
            )
            # A client that stops between the preparation of a statement and its execution is neither idle nor does
            # its statement run: no other time-out would take its locks away.
            if connection.get_server_version().major >= 17:
                await connection.execute(f"SET transaction_timeout = {whole}")
            return connection

        engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=connect,
            isolation_level="READ COMMITTED",  # each statement sees what was committed before it; see tickets.lock
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=connect_timeout_s,
            pool_recycle=1800,
            hide_parameters=True,  # payloads belong into no log
        )
        return cls(engine, commit_timeout_s=statement_timeout_s)

    async def close(self) -> None:
        """Close every idle connection."""
        await self._engine.dispose()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """A READ COMMITTED transaction: committed when the block ends, rolled back when it raises.

        Raises `Unavailable` when it is worth repeating; out of the commit that leaves the outcome unknown.
        A cancellation during the commit waits for its end first.
        """
        with typed():
            connection = await self._engine.connect()
        try:
            with typed():
                transaction = await connection.begin()
            yield Tx(connection)
            with typed():
                await self._commit(transaction)
        finally:
            await _give_back(connection)

    async def now(self) -> int:
        """The database's clock, in microseconds since 1970-01-01T00:00:00Z."""
        async with self.transaction() as tx:
            return int((await tx.run(_NOW)).scalar_one())

    async def _commit(self, transaction: AsyncTransaction) -> None:
        # A COMMIT cancelled half way leaves the driver waiting for an answer nobody reads.
        commit = asyncio.ensure_future(transaction.commit())
        try:
            await asyncio.shield(commit)
        except asyncio.CancelledError:
            await asyncio.wait({commit}, timeout=self._commit_timeout_s)
            if commit.done() and not commit.cancelled():
                commit.exception()  # told to nobody: the caller is gone, and asks for the position when it is back
            raise


async def _give_back(connection: AsyncConnection) -> None:
    """Roll back what is not committed and return the connection to its pool, whatever else happens meanwhile.

    A failure here changes nothing: the outcome is decided, and a broken connection is thrown away.
    """
    with suppress(StoreError), typed():
        await asyncio.shield(asyncio.ensure_future(connection.close()))


def _session(statement: float, lock: float, idle: float, application: str) -> dict[str, str]:
    return {
        "application_name": application,
        "statement_timeout": _milliseconds(statement),
        "lock_timeout": _milliseconds(lock),
        "idle_in_transaction_session_timeout": _milliseconds(idle),
        "tcp_user_timeout": "10000",  # a half-open connection gives its locks back after 10 s
        "tcp_keepalives_idle": "10",  # and so does one that only waits to hear from us
        "tcp_keepalives_interval": "5",
        "tcp_keepalives_count": "3",
        "jit": "off",  # every statement is short; compiling one costs more than running it
    }


def _milliseconds(seconds: float) -> str:
    return str(max(1, round(seconds * 1000)))

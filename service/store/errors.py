"""What can go wrong with the database, in three kinds, so that no other layer needs to know the driver's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import asyncpg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError


class StoreError(Exception):
    """The database refused: a programming error, or a schema other than this release's."""


class Unavailable(StoreError):  # noqa: N818 - what happened, not that it is an error
    """Try again: connection lost or refused, deadlock, serialization failure, time-out, server going down.

    When it comes out of a commit the transaction may have become durable all the same. Never assume that it has
    not: read `progress.position` again and go on from there.
    """


class Unstorable(StoreError):  # noqa: N818
    """The data themselves cannot be stored (SQLSTATE classes 22 and 54); repeating is useless."""


#: Classes: connection, invalid password, rollback, resources, object state, operator, I/O. 0A000 is a plan made
#: before a migration; 3D000 a database that is not there (yet); 25006 a primary that has become a replica;
#: 25P03 and 25P04 a session ended because its transaction idled or lasted too long.
_RETRIABLE_CLASSES: Final = frozenset({"08", "28", "40", "53", "55", "57", "58"})
_RETRIABLE_STATES: Final = frozenset({"0A000", "3D000", "25006", "25P03", "25P04"})
_DATA_CLASSES: Final = frozenset({"22", "54"})


@contextmanager
def typed() -> Iterator[None]:
    """Turn every error of the driver inside the block into one of the three; others pass."""
    try:
        yield
    except (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
        raise _of(error) from error


def _of(error: BaseException) -> StoreError:
    kind = _kind_of(error)
    origin = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return kind(f"{type(error).__name__}: {_first_line(origin)}")


def _kind_of(error: BaseException) -> type[StoreError]:
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return Unavailable
    state = _sqlstate(error)
    if state:
        return _kind_of_state(state)
    cause = error.orig.__cause__ if isinstance(error, DBAPIError) and error.orig else error
    if isinstance(cause, ValueError):  # the driver could not encode a parameter
        return Unstorable
    if isinstance(cause, asyncpg.InterfaceError | OSError | TimeoutError | PoolTimeoutError):
        return Unavailable
    return StoreError


def _kind_of_state(state: str) -> type[StoreError]:
    if state in _RETRIABLE_STATES or state[:2] in _RETRIABLE_CLASSES:
        return Unavailable
    return Unstorable if state[:2] in _DATA_CLASSES else StoreError


def _sqlstate(error: BaseException) -> str:
    origin = error.orig if isinstance(error, DBAPIError) else error
    return str(getattr(origin, "sqlstate", None) or "")


def _first_line(error: BaseException) -> str:
    """The message without DETAIL, which may quote payloads."""
    return (str(error).splitlines() or [""])[0][:300]

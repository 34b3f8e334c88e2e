"""What was read before: ids and tickets of a file of any length, on disk, so that memory does not grow with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from typing import Final, NamedTuple

from service.cli.program import Problem
from service.sla.events import Event
from service.wire import TICKET

#: KiB of the scratch file that are held in memory.
_MEMORY: Final = 32_768

_TABLES: Final = """
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    PRAGMA cache_size = -{memory};
    CREATE TABLE fact (key BLOB PRIMARY KEY, digest BLOB, line INTEGER) WITHOUT ROWID;
    CREATE TABLE ticket (key BLOB PRIMARY KEY, name TEXT, line INTEGER, facts INTEGER, opened INTEGER) WITHOUT ROWID;
    BEGIN;
"""


class Before(NamedTuple):
    """The first event with an identity: where it stands, and what it says."""

    line: int
    digest: bytes


class Seen:
    """A scratch database of SQLite in a temporary file that nobody else sees and that goes with the process."""

    def __init__(self) -> None:
        """Nothing is seen yet."""
        with _typed():
            self._db = sqlite3.connect("", isolation_level=None)
            self._db.executescript(_TABLES.format(memory=_MEMORY))

    def before(self, event: Event, about: str = TICKET) -> Before | None:
        """The event about the same kind of thing that was added with the identity of `event`."""
        key = _fact(event) if about == TICKET else _shared(event, about)
        with _typed():
            row = self._db.execute("SELECT line, digest FROM fact WHERE key = ?", (key,)).fetchone()
        return None if row is None else Before(*row)

    def facts(self, event: Event) -> int:
        """How many events of its ticket were added."""
        with _typed():
            row = self._db.execute("SELECT facts FROM ticket WHERE key = ?", (_ticket(event),)).fetchone()
        return 0 if row is None else int(row[0])

    def add(self, event: Event, digest: bytes, line: int, *, opens: bool) -> None:
        """Remember `event`, whose identity is new; `opens`: its ticket begins with it."""
        row = (_ticket(event), event.ticket, line, opens)
        with _typed():
            self._db.execute("INSERT INTO fact VALUES (?, ?, ?)", (_fact(event), digest, line))
            self._db.execute(
                "INSERT INTO ticket VALUES (?, ?, ?, 1, ?) ON CONFLICT (key) DO UPDATE"
                " SET facts = facts + 1, opened = max(opened, excluded.opened)",
                row,
            )

    def add_shared(self, event: Event, about: str, digest: bytes, line: int) -> None:
        """Remember `event`, whose identity is new among what is said about AREA or DIRECTORY."""
        with _typed():
            self._db.execute("INSERT INTO fact VALUES (?, ?, ?)", (_shared(event, about), digest, line))

    def not_opened(self) -> Iterator[tuple[str, int]]:
        """Tickets that never began, with the line of their first event, in the order of the lines."""
        with _typed():
            yield from self._db.execute("SELECT name, line FROM ticket WHERE NOT opened ORDER BY line")

    def close(self) -> None:
        """Let the file go."""
        self._db.close()


def _fact(event: Event) -> bytes:
    return _digest(event.tenant, event.ticket, event.source, event.id)


def _shared(event: Event, about: str) -> bytes:
    """Whatever it is about in particular: an identity counts once."""
    return _digest(event.tenant, about, "", event.source, event.id)


def _ticket(event: Event) -> bytes:
    return _digest(event.tenant, event.ticket)


def _digest(*parts: str) -> bytes:
    """Parts have no control characters, so that what lies between them is unambiguous."""
    return blake2b("\x1f".join(parts).encode(), digest_size=16).digest()


@contextmanager
def _typed() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise Problem(f"the scratch file in the temporary folder cannot be used: {error}") from None

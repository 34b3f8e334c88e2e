"""What all tables share."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, SmallInteger, Text
from sqlalchemy.sql.type_api import TypeEngine

#: Constraints and indexes have names made by rule, so that a migration can name them.
METADATA: Final = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    }
)

#: Keys are compared byte by byte: faster, and no change of the system's collations can spoil an index.
NAME: Final[TypeEngine[str]] = Text(collation="C")

#: Microseconds since 1970-01-01T00:00:00Z. Not timestamptz: the core reckons in integers, and nothing is rounded
#: or read in the session's time zone on the way.
INSTANT: Final[TypeEngine[int]] = BigInteger()

BYTES: Final[TypeEngine[bytes]] = LargeBinary()


def ticket_columns() -> list[Column[int] | Column[str]]:
    """The columns that every ticket-bound key begins with; bucket first, so that a database can be split by it."""
    return [
        Column("bucket", SmallInteger, nullable=False),
        Column("tenant", NAME, nullable=False),
        Column("ticket", NAME, nullable=False),
    ]

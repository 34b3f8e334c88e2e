"""Who has moved W on by hand, how far, why, and until when: one at a time, kept for ever."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Identity,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from service.sla.instants import Instant
from service.store.database import Tx
from service.store.schema import INSTANT, METADATA

OVERRIDE: Final = Table(
    "override",
    METADATA,
    Column("nr", BigInteger, Identity(always=True), nullable=False),
    Column("upto", INSTANT, nullable=False),  # W is taken to be here
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", INSTANT, nullable=False),
    Column("ended_by", Text),
    Column("ended_why", Text),
    Column("ended_at", INSTANT),
    PrimaryKeyConstraint("nr"),
    # Who vouches for what nobody has proved has a name and a reason, and so has who stops.
    CheckConstraint("by <> '' AND reason <> ''", name="audited"),
    CheckConstraint(
        "(ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (ended_why IS NULL)"
        " AND ended_by <> '' AND ended_why <> ''",
        name="ended",
    ),
    # Of two in force, which one would count?
    Index(
        "override_one_idx", text("(ended_at IS NULL)"), unique=True, postgresql_where=text("ended_at IS NULL")
    ),
)

_BEGIN: Final = text("""
    INSERT INTO override (upto, by, reason, at) VALUES (:upto, :by, :reason, :at)
""")

_END: Final = text("""
    UPDATE override SET ended_by = :by, ended_why = :why, ended_at = :at WHERE ended_at IS NULL RETURNING upto
""")

_PUT: Final = text("UPDATE watermark SET override = :upto")

_ALL: Final = text("""
    SELECT nr, upto, by, reason, at, ended_by, ended_why, ended_at FROM override ORDER BY nr DESC LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class Override:
    """W was taken to be at `upto` from `at` on, until `ended_at`; None: it still is."""

    nr: int
    upto: Instant
    by: str
    reason: str
    at: Instant
    ended_by: str | None = None
    ended_why: str | None = None
    ended_at: Instant | None = None


async def begin(tx: Tx, upto: Instant, *, by: str, reason: str, at: Instant) -> None:
    """Take W to be at `upto`. None is in force, and nobody judges (`registry.hold_alone`)."""
    await tx.run(_BEGIN, {"upto": upto, "by": by, "reason": reason, "at": at})
    await tx.run(_PUT, {"upto": upto})


async def end(tx: Tx, *, by: str, why: str, at: Instant) -> Instant | None:
    """Take W to be where it is proved again; how far the override went, None when none was in force."""
    row = (await tx.run(_END, {"by": by, "why": why, "at": at})).one_or_none()
    await tx.run(_PUT, {"upto": None})
    return None if row is None else int(row[0])


async def latest(tx: Tx, limit: int = 20) -> list[Override]:
    """The latest overrides, the last one first."""
    return [Override(*row) for row in await tx.rows(_ALL, {"limit": limit})]

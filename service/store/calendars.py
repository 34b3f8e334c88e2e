"""The registered calendar files of each tenant: of one name the newest is in force, for every policy that refers to it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Identity,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    insert,
    text,
)

from service.sla.instants import Instant
from service.store.database import Tx
from service.store.registry import hold_alone
from service.store.schema import INSTANT, METADATA, NAME
from service.store.tickets import DUE_NOW

# A trigger (in the migrations) refuses UPDATE, DELETE and TRUNCATE: it must be possible to tell by which days a
# verdict was reached, and who reads on from a revision must find every later one.
CALENDAR: Final = Table(
    "calendar",
    METADATA,
    Column("tenant", NAME, nullable=False),
    Column("name", NAME, nullable=False),
    Column("document", Text, nullable=False),  # the calendar file as it was registered
    Column("registered_at", INSTANT, nullable=False),
    Column("reason", Text),  # why days that were past were changed; null: none was
    # The order of registrations; see `registry.revision`.
    Column("nr", BigInteger, Identity(always=True), nullable=False),
    PrimaryKeyConstraint("tenant", "name", "nr"),
    UniqueConstraint("nr"),
    # A correction without a word of why explains nothing.
    CheckConstraint("reason <> ''", name="reason"),
)

_LATEST: Final = text("""
    SELECT DISTINCT ON (name) name, document, registered_at, reason FROM calendar
    WHERE tenant = :tenant ORDER BY name, nr DESC
""")

#: Tickets whose promises, of the targets that reckon by the calendar, are not wholly in the past of its first change.
_TOUCHED: Final = """
    t.tenant = :tenant AND EXISTS (
        SELECT FROM promise p
        WHERE (p.bucket, p.tenant, p.ticket) = (t.bucket, t.tenant, t.ticket)
          AND p.target = ANY (CAST(:targets AS text[]))
          AND (p.due IS NULL OR p.due >= :since OR p.stop >= :since
               OR p.state IN ('open', 'breached', 'indeterminate')))
"""

_DUE_NOW: Final = text(f"UPDATE ticket t SET wake_at = :due_now WHERE {_TOUCHED}")  # noqa: S608 - no values in it
_COUNT: Final = text(f"SELECT count(*) FROM ticket t WHERE {_TOUCHED}")  # noqa: S608


@dataclass(frozen=True, slots=True)
class Registered:
    """One registered calendar file."""

    name: str
    document: str
    registered_at: Instant
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Touched:
    """What a registration bears on: promises of `targets` that were not due and stopped before `since`; None: none."""

    since: Instant | None
    targets: Collection[str]


async def latest(tx: Tx, tenant: str) -> list[Registered]:
    """The calendars of `tenant` that are in force, by name."""
    return [Registered(*row) for row in await tx.rows(_LATEST, {"tenant": tenant})]


async def register(tx: Tx, tenant: str, new: Registered, touched: Touched | None = None) -> int:
    """Put `new` in force and make the tickets that are touched due now; how many they are.

    Whether it may replace the one before is for the caller to decide, under `registry.hold_alone`.
    """
    await hold_alone(tx)
    await tx.run(
        insert(CALENDAR).values(
            tenant=tenant,
            name=new.name,
            document=new.document,
            registered_at=new.registered_at,
            reason=new.reason,
        )
    )
    if touched is None or touched.since is None:
        return 0
    return (await tx.run(_DUE_NOW, {**_which(tenant, touched), "due_now": DUE_NOW})).rowcount


async def count_touched(tx: Tx, tenant: str, touched: Touched) -> int:
    """How many tickets a registration would make due now."""
    if touched.since is None:
        return 0
    return int((await tx.run(_COUNT, _which(tenant, touched))).scalar_one())


def _which(tenant: str, touched: Touched) -> dict[str, object]:
    return {"tenant": tenant, "targets": sorted(touched.targets), "since": touched.since}

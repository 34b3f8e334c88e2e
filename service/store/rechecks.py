"""Orders to judge tickets again because what many of them rest on has changed: carried out bucket by bucket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import BigInteger, Column, Identity, PrimaryKeyConstraint, SmallInteger, Table, text

from service.sla.instants import Instant
from service.store.database import Tx
from service.store.schema import INSTANT, METADATA, NAME
from service.store.tickets import DUE_NOW

#: The bucket of an order that still waits for everybody who judges to have heard of the change.
WAITING: Final = -1

RECHECK: Final = Table(
    "recheck",
    METADATA,
    Column("nr", BigInteger, Identity(always=True), nullable=False),
    Column("tenant", NAME),  # null: every tenant
    # Tickets that were not settled before; null: those with an unproven statement.
    Column("since", INSTANT),
    # How far it has been carried out, so that a restart goes on from there.
    Column("bucket", SmallInteger, nullable=False, server_default=text(str(WAITING))),
    PrimaryKeyConstraint("nr"),
)

_ORDER: Final = text("INSERT INTO recheck (tenant, since) VALUES (:tenant, :since)")

_NEXT: Final = text("""
    SELECT nr, tenant, since, bucket FROM recheck ORDER BY nr LIMIT 1 FOR UPDATE SKIP LOCKED
""")

_PENDING: Final = text("SELECT EXISTS (SELECT FROM recheck)")

_MOVE: Final = text("UPDATE recheck SET bucket = :bucket WHERE nr = :nr")

_DONE: Final = text("DELETE FROM recheck WHERE nr = :nr")

# Locked in key order, as everybody does.
_MARK: Final = """
    WITH meant AS MATERIALIZED (
        SELECT bucket, tenant, ticket FROM ticket
        WHERE bucket = :bucket AND (CAST(:tenant AS text) IS NULL OR tenant = :tenant)
          AND {which} AND wake_at IS DISTINCT FROM :due_now
        ORDER BY bucket, tenant, ticket FOR UPDATE
    )
    UPDATE ticket t SET wake_at = :due_now FROM meant m
    WHERE (t.bucket, t.tenant, t.ticket) = (m.bucket, m.tenant, m.ticket)
"""

_MARK_UNPROVEN: Final = text(_MARK.format(which="unproven"))
_MARK_SINCE: Final = text(_MARK.format(which="(settled_at IS NULL OR settled_at >= :since)"))


@dataclass(frozen=True, slots=True)
class Order:
    """Tickets of `tenant`, None: of all, not settled before `since`, None: with an unproven statement.

    Those of buckets before `bucket` were made due.
    """

    nr: int
    tenant: str | None
    since: Instant | None
    bucket: int


async def order(tx: Tx, tenant: str | None, since: Instant | None) -> None:
    """Have tickets judged again; see `Order`. In the transaction that changes what they rest on."""
    await tx.run(_ORDER, {"tenant": tenant, "since": since})


async def pending(tx: Tx) -> bool:
    """Whether there is an order."""
    return bool((await tx.run(_PENDING)).scalar_one())


async def take(tx: Tx) -> Order | None:
    """The oldest order that nobody else is at."""
    row = (await tx.run(_NEXT)).one_or_none()
    return None if row is None else Order(*row)


async def move(tx: Tx, nr: int, bucket: int) -> None:
    """Note that the order is carried out for the buckets before `bucket`."""
    await tx.run(_MOVE, {"nr": nr, "bucket": bucket})


async def done(tx: Tx, nr: int) -> None:
    """The order is carried out."""
    await tx.run(_DONE, {"nr": nr})


async def mark(tx: Tx, which: Order, bucket: int) -> int:
    """Make the tickets of `bucket` due now that `which` is about; how many they are."""
    bound = {"tenant": which.tenant, "bucket": bucket, "due_now": DUE_NOW}
    if which.since is None:
        return (await tx.run(_MARK_UNPROVEN, bound)).rowcount
    return (await tx.run(_MARK_SINCE, bound | {"since": which.since})).rowcount

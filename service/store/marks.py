"""Tickets are made due because something has changed that many of them share."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import text

from service.sla.instants import Instant
from service.store.database import Tx
from service.store.tickets import DUE_NOW

# Locked in key order, as everybody does. `shared_upto`: who was judged with these events already is not woken again;
# `settled_at`: nor who was through before the first instant that they name.
_MARK: Final = """
    WITH stale AS MATERIALIZED (
        SELECT bucket, tenant, ticket FROM ticket
        WHERE tenant = :tenant AND {which} AND shared_upto < :upto AND wake_at IS DISTINCT FROM :due_now
        ORDER BY bucket, tenant, ticket LIMIT :limit
        FOR UPDATE
    )
    UPDATE ticket t SET wake_at = :due_now FROM stale s
    WHERE (t.bucket, t.tenant, t.ticket) = (s.bucket, s.tenant, s.ticket)
"""

_MARK_AREAS: Final = text(
    _MARK.format(
        which="areas && CAST(:areas AS text[]) AND areas <> '{}' AND (settled_at IS NULL OR settled_at >= :since)"
    )
)
_MARK_BUCKET: Final = text(_MARK.format(which="bucket = :bucket"))

_UNWIND: Final = text("""
    UPDATE ticket SET judged_at = CAST(:proved AS bigint), wake_at = :due_now
    WHERE judged_at > :proved OR (judged_at IS NOT NULL AND CAST(:proved AS bigint) IS NULL)
""")


async def mark_areas(
    tx: Tx, tenant: str, areas: Collection[str], *, since: Instant, upto: int, limit: int
) -> int:
    """Make due now up to `limit` tickets of `areas` that were not settled before `since`; how many they are.

    Only those that were last judged with less than the first `upto` events of areas. Waits for their locks.
    """
    which = {"tenant": tenant, "areas": sorted(areas), "since": since, "upto": upto, "limit": limit}
    return (await tx.run(_MARK_AREAS, which | {"due_now": DUE_NOW})).rowcount


async def mark_bucket(tx: Tx, tenant: str, bucket: int, *, upto: int, limit: int) -> int:
    """As `mark_areas`, for every ticket of `bucket` wherever it is."""
    which = {"tenant": tenant, "bucket": bucket, "upto": upto, "limit": limit}
    return (await tx.run(_MARK_BUCKET, which | {"due_now": DUE_NOW})).rowcount


async def unwind(tx: Tx, proved: Instant | None) -> None:
    """Make due now every ticket that was judged beyond `proved`, as if it had been judged there.

    Nobody judges meanwhile (`registry.hold_alone`).
    """
    await tx.run(_UNWIND, {"proved": proved, "due_now": DUE_NOW})

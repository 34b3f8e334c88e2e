"""Which tickets of a tenant are meant: those named, or all that fit, page by page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from service.sla.instants import Instant
from service.store.database import Tx
from service.store.keys import TicketKey, arrays, bucket_of, by_keys

_EXISTING: Final = by_keys("""
    SELECT t.tenant, t.ticket FROM {keys} JOIN ticket t USING (bucket, tenant, ticket)
    ORDER BY t.bucket, t.ticket
""")

_PAGE: Final = text("""
    SELECT t.ticket FROM ticket t
    WHERE t.tenant = :tenant
      AND (t.bucket, t.ticket) > (CAST(:bucket AS smallint), CAST(:ticket AS text) COLLATE "C")
      AND (CAST(:since AS bigint) IS NULL OR t.latest_at >= :since)
      AND (CAST(:target AS text) IS NULL AND CAST(:due_from AS bigint) IS NULL AND CAST(:due_to AS bigint) IS NULL
        OR EXISTS (
            SELECT FROM promise p
            WHERE (p.bucket, p.tenant, p.ticket) = (t.bucket, t.tenant, t.ticket)
              AND (CAST(:target AS text) IS NULL OR p.target = :target)
              AND (p.due IS NULL OR (CAST(:due_from AS bigint) IS NULL OR p.due >= :due_from)
                                AND (CAST(:due_to AS bigint) IS NULL OR p.due < :due_to))))
    ORDER BY t.bucket, t.ticket LIMIT :limit
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Tickets with an event at or after `since`, and with a promise of `target` due in [`due_from`, `due_to`); None: any.

    A promise without a due may be due at any time.
    """

    target: str | None = None
    since: Instant | None = None
    due_from: Instant | None = None
    due_to: Instant | None = None


async def existing(tx: Tx, keys: Iterable[TicketKey]) -> list[TicketKey]:
    """Those of `keys` that are tickets, in the order of pages."""
    return [(tenant, ticket) for tenant, ticket in await tx.rows(_EXISTING, arrays(keys))]


async def page(tx: Tx, tenant: str, chosen: Filter, after: TicketKey | None, limit: int) -> list[TicketKey]:
    """Up to `limit` tickets of `tenant` that fit, from after the ticket `after` on; none: that was all."""
    parameters = {
        "tenant": tenant,
        "bucket": -1 if after is None else bucket_of(*after),
        "ticket": "" if after is None else after[1],
        "since": chosen.since,
        "target": chosen.target,
        "due_from": chosen.due_from,
        "due_to": chosen.due_to,
        "limit": limit,
    }
    return [(tenant, ticket) for (ticket,) in await tx.rows(_PAGE, parameters)]

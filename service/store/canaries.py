"""Canaries: tickets that are opened only to be broken in time. They are kept as all others are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from service.sla.instants import Instant
from service.store.database import Tx

# From promise_unfinished_idx. Whoever said the breach put its records into the outbox in the same transaction, one under the
# ticket and one under the statement; the relay deletes what the broker has acknowledged.
_SENT: Final = text("""
    SELECT p.ticket, p.due FROM promise p JOIN statement s USING (bucket, tenant, ticket)
    WHERE p.tenant = :tenant AND p.state = 'breached' AND s.kind = 'breach' AND s.rev = 1
    AND NOT EXISTS (
        SELECT FROM outbox o
        WHERE o.bucket = p.bucket AND o.key IN (convert_to(p.ticket, 'UTF8'), convert_to(CAST(s.id AS text), 'UTF8'))
    )
    ORDER BY p.due LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class Sent:
    """A ticket whose promise is broken and not ended, and whose breach the broker has acknowledged."""

    ticket: str
    due: Instant


async def sent(tx: Tx, tenant: str, limit: int) -> list[Sent]:
    """Those of `tenant`, the first due ones first, at most `limit`."""
    return [Sent(*row) for row in await tx.rows(_SENT, {"tenant": tenant, "limit": limit})]

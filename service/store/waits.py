"""Wake-ups of tickets whose promises wait for sources: judge again once W and the caps of all of them are past."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, text

from service.sla.instants import Instant
from service.store.database import Tx
from service.store.keys import TicketKey, arrays, bucket_of, by_keys
from service.store.schema import INSTANT, METADATA, NAME, ticket_columns
from service.store.tickets import Due

#: The sources of one wake-up, sorted.
Sources: TypeAlias = tuple[str, ...]

#: Between the sources of one set; no source has control characters in its name.
_SEPARATOR: Final = "\x1f"

TICKET_WAIT: Final = Table(
    "ticket_wait",
    METADATA,
    *ticket_columns(),
    Column("sources", NAME, nullable=False),
    Column("wake_at", INSTANT, nullable=False),
    PrimaryKeyConstraint("bucket", "tenant", "ticket", "sources"),
    # What the clock claims from, for each of the few sets that there are.
    Index("ticket_wait_due_idx", "tenant", "sources", "wake_at"),
)

_CURRENT: Final = by_keys("""
    SELECT w.tenant, w.ticket, w.sources, w.wake_at FROM {keys} JOIN ticket_wait w USING (bucket, tenant, ticket)
""")

_ROWS: Final = """
    unnest(CAST(:buckets AS smallint[]), CAST(:tenants AS text[]), CAST(:tickets AS text[]),
           CAST(:sources AS text[]), CAST(:wake_ats AS bigint[])) AS r(bucket, tenant, ticket, sources, wake_at)
"""

_PUT: Final = text(f"""
    INSERT INTO ticket_wait (bucket, tenant, ticket, sources, wake_at) SELECT r.* FROM {_ROWS}
    ON CONFLICT (bucket, tenant, ticket, sources) DO UPDATE SET wake_at = excluded.wake_at
""")  # noqa: S608 - no values in it

_REMOVE: Final = text(f"""
    DELETE FROM ticket_wait w USING {_ROWS}
    WHERE (w.bucket, w.tenant, w.ticket, w.sources) = (r.bucket, r.tenant, r.ticket, r.sources)
""")  # noqa: S608

# The sets are found by stepping through the index, not by reading it all. A source without a row is not complete.
_CLAIM: Final = text("""
    WITH RECURSIVE sets AS (
        (SELECT tenant, sources FROM ticket_wait ORDER BY tenant, sources LIMIT 1)
        UNION ALL
        SELECT n.tenant, n.sources FROM sets s CROSS JOIN LATERAL (
            SELECT tenant, sources FROM ticket_wait WHERE (tenant, sources) > (s.tenant, s.sources)
            ORDER BY tenant, sources LIMIT 1) n
    ), complete AS MATERIALIZED (
        SELECT s.tenant, s.sources, (
            SELECT least(:watermark, min(coalesce(c.cap, 0)))
            FROM unnest(string_to_array(s.sources, :separator)) AS r(source)
            LEFT JOIN source c ON c.tenant = s.tenant AND c.source = r.source) AS upto
        FROM sets s
    )
    SELECT t.tenant, t.ticket, w.wake_at, t.shared_upto
    FROM complete c
    CROSS JOIN LATERAL (
        SELECT bucket, tenant, ticket, wake_at FROM ticket_wait
        WHERE tenant = c.tenant AND sources = c.sources AND wake_at < c.upto
        ORDER BY wake_at LIMIT :limit) w
    JOIN ticket t ON (t.bucket, t.tenant, t.ticket) = (w.bucket, w.tenant, w.ticket)
    WHERE t.unjudged IS NULL
    LIMIT :limit
    FOR UPDATE OF t SKIP LOCKED
""")


async def claim(tx: Tx, watermark: Instant, limit: int) -> list[Due]:
    """Lock up to `limit` tickets of which `watermark` and the caps of a set of sources have passed the wake-up.

    The longest due of each set first; never waits for a lock. A ticket may be there for several sets.
    """
    bound = {"watermark": watermark, "separator": _SEPARATOR, "limit": limit}
    rows = await tx.rows(_CLAIM, bound)
    return [Due((tenant, ticket), wake_at, upto) for tenant, ticket, wake_at, upto in rows]


async def save(tx: Tx, waits: Mapping[TicketKey, Mapping[Sources, Instant]]) -> None:
    """Make the wake-ups of locked tickets these; rows that stay the same are not written."""
    if not waits:
        return
    before = {
        (tenant, ticket, sources): wake_at
        for tenant, ticket, sources, wake_at in await tx.rows(_CURRENT, arrays(waits))
    }
    now = {
        (*key, _SEPARATOR.join(sources)): wake_at
        for key, each in waits.items()
        for sources, wake_at in each.items()
    }
    gone = {which: wake_at for which, wake_at in before.items() if which not in now}
    changed = {which: wake_at for which, wake_at in now.items() if before.get(which) != wake_at}
    for statement, rows in ((_REMOVE, gone), (_PUT, changed)):
        if rows:
            await tx.run(statement, _parameters(rows))


def _parameters(rows: Mapping[tuple[str, str, str], Instant]) -> dict[str, list[str] | list[int]]:
    return {
        "buckets": [bucket_of(tenant, ticket) for tenant, ticket, _ in rows],
        "tenants": [tenant for tenant, _, _ in rows],
        "tickets": [ticket for _, ticket, _ in rows],
        "sources": [sources for _, _, sources in rows],
        "wake_ats": list(rows.values()),
    }

"""What was said of the organisation: kept once, read by everyone who judges, and told to no ticket by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from service.sla.events import DIRECTORY
from service.sla.instants import Instant
from service.store.database import Tx
from service.store.parked import Place
from service.store.shared_events import SharedLog
from service.store.tickets import DUE_NOW

_LOG: Final = SharedLog("directory_event", DIRECTORY)
DIRECTORY_EVENT: Final = _LOG.table

revision, told, past, append = _LOG.revision, _LOG.told, _LOG.past, _LOG.append

_STANDING: Final = text("""
    SELECT (SELECT coalesce(max(nr), 0) FROM directory_event),
           EXISTS (SELECT FROM parked WHERE state = 'parked' AND directory)
           OR EXISTS (SELECT FROM progress
                      WHERE topic = :topic AND (wm IS NULL OR wm < CAST(:watermark AS bigint)))
""")

# Locked in key order, as everybody does.
_MARK: Final = text("""
    WITH touched AS MATERIALIZED (
        SELECT DISTINCT s.bucket, s.tenant, s.ticket
        FROM unnest(CAST(:tenants AS text[]), CAST(:sinces AS bigint[])) AS r(tenant, since)
        JOIN statement s ON s.tenant = r.tenant AND s.at >= r.since AND s.kind IN ('breach', 'escalation')
        WHERE NOT s.withdrawn AND NOT EXISTS (
            SELECT FROM statement n
            WHERE (n.bucket, n.tenant, n.ticket, n.id) = (s.bucket, s.tenant, s.ticket, s.id) AND n.rev > s.rev)
    ), stale AS MATERIALIZED (
        SELECT t.bucket, t.tenant, t.ticket FROM ticket t JOIN touched USING (bucket, tenant, ticket)
        WHERE t.wake_at IS DISTINCT FROM :due_now
        ORDER BY t.bucket, t.tenant, t.ticket FOR UPDATE OF t
    )
    UPDATE ticket t SET wake_at = :due_now FROM stale s
    WHERE (t.bucket, t.tenant, t.ticket) = (s.bucket, s.tenant, s.ticket)
""")

_AHEAD: Final = text("""
    SELECT topic, part, record_offset FROM parked
    WHERE state = 'parked' AND directory AND reason = 'ahead_of_record' AND occurred_at < :watermark
    ORDER BY occurred_at LIMIT :limit
""")

_LAG: Final = text("""
    SELECT greatest(w.at - min(p.wm), 0) FROM progress p, watermark w WHERE p.topic = :topic GROUP BY w.at
""")


@dataclass(frozen=True, slots=True)
class Standing:
    """The number of the latest event, 0 when there is none; `is_provisional`: something said before W may be missing."""

    revision: int
    is_provisional: bool


async def standing(tx: Tx, topic: str, watermark: Instant | None) -> Standing:
    """How much is known. A topic that nobody has ever begun to read holds nothing.

    Under `registry.hold_still` it stays.
    """
    row = await tx.run(_STANDING, {"topic": topic, "watermark": watermark})
    return Standing(*row.one())


async def mark(tx: Tx, since: Mapping[str, Instant]) -> int:
    """Make due now the tickets of each tenant with a breach or an escalation in force from `since` on; how many.

    The transaction holds `registry.hold_alone`, so nobody who judges has a lock on them.
    """
    if not since:
        return 0
    which = {"tenants": list(since), "sinces": list(since.values()), "due_now": DUE_NOW}
    return (await tx.run(_MARK, which)).rowcount


async def ahead(tx: Tx, watermark: Instant, limit: int) -> list[Place]:
    """Up to `limit` of its records that are parked for being ahead of their time, which W has passed."""
    rows = await tx.rows(_AHEAD, {"watermark": watermark, "limit": limit})
    return [(topic, part, offset) for topic, part, offset in rows]


async def lag(tx: Tx, topic: str) -> Instant:
    """By how much the topic is read less far than W; 0 when it is not, and before anything is proved."""
    return int((await tx.run(_LAG, {"topic": topic})).scalar() or 0)

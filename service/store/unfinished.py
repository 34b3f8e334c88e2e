"""What metrics tell of unfinished promises: how they stand, how soon they are due, and whom nobody answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from service.sla.instants import Duration, Instant
from service.store.database import Tx

# From promise_unfinished_idx alone. A running promise without a due waits for a gate, a hold or an exclusion.
_AHEAD: Final = text("""
    SELECT target,
           count(*) FILTER (WHERE state = 'open' AND due IS NOT NULL),
           count(*) FILTER (WHERE state = 'open' AND due IS NULL),
           count(*) FILTER (WHERE state = 'breached'),
           count(*) FILTER (WHERE state = 'open' AND due <= :now),
           count(*) FILTER (WHERE state = 'open' AND due > :now AND due <= :first),
           count(*) FILTER (WHERE state = 'open' AND due > :now AND due <= :second),
           count(*) FILTER (WHERE state = 'open' AND due > :now AND due <= :third),
           count(*) FILTER (WHERE state = 'open' AND due > :now AND due <= :fourth),
           min(due) FILTER (WHERE state = 'open' AND due > :now),
           min(due) FILTER (WHERE state = 'breached')
    FROM promise WHERE state IN ('open', 'breached') GROUP BY target ORDER BY target
""")

#: Of how many breached promises it is looked who was told.
MOST: Final = 10_000

_UNANSWERED: Final = text("""
    WITH broken AS MATERIALIZED (
        SELECT bucket, tenant, ticket, target, start FROM promise WHERE state = 'breached' LIMIT :most
    ), told AS (
        SELECT b.bucket, b.tenant, b.ticket, b.start, s.at
        FROM broken b CROSS JOIN LATERAL (
            SELECT DISTINCT ON (id) at, withdrawn FROM statement
            WHERE (bucket, tenant, ticket) = (b.bucket, b.tenant, b.ticket)
              AND target = b.target AND kind = 'escalation'
            ORDER BY id, rev DESC
        ) s
        WHERE NOT s.withdrawn
    )
    SELECT count(*), min(t.at) FROM told t
    WHERE NOT EXISTS (
        SELECT FROM event e
        WHERE (e.bucket, e.tenant, e.ticket) = (t.bucket, t.tenant, t.ticket)
          AND (e.type = 'acknowledged' OR (e.tenant, e.type) IN (
              SELECT * FROM unnest(CAST(:tenants AS text[]), CAST(:types AS text[]))))
          AND e.at >= t.start)
""")


@dataclass(frozen=True, slots=True)
class Ahead:
    """Unfinished promises of one target, of all tenants. `running`, `waiting` and `breached` are all of them.

    `undecided` are running ones past their due; `within` those due within each horizon, the nearer included.
    """

    target: str
    running: int
    waiting: int
    breached: int
    undecided: int
    within: tuple[int, ...]
    next_due: Instant | None
    oldest_breach: Instant | None


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Escalations of breached promises that nobody has taken on, and the instant of the oldest."""

    count: int
    oldest: Instant | None


async def ahead(tx: Tx, now: Instant, horizons: Sequence[Duration]) -> list[Ahead]:
    """How unfinished promises stand at `now`, by target; four `horizons`."""
    names = ("first", "second", "third", "fourth")
    bounds = {name: now + horizon for name, horizon in zip(names, horizons, strict=True)}
    return [
        Ahead(target, running, waiting, breached, undecided, tuple(rest[:4]), *rest[4:])
        for target, running, waiting, breached, undecided, *rest in await tx.rows(
            _AHEAD, bounds | {"now": now}
        )
    ]


async def unanswered(tx: Tx, types: Iterable[tuple[str, str]] = ()) -> Unanswered:
    """Of at most `MOST` breached promises. `types`: what owners call `acknowledged`, by tenant."""
    named = list(types)
    bound = {"most": MOST, "tenants": [tenant for tenant, _ in named], "types": [each for _, each in named]}
    return Unanswered(*(await tx.run(_UNANSWERED, bound)).one())

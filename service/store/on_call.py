"""What somebody on call asks: what is about to be due, what stands broken, how busy each target is. Nothing is locked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from service.sla.instants import Instant
from service.sla.statements import State, Statement
from service.store import promises
from service.store.database import Tx
from service.store.tickets import DUE_NOW
from service.wire.ledger import load_statement

# A target is meant with its variants. `open` and `breached` are literals, so that the partial index applies.
_MEANT: Final = """
    p.tenant = ANY (CAST(:tenants AS text[]))
    AND (CAST(:target AS text) IS NULL OR p.target = :target OR starts_with(p.target, :target || '/'))
"""

_NEAR: Final = text(f"""
    SELECT p.tenant, p.ticket, p.target, p.start, p.due, p.in_doubt, p.provisional FROM promise p
    WHERE p.state = 'open' AND p.due < :until AND {_MEANT}
    ORDER BY p.due, p.tenant, p.ticket, p.target LIMIT :limit
""")  # noqa: S608 - no values in it

_BUSY: Final = text("""
    SELECT tenant, target, count(*) FILTER (WHERE state = 'open'),
           count(*) FILTER (WHERE state = 'open' AND due < :until), min(due) FILTER (WHERE state = 'open'),
           count(*) FILTER (WHERE state = 'breached'), min(due) FILTER (WHERE state = 'breached')
    FROM promise WHERE state IN ('open', 'breached')
    GROUP BY tenant, target ORDER BY tenant, target
""")

#: The newest revision, unless it withdraws.
_IN_FORCE: Final = """
    s.kind = 'breach' AND NOT s.withdrawn AND NOT EXISTS (
        SELECT FROM statement n
        WHERE (n.bucket, n.tenant, n.ticket, n.id) = (s.bucket, s.tenant, s.ticket, s.id) AND n.rev > s.rev)
"""

_SAID: Final = text(f"""
    SELECT s.rev, s.content FROM statement s
    WHERE s.at >= :since AND s.tenant = ANY (CAST(:tenants AS text[])) AND {_IN_FORCE}
      AND (CAST(:target AS text) IS NULL OR s.target = :target OR starts_with(s.target, :target || '/'))
    ORDER BY s.at, s.tenant, s.ticket, s.target LIMIT :limit
""")  # noqa: S608

# From the unfinished promises, which are few, to what was said of them.
_SAID_OF_OPEN: Final = text(f"""
    SELECT s.rev, s.content
    FROM (SELECT DISTINCT p.bucket, p.tenant, p.ticket, p.target FROM promise p
          WHERE p.state = 'breached' AND {_MEANT}) b
    JOIN statement s USING (bucket, tenant, ticket, target)
    WHERE s.at >= :since AND {_IN_FORCE}
    ORDER BY s.at, s.tenant, s.ticket, s.target LIMIT :limit
""")  # noqa: S608

_DUE: Final = text("""
    SELECT count(*), min(wake_at) FILTER (WHERE wake_at > :due_now) FROM ticket
    WHERE wake_at < (SELECT greatest(at, override) FROM watermark) AND unjudged IS NULL
""")

_STANDS: Final = text("SELECT frozen_since FROM watermark WHERE frozen <> ''")

_VERSION: Final = text("SELECT current_setting('server_version')")


@dataclass(frozen=True, slots=True)
class Near:
    """An open promise; its due is known, though perhaps only `provisional`."""

    tenant: str
    ticket: str
    target: str
    start: Instant
    due: Instant
    in_doubt: bool
    provisional: bool


@dataclass(frozen=True, slots=True)
class Busy:
    """One target: promises open, `near` the asked instant or past due among them; broken ones not stopped yet."""

    tenant: str
    target: str
    open: int
    near: int
    next_due: Instant | None
    broken: int
    oldest_due: Instant | None


@dataclass(frozen=True, slots=True)
class Breach:
    """A breach in force, and where its promise stands now; None: there is no such promise any more."""

    statement: Statement
    rev: int
    state: State | None


@dataclass(frozen=True, slots=True)
class Overdue:
    """Tickets due by W and not judged; the `oldest` instant that one of them had asked for, None: none had."""

    count: int
    oldest: Instant | None


async def near(
    tx: Tx, tenants: Collection[str], until: Instant, *, target: str | None = None, limit: int = 100
) -> list[Near]:
    """Up to `limit` open promises due before `until`, those past their due included, the earliest first."""
    bound = {"tenants": sorted(tenants), "until": until, "target": target, "limit": limit}
    return [Near(*row) for row in await tx.rows(_NEAR, bound)]


async def busy(tx: Tx, until: Instant) -> list[Busy]:
    """Every target with unfinished promises."""
    return [Busy(*row) for row in await tx.rows(_BUSY, {"until": until})]


async def breaches(
    tx: Tx,
    tenants: Collection[str],
    since: Instant,
    *,
    only_open: bool,
    target: str | None = None,
    limit: int = 100,
) -> list[Breach]:
    """Up to `limit` breaches in force with a due at or after `since`, the earliest first.

    `only_open`: of promises without a stop; of a ticket with several of one target fewer than `limit` may come.
    """
    bound = {"tenants": sorted(tenants), "since": since, "target": target, "limit": limit}
    rows = await tx.rows(_SAID_OF_OPEN if only_open else _SAID, bound)
    said = [(load_statement(content), rev) for rev, content in rows]
    standing = await promises.read(tx, {(each.tenant, each.ticket) for each, _ in said})
    states = {
        (*key, promise.target, promise.started_by): promise.state
        for key, each in standing.items()
        for promise in each
    }
    found = [
        Breach(each, rev, states.get((each.tenant, each.ticket, each.target, each.started_by)))
        for each, rev in said
    ]
    return [each for each in found if each.state is State.BREACHED or not only_open]


async def overdue(tx: Tx) -> Overdue:
    """What the clock has not got to yet, without the wake-ups that have no instant of their own."""
    return Overdue(*(await tx.run(_DUE, {"due_now": DUE_NOW})).one())


async def stands_since(tx: Tx) -> Instant | None:
    """Since the probe of which clock reading W stands still; None while it moves."""
    row = (await tx.run(_STANDS)).one_or_none()
    return None if row is None else row[0]


async def server_version(tx: Tx) -> str:
    """The database server's, as it says: `18.6`."""
    return str((await tx.run(_VERSION)).scalar_one())

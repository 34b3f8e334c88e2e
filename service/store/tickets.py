"""One row a ticket: its lock, when it must be judged again, and how it stood when last judged."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Index, PrimaryKeyConstraint, Table, Text, text

from service.sla.instants import Instant
from service.store.database import Tx
from service.store.errors import StoreError
from service.store.keys import TicketKey, arrays, bucket_of, by_keys, storable
from service.store.schema import INSTANT, METADATA, NAME, ticket_columns

TICKET: Final = Table(
    "ticket",
    METADATA,
    *ticket_columns(),
    Column("wake_at", INSTANT),  # judge again once W is past this; null: nothing changes by itself
    Column("judged_at", INSTANT),  # W at the last judging; null: nothing was proved then
    Column("latest_at", INSTANT),  # the latest instant of any of its events; null: it has none
    Column("policy", NAME),  # the version it is pinned to; null for an orphan or before the first version
    Column("version", NAME),
    # Has events, none of them `opened`.
    Column("orphan", Boolean, nullable=False, server_default=text("false")),
    Column("in_doubt", Boolean, nullable=False, server_default=text("false")),  # a record of it stands parked
    # Why the last judging failed; such a ticket is not claimed until a record comes.
    Column("unjudged", Text),
    # Every area it was ever described with, in the words of any version of its policy; told and voided ones included.
    Column("areas", ARRAY(NAME), nullable=False, server_default=text("'{}'")),
    # The latest event of areas (`area_event.nr`) at the last judging: later ones may change it.
    Column("shared_upto", BigInteger, nullable=False, server_default=text("0")),
    # From this instant on nothing is reckoned: all its promises were due and stopped before. Null: one is not decided.
    Column("settled_at", INSTANT),
    # A statement in force says that it is not wholly proved: to be judged again when a gap is closed.
    Column("unproven", Boolean, nullable=False, server_default=text("false")),
    PrimaryKeyConstraint("bucket", "tenant", "ticket"),
    # What the clock claims from. Without the tickets that can change no more it stays as small as the work ahead;
    # without those whose judging failed one bad ticket cannot be claimed for ever.
    Index("ticket_due_idx", "wake_at", postgresql_where=text("wake_at IS NOT NULL AND unjudged IS NULL")),
    # Both are asked for by metrics every few seconds, and both are nearly empty.
    Index("ticket_in_doubt_idx", "tenant", postgresql_where=text("in_doubt")),
    Index("ticket_unjudged_idx", "tenant", postgresql_where=text("unjudged IS NOT NULL")),
    # Nearly empty: gaps are rare, and mostly closed.
    Index("ticket_unproven_idx", "bucket", postgresql_where=text("unproven")),
    # By area, for what is said of areas; not in it are tickets without any.
    Index("ticket_areas_idx", "areas", postgresql_using="gin", postgresql_where=text("areas <> '{}'")),
    # Every event of a ticket updates its row: room on the page for the new version, and vacuum by the number of
    # dead rows instead of the size of the table.
    postgresql_with={
        "fillfactor": 80,
        "autovacuum_vacuum_scale_factor": 0,
        "autovacuum_vacuum_threshold": 10_000,
        "autovacuum_analyze_scale_factor": 0.02,
        "autovacuum_vacuum_cost_delay": 0,
    },
)

#: A `wake_at` that is past at any W: to be judged again for another reason than time.
DUE_NOW: Final[Instant] = 0

_CREATE: Final = by_keys("""
    INSERT INTO ticket (bucket, tenant, ticket)
    SELECT k.bucket, k.tenant, k.ticket FROM {keys}
    WHERE NOT EXISTS (SELECT FROM ticket t
                      WHERE (t.bucket, t.tenant, t.ticket) = (k.bucket, k.tenant, k.ticket))
    ORDER BY k.bucket, k.tenant COLLATE "C", k.ticket COLLATE "C"
    ON CONFLICT DO NOTHING
""")

_LOCK: Final = by_keys("""
    SELECT t.tenant, t.ticket, t.shared_upto FROM {keys} JOIN ticket t USING (bucket, tenant, ticket)
    ORDER BY t.bucket, t.tenant, t.ticket
    FOR UPDATE OF t
""")

# What asked for its time comes first: a warning must not wait until a whole area has been judged again.
_CLAIM: Final = text("""
    SELECT tenant, ticket, wake_at, shared_upto FROM ticket
    WHERE wake_at > :due_now AND wake_at < :watermark AND unjudged IS NULL
    ORDER BY wake_at LIMIT :limit
    FOR UPDATE SKIP LOCKED
""")

_CLAIM_MARKED: Final = text("""
    SELECT tenant, ticket, wake_at, shared_upto FROM ticket
    WHERE wake_at = :due_now AND wake_at < :watermark AND unjudged IS NULL
    LIMIT :limit
    FOR UPDATE SKIP LOCKED
""")

_SAVE: Final = text("""
    UPDATE ticket t
    SET wake_at = s.wake_at, judged_at = s.judged_at, latest_at = s.latest_at, policy = s.policy,
        version = s.version, orphan = s.orphan, in_doubt = s.in_doubt, unjudged = s.unjudged,
        areas = string_to_array(s.areas, :separator), shared_upto = s.shared_upto, settled_at = s.settled_at,
        unproven = s.unproven
    FROM unnest(
        CAST(:buckets AS smallint[]), CAST(:tenants AS text[]), CAST(:tickets AS text[]),
        CAST(:wake_ats AS bigint[]), CAST(:judged_ats AS bigint[]), CAST(:latest_ats AS bigint[]),
        CAST(:policies AS text[]), CAST(:versions AS text[]), CAST(:orphans AS boolean[]),
        CAST(:in_doubts AS boolean[]), CAST(:unjudgeds AS text[]), CAST(:areas AS text[]),
        CAST(:shared_uptos AS bigint[]), CAST(:settled_ats AS bigint[]), CAST(:unprovens AS boolean[])
    ) AS s(bucket, tenant, ticket, wake_at, judged_at, latest_at, policy, version, orphan, in_doubt, unjudged,
           areas, shared_upto, settled_at, unproven)
    WHERE (t.bucket, t.tenant, t.ticket) = (s.bucket, s.tenant, s.ticket)
      AND (t.judged_at IS NULL OR t.judged_at <= s.judged_at)
""")

_DUE: Final = text("""
    SELECT count(*), min(wake_at) FILTER (WHERE wake_at > :due_now) FROM ticket
    WHERE wake_at < (SELECT greatest(at, override) FROM watermark) AND unjudged IS NULL
""")

_TROUBLED: Final = text("""
    SELECT (SELECT count(*) FROM ticket WHERE in_doubt),
           (SELECT count(*) FROM ticket WHERE unjudged IS NOT NULL),
           (SELECT min(wake_at) FROM ticket WHERE wake_at IS NOT NULL AND unjudged IS NULL)
""")


_UNJUDGED: Final = text("SELECT tenant, ticket, unjudged FROM ticket WHERE unjudged IS NOT NULL LIMIT :limit")


#: Between the areas of one ticket on the way to the database; no name of an area has control characters.
_SEPARATOR: Final = "\x1f"


@dataclass(frozen=True, slots=True)
class Due:
    """A claimed ticket, the instant for which it had asked to be judged again, and what it had heard of areas."""

    key: TicketKey
    wake_at: Instant
    shared_upto: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a ticket stands after a judging; the columns of the same names."""

    key: TicketKey
    wake_at: Instant | None
    judged_at: Instant | None
    latest_at: Instant | None
    policy: tuple[str, str] | None = None
    orphan: bool = False
    in_doubt: bool = False
    unjudged: str | None = None
    areas: frozenset[str] = frozenset()
    shared_upto: int = 0
    settled_at: Instant | None = None
    unproven: bool = False


@dataclass(frozen=True, slots=True)
class Backlog:
    """`due`: tickets past their wake-up by W and not yet judged; `oldest` instant asked for among them."""

    due: int
    oldest: Instant | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """`in_doubt`: tickets with a parked record; `unjudged`: tickets that could not be judged."""

    in_doubt: int
    unjudged: int
    next_wake_at: Instant | None


async def lock(tx: Tx, keys: Iterable[TicketKey]) -> dict[TicketKey, int]:
    """Hold the rows of `keys` until the transaction ends, making the missing ones; the `shared_upto` of each.

    Always in key order, the missing first: two transactions that do nothing else before cannot deadlock. What is
    read after this, each in a statement of its own, includes everything that earlier holders committed.
    """
    chosen = arrays(keys)
    if not chosen["tickets"]:
        return {}
    await tx.run(_CREATE, chosen)
    return {(tenant, ticket): upto for tenant, ticket, upto in await tx.rows(_LOCK, chosen)}


async def claim_due(tx: Tx, watermark: Instant, limit: int) -> list[Due]:
    """Lock up to `limit` tickets with wake_at < `watermark`; never waits for a lock.

    Those that asked for an instant come first, the longest due before the others; then those made due for another
    reason. A ticket that another transaction holds is left out and stays due.
    """
    bound = {"watermark": watermark, "due_now": DUE_NOW}
    rows = [*await tx.rows(_CLAIM, bound | {"limit": limit})]
    if len(rows) < limit:
        rows += await tx.rows(_CLAIM_MARKED, bound | {"limit": limit - len(rows)})
    return [Due((tenant, ticket), wake_at, upto) for tenant, ticket, wake_at, upto in rows]


async def save(tx: Tx, standings: Collection[Standing]) -> None:
    """Write how locked tickets stand. Raises StoreError when one of them was judged at a later W before."""
    if not standings:
        return
    result = await tx.run(
        _SAVE,
        {
            "buckets": [bucket_of(*s.key) for s in standings],
            "tenants": [s.key[0] for s in standings],
            "tickets": [s.key[1] for s in standings],
            "wake_ats": [s.wake_at for s in standings],
            "judged_ats": [s.judged_at for s in standings],
            "latest_ats": [s.latest_at for s in standings],
            "policies": [s.policy[0] if s.policy else None for s in standings],
            "versions": [s.policy[1] if s.policy else None for s in standings],
            "orphans": [s.orphan for s in standings],
            "in_doubts": [s.in_doubt for s in standings],
            "unjudgeds": [None if s.unjudged is None else storable(s.unjudged) for s in standings],
            "areas": [_SEPARATOR.join(sorted(s.areas)) for s in standings],
            "shared_uptos": [s.shared_upto for s in standings],
            "settled_ats": [s.settled_at for s in standings],
            "unprovens": [s.unproven for s in standings],
            "separator": _SEPARATOR,
        },
    )
    if result.rowcount != len(standings):
        raise StoreError(
            f"{len(standings) - result.rowcount} tickets are not locked or were judged at a later W"
        )


async def unjudged(tx: Tx, limit: int) -> dict[TicketKey, str]:
    """Up to `limit` tickets that could not be judged, and why not."""
    return {(tenant, ticket): why for tenant, ticket, why in await tx.rows(_UNJUDGED, {"limit": limit})}


async def backlog(tx: Tx) -> Backlog:
    """What the clock has not got to yet."""
    return Backlog(*(await tx.run(_DUE, {"due_now": DUE_NOW})).one())


async def trouble(tx: Tx) -> Trouble:
    """Tickets in doubt and tickets that could not be judged."""
    return Trouble(*(await tx.run(_TROUBLED)).one())

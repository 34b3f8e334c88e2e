"""Where each promise stands now: derived, for questions and metrics. Nothing is decided from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Boolean, Column, Index, PrimaryKeyConstraint, Table, text

from service.sla.instants import Instant
from service.sla.statements import Promise, State
from service.store.database import Tx
from service.store.keys import TicketKey, arrays, bucket_of, by_keys
from service.store.schema import INSTANT, METADATA, NAME, ticket_columns

PROMISE: Final = Table(
    "promise",
    METADATA,
    *ticket_columns(),
    Column("target", NAME, nullable=False),
    Column("started_source", NAME, nullable=False),  # the event that began it
    Column("started_id", NAME, nullable=False),
    # service.sla.statements.State; the core adds states, so no CHECK here.
    Column("state", NAME, nullable=False),
    Column("start", INSTANT, nullable=False),
    Column("due", INSTANT),  # null while it cannot be known
    Column("stop", INSTANT),
    Column("held", Boolean, nullable=False),
    Column("in_doubt", Boolean, nullable=False),
    Column("gated", Boolean, nullable=False, server_default=text("false")),  # a precondition has not happened
    # The due lies beyond what its calendar knows: the sign that the calendar is to be extended.
    Column("provisional", Boolean, nullable=False, server_default=text("false")),
    PrimaryKeyConstraint("bucket", "tenant", "ticket", "target", "started_source", "started_id"),
    # Metrics count these every few seconds; of years of promises only the unfinished are in it.
    Index(
        "promise_unfinished_idx",
        "tenant",
        "target",
        "state",
        "due",
        postgresql_where=text("state IN ('open', 'breached')"),
    ),
    postgresql_with={
        "fillfactor": 85,
        "autovacuum_vacuum_scale_factor": 0,
        "autovacuum_vacuum_threshold": 10_000,
        "autovacuum_analyze_scale_factor": 0.02,
        "autovacuum_vacuum_cost_delay": 0,
    },
)

_CURRENT: Final = by_keys("""
    SELECT p.tenant, p.ticket, p.target, p.started_source, p.started_id, p.state, p.start, p.due, p.stop, p.held,
           p.in_doubt, p.gated, p.provisional
    FROM {keys} JOIN promise p USING (bucket, tenant, ticket)
""")

_PUT: Final = text("""
    INSERT INTO promise (bucket, tenant, ticket, target, started_source, started_id, state, start, due, stop, held,
                         in_doubt, gated, provisional)
    SELECT * FROM unnest(
        CAST(:buckets AS smallint[]), CAST(:tenants AS text[]), CAST(:tickets AS text[]), CAST(:targets AS text[]),
        CAST(:sources AS text[]), CAST(:ids AS text[]), CAST(:states AS text[]), CAST(:starts AS bigint[]),
        CAST(:dues AS bigint[]), CAST(:stops AS bigint[]), CAST(:helds AS boolean[]), CAST(:in_doubts AS boolean[]),
        CAST(:gateds AS boolean[]), CAST(:provisionals AS boolean[]))
    ON CONFLICT (bucket, tenant, ticket, target, started_source, started_id) DO UPDATE
    SET (state, start, due, stop, held, in_doubt, gated, provisional) =
        (excluded.state, excluded.start, excluded.due, excluded.stop, excluded.held, excluded.in_doubt,
         excluded.gated, excluded.provisional)
""")

_REMOVE: Final = text("""
    DELETE FROM promise p
    USING unnest(
        CAST(:buckets AS smallint[]), CAST(:tenants AS text[]), CAST(:tickets AS text[]), CAST(:targets AS text[]),
        CAST(:sources AS text[]), CAST(:ids AS text[])
    ) AS r(bucket, tenant, ticket, target, started_source, started_id)
    WHERE (p.bucket, p.tenant, p.ticket, p.target, p.started_source, p.started_id)
        = (r.bucket, r.tenant, r.ticket, r.target, r.started_source, r.started_id)
""")

_UNFINISHED: Final = text("""
    SELECT tenant, target, state, count(*), min(due) FROM promise
    WHERE state IN ('open', 'breached')
    GROUP BY tenant, target, state ORDER BY tenant, target, state
""")


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Promises of one target that are open, or breached without a stop yet; `oldest_due` among them."""

    tenant: str
    target: str
    state: State
    count: int
    oldest_due: Instant | None


async def save(tx: Tx, judged: Mapping[TicketKey, Iterable[Promise]]) -> None:
    """Make the promises of locked tickets those of their judgement; rows that stay the same are not written."""
    if not judged:
        return
    before = {tuple(row[:5]): tuple(row[5:]) for row in await tx.rows(_CURRENT, arrays(judged))}
    now = {_which(key, promise): promise for key, promises in judged.items() for promise in promises}
    gone = [which for which in before if which not in now]
    changed = {which: promise for which, promise in now.items() if before.get(which) != _how(promise)}
    if gone:
        await tx.run(_REMOVE, _identity(gone))
    if changed:
        columns = dict(zip(_HOW, zip(*map(_how, changed.values()), strict=True), strict=True))
        await tx.run(_PUT, _identity(changed) | columns)


def _which(key: TicketKey, promise: Promise) -> tuple[str, ...]:
    return *key, promise.target, *promise.started_by


def _how(promise: Promise) -> tuple[str, Instant, Instant | None, Instant | None, bool, bool, bool, bool]:
    """The columns that change, as they are read back."""
    return (
        promise.state.value,
        promise.start,
        promise.due,
        promise.stop,
        promise.held,
        promise.in_doubt,
        promise.gated,
        promise.provisional,
    )


#: The parameters of `_PUT` that hold them.
_HOW: Final = ("states", "starts", "dues", "stops", "helds", "in_doubts", "gateds", "provisionals")


def _identity(rows: Iterable[tuple[str, ...]]) -> dict[str, Any]:
    tenants, tickets, targets, sources, ids = zip(*rows, strict=True)
    return {
        "buckets": [bucket_of(tenant, ticket) for tenant, ticket in zip(tenants, tickets, strict=True)],
        "tenants": tenants,
        "tickets": tickets,
        "targets": targets,
        "sources": sources,
        "ids": ids,
    }


async def read(tx: Tx, keys: Iterable[TicketKey]) -> dict[TicketKey, list[Promise]]:
    """The promises of the tickets `keys` as they stand; what ended each is not kept here."""
    found: dict[TicketKey, list[Promise]] = {key: [] for key in keys}
    if not found:
        return found
    for tenant, ticket, target, source, id_, state, *rest in await tx.rows(_CURRENT, arrays(found)):
        start, due, stop, held, in_doubt, gated, provisional = rest
        found[tenant, ticket].append(
            Promise(
                target=target,
                started_by=(source, id_),
                start=start,
                due=due,
                state=State(state),
                stop=stop,
                held=held,
                in_doubt=in_doubt,
                gated=gated,
                provisional=provisional,
            )
        )
    return found


async def unfinished(tx: Tx) -> list[Unfinished]:
    """How many promises are unfinished, by tenant, target and state."""
    return [
        Unfinished(tenant, target, State(state), count, oldest)
        for tenant, target, state, count, oldest in await tx.rows(_UNFINISHED)
    ]

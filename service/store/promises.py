"""Where each promise stands now: derived, for questions and metrics. Nothing is decided from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

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
    Column(
        "state", NAME, nullable=False
    ),  # service.sla.statements.State; the core adds states, so no CHECK here
    Column("start", INSTANT, nullable=False),
    Column("due", INSTANT),  # null while a hold is open
    Column("stop", INSTANT),
    Column("held", Boolean, nullable=False),
    Column("in_doubt", Boolean, nullable=False),
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
           p.in_doubt
    FROM {keys} JOIN promise p USING (bucket, tenant, ticket)
""")

_PUT: Final = text("""
    INSERT INTO promise (bucket, tenant, ticket, target, started_source, started_id, state, start, due, stop, held,
                         in_doubt)
    SELECT * FROM unnest(
        CAST(:buckets AS smallint[]), CAST(:tenants AS text[]), CAST(:tickets AS text[]), CAST(:targets AS text[]),
        CAST(:sources AS text[]), CAST(:ids AS text[]), CAST(:states AS text[]), CAST(:starts AS bigint[]),
        CAST(:dues AS bigint[]), CAST(:stops AS bigint[]), CAST(:helds AS boolean[]), CAST(:in_doubts AS boolean[])
    ) AS r(bucket, tenant, ticket, target, started_source, started_id, state, start, due, stop, held, in_doubt)
    ON CONFLICT (bucket, tenant, ticket, target, started_source, started_id) DO UPDATE
    SET (state, start, due, stop, held, in_doubt) =
        (excluded.state, excluded.start, excluded.due, excluded.stop, excluded.held, excluded.in_doubt)
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

#: (target, source and id of the starting event): one promise of a ticket.
PromiseKey = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Promises of one target that are open, or breached without a stop yet; `oldest_due` among them."""

    tenant: str
    target: str
    state: State
    count: int
    oldest_due: Instant | None


async def current(tx: Tx, keys: Iterable[TicketKey]) -> dict[TicketKey, dict[PromiseKey, Promise]]:
    """The promises of the tickets `keys` as they were last judged."""
    promises: dict[TicketKey, dict[PromiseKey, Promise]] = {key: {} for key in keys}
    if not promises:
        return promises
    for tenant, ticket, target, source, id_, state, start, due, stop, held, in_doubt in await tx.rows(
        _CURRENT, arrays(promises)
    ):
        promises[tenant, ticket][target, source, id_] = Promise(
            target=target,
            started_by=(source, id_),
            state=State(state),
            start=start,
            due=due,
            stop=stop,
            held=held,
            in_doubt=in_doubt,
        )
    return promises


async def save(tx: Tx, judged: Mapping[TicketKey, Iterable[Promise]]) -> None:
    """Make the promises of locked tickets those of their judgement; rows that stay the same are not written."""
    stored = await current(tx, judged)
    changed: list[tuple[TicketKey, Promise]] = []
    gone: list[tuple[TicketKey, PromiseKey]] = []
    for key, promises in judged.items():
        before = stored[key]
        now = {(promise.target, *promise.started_by): promise for promise in promises}
        gone.extend((key, which) for which in before.keys() - now.keys())
        changed.extend((key, each) for which, each in now.items() if not _same(before.get(which), each))
    if gone:
        await tx.run(_REMOVE, _identity(gone))
    if changed:
        await tx.run(
            _PUT,
            _identity([(k, (p.target, *p.started_by)) for k, p in changed])
            | {
                "states": [p.state.value for _, p in changed],
                "starts": [p.start for _, p in changed],
                "dues": [p.due for _, p in changed],
                "stops": [p.stop for _, p in changed],
                "helds": [p.held for _, p in changed],
                "in_doubts": [p.in_doubt for _, p in changed],
            },
        )


def _same(before: Promise | None, now: Promise) -> bool:
    """Whether the row would be the same; `stopped_by` is not kept."""
    return before is not None and (
        (before.state, before.start, before.due, before.stop, before.held, before.in_doubt)
        == (now.state, now.start, now.due, now.stop, now.held, now.in_doubt)
    )


def _identity(rows: Iterable[tuple[TicketKey, PromiseKey]]) -> dict[str, list[str] | list[int]]:
    ordered = list(rows)
    return {
        "buckets": [bucket_of(*key) for key, _ in ordered],
        "tenants": [tenant for (tenant, _), _ in ordered],
        "tickets": [ticket for (_, ticket), _ in ordered],
        "targets": [target for _, (target, _, _) in ordered],
        "sources": [source for _, (_, source, _) in ordered],
        "ids": [id_ for _, (_, _, id_) in ordered],
    }


async def unfinished(tx: Tx) -> list[Unfinished]:
    """How many promises are unfinished, by tenant, target and state."""
    return [
        Unfinished(tenant, target, State(state), count, oldest)
        for tenant, target, state, count, oldest in await tx.rows(_UNFINISHED)
    ]

"""Tickets that were put under a version of the policy which is not registered: to be judged again once it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import Column, PrimaryKeyConstraint, Table, text

from service.store.database import Tx
from service.store.keys import TicketKey, bucket_of
from service.store.schema import METADATA, NAME, ticket_columns
from service.store.tickets import DUE_NOW

# A registration looks for a version in all of it: the rows are few and short-lived, and no index pays.
AWAITED: Final = Table(
    "awaited",
    METADATA,
    *ticket_columns(),
    Column("version", NAME, nullable=False),
    PrimaryKeyConstraint("bucket", "tenant", "ticket", "version"),
)

_NOTE: Final = text("""
    INSERT INTO awaited (bucket, tenant, ticket, version)
    SELECT * FROM unnest(
        CAST(:buckets AS smallint[]), CAST(:tenants AS text[]), CAST(:tickets AS text[]), CAST(:versions AS text[]))
    ON CONFLICT DO NOTHING
""")

_COME: Final = text("""
    WITH come AS (DELETE FROM awaited WHERE tenant = :tenant AND version = :version RETURNING bucket, tenant, ticket)
    UPDATE ticket t SET wake_at = :due_now FROM come
    WHERE (t.bucket, t.tenant, t.ticket) = (come.bucket, come.tenant, come.ticket)
""")


async def note(tx: Tx, named: Mapping[TicketKey, Collection[str]]) -> None:
    """Remember which versions the locked tickets `named` wait for; what is remembered already changes nothing."""
    rows = sorted((key, version) for key, versions in named.items() for version in versions)
    if not rows:
        return
    await tx.run(
        _NOTE,
        {
            "tenants": [tenant for (tenant, _), _ in rows],
            "versions": [version for _, version in rows],
            "buckets": [bucket_of(*key) for key, _ in rows],
            "tickets": [ticket for (_, ticket), _ in rows],
        },
    )


async def come(tx: Tx, tenant: str, version: str) -> int:
    """`version` is registered: make the tickets that waited for it due now; how many they are."""
    parameters = {"tenant": tenant, "version": version, "due_now": DUE_NOW}
    return (await tx.run(_COME, parameters)).rowcount

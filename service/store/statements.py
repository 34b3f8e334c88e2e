"""The ledger: what was said, every revision of it, for ever."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import (
    UUID,
    Boolean,
    CheckConstraint,
    Column,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from service.sla.events import EventKey
from service.sla.instants import Instant
from service.sla.statements import Said
from service.store.database import Tx
from service.store.keys import TicketKey, arrays, bucket_of, by_keys
from service.store.schema import BYTES, INSTANT, METADATA, ticket_columns
from service.wire.ledger import load_statement, store_statement

# A trigger (in the migrations) refuses UPDATE, DELETE and TRUNCATE: what was said is history. A trigger and not a
# revoked privilege, because the service owns its tables, and privileges do not bind an owner.
STATEMENT: Final = Table(
    "statement",
    METADATA,
    *ticket_columns(),
    Column("id", UUID(as_uuid=False), nullable=False),
    Column("rev", Integer, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    # For questions asked in SQL; the content has them too.
    Column("kind", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("at", INSTANT, nullable=False),  # the statement's own instant
    Column("content", BYTES, nullable=False),  # service.wire.store_statement
    # The envelope: why, and what was known.
    Column("cause_source", Text),
    Column("cause_id", Text),
    Column("watermark", INSTANT),
    Column("decided_at", INSTANT, nullable=False),
    Column("event_id", UUID(as_uuid=False), nullable=False),  # of the message that announces it
    # Two transactions can never both append a revision; ids are made of tenant and ticket, so this is unique by
    # (id, rev) as well.
    PrimaryKeyConstraint("bucket", "tenant", "ticket", "id", "rev"),
    # Consumers keep the highest revision; numbers are theirs to rely on.
    CheckConstraint("rev >= 1", name="rev"),
    # What was never said cannot be withdrawn.
    CheckConstraint("NOT (withdrawn AND rev = 1)", name="withdrawn"),
    # Half a cause names no event.
    CheckConstraint("(cause_source IS NULL) = (cause_id IS NULL)", name="cause"),
    postgresql_with={
        "autovacuum_vacuum_insert_scale_factor": 0,
        "autovacuum_vacuum_insert_threshold": 100_000,
        "autovacuum_analyze_scale_factor": 0.02,
    },
)

_SAID: Final = by_keys("""
    SELECT DISTINCT ON (s.bucket, s.tenant, s.ticket, s.id) s.tenant, s.ticket, s.rev, s.withdrawn, s.content
    FROM {keys} JOIN statement s USING (bucket, tenant, ticket)
    ORDER BY s.bucket, s.tenant, s.ticket, s.id, s.rev DESC
""")

_ADD: Final = text("""
    INSERT INTO statement (bucket, tenant, ticket, id, rev, withdrawn, kind, target, at, content,
                           cause_source, cause_id, watermark, decided_at, event_id)
    SELECT * FROM unnest(
        CAST(:buckets AS smallint[]), CAST(:tenants AS text[]), CAST(:tickets AS text[]), CAST(:ids AS uuid[]),
        CAST(:revs AS integer[]), CAST(:withdrawns AS boolean[]), CAST(:kinds AS text[]),
        CAST(:targets AS text[]), CAST(:ats AS bigint[]), CAST(:contents AS bytea[]),
        CAST(:cause_sources AS text[]), CAST(:cause_ids AS text[]), CAST(:watermarks AS bigint[]),
        CAST(:decided_ats AS bigint[]), CAST(:event_ids AS uuid[]))
""")

_REVISIONS: Final = by_keys("""
    SELECT s.rev, s.withdrawn, s.content, s.cause_source, s.cause_id, s.watermark, s.decided_at,
           CAST(s.event_id AS text)
    FROM {keys} JOIN statement s USING (bucket, tenant, ticket)
    ORDER BY s.at, s.id, s.rev
""")


_COUNT: Final = text("SELECT count(*) FROM statement")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the ledger. `cause` None: time passed, or a doubt came or went."""

    said: Said
    cause: EventKey | None
    watermark: Instant | None
    decided_at: Instant
    event_id: str


async def said(tx: Tx, keys: Iterable[TicketKey]) -> dict[TicketKey, dict[str, Said]]:
    """The newest revision of everything said of the tickets `keys`, by statement id."""
    newest: dict[TicketKey, dict[str, Said]] = {key: {} for key in keys}
    if not newest:
        return newest
    for tenant, ticket, rev, withdrawn, content in await tx.rows(_SAID, arrays(newest)):
        statement = load_statement(content)
        newest[tenant, ticket][statement.id] = Said(statement=statement, rev=rev, withdrawn=withdrawn)
    return newest


async def add(tx: Tx, entries: Collection[Entry]) -> None:
    """Append to the ledger of locked tickets. A revision that is there already fails the transaction."""
    if not entries:
        return
    contents = [entry.said.statement for entry in entries]
    await tx.run(
        _ADD,
        {
            "buckets": [bucket_of(s.tenant, s.ticket) for s in contents],
            "tenants": [s.tenant for s in contents],
            "tickets": [s.ticket for s in contents],
            "ids": [s.id for s in contents],
            "revs": [entry.said.rev for entry in entries],
            "withdrawns": [entry.said.withdrawn for entry in entries],
            "kinds": [s.kind.value for s in contents],
            "targets": [s.target for s in contents],
            "ats": [s.at for s in contents],
            "contents": [store_statement(s) for s in contents],
            "cause_sources": [entry.cause[0] if entry.cause else None for entry in entries],
            "cause_ids": [entry.cause[1] if entry.cause else None for entry in entries],
            "watermarks": [entry.watermark for entry in entries],
            "decided_ats": [entry.decided_at for entry in entries],
            "event_ids": [entry.event_id for entry in entries],
        },
    )


async def ledger(tx: Tx, key: TicketKey) -> list[Entry]:
    """Every revision of everything ever said of one ticket, by (at, id, rev)."""
    return [
        Entry(
            said=Said(statement=load_statement(content), rev=rev, withdrawn=withdrawn),
            cause=None if cause_id is None else (source, cause_id),
            watermark=watermark,
            decided_at=decided_at,
            event_id=event_id,
        )
        for rev, withdrawn, content, source, cause_id, watermark, decided_at, event_id in await tx.rows(
            _REVISIONS, arrays([key])
        )
    ]


async def count(tx: Tx) -> int:
    """How many revisions were ever said."""
    return int((await tx.run(_COUNT)).scalar_one())

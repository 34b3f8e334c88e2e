"""What happened at the hotline. Reasons stand with each table's module.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STATEMENTS: Final = (
    """
    CREATE TABLE hotline_event (
        tenant TEXT COLLATE "C" NOT NULL,
        source TEXT COLLATE "C" NOT NULL,
        id TEXT COLLATE "C" NOT NULL,
        kind TEXT NOT NULL,
        type TEXT NOT NULL,
        subject TEXT COLLATE "C" NOT NULL,
        at BIGINT NOT NULL,
        seq BIGINT NOT NULL,
        attributes BYTEA NOT NULL,
        digest BYTEA NOT NULL,
        until BIGINT NOT NULL,
        CONSTRAINT hotline_event_pkey PRIMARY KEY (tenant, source, id),
        CONSTRAINT hotline_event_digest CHECK (octet_length(digest) = 32),
        CONSTRAINT hotline_event_kind CHECK (kind IN ('call', 'agent', 'roster')),
        CONSTRAINT hotline_event_until CHECK (until >= at)
    )
    """,
    "CREATE INDEX hotline_event_read_idx ON hotline_event (tenant, kind, until)",
    "CREATE INDEX hotline_event_purge_idx ON hotline_event (until)",
    # With a default: the release before parks records without it.
    "ALTER TABLE parked ADD COLUMN hotline BOOLEAN DEFAULT false NOT NULL",
    "ALTER TABLE parked ADD CONSTRAINT parked_hotline CHECK (NOT (hotline AND (shared OR directory)))",
    """
    CREATE INDEX parked_hotline_idx ON parked (reason, occurred_at) WHERE state = 'parked' AND hotline
    """,
    # Nothing of a ticket is unproven by a record of the hotline that is about no call.
    "DROP INDEX parked_nobody_idx",
    """
    CREATE INDEX parked_nobody_idx ON parked (recorded_at)
        WHERE state = 'parked' AND ticket IS NULL AND NOT shared AND NOT directory AND NOT hotline
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)

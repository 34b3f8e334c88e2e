"""Sources and how far they are complete, what is unproven, who moved W, notices. Reasons stand with each table's module.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATEMENTS: Final = (
    # With defaults: the release before writes these tables without them.
    """
    ALTER TABLE watermark
        ADD COLUMN frozen_since BIGINT,
        ADD COLUMN noticed BOOLEAN DEFAULT false NOT NULL,
        ADD COLUMN override BIGINT
    """,
    "ALTER TABLE ticket ADD COLUMN unproven BOOLEAN DEFAULT false NOT NULL",
    "CREATE INDEX ticket_unproven_idx ON ticket (bucket) WHERE unproven",
    """
    CREATE INDEX parked_nobody_idx ON parked (recorded_at)
        WHERE state = 'parked' AND ticket IS NULL AND NOT shared
    """,
    """
    CREATE TABLE recheck (
        nr BIGINT GENERATED ALWAYS AS IDENTITY,
        tenant TEXT COLLATE "C",
        since BIGINT,
        bucket SMALLINT DEFAULT -1 NOT NULL,
        CONSTRAINT recheck_pkey PRIMARY KEY (nr)
    )
    """,
    """
    CREATE TABLE source_event (
        nr BIGINT GENERATED ALWAYS AS IDENTITY,
        tenant TEXT COLLATE "C" NOT NULL,
        name TEXT COLLATE "C" NOT NULL,
        source TEXT COLLATE "C" NOT NULL,
        id TEXT COLLATE "C" NOT NULL,
        type TEXT COLLATE "C" NOT NULL,
        at BIGINT NOT NULL,
        seq BIGINT NOT NULL,
        attributes BYTEA NOT NULL,
        digest BYTEA NOT NULL,
        stands_for TEXT COLLATE "C",
        topic TEXT,
        part INTEGER,
        record_offset BIGINT,
        recorded_at BIGINT,
        CONSTRAINT source_event_pkey PRIMARY KEY (tenant, source, id),
        CONSTRAINT source_event_nr_key UNIQUE (nr),
        CONSTRAINT source_event_digest CHECK (octet_length(digest) = 32),
        CONSTRAINT source_event_type CHECK (type IN ('outage', 'outage_ended', 'voided'))
    )
    """,
    """
    CREATE TRIGGER source_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON source_event
        FOR EACH STATEMENT EXECUTE FUNCTION slaclock_append_only()
    """,
    """
    CREATE TABLE source (
        tenant TEXT COLLATE "C" NOT NULL,
        source TEXT COLLATE "C" NOT NULL,
        heard_at BIGINT,
        complete_to BIGINT,
        cap BIGINT,
        CONSTRAINT source_pkey PRIMARY KEY (tenant, source)
    ) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)
    """,
    """
    CREATE TABLE source_report (
        tenant TEXT COLLATE "C" NOT NULL,
        source TEXT COLLATE "C" NOT NULL,
        recorded_at BIGINT NOT NULL,
        complete_to BIGINT NOT NULL,
        CONSTRAINT source_report_pkey PRIMARY KEY (tenant, source, recorded_at, complete_to)
    )
    """,
    """
    CREATE TABLE ticket_wait (
        bucket SMALLINT NOT NULL,
        tenant TEXT COLLATE "C" NOT NULL,
        ticket TEXT COLLATE "C" NOT NULL,
        sources TEXT COLLATE "C" NOT NULL,
        wake_at BIGINT NOT NULL,
        CONSTRAINT ticket_wait_pkey PRIMARY KEY (bucket, tenant, ticket, sources)
    )
    """,
    "CREATE INDEX ticket_wait_due_idx ON ticket_wait (tenant, sources, wake_at)",
    """
    CREATE TABLE override (
        nr BIGINT GENERATED ALWAYS AS IDENTITY,
        upto BIGINT NOT NULL,
        by TEXT NOT NULL,
        reason TEXT NOT NULL,
        at BIGINT NOT NULL,
        ended_by TEXT,
        ended_why TEXT,
        ended_at BIGINT,
        CONSTRAINT override_pkey PRIMARY KEY (nr),
        CONSTRAINT override_audited CHECK (by <> '' AND reason <> ''),
        CONSTRAINT override_ended CHECK ((ended_at IS NULL) = (ended_by IS NULL)
            AND (ended_at IS NULL) = (ended_why IS NULL)
            AND ended_by <> '' AND ended_why <> '')
    )
    """,
    "CREATE UNIQUE INDEX override_one_idx ON override ((ended_at IS NULL)) WHERE ended_at IS NULL",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)

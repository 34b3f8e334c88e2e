"""What is said on behalf of areas, and which tickets it bears on. Reasons stand with each table's module.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS: Final = (
    """
    CREATE TABLE area_event (
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
        CONSTRAINT area_event_pkey PRIMARY KEY (tenant, source, id),
        CONSTRAINT area_event_nr_key UNIQUE (nr),
        CONSTRAINT area_event_digest CHECK (octet_length(digest) = 32),
        CONSTRAINT area_event_type CHECK (type IN ('excluded', 'exclusion_withdrawn', 'voided'))
    )
    """,
    """
    CREATE TRIGGER area_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON area_event
        FOR EACH STATEMENT EXECUTE FUNCTION slaclock_append_only()
    """,
    """
    CREATE TABLE area_sweep (
        one BOOLEAN DEFAULT true NOT NULL,
        upto BIGINT DEFAULT 0 NOT NULL,
        CONSTRAINT area_sweep_pkey PRIMARY KEY (one),
        CONSTRAINT area_sweep_one CHECK (one),
        CONSTRAINT area_sweep_upto CHECK (upto >= 0)
    )
    """,
    "INSERT INTO area_sweep DEFAULT VALUES",
    # With defaults: the release before inserts tickets and parks records without them.
    """
    ALTER TABLE ticket
        ADD COLUMN areas TEXT[] COLLATE "C" DEFAULT '{}' NOT NULL,
        ADD COLUMN shared_upto BIGINT DEFAULT 0 NOT NULL,
        ADD COLUMN settled_at BIGINT
    """,
    "CREATE INDEX ticket_areas_idx ON ticket USING gin (areas) WHERE areas <> '{}'",
    "ALTER TABLE parked ADD COLUMN shared BOOLEAN DEFAULT false NOT NULL",
    "ALTER TABLE parked ADD CONSTRAINT parked_shared CHECK (NOT (shared AND ticket IS NOT NULL))",
    """
    CREATE INDEX parked_shared_idx ON parked (topic, part, record_offset) WHERE state = 'parked' AND shared
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)

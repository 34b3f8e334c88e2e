"""What is said of the organisation, and of people. Reasons stand with each table's module.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STATEMENTS: Final = (
    """
    CREATE TABLE directory_event (
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
        CONSTRAINT directory_event_pkey PRIMARY KEY (tenant, source, id),
        CONSTRAINT directory_event_nr_key UNIQUE (nr),
        CONSTRAINT directory_event_digest CHECK (octet_length(digest) = 32),
        CONSTRAINT directory_event_type CHECK (type IN ('person', 'unit', 'area', 'duty', 'voided'))
    )
    """,
    """
    CREATE TRIGGER directory_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON directory_event
        FOR EACH STATEMENT EXECUTE FUNCTION slaclock_append_only()
    """,
    # With a default: the release before parks records without it.
    "ALTER TABLE parked ADD COLUMN directory BOOLEAN DEFAULT false NOT NULL",
    "ALTER TABLE parked ADD CONSTRAINT parked_directory CHECK (NOT (directory AND (shared OR ticket IS NOT NULL)))",
    """
    CREATE INDEX parked_directory_idx ON parked (reason, occurred_at) WHERE state = 'parked' AND directory
    """,
    # Nothing is unproven by a record about the organisation that names no ticket.
    "DROP INDEX parked_nobody_idx",
    """
    CREATE INDEX parked_nobody_idx ON parked (recorded_at)
        WHERE state = 'parked' AND ticket IS NULL AND NOT shared AND NOT directory
    """,
    # Null in what the release before has said, and in what addresses nobody.
    """
    ALTER TABLE statement
        ADD COLUMN addressed TEXT,
        ADD COLUMN addressed_reason TEXT
    """,
    "ALTER TABLE statement ADD CONSTRAINT statement_addressed CHECK ((addressed IS NULL) = (addressed_reason IS NULL))",
    """
    CREATE TABLE person_breach (
        bucket SMALLINT NOT NULL,
        tenant TEXT COLLATE "C" NOT NULL,
        ticket TEXT COLLATE "C" NOT NULL,
        breach UUID NOT NULL,
        person TEXT COLLATE "C" NOT NULL,
        at BIGINT NOT NULL,
        CONSTRAINT person_breach_pkey PRIMARY KEY (bucket, tenant, ticket, breach),
        CONSTRAINT person_breach_person CHECK (person <> '')
    )
    """,
    "CREATE INDEX person_breach_person_idx ON person_breach (tenant, person, at)",
    """
    CREATE TABLE person_statement (
        tenant TEXT COLLATE "C" NOT NULL,
        person TEXT COLLATE "C" NOT NULL,
        id UUID NOT NULL,
        rev INTEGER NOT NULL,
        withdrawn BOOLEAN NOT NULL,
        at BIGINT NOT NULL,
        content BYTEA NOT NULL,
        cause_source TEXT,
        cause_id TEXT,
        watermark BIGINT,
        decided_at BIGINT NOT NULL,
        event_id UUID NOT NULL,
        CONSTRAINT person_statement_pkey PRIMARY KEY (tenant, person, id, rev),
        CONSTRAINT person_statement_rev CHECK (rev >= 1),
        CONSTRAINT person_statement_withdrawn CHECK (NOT (withdrawn AND rev = 1)),
        CONSTRAINT person_statement_cause CHECK ((cause_source IS NULL) = (cause_id IS NULL))
    )
    """,
    """
    CREATE TRIGGER person_statement_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON person_statement
        FOR EACH STATEMENT EXECUTE FUNCTION slaclock_append_only()
    """,
    """
    CREATE INDEX statement_named_idx ON statement (tenant, at) WHERE kind IN ('breach', 'escalation')
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)

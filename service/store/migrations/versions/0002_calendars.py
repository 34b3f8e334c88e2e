"""Calendars with a life of their own; what a promise waits for. Reasons stand with each table's module.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS: Final = (
    """
    CREATE TABLE calendar (
        tenant TEXT COLLATE "C" NOT NULL,
        name TEXT COLLATE "C" NOT NULL,
        document TEXT NOT NULL,
        registered_at BIGINT NOT NULL,
        reason TEXT,
        nr BIGINT GENERATED ALWAYS AS IDENTITY,
        CONSTRAINT calendar_pkey PRIMARY KEY (tenant, name, nr),
        CONSTRAINT calendar_nr_key UNIQUE (nr),
        CONSTRAINT calendar_reason CHECK (reason <> '')
    )
    """,
    """
    CREATE TRIGGER calendar_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON calendar
        FOR EACH STATEMENT EXECUTE FUNCTION slaclock_append_only()
    """,
    # With defaults: the release before inserts promises without them.
    """
    ALTER TABLE promise
        ADD COLUMN gated BOOLEAN DEFAULT false NOT NULL,
        ADD COLUMN provisional BOOLEAN DEFAULT false NOT NULL
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)

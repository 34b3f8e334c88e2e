"""The trace that shared events belong to. Reasons stand with the tables' modules.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Without a value for what is there: the release before adds events without them.
TABLES: Final = ("area_event", "source_event", "directory_event")


def upgrade() -> None:
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ADD COLUMN traceparent TEXT, ADD COLUMN tracestate TEXT")

"""The trace that what is said of areas belongs to. Reasons stand with the table's module.

Revision ID: 0008
Revises: 0004
"""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0008"
down_revision = "0004"
branch_labels = None
depends_on = None

# Without a value for what is there: the release before adds events without them.
TRACE: Final = "ALTER TABLE area_event ADD COLUMN traceparent TEXT, ADD COLUMN tracestate TEXT"


def upgrade() -> None:
    op.execute(TRACE)

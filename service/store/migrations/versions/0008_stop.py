"""Since when the service has stood, until it is told. The reason stands with the table's module.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE watermark ADD COLUMN stopped_since BIGINT")

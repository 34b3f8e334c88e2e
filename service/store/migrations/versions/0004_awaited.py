"""Tickets that wait for a version of the policy. Reasons stand with the table's module.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

AWAITED: Final = """
    CREATE TABLE awaited (
        bucket SMALLINT NOT NULL,
        tenant TEXT COLLATE "C" NOT NULL,
        ticket TEXT COLLATE "C" NOT NULL,
        version TEXT COLLATE "C" NOT NULL,
        CONSTRAINT awaited_pkey PRIMARY KEY (bucket, tenant, ticket, version)
    )
"""


def upgrade() -> None:
    op.execute(AWAITED)

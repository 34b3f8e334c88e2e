"""Run by Alembic: migrates on the connection, and within the transaction, that `upgrade` has opened."""

from __future__ import annotations

from alembic import context

from service.store.schema import METADATA

connection = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit(
        "use `slaclock migrate`: migrations run under a lock that the alembic command does not take"
    )

context.configure(connection=connection, target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()

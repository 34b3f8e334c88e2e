"""The schema, version by version.

Additive first: the release before must run on the schema of the next one, because replicas are replaced one by one.
A column or table goes away no earlier than one release after the last use of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from service.store.database import Database

#: Advisory lock that serialises migrations; "migrates" in ASCII.
_LOCK: Final = 0x6D69677261746573


async def upgrade(
    url: str, *, lock_timeout_s: float = 10, statement_timeout_s: float = 300, wait_s: float = 300
) -> tuple[str | None, str]:
    """Bring the database at `url` to `head()`, in one transaction; (revision before, revision now).

    Any number of processes may call this at once: one migrates, the others wait for it, up to `wait_s`, and find
    nothing to do. No statement waits longer than `lock_timeout_s` for a table, behind which all traffic would
    queue, nor runs longer than `statement_timeout_s`; then `Unavailable` is raised and nothing has changed.
    """
    database = Database.open(
        url,
        pool_size=1,
        statement_timeout_s=max(wait_s, statement_timeout_s),
        lock_timeout_s=wait_s,
        idle_timeout_s=statement_timeout_s,
        application="slaclock migrate",
    )
    limits = text(
        "SELECT set_config('lock_timeout', :lock, true), set_config('statement_timeout', :statement, true)"
    )
    try:
        async with database.transaction() as tx:
            await tx.run(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            await tx.run(
                limits,
                {
                    "lock": f"{round(lock_timeout_s * 1000)}ms",
                    "statement": f"{round(statement_timeout_s * 1000)}ms",
                },
            )
            before = await tx.run_sync(_revision)
            if before != head():
                await tx.run_sync(_upgrade)
            return before, head()
    finally:
        await database.close()


async def current(url: str) -> str | None:
    """The revision of the database at `url`; None when it was never migrated."""
    database = Database.open(url, pool_size=1)
    try:
        async with database.transaction() as tx:
            return await tx.run_sync(_revision)
    finally:
        await database.close()


def head() -> str:
    """The revision that this release needs."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision is not None
    return revision


def is_known(revision: str) -> bool:
    """Whether `revision` is one of this release; otherwise it was made by a later one."""
    return any(
        known.revision == revision for known in ScriptDirectory.from_config(_config()).walk_revisions()
    )


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config

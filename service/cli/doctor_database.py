"""What `slaclock doctor` finds in the database: schema, clocks, policies, calendars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from service.cli import wall
from service.cli.checks import Check, Level
from service.cli.moments import length
from service.cli.oncall import rules_by_tenant, view_of
from service.sla.instants import SECOND

if TYPE_CHECKING:
    from service.cli.moments import Written
    from service.settings import Settings
    from service.store import Database
    from service.store.progress import Progress

#: The oldest server that the tests run on.
_OLDEST: Final = 15

#: What the way to the database and back takes is no difference of clocks.
_TOGETHER: Final = SECOND // 10


@dataclass(frozen=True, slots=True)
class Found:
    """What was found; `positions`: how far each partition is applied, None when that could not be read."""

    checks: list[Check]
    positions: list[Progress] | None = None


async def database_checks(settings: Settings, at: Written | None, *, utc: bool) -> Found:
    """Everything that the database can be asked."""
    from service.store import Database, StoreError

    database = Database.open(
        settings.database_url.get_secret_value(),
        pool_size=1,
        statement_timeout_s=settings.database_statement_seconds,
        connect_timeout_s=settings.database_connect_seconds,
        application="slaclock doctor",
    )
    try:
        checks = [await _server(database), await _clocks(database, settings)]
        schema = await _schema(settings)
        checks.append(schema)
        if schema.level is Level.CRITICAL:
            return Found(checks)
        more, positions = await _content(database, settings, at, utc=utc)
        return Found([*checks, *more], positions)
    except StoreError as error:
        do = "is SLACLOCK_DATABASE_URL right (`slaclock config show`), and is it reachable from here?"
        return Found([Check("database", Level.UNKNOWN, f"cannot be used: {error}", do)])
    finally:
        await database.close()


async def _server(database: Database) -> Check:
    from service.store import on_call

    async with database.transaction() as tx:
        version = await on_call.server_version(tx)
    told = f"PostgreSQL {version}"
    if int(version.partition(".")[0]) < _OLDEST:
        return Check("database", Level.WARNING, told, f"slaclock is tested on {_OLDEST} and later")
    return Check("database", Level.OK, told)


async def _clocks(database: Database, settings: Settings) -> Check:
    """Two readings of this machine's clock around one of the database's."""
    before = wall.now()
    there = await database.now()
    after = wall.now()
    apart = there - (before + after) // 2
    if abs(apart) < _TOGETHER:
        return Check("clocks", Level.OK, "the database's and this machine's are less than 0.1 s apart")
    told = f"the database's is {length(abs(apart))} {'ahead' if apart >= 0 else 'behind'}"
    if abs(apart) > settings.clock_tolerance_seconds * SECOND:
        do = "set this machine's or the database's clock right; W stands still on a machine that differs"
        return Check("clocks", Level.WARNING, told, do)
    return Check("clocks", Level.OK, told)


async def _schema(settings: Settings) -> Check:
    from service.app.schema import OldSchemaError, check_schema
    from service.store import migrations

    url = settings.database_url.get_secret_value()
    try:
        await check_schema(url)
    except OldSchemaError as error:
        return Check("schema", Level.CRITICAL, f"{error}", "`slaclock migrate`")
    current, head = await migrations.current(url), migrations.head()
    if current != head:
        return Check("schema", Level.OK, f"at {current}, of a later release; this one needs {head}")
    return Check("schema", Level.OK, f"at {current}, as this release needs it")


async def _content(
    database: Database, settings: Settings, at: Written | None, *, utc: bool
) -> tuple[list[Check], list[Progress]]:
    from service.cli.status_checks import calendar_checks, policy_checks
    from service.store import progress

    async with database.transaction() as tx:
        rules, unread = await rules_by_tenant(tx)
        positions = await progress.positions(tx)
    view = view_of(rules, settings.tenant, at, utc=utc)
    checks = [*policy_checks(rules, unread), *calendar_checks(rules, view)]
    return checks, positions

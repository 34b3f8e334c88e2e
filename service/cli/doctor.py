"""`slaclock doctor`: whether everything that the service needs is there, and as it should be."""

from __future__ import annotations

import asyncio

import click

from service.cli.checks import Check, Level, as_json_of, show_checks, worst
from service.cli.database import settings
from service.cli.moments import Written
from service.cli.oncall import AT, IN_UTC, JSON
from service.cli.output import show_json
from service.cli.program import PROBLEM, UNREACHABLE


@click.command()
@AT
@IN_UTC
@JSON
def doctor(at: Written | None, utc: bool, as_json: bool) -> int:
    """Look at settings, database and broker, and tell what to do about what is not as it should be.

    Nothing is changed. Exit status: 0 all right, 1 something was found, 3 database or broker cannot be reached; what
    the other one says is told all the same.
    """
    checks = asyncio.run(_look(at, utc=utc))
    if as_json:
        show_json({"level": worst(checks).word, "checks": [as_json_of(check) for check in checks]})
    else:
        show_checks(checks)
    if any(check.level is Level.UNKNOWN for check in checks):
        return UNREACHABLE
    return PROBLEM if worst(checks) is not Level.OK else 0


async def _look(at: Written | None, *, utc: bool) -> list[Check]:
    from service.cli.doctor_broker import broker_checks
    from service.cli.doctor_database import database_checks

    chosen = settings()
    found = await database_checks(chosen, at, utc=utc)
    return [*found.checks, *await broker_checks(chosen, found.positions)]

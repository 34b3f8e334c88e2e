"""`slaclock serve` and `slaclock migrate`: what runs the service."""

from __future__ import annotations

import asyncio
import time

import click

from service.cli.database import settings, typed
from service.cli.output import show, show_json
from service.cli.program import Problem

_LOOK_AGAIN_SECONDS = 1.0


@click.command()
@click.option(
    "--role",
    "roles",
    type=click.Choice(["ingest", "clock", "relay", "canary"]),
    multiple=True,
    help="Only this role; may be repeated. All but the canary by default.",
)
@click.option("--migrate", "first", is_flag=True, help="Bring the database's schema up to date before.")
def serve(roles: tuple[str, ...], first: bool) -> int:
    """Run the service until SIGTERM or SIGINT.

    Any number of processes may run any of the roles: ingest applies events, clock finds what is due, relay publishes
    what is said; the canary opens a ticket every minute that has to be broken in time, and sees that it is. Settings come from SLACLOCK_... variables.
    """
    chosen = settings(**({"roles": roles} if roles else {}))
    from service.app import serve as run

    with typed():
        return run(chosen, migrate=first)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--wait",
    "seconds",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    help="Change nothing; wait, at most so long, until somebody else has done it.",
)
def migrate(as_json: bool, seconds: float | None) -> None:
    """Bring the database's schema up to date. Harmless while the service runs, and when nothing is to be done."""
    from service.store.migrations import upgrade

    url = settings().database_url.get_secret_value()
    if seconds is not None:
        with typed():
            found = asyncio.run(_waited(url, seconds))
        if as_json:
            show_json({"before": found, "after": found})
        else:
            show(f"at {found}")
        return
    with typed():
        before, after = asyncio.run(upgrade(url))
    if as_json:
        show_json({"before": before, "after": after})
    else:
        show(f"at {after} already" if before == after else f"from {before or 'nothing'} to {after}")


async def _waited(url: str, seconds: float) -> str | None:
    """The schema's revision once this release can run on it; Problem, or what the database raises, after `seconds`."""
    from service.app.schema import OldSchemaError, check_schema
    from service.store import Unavailable
    from service.store.migrations import current

    until = time.monotonic() + seconds
    while True:
        try:
            await check_schema(url)
            return await current(url)
        except (OldSchemaError, Unavailable) as error:
            if time.monotonic() >= until:
                if isinstance(error, Unavailable):
                    raise
                raise Problem(str(error)) from None
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)

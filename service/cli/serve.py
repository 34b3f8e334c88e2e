"""`slaclock serve` and `slaclock migrate`: what runs the service."""

from __future__ import annotations

import asyncio

import click

from service.cli.database import settings, typed
from service.cli.output import show, show_json


@click.command()
@click.option(
    "--role",
    "roles",
    type=click.Choice(["ingest", "clock", "relay"]),
    multiple=True,
    help="Only this role; may be repeated. All of them by default.",
)
@click.option("--migrate", "first", is_flag=True, help="Bring the database's schema up to date before.")
def serve(roles: tuple[str, ...], first: bool) -> int:
    """Run the service until SIGTERM or SIGINT.

    Any number of processes may run any of the roles: ingest applies events, clock finds what is due, relay publishes
    what is said. Settings come from SLACLOCK_... variables.
    """
    chosen = settings(**({"roles": roles} if roles else {}))
    from service.app import serve as run

    with typed():
        return run(chosen, migrate=first)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def migrate(as_json: bool) -> None:
    """Bring the database's schema up to date. Harmless while the service runs, and when nothing is to be done."""
    from service.store.migrations import upgrade

    url = settings().database_url.get_secret_value()
    with typed():
        before, after = asyncio.run(upgrade(url))
    if as_json:
        show_json({"before": before, "after": after})
    else:
        show(f"at {after} already" if before == after else f"from {before or 'nothing'} to {after}")

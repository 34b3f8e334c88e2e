"""What every command that decides something needs: who, why, and the door."""

from __future__ import annotations

import os
import pwd
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from service.apply import Door, Limits
    from service.settings import Settings
    from service.store import Database


def _not_empty(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value is not None and not value.strip():
        raise click.BadParameter("is empty", ctx=ctx, param=param)
    return value


REASON: Final = click.option(
    "--reason",
    metavar="TEXT",
    required=True,
    callback=_not_empty,
    help="Why; kept with the record and the name of who decided.",
)
BY: Final = click.option(
    "--by", metavar="NAME", callback=_not_empty, help="Who decides; else this machine's user."
)


def door(database: Database, settings: Settings) -> Door:
    """The door, as the service has it."""
    from service.app.parts import Parts
    from service.clocks import RealClocks
    from service.metrics import Metrics

    return Parts(settings, Metrics(), RealClocks(), None, lambda _: None).door(database)


def limits(settings: Settings) -> Limits:
    """The limits, as the door of the service has them."""
    from service.app.parts import limits_of

    return limits_of(settings)


def user() -> str:
    """Who is at this machine, as the system has it and not as the environment says."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())

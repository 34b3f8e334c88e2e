"""`slaclock calendar`: calendars, and arithmetic with working time, without a ticket."""

from __future__ import annotations

import click

from service.cli.calendar.check import check
from service.cli.calendar.diff import diff
from service.cli.calendar.due import due
from service.cli.calendar.show import show
from service.cli.calendar.worked import worked
from service.cli.calendar_register import register


@click.group()
def calendar() -> None:
    """Look at calendars, add and measure working time.

    A calendar is one of a policy file or of a calendar file, or 24x7. A time without an offset is wall time of the
    calendar.
    """


for command in (show, check, diff, due, worked, register):
    calendar.add_command(command)

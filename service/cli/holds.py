"""Holds given on a command line."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from service.cli.moments import Written

if TYPE_CHECKING:
    from service.sla.timeline import Hold


def read_holds(given: Iterable[tuple[str, Written, Written | None]], zone: ZoneInfo) -> tuple[Hold, ...]:
    """The holds (reason, from, to) in order, wall times read in `zone`; click.UsageError when they overlap."""
    from service.sla.instants import NEVER
    from service.sla.timeline import Hold

    holds = sorted(
        (
            Hold(begin.instant(zone), NEVER if end is None else end.instant(zone), reason)
            for reason, begin, end in given
        ),
        key=lambda hold: hold.start,
    )
    if any(hold.start >= hold.end for hold in holds):
        raise click.UsageError("a hold ends before it begins")
    if any(later.start < earlier.end for earlier, later in pairwise(holds)):
        raise click.UsageError("holds overlap: there is one at a time")
    return tuple(holds)

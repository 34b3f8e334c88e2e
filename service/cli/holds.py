"""Holds and exclusions given on a command line, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias
from zoneinfo import ZoneInfo

import click

from service.cli.moments import SPAN, Written

if TYPE_CHECKING:
    from service.sla.instants import Instant
    from service.sla.pauses import Exclusion, Hold


#: (reason, (from, to)); without `to` it has not ended.
Reasoned: TypeAlias = tuple[str, tuple[Written, Written | None]]


class ReasonedType(click.ParamType["Reasoned"]):
    """`REASON=FROM/TO`."""

    name = "reason=from/to"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Reasoned:
        """Read it."""
        if isinstance(value, tuple):
            return value
        reason, equals, span = value.partition("=")
        if not equals:
            self.fail(f"`{value}` names no reason: write REASON=FROM/TO", param, ctx)
        return reason, SPAN.convert(span, param, ctx)


def read_holds(given: Iterable[Reasoned], zone: ZoneInfo) -> tuple[Hold, ...]:
    """The holds in order, wall times read in `zone`; click.UsageError when they overlap."""
    from service.sla.pauses import Hold

    holds = [Hold(start, end, reason) for start, end, reason in _read("hold", given, zone)]
    if any(later.start < earlier.end for earlier, later in pairwise(holds)):
        raise click.UsageError("holds overlap: there is one at a time")
    return tuple(holds)


def read_exclusions(given: Iterable[Reasoned], zone: ZoneInfo) -> tuple[Exclusion, ...]:
    """The exclusions in order, wall times read in `zone`."""
    from service.sla.pauses import Exclusion

    return tuple(Exclusion(start, end, reason) for start, end, reason in _read("exclusion", given, zone))


def _read(what: str, given: Iterable[Reasoned], zone: ZoneInfo) -> Iterator[tuple[Instant, Instant, str]]:
    from service.sla.instants import NEVER

    found = [
        (begin.instant(zone), NEVER if end is None else end.instant(zone), reason)
        for reason, (begin, end) in given
    ]
    if any(start >= end for start, end, _ in found):
        raise click.UsageError(f"{'an' if what[0] == 'e' else 'a'} {what} ends before it begins")
    return iter(sorted(found))

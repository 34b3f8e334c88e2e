"""Which calendar a command reckons with: one of a policy file, of a calendar file, or round the clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar
from zoneinfo import ZoneInfo

import click

from service.cli.files import POLICY, read_calendar, read_calendars
from service.cli.moments import UTC, WRITTEN, Written

if TYPE_CHECKING:
    from service.sla.calendars import Calendar

F = TypeVar("F", bound=Callable[..., Any])

ROUND_THE_CLOCK: Final = "24x7"


@dataclass(frozen=True)
class Choice:
    """What the command line says about the calendar; `zones` are those in which answers are shown."""

    policy: Path | None
    files: tuple[Path, ...]
    name: str | None
    zones: tuple[ZoneInfo, ...]
    as_known_at: Written | None

    @cached_property
    def known(self) -> Mapping[str, Calendar]:
        """The calendars of the files by name, as they were known at the instant asked for."""
        from service.cli.calendar.days import known_at

        found = dict(read_calendars(self.policy)) if self.policy is not None else {}
        for path in self.files:
            calendar = read_calendar(path)
            if calendar.name in found:
                raise click.UsageError(f"two files have a calendar `{calendar.name}`: leave one of them out")
            found[calendar.name] = calendar
        at = self.as_known_at
        return (
            found if at is None else {n: known_at(each, at.instant(each.zone)) for n, each in found.items()}
        )

    @cached_property
    def calendar(self) -> Calendar:
        """The one that is meant; click.UsageError when that is not clear."""
        try:
            return self.named(self.name)
        except ValueError as error:
            raise click.UsageError(str(error)) from None

    def named(self, name: str | None, zone: ZoneInfo | None = None) -> Calendar:
        """The calendar called `name`, by default the only one there is; ValueError with a sentence for none.

        `zone` is where round the clock reads its dates.
        """
        if name is None and len(self.known) == 1:
            return next(iter(self.known.values()))
        if name == ROUND_THE_CLOCK or (name is None and not self.known):
            return _round_the_clock(zone or (*self.zones, UTC)[0])
        if name is not None and name in self.known:
            return self.known[name]
        told = ", ".join((ROUND_THE_CLOCK, *self.known))
        if name is None:
            raise ValueError(f"there are several calendars, name one: {told}")
        if not self.known:
            raise ValueError(f"calendar `{name}` needs the file that has it: add --policy or --calendar-file")
        raise ValueError(f"`{name}` is no calendar of these files: they have {told}")

    @property
    def shown(self) -> tuple[ZoneInfo, ...]:
        """The zones in which times are shown: those asked for, else the calendar's."""
        return self.zones or (self.calendar.zone,)


def choosing(command: F) -> F:
    """A command whose first argument is the Choice of its options."""

    @wraps(command)
    def run(
        policy: Path | None,
        files: tuple[Path, ...],
        name: str | None,
        zones: tuple[ZoneInfo, ...],
        as_known_at: Written | None,
        **rest: Any,
    ) -> Any:
        return command(Choice(policy, files, name, zones, as_known_at), **rest)

    for option in reversed(_OPTIONS):
        option(run)
    return run  # type: ignore[return-value]


class ZoneType(click.ParamType[ZoneInfo]):
    """`Asia/Shanghai`."""

    name = "zone"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> ZoneInfo:
        """Read it."""
        from service.rules.times import zone

        if isinstance(value, ZoneInfo):
            return value
        try:
            return zone(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


_OPTIONS: Final = (
    click.option("--policy", metavar="FILE", type=POLICY, help="A policy file that has the calendar."),
    click.option(
        "--calendar-file", "files", metavar="FILE", type=POLICY, multiple=True, help="Or a calendar file."
    ),
    click.option(
        "--calendar",
        "name",
        metavar="NAME",
        help="Which; by default the only one of the files, without files 24x7.",
    ),
    click.option(
        "--zone",
        "zones",
        metavar="ZONE",
        type=ZoneType(),
        multiple=True,
        help="Show times in this zone; may be repeated. The first is where 24x7 reads wall times.",
    ),
    click.option(
        "--as-known-at", metavar="TIME", type=WRITTEN, help="By what the calendar knew at this instant."
    ),
)


def _round_the_clock(zone: ZoneInfo) -> Calendar:
    from service.sla.calendars import round_the_clock

    found = _LAID_OUT.get(zone.key)
    if found is None:
        found = _LAID_OUT[zone.key] = round_the_clock(zone)
    return found


_LAID_OUT: Final[dict[str, Calendar]] = {}

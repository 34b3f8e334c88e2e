"""What a report is asked about, and how it is read from the database."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import click

from service.cli.compare import zone_of
from service.cli.files import registered_rules
from service.cli.moments import Written
from service.cli.program import Problem
from service.cli.progress import Shown
from service.sla.instants import DAY, Instant, at_wall
from service.sla.statements import Kind

if TYPE_CHECKING:
    from service.backtest.tallies import Tallies
    from service.sla.statements import Said
    from service.store import Database, Tx
    from service.store.chosen import Filter
    from service.store.keys import TicketKey

#: Tickets read at once.
PAGE: Final = 1_000

_MONTH: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)
_YEAR: Final = re.compile(r"\d{4}", re.ASCII)


class MonthType(click.ParamType["tuple[int, int]"]):
    """`2026-03`."""

    name = "month"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Read it."""
        found = _MONTH.fullmatch(value) if isinstance(value, str) else None
        if found is None or not _is_reckoned(int(found[1])):
            self.fail(f"`{value}` is no month: write 2026-03", param, ctx)
        return int(found[1]), int(found[2])


class YearType(click.ParamType[int]):
    """`2026`."""

    name = "year"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read it."""
        if not _YEAR.fullmatch(str(value)) or not _is_reckoned(int(value)):
            self.fail(f"`{value}` is no year: write 2026", param, ctx)
        return int(value)


def _is_reckoned(year: int) -> bool:
    return 1970 <= year < 2199


@dataclass(frozen=True, slots=True)
class Asked:
    """Which promises: those of a target, due in a month, a year or a span; None: all."""

    target: str | None
    month: tuple[int, int] | None
    year: int | None
    first: Written | None
    last: Written | None

    def check(self) -> None:
        """Raises click.UsageError when more than one of month, year and span is given."""
        spans = self.first is not None or self.last is not None
        if (self.month is not None) + (self.year is not None) + spans > 1:
            raise click.UsageError("give one of --month, --year, or --from and --to")

    def span(self, zone: ZoneInfo) -> tuple[Instant | None, Instant | None] | None:
        """The span that is asked for, wall times in `zone`; None when it is by month."""
        if self.first is None and self.last is None:
            return None
        first, last = (None if each is None else each.instant(zone) for each in (self.first, self.last))
        return first, last

    def shows(self, month: tuple[int, int] | None) -> bool:
        """Whether what is due in `month` is asked for, or in a whole year with month 0."""
        if month is None or (self.month is None and self.year is None):
            return True
        if self.month is not None:
            return month in (self.month, (self.month[0], 0))
        return month[0] == self.year

    def covers(self, target: str) -> bool:
        """Whether promises of `target` are asked for."""
        return self.target is None or target == self.target or target.startswith(f"{self.target}/")

    def dues(self, zone: ZoneInfo) -> tuple[Instant | None, Instant | None]:
        """Where the dues lie that have to be looked at: with a day to spare for zones, and the whole year for its aggregates."""
        span = self.span(zone)
        if span is not None:
            return span
        year = self.year if self.month is None else self.month[0]
        if year is None:
            return None, None
        first, last = (at_wall(date(each, 1, 1), 0, zone) for each in (year, year + 1))
        return first - 2 * DAY, last + 2 * DAY


@dataclass(frozen=True, slots=True)
class Report:
    """What was counted, as of `upto`; with `has_ledger` it is known what was said otherwise before."""

    asked: Asked
    tenant: str
    zone: ZoneInfo
    upto: Instant
    tallies: Tallies
    has_ledger: bool


async def of_store(database: Database, tenant: str, asked: Asked, progress: Shown) -> Report:
    """Count what the database has of `tenant`, page by page."""
    from service.backtest.tallies import Tallies
    from service.store import calendars, chosen, policies
    from service.store import progress as store

    async with database.transaction() as tx:
        versions = await policies.versions(tx, tenant)
        rules = registered_rules(versions, await calendars.latest(tx, tenant))
        watermark = (await store.watermark(tx)).at
    if not versions:
        raise Problem(f"tenant {tenant} has no policy; `slaclock policy register` adds one")
    zone = zone_of(rules, utc=False)
    first, last = asked.dues(zone)
    tallies = Tallies(rules, asked.span(zone))
    wanted = chosen.Filter(due_from=first, due_to=last)
    page: list[TicketKey] = []
    read = 0
    while True:
        async with database.transaction() as tx:
            page = await _page(tx, tenant, wanted, page[-1] if page else None, tallies)
        if not page:
            break
        read += len(page)
        progress.step("tickets", read, None)
    upto = -1 if watermark is None else watermark
    return Report(asked, tenant, zone, upto, tallies, has_ledger=True)


async def _page(
    tx: Tx, tenant: str, wanted: Filter, after: TicketKey | None, tallies: Tallies
) -> list[TicketKey]:
    """Count the tickets after `after`; which they were."""
    from service.backtest.tallies import verdicts_of
    from service.store import chosen, promises, statements

    page = await chosen.page(tx, tenant, wanted, after, PAGE)
    standing = await promises.read(tx, page)
    said = await statements.said(tx, page)
    for key in page:
        newest = said[key].values()
        in_force = (each.statement for each in newest if not each.withdrawn)
        tallies.add(standing[key], verdicts_of(in_force), _revised(newest))
    return page


def _revised(newest: Any) -> frozenset[tuple[str, tuple[str, str]]]:
    """The promises of which a breach or a verdict was said otherwise before."""
    return frozenset(
        (each.statement.target, each.statement.started_by)
        for each in newest
        if _is_decision(each) and (each.rev > 1 or each.withdrawn)
    )


def _is_decision(said: Said) -> bool:
    return said.statement.kind in (Kind.BREACH, Kind.VERDICT)

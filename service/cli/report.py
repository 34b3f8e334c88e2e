"""`slaclock report`: how many promises were kept, and how long they took, by the month of their due."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.cli.compare import zone_of
from service.cli.database import with_database
from service.cli.files import EVENTS, Faults, read_events, read_rules
from service.cli.moments import WRITTEN, Written
from service.cli.output import show_json
from service.cli.places import POLICY_PLACE
from service.cli.program import Problem
from service.cli.progress import Shown, shown, watched
from service.cli.report_lines import as_json, show_report
from service.cli.reporting import Asked, MonthType, Report, YearType, of_store

if TYPE_CHECKING:
    from service.settings import Settings
    from service.store import Database


@click.command()
@click.option(
    "--policy",
    "policies",
    metavar="FILE",
    type=POLICY_PLACE,
    multiple=True,
    help="With --events; once a version.",
)
@click.option(
    "--events", metavar="FILE", type=EVENTS, help="Judge this event file instead of reading the database."
)
@click.option("--until", metavar="TIME", type=WRITTEN, help="With --events: judge at this instant.")
@click.option("--tenant", metavar="NAME", help="Whose promises; the policy's or the settings' by default.")
@click.option(
    "--source", metavar="NAME", default="file", show_default=True, help="With --events, as in backtest."
)
@click.option("--target", metavar="ID", help="Only this target, with its variants.")
@click.option("--month", metavar="MONTH", type=MonthType(), help="Only what is due in this month: 2026-03.")
@click.option("--year", metavar="YEAR", type=YearType(), help="Only what is due in this year.")
@click.option("--from", "first", metavar="TIME", type=WRITTEN, help="What is due from here on, not by month.")
@click.option("--to", "last", metavar="TIME", type=WRITTEN, help="What is due before, not by month.")
@click.option("--json", "as_data", is_flag=True, help="Print JSON.")
def report(
    policies: tuple[Path, ...],
    events: str | None,
    until: Written | None,
    tenant: str | None,
    source: str,
    target: str | None,
    month: tuple[int, int] | None,
    year: int | None,
    first: Written | None,
    last: Written | None,
    as_data: bool,
) -> int:
    """Tell how many promises were owed, done and kept, and how long they took, by the local month of their due.

    Aggregates that the policy asks for are held against it. From the database it is what is true as of the watermark.
    """
    asked = Asked(target, month, year, first, last)
    asked.check()
    if (events is None) == bool(policies):
        raise click.UsageError("give both --policy and --events, or neither for the database")
    status = 0
    with shown() as progress:
        if events is None:
            found = _stored(asked, tenant, progress)
        else:
            found, status = _of_file(asked, policies, events, until, tenant, source, progress)
    if as_data:
        show_json(as_json(found))
    else:
        show_report(found)
    return status


def _stored(asked: Asked, tenant: str | None, progress: Shown) -> Report:
    async def read(database: Database, settings: Settings) -> Report:
        return await of_store(database, tenant or settings.tenant, asked, progress)

    return with_database(read)


def _of_file(
    asked: Asked,
    policies: tuple[Path, ...],
    events: str,
    until: Written | None,
    tenant: str | None,
    source: str,
    progress: Shown,
) -> tuple[Report, int]:
    from service.backtest import Backtest
    from service.backtest.tallies import Tallies, verdicts_of

    rules = read_rules(policies)
    if tenant not in (None, rules.versions[0].tenant):
        raise Problem(f"the policy is that of tenant {rules.versions[0].tenant}, not of {tenant}")
    faults = Faults(events)
    test = Backtest(
        rules,
        until=None if until is None else until.instant(),
        progress=lambda done, total: progress.step("judging", done, total),
        fault=faults,
    )
    zone = zone_of(rules, utc=False)
    tallies = Tallies(rules, asked.span(zone))
    items = read_events(
        events, tenant=rules.versions[0].tenant, source=source, watch=lambda file: watched(file, progress)
    )
    for judged in test.judged(items):
        found = judged.judgement
        tallies.add(found.promises, verdicts_of(found.statements))
    upto = -1 if test.summary.until is None else test.summary.until
    return Report(asked, rules.versions[0].tenant, zone, upto, tallies, has_ledger=False), faults.sum_up()

"""`slaclock calendar diff`: the dates on which two calendars, or two states of knowledge of one, differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from service.cli.files import POLICY, read_calendar
from service.cli.moments import DATE, WRITTEN, Written, weekday
from service.cli.output import show, show_json, table
from service.cli.program import BadSettings, Problem

if TYPE_CHECKING:
    from service.cli.calendar.days import Difference
    from service.sla.calendars import Calendar


@dataclass(frozen=True, slots=True)
class Compared:
    """Where two calendars differ: single facts by name, the dates that are shown, and how many others there are."""

    facts: dict[str, tuple[str | None, str | None]]
    dates: Sequence[Difference]
    others: int

    @property
    def are_equal(self) -> bool:
        """Whether there is no difference."""
        return not self.facts and not self.dates and not self.others


@click.command()
@click.argument("before", type=POLICY)
@click.argument("after", type=POLICY, required=False)
@click.option(
    "--as-known-at",
    "known",
    metavar="TIME",
    type=WRITTEN,
    multiple=True,
    help="Of one file: give it twice, for both states of knowledge.",
)
@click.option("--from", "first", metavar="DATE", type=DATE, help="Show dates from this one on.")
@click.option("--to", "last", metavar="DATE", type=DATE, help="Show dates up to this one.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def diff(
    before: Path,
    after: Path | None,
    known: tuple[Written, ...],
    first: date | None,
    last: date | None,
    as_json: bool,
) -> int:
    """Tell on which dates the calendar files BEFORE and AFTER differ, first to last.

    Shown are the dates from the first to the last that either file names; others, which differ because the weeks do,
    are counted. Exit status: 0 there is no difference, 1 there is one, 2 a file cannot be used.
    """
    pair = _pair(before, after, known)
    compared = compare(*pair, first, last)
    if as_json:
        show_json(as_data(compared))
    else:
        show_compared(compared)
    return 0 if compared.are_equal else 1


def _pair(before: Path, after: Path | None, known: Sequence[Written]) -> tuple[Calendar, Calendar]:
    from service.cli.calendar.days import known_at

    one = _usable(before)
    if after is not None:
        if known:
            raise click.UsageError("--as-known-at compares two states of one file: leave AFTER out")
        return one, _usable(after)
    if len(known) != 2:
        raise click.UsageError("give AFTER, or --as-known-at twice")
    earlier, later = (known_at(one, each.instant(one.zone)) for each in known)
    return earlier, later


def _usable(path: Path) -> Calendar:
    """As `read_calendar`, but trouble is told apart from a difference by the exit status."""
    try:
        return read_calendar(path)
    except Problem as problem:
        raise BadSettings(problem.message) from None


def compare(
    before: Calendar, after: Calendar, first: date | None = None, last: date | None = None
) -> Compared:
    """Where the two differ; shown are the dates from `first` to `last`, by default those that either names."""
    from service.cli.calendar.days import bounds, differences, known_until

    facts = {
        "zone": (before.zone.key, after.zone.key),
        "known_until": tuple(
            None if until is None else until.isoformat() for until in map(known_until, (before, after))
        ),
    }
    found = list(differences(before, after))
    named = bounds((before, after))
    begin = first or (named[0] if named else None)
    end = last or (named[1] if named else None)
    shown = [
        each for each in found if (begin is None or begin <= each.date) and (end is None or each.date <= end)
    ]
    if first is None and last is None and named is None:
        shown = []
    return Compared(
        facts={name: (one, other) for name, (one, other) in facts.items() if one != other},
        dates=shown,
        others=len(found) - len(shown),
    )


def show_compared(compared: Compared) -> None:
    """Print it."""
    if compared.are_equal:
        show("no difference")
        return
    for name, (before, after) in compared.facts.items():
        show(f"{name.replace('_', ' ')}: {before or '-'} -> {after or '-'}")
    if compared.dates:
        table(["date", "", "before", "after"], _rows(compared.dates))
    if compared.others:
        others = f"{compared.others:,} other {'date differs' if compared.others == 1 else 'dates differ'}"
        show(f"{others}; --from and --to show them")


def _rows(dates: Sequence[Difference]) -> Iterator[list[str]]:
    from service.cli.calendar.days import spans_text

    for each in dates:
        yield [each.date.isoformat(), weekday(each.date), spans_text(each.before), spans_text(each.after)]


def as_data(compared: Compared) -> dict[str, Any]:
    """It as JSON."""
    from service.cli.calendar.days import spans_list

    facts = {name: {"before": one, "after": other} for name, (one, other) in compared.facts.items()}
    return {
        "equal": compared.are_equal,
        "zone": facts.get("zone"),
        "known_until": facts.get("known_until"),
        "dates": [
            {
                "date": each.date.isoformat(),
                "weekday": weekday(each.date),
                "before": spans_list(each.before),
                "after": spans_list(each.after),
            }
            for each in compared.dates
        ],
        "others": compared.others,
    }

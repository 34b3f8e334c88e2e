"""`slaclock calendar check`: what is wrong with calendar files, or what they say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from service.cli.files import POLICY, content, error_lines, findings
from service.cli.output import say, show, show_json, table

if TYPE_CHECKING:
    from service.rules import PolicyErrors
    from service.sla.calendars import Calendar

#: Years that are told; of more the last ones.
_YEARS: Final = 12


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=POLICY)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(files: tuple[Path, ...], as_json: bool) -> int:
    """Tell every error of calendar files, each with line, column and field; else what they know, year by year."""
    checked = [_checked(path) for path in files]
    if as_json:
        show_json([_as_json(path, *found) for path, found in zip(files, checked, strict=True)])
    else:
        for path, (calendar, errors) in zip(files, checked, strict=True):
            for line in () if errors is None else findings(errors):
                show(line)
            if calendar is not None:
                _show(path, calendar)
    bad = sum(errors is not None for _, errors in checked)
    if bad:
        say(f"slaclock: {bad} of {len(files)} {'file' if len(files) == 1 else 'files'} cannot be used")
    return 1 if bad else 0


def _checked(path: Path) -> tuple[Calendar | None, PolicyErrors | None]:
    from service.rules import PolicyErrors, read_calendar

    try:
        return read_calendar(content(path), name=str(path)), None
    except PolicyErrors as errors:
        return None, errors


def _show(path: Path, calendar: Calendar) -> None:
    from service.cli.words import hours

    show(f"{path}: {calendar.name} in {calendar.zone.key}")
    rows = [
        [
            str(number),
            str(version.known_since or "-"),
            str(version.known_until or "-"),
            str(len(version.dates)),
        ]
        for number, version in enumerate(calendar.versions, 1)
    ]
    table(["version", "published", "known until", "dates"], rows, right=["version", "dates"])
    told = [[str(year), str(days), hours(work)] for year, days, work in _years(calendar)]
    if told:
        show()
        table(["year", "working days", "working time"], told, right=["working days", "working time"])


def _years(calendar: Calendar) -> Iterator[tuple[int, int, int]]:
    """Of each year that the calendar says something about: working days, and microseconds of working time."""
    from datetime import date

    from service.cli.calendar.days import days, years

    for year in years(calendar)[-_YEARS:]:
        found = [day for day in days(calendar, date(year, 1, 1), date(year, 12, 31)) if day.is_working]
        yield year, len(found), sum(day.work for day in found)


def _as_json(path: Path, calendar: Calendar | None, errors: PolicyErrors | None) -> dict[str, Any]:
    if calendar is None:
        return {"file": str(path), "ok": False, "errors": [] if errors is None else error_lines(errors)}
    versions = [
        {
            "known_since": None if version.known_since is None else version.known_since.isoformat(),
            "known_until": None if version.known_until is None else version.known_until.isoformat(),
            "dates": len(version.dates),
        }
        for version in calendar.versions
    ]
    years = [
        {"year": year, "working_days": days, "working_us": work} for year, days, work in _years(calendar)
    ]
    return {
        "file": str(path),
        "ok": True,
        "calendar": calendar.name,
        "zone": calendar.zone.key,
        "versions": versions,
        "years": years,
        "errors": [],
    }

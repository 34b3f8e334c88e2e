"""`slaclock calendar register`: a calendar file comes into force for the policies that refer to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from service.cli.database import with_database
from service.cli.files import POLICY, content, read_calendar
from service.cli.moments import weekday
from service.cli.output import show, show_json
from service.cli.program import Problem

if TYPE_CHECKING:
    from datetime import date

    from service.apply.registration import CalendarChange, CalendarFile, CalendarRefused
    from service.rules.revision import Day
    from service.sla.calendars import DaySegments
    from service.store import Database

#: Days that are told one by one; the others are counted.
_TOLD: Final = 10


@click.command()
@click.argument("file", type=POLICY)
@click.option("--tenant", metavar="NAME", help="Whose calendar it is; by default that of the settings.")
@click.option("--correct", metavar="REASON", help="Why days that are past change; the reason is kept.")
@click.option("--dry-run", is_flag=True, help="Tell what would change, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def register(file: Path, tenant: str | None, correct: str | None, dry_run: bool, as_json: bool) -> None:
    """Put the calendar in FILE in force for the policies of a tenant.

    Days that come, and days that were not known, may change; of days that are past, today included, only with --correct.
    What was said of tickets that the change bears on is revised by the running service. Registering the same file again
    changes nothing.
    """
    if correct is not None and not correct.strip():
        raise click.UsageError("--correct needs a reason: it is kept")
    read = calendar_file(file)
    owner, change = with_database(
        lambda database, settings: _register(database, tenant or settings.tenant, read, correct, dry_run)
    )
    if as_json:
        show_json({"tenant": owner, "dry_run": dry_run, **as_data(change)})
    else:
        for line in lines(change, owner, dry_run=dry_run):
            show(line)


def calendar_file(path: Path) -> CalendarFile:
    """What is in the file; Problem when it cannot be used."""
    from service.apply.registration import CalendarFile

    return CalendarFile(content(path).decode("utf-8-sig"), read_calendar(path))


async def _register(
    database: Database, tenant: str, file: CalendarFile, correct: str | None, dry_run: bool
) -> tuple[str, CalendarChange]:
    from service.apply.registration import CalendarRefused, register_calendar

    at = await database.now()
    try:
        async with database.transaction() as tx:
            return tenant, await register_calendar(tx, tenant, file, at=at, correct=correct, dry_run=dry_run)
    except CalendarRefused as refused:
        raise Problem(refusal(refused, "--correct REASON does it all the same")) from None


def refusal(refused: CalendarRefused, advice: str) -> str:
    """Why a calendar was not registered, with `advice` where a reason would do."""
    told = f"calendar {refused.name} is not registered: {refused}{f'; {advice}' if refused.corrects else ''}"
    return "\n".join([told, *_day_lines(refused.days)])


def lines(change: CalendarChange, tenant: str, *, dry_run: bool = False) -> Iterator[str]:
    """What a registration did, for people."""
    name = f"calendar {change.calendar.name} of tenant {tenant}"
    if not change.registered:
        yield f"{name} was registered already"
        return
    done = "would be" if dry_run else "is"
    yield f"{name} {done} registered, {_knowledge(change)}"
    if change.revision is None:
        return
    if change.revision.zone is not None:
        yield f"  its zone is {change.revision.zone[1]} instead of {change.revision.zone[0]}"
    yield from _day_lines(change.revision.days)
    yield f"  tickets {'that would be' if dry_run else 'to be'} judged again: {change.tickets:,}"


def as_data(change: CalendarChange) -> dict[str, Any]:
    """The same as JSON."""
    from service.wire import times

    revision = change.revision
    since = None if revision is None else revision.since
    days = () if revision is None else revision.days
    return {
        "calendar": change.calendar.name,
        "registered": change.registered,
        "known_until": _date(change.calendar.versions[-1].known_until),
        "since": None if since is None else times.write(since),
        "days_changed": len(days),
        "days_corrected": len(change.past),
        "days": [
            {"date": day.date.isoformat(), "before": _spans(day.before), "after": _spans(day.after)}
            for day in days[:_TOLD]
        ],
        "tickets": change.tickets,
    }


def _knowledge(change: CalendarChange) -> str:
    now = f"known {_until(change.calendar.versions[-1].known_until)}"
    if change.revision is None or len(set(change.revision.known_until)) == 1:
        return now
    return f"{now} instead of {_until(change.revision.known_until[0])}"


def _until(day: date | None) -> str:
    return "without end" if day is None else f"until {day}"


def _day_lines(days: tuple[Day, ...]) -> Iterator[str]:
    for day in days[:_TOLD]:
        yield f"  {day.date} {weekday(day.date)}: {_text(day.after)} instead of {_text(day.before)}"
    if len(days) > _TOLD:
        yield f"  and {len(days) - _TOLD} more"


def _text(segments: DaySegments | None) -> str:
    spans = _spans(segments)
    return "not known" if spans is None else " ".join(spans) or "closed"


def _spans(segments: DaySegments | None) -> list[str] | None:
    from service.cli.calendar.days import spans_list

    return None if segments is None else spans_list(segments)


def _date(day: date | None) -> str | None:
    return None if day is None else day.isoformat()

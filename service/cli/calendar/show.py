"""`slaclock calendar show`: a calendar date by date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import click

from service.cli.calendar.choice import Choice, choosing
from service.cli.moments import DATE, FIRST_DATE, LAST_DATE, clockwise, told, weekday
from service.cli.output import show as print_line
from service.cli.output import show_json, table
from service.cli.wall import now

if TYPE_CHECKING:
    from service.cli.calendar.days import Day
    from service.sla.calendars import Calendar


@click.command()
@choosing
@click.option("--month", metavar="MONTH", help="The month to show, such as 2026-10.")
@click.option(
    "--from", "first", metavar="DATE", type=DATE, help="The first date; else this month and the next."
)
@click.option("--to", "last", metavar="DATE", type=DATE, help="The last date, included.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(choice: Choice, month: str | None, first: date | None, last: date | None, as_json: bool) -> None:
    """Show which dates are working days, when, by which version, and why a date is not as its weekday."""
    from service.cli.calendar.days import days

    calendar = choice.calendar
    span = _span(calendar, month, first, last)
    shown = list(days(calendar, *span))
    if as_json:
        show_json(_as_json(choice, shown))
        return
    table(["date", "", "", "spans", "hours", "version", "why"], _rows(shown), right=["hours", "version"])
    print_line()
    for sentence in _sentences(choice, shown):
        print_line(sentence)


def _span(calendar: Calendar, month: str | None, first: date | None, last: date | None) -> tuple[date, date]:
    from service.sla.calendars import date_of

    if month is not None:
        if first is not None or last is not None:
            raise click.UsageError("--month is a span of its own: leave --from and --to out")
        return _month(month)
    if first is None and last is None:
        begin = date_of(now(), calendar.zone).replace(day=1)
        return begin, _month_end(_month_end(begin) + timedelta(days=1))
    if first is None or last is None:
        raise click.UsageError("--from and --to go together")
    if last < first:
        raise click.UsageError("--to lies before --from")
    return first, last


def _month(text: str) -> tuple[date, date]:
    try:
        begin = DATE.convert(f"{text}-01", None, None)
    except click.BadParameter:
        raise click.UsageError(f"--month: `{text}` is no month: write 2026-10") from None
    return begin, _month_end(begin)


def _month_end(day: date) -> date:
    following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return min(max(following - timedelta(days=1), FIRST_DATE), LAST_DATE)


def _rows(shown: Sequence[Day]) -> Iterator[list[str]]:
    from service.cli.calendar.days import spans_text

    for day in shown:
        working = "working" if day.is_working else "closed"
        why = ", ".join(part for part in (day.why, "" if day.known else "not known yet") if part)
        hours = clockwise(day.work) if day.is_working else ""
        yield [
            day.date.isoformat(),
            weekday(day.date),
            working,
            spans_text(day.spans),
            hours,
            str(day.version),
            why,
        ]


def _sentences(choice: Choice, shown: Sequence[Day]) -> Iterator[str]:
    from service.cli.calendar.days import known_until
    from service.cli.words import hours

    calendar = choice.calendar
    working = [day for day in shown if day.is_working]
    work = hours(sum(day.work for day in working))
    yield f"{len(working)} working days, {work} of working time; {len(shown) - len(working)} days closed"
    until = known_until(calendar)
    yield f"{calendar.name} in {calendar.zone.key}, known " + (
        "for ever" if until is None else f"until {until}"
    )
    for number in sorted({day.version for day in shown}):
        since = calendar.versions[number - 1].known_since
        if since is not None:
            yield f"version {number} was published on {since} and governs the dates after it"
    if choice.as_known_at is not None:
        yield f"as known at {told(choice.as_known_at.instant(calendar.zone), calendar.zone)}"


def _as_json(choice: Choice, shown: Sequence[Day]) -> dict[str, Any]:
    from service.cli.calendar.days import known_until
    from service.wire import times

    calendar, at = choice.calendar, choice.as_known_at
    until = known_until(calendar)
    return {
        "calendar": calendar.name,
        "zone": calendar.zone.key,
        "as_known_at": None if at is None else times.write(at.instant(calendar.zone)),
        "known_until": None if until is None else until.isoformat(),
        "working_days": sum(day.is_working for day in shown),
        "working_us": sum(day.work for day in shown),
        "dates": [day_line(calendar, day) for day in shown],
    }


def day_line(calendar: Calendar, day: Day) -> dict[str, Any]:
    """A date as JSON; `spans` in wall time, as calendar files write them."""
    from service.cli.calendar.days import spans_list

    since = calendar.versions[day.version - 1].known_since
    return {
        "date": day.date.isoformat(),
        "weekday": weekday(day.date),
        "working": day.is_working,
        "spans": spans_list(day.spans),
        "working_us": day.work,
        "version": day.version,
        "known_since": None if since is None else since.isoformat(),
        "why": day.why,
        "known": day.known,
    }

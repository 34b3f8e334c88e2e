"""Instants and lengths of time as people read them, and as they write them on a command line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final
from zoneinfo import ZoneInfo

import click

from service.sla.instants import (
    DAY,
    EARLIEST,
    HOUR,
    LATEST,
    MINUTE,
    SECOND,
    Duration,
    Instant,
    at_wall,
    instant_of,
    moment_of,
)

UTC: Final = ZoneInfo("UTC")

_WRITTEN: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?([Zz]|[+-]\d{2}:\d{2})?)?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Written:
    """A time as given: an instant when it has an offset from UTC, otherwise wall time of a zone told elsewhere."""

    moment: datetime

    def instant(self, zone: ZoneInfo | None = None) -> Instant:
        """The instant, wall time read in `zone`; click.UsageError when it needs a zone, or lies out of range."""
        if self.moment.tzinfo is not None:
            found = instant_of(self.moment)
        elif zone is None:
            told = self.moment.isoformat()
            raise click.UsageError(
                f"{told} has no offset from UTC: write for example {told}+08:00, or {told}Z"
            )
        else:
            midnight = datetime.combine(self.moment.date(), datetime.min.time())
            found = at_wall(self.moment.date(), (self.moment - midnight) // _TICK, zone)
        if not EARLIEST <= found < LATEST:
            raise click.UsageError(f"{self.moment.isoformat()} lies outside 1970 to 2199")
        return found


_TICK: Final = datetime.resolution


class WrittenType(click.ParamType[Written]):
    """`2026-10-01 09:00`, with or without seconds and offset."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Written:
        """Read it."""
        if isinstance(value, Written):
            return value
        if not _WRITTEN.fullmatch(value):
            self.fail(
                f"`{value}` is no time: write 2026-10-01T09:00:00+08:00, or 2026-10-01 09:00", param, ctx
            )
        try:
            return Written(datetime.fromisoformat(value.upper().replace(" ", "T")))
        except ValueError:
            self.fail(f"`{value}` does not exist: look at month, day, hour and offset", param, ctx)


class SpanType(click.ParamType["tuple[Written, Written | None]"]):
    """`FROM/TO`; without TO it has not ended."""

    name = "from/to"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Written, Written | None]:
        """Read both."""
        if isinstance(value, tuple):
            return value
        begin, slash, end = value.partition("/")
        if not slash:
            self.fail(f"`{value}` is no span: write FROM/TO", param, ctx)
        return WRITTEN.convert(begin, param, ctx), WRITTEN.convert(end, param, ctx) if end else None


class DateType(click.ParamType[date]):
    """`2026-10-01`."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read it."""
        if isinstance(value, date):
            return value
        if not _DATE.fullmatch(value):
            self.fail(f"`{value}` is no date: write 2026-10-01", param, ctx)
        try:
            found = date.fromisoformat(value)
        except ValueError:
            self.fail(f"`{value}` does not exist: look at month and day", param, ctx)
        if not FIRST_DATE <= found <= LAST_DATE:
            self.fail(f"`{value}` lies outside {FIRST_DATE.year} to {LAST_DATE.year}", param, ctx)
        return found


#: The dates that are reckoned with, both included.
FIRST_DATE: Final = date(1970, 1, 1)
LAST_DATE: Final = date(2199, 12, 31)

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

WRITTEN: Final = WrittenType()
SPAN: Final = SpanType()
DATE: Final = DateType()


def told(instant: Instant | None, zone: ZoneInfo) -> str:
    """`2016-02-29 Mon 01:16:00 +08:00`; a dash for none. Microseconds only where there are some."""
    if instant is None:
        return "-"
    moment = moment_of(instant, zone)
    offset = moment.strftime("%z")
    fraction = f".{moment.microsecond:06}" if moment.microsecond else ""
    day = f"{moment:%Y-%m-%d} {weekday(moment)}"
    return f"{day} {moment:%H:%M:%S}{fraction} {offset[:3]}:{offset[3:5]}"


def weekday(day: date) -> str:
    """`Mon`, whatever the locale, which strftime's %a follows."""
    return _WEEKDAYS[day.weekday()]


_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def local(instant: Instant, zone: ZoneInfo) -> str:
    """RFC 3339 with the offset of `zone`: `2016-02-29T01:16:00+08:00`; microseconds only where there are some."""
    moment = moment_of(instant, zone)
    offset = moment.utcoffset() or timedelta()
    if offset % _MINUTE:  # RFC 3339 writes no seconds of an offset
        moment = moment.astimezone(timezone(offset - offset % _MINUTE))
    return moment.isoformat()


_MINUTE: Final = timedelta(minutes=1)


def length(duration: Duration) -> str:
    """`8h30m`, `90s`, and days from 48 hours on: `5d 3h`."""
    if duration < 0:
        return f"-{length(-duration)}"
    days, rest = divmod(duration, DAY) if duration >= 2 * DAY else (0, duration)
    hours, minutes = rest // HOUR, rest % HOUR // MINUTE
    seconds = f"{rest % MINUTE / SECOND:.6f}".rstrip("0").rstrip(".")
    parts = [
        f"{hours}h" if hours else "",
        f"{minutes}m" if minutes else "",
        f"{seconds}s" if seconds != "0" else "",
    ]
    return " ".join(part for part in (f"{days}d" if days else "", "".join(parts)) if part) or "0s"


def clockwise(duration: Duration) -> str:
    """`8:30:00`, hours as many as there are: lines up in a column and adds up with a pencil."""
    seconds, micros = divmod(duration, SECOND)
    fraction = f".{micros:06}" if micros else ""
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}{fraction}"


def away(instant: Instant, now: Instant) -> str:
    """`in 23m` or `3h ago`; to the second, to the hour from two days on."""
    rest = abs(instant - now)
    rest -= rest % (SECOND if rest < 2 * DAY else HOUR)
    return f"in {length(rest)}" if instant >= now else f"{length(rest)} ago"

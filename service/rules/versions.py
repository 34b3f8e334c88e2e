"""The versions of a calendar: what is wrong from one to the next, and their core values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from service.rules import days, statutory
from service.rules.errors import Finding, Path
from service.rules.shapes import OwnCalendarShape, VersionShape
from service.sla.calendars import Version

_GOVERNS_ALL: Final = (
    "a calendar's first version governs all dates: leave it out, or give it to a later one of `versions`"
)


@dataclass(frozen=True, slots=True)
class Part:
    """One version of a calendar, counted from 0: where it stands, and its week, which it may have from the calendar."""

    number: int
    shape: VersionShape
    path: Path
    week: days.Spans | None

    @property
    def is_whole(self) -> bool:
        """Whether its days can be told."""
        country, until = self.shape.statutory, self.shape.known_until
        if self.week is None:
            return False
        if country is None:
            return True
        return (
            until is not None
            and statutory.trouble(country) is None
            and statutory.unknown_year(country, until) is None
        )


def parts_of(calendar: OwnCalendarShape, path: Path) -> list[Part]:
    """The versions of `calendar` in the order of the file; itself when it has none."""
    if "versions" not in calendar.model_fields_set:
        return [Part(0, calendar, path, calendar.week)]
    return [
        Part(
            position,
            version,
            (*path, "versions", position),
            version.week if "week" in version.model_fields_set else calendar.week,
        )
        for position, version in enumerate(calendar.versions or ())
        if version is not None
    ]


def build(part: Part) -> Version:
    """The core value of a version without findings."""
    if part.week is None:
        raise ValueError("a version has no week")
    week = days.week_of(part.week)
    return Version(
        week=week,
        dates=MappingProxyType(days.dates_of(part.shape, week)),
        known_since=part.shape.known_since,
        known_until=part.shape.known_until,
    )


def findings(parts: list[Part]) -> Iterator[Finding]:
    """Everything wrong between the versions of a calendar."""
    yield from _order(parts)
    yield from _between(parts)


def _order(parts: list[Part]) -> Iterator[Finding]:
    """What is wrong with when versions became known and how far they know."""
    last: date | None = None
    for part in parts:
        path, since, until = part.path, part.shape.known_since, part.shape.known_until
        if since is None:
            continue
        if part.number == 0:
            yield (*path, "known_since"), _GOVERNS_ALL
            continue
        if last is not None and since <= last:
            told = f"is not after {last} above: versions stand in the order in which they were published"
            yield (*path, "known_since"), told
        if until is not None and until <= since:
            told = f"is not after {since}, the `known_since`: the version would know nothing"
            yield (*path, "known_until"), told
        last = since


def _between(parts: list[Part]) -> Iterator[Finding]:
    """What is wrong between versions: nights, and dates that a version before governs."""
    for place, later in enumerate(parts):
        since = later.shape.known_since
        if place == 0 or since is None or not all(part.is_whole for part in parts[: place + 1]):
            continue
        before, after = [build(part) for part in parts[:place]], build(later)
        following = since + timedelta(days=1)
        if days.runs_into(_governing(before, since).of(since), after.of(following)):
            yield (*later.path, "known_since"), days.runs_over(str(since), str(following))
        for own, day in days.own_dates(later.shape):
            if day <= since and _governing(before, day).of(day) != after.of(day):
                told = f"{day} is not after {since}, so that a version above governs it, and says otherwise"
                yield (*later.path, *own), f"{told}: take it out, or correct it there"


def _governing(versions: list[Version], day: date) -> Version:
    """The last of `versions` that governs `day`."""
    later = (version for version in versions[:0:-1] if version.known_since and version.known_since < day)
    return next(later, versions[0])

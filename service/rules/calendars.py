"""The calendars of a file: what is wrong with them together, and their core values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final
from zoneinfo import ZoneInfo

from service.rules import days, statutory, versions
from service.rules.days import Week
from service.rules.errors import Finding, Path
from service.rules.hints import NEEDED
from service.rules.shapes import (
    ROUND_THE_CLOCK,
    CalendarFileShape,
    CalendarShape,
    OwnCalendarShape,
)
from service.rules.versions import Part, parts_of
from service.sla.calendars import Calendar

#: What belongs to a version, and cannot stand beside `versions`.
_OF_VERSIONS: Final = ("known_since", "known_until", "closed", "open", "statutory", "makeup")

_NAME_TAKEN: Final = f"`{ROUND_THE_CLOCK}` means every hour of every day: choose another name"


def findings(
    calendars: Mapping[str, CalendarShape | None] | None, files: Mapping[str, Calendar]
) -> Iterator[Finding]:
    """Everything wrong with the `calendars` of a policy beyond the shape of single values; `files` are read already."""
    for name, calendar in (calendars or {}).items():
        path: Path = ("calendars", name)
        if name == ROUND_THE_CLOCK:
            yield path, _NAME_TAKEN
        if calendar is None:
            continue
        if calendar.file is None:
            yield from _of_one(calendar, path)
        else:
            yield from _of_reference(name, calendar, files, path)


def of_file(calendar: CalendarFileShape) -> Iterator[Finding]:
    """Everything wrong with the `calendar` of a calendar file beyond the shape of single values."""
    if calendar.calendar == ROUND_THE_CLOCK:
        yield ("calendar",), _NAME_TAKEN
    yield from _of_one(calendar, ())


def _of_reference(
    name: str, calendar: CalendarShape, files: Mapping[str, Calendar], path: Path
) -> Iterator[Finding]:
    for key in sorted(calendar.model_fields_set - {"file"}):
        yield (*path, key), "the file says this: leave it out here, or leave `file` out"
    if name not in files:
        told = f"no calendar `{name}` was found there: its file has to begin with `calendar: {name}`"
        yield (*path, "file"), told
    elif files[name].name != name:
        yield (*path, "file"), f"the file calls its calendar `{files[name].name}`: give both the same name"


def _of_one(calendar: OwnCalendarShape, path: Path) -> Iterator[Finding]:
    """Everything wrong with the `calendar` at `path`."""
    if calendar.week is not None:
        yield from days.week_findings(calendar.week, (*path, "week"))
    if calendar.versions == []:
        yield (*path, "versions"), "holds no version: give one, or leave it out"
    if "versions" in calendar.model_fields_set:
        for key in sorted(calendar.model_fields_set.intersection(_OF_VERSIONS)):
            yield (*path, key), f"`{key}` belongs to a version here: put it under `versions`"
        for position, version in enumerate(calendar.versions or ()):
            if version is not None and version.week is not None:
                yield from days.week_findings(version.week, (*path, "versions", position, "week"))
    parts = parts_of(calendar, path)
    for part in parts:
        yield from days.date_findings(part.shape, part.path)
        yield from _statutory(part)
        if part.week is not None and part.is_whole:
            yield from days.night_findings(part.shape, days.week_of(part.week), part.path)
    yield from versions.findings(parts)


def missing(calendar: OwnCalendarShape, path: Path) -> Iterator[Finding]:
    """The keys that are missing in the `calendar` at `path`, with what they are for."""
    given, is_bounded = calendar.model_fields_set, False
    if not given & {"week", "file", "versions"}:
        yield (*path, "week"), NEEDED["week"]
    for position, version in enumerate(calendar.versions or ()):
        if version is None:
            continue
        own, place = version.model_fields_set, (*path, "versions", position)
        if "week" not in own | given:
            yield (*place, "week"), NEEDED["week"]
        if position > 0 and "known_since" not in own:
            yield (*place, "known_since"), NEEDED["known_since"]
        if is_bounded and "known_until" not in own:
            yield (*place, "known_until"), NEEDED["known_until"]
        is_bounded = is_bounded or "known_until" in own


def build(name: str, calendar: OwnCalendarShape, zone: ZoneInfo | None) -> Calendar:
    """The core value of a calendar without findings in `zone`."""
    if zone is None:
        raise ValueError(f"calendar {name} has no zone")
    return Calendar(name=name, zone=zone, versions=tuple(map(versions.build, parts_of(calendar, ()))))


def weeks_of(calendar: CalendarShape | Calendar) -> list[Week]:
    """The weeks of the versions of `calendar`, as far as they can be told."""
    if isinstance(calendar, Calendar):
        return [version.week for version in calendar.versions]
    return [days.week_of(part.week) for part in parts_of(calendar, ()) if part.week is not None]


def _statutory(part: Part) -> Iterator[Finding]:
    version, path, country = part.shape, part.path, part.shape.statutory
    if "statutory" not in version.model_fields_set and version.makeup is not None:
        yield (*path, "makeup"), "make-up days come with `statutory`: name the country there, or use `open`"
    if country is None:
        return
    if "known_until" not in version.model_fields_set:
        told = "needs `known_until`, the last date that was published: nobody knows these days for all years"
        yield (*path, "statutory"), told
    if trouble := statutory.trouble(country):
        yield (*path, "statutory"), trouble
        return
    if country not in statutory.WITH_MAKEUP and version.makeup is not None:
        yield (*path, "makeup"), f"`{country}` has no make-up working days: leave it out"
    until = version.known_until
    if until is not None and (year := statutory.unknown_year(country, until)) is not None:
        told = (
            f"the statutory days of `{country}` in {year} are not known to this release: take an earlier date"
        )
        yield (*path, "known_until"), f"{told}, or leave `statutory` out and give the dates"

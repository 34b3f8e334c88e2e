"""What a new state of a calendar changes, held against the one before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from service.sla.calendars import Calendar, DaySegments, Edition, date_of
from service.sla.instants import DAY, EARLIEST, NEVER, Instant, at_wall

#: Ordinals of the dates that are compared: those that are reckoned with.
_DATES: Final = range(date(1970, 1, 1).toordinal(), date(2200, 1, 1).toordinal())


@dataclass(frozen=True, slots=True)
class Day:
    """A date that the calendar before knew and that is not what it was.

    `before` and `after` are its segments; `after` is None for a date that is not known any more.
    """

    date: date
    before: DaySegments
    after: DaySegments | None


@dataclass(frozen=True, slots=True)
class Revision:
    """The difference from one state of a calendar to the next.

    What was said of a promise that, by the calendar before, was due and had stopped before `since` does not change;
    None: nothing does. `days` are the known dates that change, in order. `known_until` are the last dates known before
    and after, None where knowledge has no end; `zone` the two zones when they differ, which moves every date.
    """

    since: Instant | None
    days: tuple[Day, ...]
    known_until: tuple[date | None, date | None]
    zone: tuple[str, str] | None = None

    def past(self, today: date) -> tuple[Day, ...]:
        """The dates up to `today`, inclusive, that change."""
        return tuple(day for day in self.days if day.date <= today)

    def corrects(self, today: date) -> bool:
        """Whether anything up to `today`, inclusive, changes that was known: what was reckoned with it was wrong."""
        return self.zone is not None or bool(self.past(today))

    @property
    def forgets(self) -> bool:
        """Whether dates that were known are not known any more."""
        before, after = self.known_until
        return after is not None and (before is None or after < before)


def revision(before: Calendar, after: Calendar) -> Revision:
    """What changes when `after` takes the place of `before`.

    What was known earlier counts, because statements tell what was known at their instants: a version that is rewritten
    is a change also where a later version overrides it.
    """
    known_until = (_last_known(before.latest), _last_known(after.latest))
    if before.zone.key != after.zone.key:
        return Revision(EARLIEST, (), known_until, (before.zone.key, after.zone.key))
    since: list[Instant] = []
    days: dict[date, Day] = {}
    for moment in _moments(before, after):
        then = before.known_at(moment)
        differences = list(_differences(then, after.known_at(moment)))
        if differences:
            first = at_wall(differences[0][0], 0, after.zone)
            # A promise is stored as all that is known tells it. Where less was known its due may have lain later: only
            # what was decided before that was known is surely not touched.
            since.append(first if then is before.latest else min(first, moment))
        for day, old, new in differences:
            if old is not None:
                days.setdefault(day, Day(day, old, new))
    return Revision(min(since, default=None), tuple(days[day] for day in sorted(days)), known_until)


def _moments(before: Calendar, after: Calendar) -> list[Instant]:
    """Where what is known changes, the beginning first."""
    published = {version.known_since for calendar in (before, after) for version in calendar.versions}
    return sorted(EARLIEST if day is None else at_wall(day, DAY, after.zone) for day in published)


def _differences(
    before: Edition, after: Edition
) -> Iterator[tuple[date, DaySegments | None, DaySegments | None]]:
    """The dates that differ, in order, with their segments where they are known.

    Dates that neither knows count too: provisional dues are reckoned with them.
    """
    known, knows = (_ordinal(_last_known(edition)) for edition in (before, after))
    for number in _DATES:
        day = date.fromordinal(number)
        old, new = before.of(day), after.of(day)
        if old != new or (number <= known) != (number <= knows):
            yield day, old if number <= known else None, new if number <= knows else None


def _last_known(edition: Edition) -> date | None:
    return None if edition.known_until == NEVER else date_of(edition.known_until - 1, edition.zone)


def _ordinal(day: date | None) -> int:
    return date.max.toordinal() if day is None else day.toordinal()

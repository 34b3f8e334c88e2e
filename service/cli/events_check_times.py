"""Times that stand apart: a slip in the year, a number that was seconds and was read as milliseconds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from service.cli.events_check_words import Finding
from service.sla.instants import DAY, Instant

#: Days without any event between those that stand apart and all others.
_APART: Final = 365

#: At most one in so many events stands apart; more of them are another time, not a slip.
_ONE_IN: Final = 10

_EPOCH: Final = date(1970, 1, 1).toordinal()


class Dates:
    """On which dates (UTC) events lie: one entry a date, however many events there are."""

    def __init__(self) -> None:
        """No event yet."""
        self._days: dict[int, tuple[int, int]] = {}

    def add(self, at: Instant, line: int) -> None:
        """An event at `at`."""
        day = at // DAY
        count, first = self._days.get(day, (0, line))
        self._days[day] = (count + 1, first)

    def apart(self) -> Iterator[Finding]:
        """A notice for each date that is more than a year from all others, of the few events that lie so."""
        days = sorted(self._days)
        for side, ordered, where in ((1, days, "after"), (-1, days[::-1], "before")):
            for day in self._beyond(ordered, side):
                count, line = self._days[day]
                events = "an event lies" if count == 1 else f"{count:,} events lie"
                detail = f"on {date.fromordinal(_EPOCH + day)} {events}, more than a year {where} all others"
                yield Finding(line, "far_from_others", "time", detail, "look at the year")

    def _beyond(self, days: list[int], side: int) -> list[int]:
        """Those of `days`, which go away from the others towards `side`, that lie behind the first gap, if few do."""
        behind = 0
        for place in range(len(days) - 1, 0, -1):
            behind += self._days[days[place]][0]
            if behind * _ONE_IN > sum(count for count, _ in self._days.values()):
                return []
            if (days[place] - days[place - 1]) * side > _APART:
                return days[place:]
        return []

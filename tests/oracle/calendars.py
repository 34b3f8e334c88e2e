"""Working time for the oracle, date by date, and what was known of it when."""

import json
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from tests.oracle.walls import DAY, LAST_DAY, NEVER, Span, exists, instant_of, wall_of


class Hours:
    """Working time by some versions of a calendar."""

    def __init__(self, zone: str, versions: list[dict]):
        self.zone = zone
        self.versions = [
            {
                "since": None if place == 0 else date.fromisoformat(v["known_since"]).toordinal(),
                "week": v["week"],
                "dates": {date.fromisoformat(d).toordinal(): spans for d, spans in v["dates"].items()},
            }
            for place, v in enumerate(versions)
        ]
        until = versions[-1]["known_until"]
        self.end = NEVER if until is None else instant_of(zone, date.fromisoformat(until).toordinal() + 1, 0)
        layouts = [s for v in versions for s in [*v["week"], *v["dates"].values()]]
        self.reach = max((to // DAY for spans in layouts for _, to in spans), default=0) + 1
        self.days: dict[int, list[Span]] = {}

    def spans(self, day: int) -> list[Span]:
        """The working time of one date, as instants; a shift over midnight is its first date's."""
        if day not in self.days:
            governing = [v for v in self.versions if v["since"] is None or v["since"] < day][-1]
            layout = governing["dates"].get(day, governing["week"][(day - 1) % 7])
            walls = [(instant_of(self.zone, day, a), instant_of(self.zone, day, b)) for a, b in layout]
            self.days[day] = sorted((a, b) for a, b in walls if a < b) if exists(self.zone, day) else []
        return self.days[day]

    def stretches(self, since: int) -> Iterator[Span]:
        """Working time without a break in between, in order, from the first stretch that ends after `since`."""
        day = wall_of(self.zone, since)[0] - self.reach
        begin, end = None, None
        while day < LAST_DAY:
            for a, b in self.spans(day):
                if begin is not None and a <= end:
                    begin, end = min(begin, a), max(end, b)
                    continue
                if begin is not None and end > since:
                    yield begin, end
                begin, end = a, b
            day += 1
        if begin is not None and end > since:
            yield begin, end

    def next_opening(self, closing: int) -> int | None:
        """`closing` itself unless working time ends there, else when it begins again."""
        stretches = self.stretches(closing - 1)
        for _, b in stretches:
            if b == closing:
                return next(stretches, (None, None))[0]
            return closing
        return closing


@lru_cache(maxsize=500)
def hours_of(zone: str, content: str) -> Hours:
    return Hours(zone, json.loads(content))


class Calendar:
    """A calendar with all its versions; answers what was known when."""

    def __init__(self, plain: dict):
        self.zone = plain["zone"]
        self.versions = plain["versions"]
        self.texts = [json.dumps(v) for v in self.versions]
        self.since = [
            v["known_since"] and date.fromisoformat(v["known_since"]).toordinal() for v in self.versions
        ]
        self.latest = self.by(len(self.versions) * [True])

    def by(self, which: list[bool]) -> Hours:
        chosen = [t for t, wanted in zip(self.texts, which, strict=True) if wanted]
        return hours_of(self.zone, "[" + ",".join(chosen) + "]")

    def known_at(self, instant: int) -> Hours:
        today = wall_of(self.zone, instant)[0]
        return self.by([place == 0 or since < today for place, since in enumerate(self.since)])

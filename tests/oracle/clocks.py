"""Time for the oracle, day by day. Instants are microseconds since 1970 UTC, dates are ordinals."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

DAY = 86_400_000_000
NEVER = 10**30  # the end of what has none
EPOCH = datetime(1970, 1, 1)
MICROSECOND = timedelta(microseconds=1)
LAST_DAY = date(2200, 1, 1).toordinal()  # nothing is looked for beyond
LAST = (datetime(2200, 1, 1) - EPOCH) // MICROSECOND

Span = tuple[int, int]


@cache
def zone_named(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@lru_cache(maxsize=1_000_000)
def instant_of(zone: str, day: int, micros: int) -> int:
    """A wall time as an instant. `fold=0`: the first of two, and of a skipped one the offset before the gap."""
    wall = datetime.fromordinal(day) + timedelta(microseconds=micros)
    offset = wall.replace(tzinfo=zone_named(zone)).utcoffset()
    assert offset is not None
    return (wall - EPOCH - offset) // MICROSECOND


@lru_cache(maxsize=100_000)
def wall_of(zone: str, instant: int) -> tuple[int, int]:
    """The local date and the microseconds on its wall clock."""
    utc = (EPOCH + timedelta(microseconds=instant)).replace(tzinfo=zone_named("UTC"))
    wall = utc.astimezone(zone_named(zone)).replace(tzinfo=None)
    midnight = datetime(wall.year, wall.month, wall.day)
    return wall.toordinal(), (wall - midnight) // MICROSECOND


def days_later(zone: str, instant: int, days: int) -> int:
    day, micros = wall_of(zone, instant)
    return instant_of(zone, day + days, micros)


@cache
def exists(zone: str, day: int) -> bool:
    """False for a date that a change of clocks skips whole, as 2011-12-30 in Samoa."""
    return wall_of(zone, instant_of(zone, day, 0))[0] == day


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


def united(spans: list[Span]) -> list[Span]:
    """The same moments as disjoint spans in order."""
    whole: list[Span] = []
    for a, b in sorted(spans):
        if whole and a <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(b, whole[-1][1]))
        elif a < b:
            whole.append((a, b))
    return whole


def without(begin: int, end: int, lost: list[Span]) -> Iterator[Span]:
    """What is left of [begin, end) outside the disjoint spans `lost`."""
    for a, b in lost:
        if b <= begin:
            continue
        if a >= end:
            break
        if begin < a:
            yield begin, a
        begin = b
    if begin < end:
        yield begin, end


class Clock:
    """A budget being used up from `begin` on, in hours (None: 24x7), while nothing of `lost` is going on."""

    def __init__(self, target: dict, hours: Hours | None, begin: int, lost: list[Span]):
        self.target, self.hours, self.begin = target, hours, begin
        self.spans = [(a, b) for a, b in lost if a < b]
        self.lost = united(lost)
        self.timed = target["unit"] == "time"
        self.last_day = target.get("last_day", "same_time") if target["unit"] == "calendar_days" else ""
        self.dates: list[int] = []  # of the ticks given so far
        self.stream = self.free() if self.timed else self.ticks()
        self.seen: list = []  # what the stream has given so far

    def free(self) -> Iterator[Span]:
        for a, b in iter([(self.begin, LAST)]) if self.hours is None else self.hours.stretches(self.begin):
            yield from without(max(a, self.begin), b, self.lost)
            if self.lost and self.lost[-1][1] == NEVER and self.lost[-1][0] <= b:
                return

    def ticks(self) -> Iterator[int]:
        """The ticks of the days that count."""
        zone = self.target["zone"]
        first, wall = wall_of(zone, self.begin)
        for day in range(first + 1, LAST_DAY):
            tick = self.tick(zone, day, wall)
            if tick is None:
                continue
            lost = [b for a, b in self.spans if a < tick <= b]
            if NEVER in lost:
                return
            if not lost:
                self.dates.append(day)
                yield tick

    def tick(self, zone: str, day: int, wall: int) -> int | None:
        if self.target["unit"] == "calendar_days":
            return (
                instant_of(zone, day, wall) if self.last_day == "same_time" else instant_of(zone, day + 1, 0)
            )
        if not exists(zone, day):
            return None
        spans = None if self.hours is None else self.hours.spans(day)
        if spans == []:
            return None
        kind = self.target["day_end"]
        if kind == "same_time":
            return instant_of(zone, day, wall)
        if kind == "midnight" or spans is None:
            return instant_of(zone, day + 1, 0)
        return max(b for _, b in spans)

    def all(self) -> Iterator:
        place = 0
        while True:
            if place == len(self.seen):
                item = next(self.stream, None)
                if item is None:
                    return
                self.seen.append(item)
            yield self.seen[place]
            place += 1

    def reached(self, amount: int) -> int | None:
        """The earliest instant by which `amount` is used up."""
        if amount <= 0:
            return self.begin
        left = amount
        for item in self.all():
            if not self.timed:
                left -= 1
                if left == 0:
                    return item
            else:
                a, b = item
                if b - a >= left:
                    return a + left
                left -= b - a
        return None

    def used(self, until: int) -> int:
        """How much is used up by `until`; a day counts with its tick."""
        total = 0
        for item in self.all():
            if not self.timed:
                if item > until:
                    break
                total += 1
            else:
                a, b = item
                if a >= until:
                    break
                total += min(b, until) - a
        return total

    def due(self, amount: int) -> int | None:
        """When so much has to be done: at the next opening, or at the end of a working date, where the target says so."""
        due = self.reached(amount)
        if due is None or self.hours is None:
            return due
        if self.timed and self.target["boundary"] == "next_open":
            return self.hours.next_opening(due)
        return self.end_of_work(self.dates[amount - 1]) if self.last_day == "working" else due

    def end_of_work(self, last: int) -> int | None:
        """The end of the first working date from `last` on; a date that was skipped is the one before it."""
        assert self.hours
        zone = self.target["zone"]
        last -= not exists(zone, last)
        working = (day for day in range(last, LAST_DAY) if exists(zone, day) and self.hours.spans(day))
        day = next(working, None)
        return None if day is None else instant_of(zone, day + 1, 0)


def backwards(target: dict, hours: Hours | None, instant: int, amount: int) -> int:
    """So much before an instant, in the target's unit."""
    if amount <= 0:
        return instant
    if target["unit"] == "time":
        return instant - amount if hours is None else hours_before(hours, instant, amount)
    zone, ticker = target["zone"], Clock(target, hours, instant, [])
    last, wall = wall_of(zone, instant)
    for day in range(last - 1, 0, -1):
        tick = ticker.tick(zone, day, wall)
        amount -= tick is not None and tick <= instant
        if amount == 0:
            return tick
    raise ValueError("no such day")


def hours_before(hours: Hours, instant: int, amount: int) -> int:
    """The latest instant from which so much working time still lies before `instant`."""
    reach = 1
    while True:
        first = instant_of(hours.zone, wall_of(hours.zone, instant)[0] - reach, 0)
        spans = []
        for a, b in hours.stretches(first):
            if a >= instant:
                break
            spans.append((max(a, first), min(b, instant)))
        left = amount
        for a, b in reversed(spans):
            if b - a >= left:
                return b - left
            left -= b - a
        reach *= 2


def parts(
    hours: Hours | None, begin: int, end: int, excluded: list[Span], held: list[Span]
) -> dict[str, int]:
    """Every moment of [begin, end) is one of four things; where several claim it, the first has it."""
    sums = {"outside": 0, "excluded": 0, "held": 0, "counted": 0}
    place = begin
    for a, b in iter([(begin, end)]) if hours is None else hours.stretches(begin):
        if a >= end:
            break
        opens, closes = max(a, begin), min(b, end)
        sums["outside"] += opens - place
        cuts = {opens, closes} | {x for span in [*excluded, *held] for x in span if opens < x < closes}
        for one, other in pairwise(sorted(cuts)):
            if any(x <= one < y for x, y in excluded):
                sums["excluded"] += other - one
            elif any(x <= one < y for x, y in held):
                sums["held"] += other - one
            else:
                sums["counted"] += other - one
        place = closes
    sums["outside"] += max(end - place, 0)
    return sums

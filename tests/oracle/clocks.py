"""Time for the oracle, day by day: how a budget is used up, and what a span consists of."""

from collections.abc import Iterator
from itertools import pairwise

from tests.oracle.calendars import Hours
from tests.oracle.walls import LAST, LAST_DAY, NEVER, Span, exists, instant_of, wall_of


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

"""Working time: add to it and measure it, over one stream of segments.

Two questions only, both folds over the same sorted, disjoint, half-open segments, so that they cannot disagree:
`worked(a, b)` is how much working time lies in [a, b), `after(a, amount)` is the earliest instant by which
`amount` of it has passed since `a`. They are exact inverses: ``worked(a, after(a, x)) == x``.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Final, Protocol

from service.sla.instants import DAY, EARLIEST, LATEST, Duration, Instant

Segment = tuple[Instant, Instant]

#: Segments are laid out a chunk of days at a time, when a question first needs them.
CHUNK_DAYS: Final = 400
_CHUNK: Final[Duration] = CHUNK_DAYS * DAY
#: A local day may begin up to a day off midnight UTC and a shift may run over midnight.
_MARGIN: Final[Duration] = 3 * DAY


class Hours(Protocol):
    """When time counts."""

    def worked(self, start: Instant, end: Instant) -> Duration:
        """Working time in [start, end); 0 when end <= start."""

    def closed(self, start: Instant, end: Instant) -> Duration:
        """Time in [start, end) that is not working time; 0 when end <= start."""

    def after(self, start: Instant, amount: Duration) -> Instant | None:
        """The earliest instant t >= start with ``worked(start, t) == amount``; None when it lies past `LATEST`."""

    def before(self, end: Instant, amount: Duration) -> Instant | None:
        """The latest instant t <= end with ``worked(t, end) == amount``; None when it lies before `EARLIEST`."""

    def reopening(self, instant: Instant) -> Instant | None:
        """`instant` when it is in working time, else the next opening; None when that lies past `LATEST`."""

    def segments(self, start: Instant, end: Instant) -> Iterator[Segment]:
        """The working segments within [start, end), cut to it, in order."""


class Always:
    """24x7: every moment counts, hence elapsed time."""

    def worked(self, start: Instant, end: Instant) -> Duration:
        """Elapsed time in [start, end)."""
        return max(0, end - start)

    def closed(self, start: Instant, end: Instant) -> Duration:  # noqa: ARG002 - the protocol's shape
        """Never closed."""
        return 0

    def after(self, start: Instant, amount: Duration) -> Instant | None:
        """`amount` later."""
        due = start + max(0, amount)
        return due if due < LATEST else None

    def before(self, end: Instant, amount: Duration) -> Instant | None:
        """`amount` earlier."""
        instant = end - max(0, amount)
        return instant if instant >= EARLIEST else None

    def reopening(self, instant: Instant) -> Instant | None:
        """Always open."""
        return instant

    def segments(self, start: Instant, end: Instant) -> Iterator[Segment]:
        """One segment."""
        if start < end:
            yield start, end


ALWAYS: Final = Always()


class Scheduled:
    """Working time as laid out by `lay(first_day, last_day)`.

    `lay` gives the segments that belong to the local dates of the days [first_day, last_day) since 1970-01-01, by
    start; they may touch, overlap (two shifts, or a DST gap that pushed one into the next) or be empty. The layout
    is a memo of a pure function; two questions in any order have the same answers.
    """

    __slots__ = ("_cum", "_ends", "_first", "_gaps", "_last", "_lay", "_starts")

    def __init__(self, lay: Callable[[int, int], Iterator[Segment]]) -> None:
        """Begin with an empty layout."""
        self._lay = lay
        self._first = self._last = 0  # chunks [first, last) are laid out
        self._starts: list[Instant] = []
        self._ends: list[Instant] = []
        self._cum: list[Duration] = [0]  # working time before each segment, and in all
        self._gaps: list[Duration] = [0]  # closed time between the first segment and each

    def worked(self, start: Instant, end: Instant) -> Duration:
        """Working time in [start, end)."""
        if end <= start:
            return 0
        self._cover(start, end)
        return self._total(end) - self._total(start)

    def closed(self, start: Instant, end: Instant) -> Duration:
        """Closed time in [start, end)."""
        if end <= start:
            return 0
        self._cover(start, end)
        return self._closed_total(end) - self._closed_total(start)

    def after(self, start: Instant, amount: Duration) -> Instant | None:
        """The earliest instant by which `amount` of working time has passed since `start`."""
        if amount <= 0:
            return start
        self._cover(start, start + amount)
        goal = self._total(start) + amount
        while self._cum[-1] < goal:
            if not self._extend():
                return None
        index = bisect_left(self._cum, goal) - 1
        instant = self._starts[index] + goal - self._cum[index]
        return instant if instant < LATEST else None

    def before(self, end: Instant, amount: Duration) -> Instant | None:
        """The latest instant since which `amount` of working time has passed at `end`."""
        if amount <= 0:
            return end
        self._cover(end - amount, end)
        while self._total(end) < amount:
            if not self._extend_back():
                return None
        goal = self._total(end) - amount
        index = bisect_right(self._cum, goal) - 1
        instant = self._starts[index] + goal - self._cum[index]
        return instant if instant >= EARLIEST else None

    def reopening(self, instant: Instant) -> Instant | None:
        """`instant` when open, else the next opening."""
        self._cover(instant, instant)
        while True:
            index = bisect_right(self._ends, instant)
            last = len(self._starts) - 1
            # The last segment may still grow by the next chunk, unless there is none.
            if index < last or (index == last and (self._starts[index] <= instant or not self._extend())):
                opening = max(instant, self._starts[index])
                return opening if opening < LATEST else None
            if index > last and not self._extend():
                return None

    def segments(self, start: Instant, end: Instant) -> Iterator[Segment]:
        """The working segments within [start, end)."""
        if end <= start:
            return
        self._cover(start, end)
        index = bisect_right(self._ends, start)
        while index < len(self._starts) and self._starts[index] < end:
            yield max(start, self._starts[index]), min(end, self._ends[index])
            index += 1

    def _total(self, instant: Instant) -> Duration:
        index = bisect_right(self._starts, instant) - 1
        if index < 0:
            return 0
        return self._cum[index] + min(instant, self._ends[index]) - self._starts[index]

    def _closed_total(self, instant: Instant) -> Duration:
        index = bisect_right(self._starts, instant) - 1
        if index < 0:  # before the first segment, gaps are counted backwards from it
            return instant - self._starts[0] if self._starts else instant
        return self._gaps[index] + max(0, instant - self._ends[index])

    def _cover(self, start: Instant, end: Instant) -> None:
        first = max(start, EARLIEST) - _MARGIN
        last = min(max(start, end), LATEST) + _MARGIN
        first, last = first // _CHUNK, last // _CHUNK + 1
        if self._first == self._last:
            self._lay_out(first, last)
        elif first < self._first or last > self._last:
            self._lay_out(min(first, self._first), max(last, self._last))

    def _extend(self) -> bool:
        if self._last * _CHUNK > LATEST:
            return False
        grown = self._last + (self._last - self._first)  # doubled, so that a long search stays linear
        self._lay_out(self._first, min(grown, LATEST // _CHUNK + 1))
        return True

    def _extend_back(self) -> bool:
        if self._first * _CHUNK < EARLIEST - _MARGIN:
            return False
        grown = self._first - (self._last - self._first)
        self._lay_out(max(grown, (EARLIEST - _MARGIN) // _CHUNK), self._last)
        return True

    def _lay_out(self, first: int, last: int) -> None:
        starts: list[Instant] = []
        ends: list[Instant] = []
        for start, end in self._lay(first * CHUNK_DAYS, last * CHUNK_DAYS):
            if starts and start <= ends[-1]:
                ends[-1] = max(ends[-1], end)
            elif start < end:
                starts.append(start)
                ends.append(end)
        self._first, self._last, self._starts, self._ends = first, last, starts, ends
        worked = (end - start for start, end in zip(starts, ends, strict=True))
        closed = (opening - closing for opening, closing in zip(starts[1:], ends, strict=False))
        self._cum = list(accumulate(worked, initial=0))
        self._gaps = list(accumulate(closed, initial=0))

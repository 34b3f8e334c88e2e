"""Half-open spans of time, and whole numbers that change from span to span."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from service.sla.instants import Duration, Instant

#: [from, to).
Span = tuple[Instant, Instant]


@dataclass(frozen=True, slots=True)
class Step:
    """[start, end) with one number throughout."""

    start: Instant
    end: Instant
    number: int


def union(spans: Iterable[Span]) -> tuple[Span, ...]:
    """What any of `spans` covers: disjoint, in order, touching ones joined, empty ones left out."""
    joined: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def overlap(one: Sequence[Span], other: Sequence[Span]) -> tuple[Span, ...]:
    """What both cover; each is disjoint and in order, as `union` gives it."""
    shared: list[Span] = []
    left = bisect_right(one, other[0][0], key=lambda span: span[1]) if other else 0
    right = 0
    while left < len(one) and right < len(other):
        start, end = max(one[left][0], other[right][0]), min(one[left][1], other[right][1])
        if start < end:
            shared.append((start, end))
        if one[left][1] <= other[right][1]:
            left += 1
        else:
            right += 1
    return tuple(shared)


def rest(spans: Sequence[Span], start: Instant, end: Instant) -> tuple[Span, ...]:
    """What of [start, end) none of `spans` covers; they are disjoint and in order."""
    edges = [start, *(edge for span in overlap(spans, ((start, end),)) for edge in span), end]
    return tuple(
        (begin, until) for begin, until in zip(edges[::2], edges[1::2], strict=True) if begin < until
    )


def total(spans: Iterable[Span]) -> Duration:
    """The time in disjoint spans."""
    return sum(end - start for start, end in spans)


def stacked(spans: Iterable[Span], start: Instant, end: Instant) -> tuple[Step, ...]:
    """How many of `spans` cover each moment of [start, end): steps in order, without gaps, neighbours different."""
    changes: Counter[Instant] = Counter()
    for begin, until in spans:
        if max(begin, start) < min(until, end):
            changes[max(begin, start)] += 1
            changes[min(until, end)] -= 1
    return tuple(_steps(changes, start, end))


def highest(floor: int, bounds: Iterable[tuple[Span, int]], start: Instant, end: Instant) -> tuple[Step, ...]:
    """The largest number of the `bounds` in force at each moment of [start, end), and at least `floor`; as `stacked`."""
    within = [
        (max(begin, start), min(until, end), number)
        for (begin, until), number in bounds
        if max(begin, start) < min(until, end) and number > floor
    ]
    edges = sorted({start, end, *(edge for begin, until, _ in within for edge in (begin, until))})
    opening: dict[Instant, list[int]] = {}
    closing: dict[Instant, list[int]] = {}
    for begin, until, number in within:
        opening.setdefault(begin, []).append(number)
        closing.setdefault(until, []).append(number)
    changes: Counter[Instant] = Counter({start: floor})
    in_force: Counter[int] = Counter()
    before = floor
    for edge in edges:
        in_force.update(opening.get(edge, ()))
        in_force.subtract(closing.get(edge, ()))
        top = max((number for number, times in in_force.items() if times), default=floor)
        changes[edge] += top - before
        before = top
    return tuple(_steps(changes, start, end))


def _steps(changes: Counter[Instant], start: Instant, end: Instant) -> Iterator[Step]:
    """The running sum of `changes` over [start, end)."""
    edges = [edge for edge in sorted(changes) if changes[edge] and start < edge < end]
    number = changes[start]
    for begin, until in pairwise([start, *edges, end]):
        if begin < until:
            yield Step(begin, until, number)
        number += changes[until]


def together(*numbers: Sequence[Step]) -> Iterator[tuple[Span, tuple[int, ...]]]:
    """Several numbers at once, cut wherever one changes; all of them over the same [start, end)."""
    places = [0] * len(numbers)
    while all(place < len(steps) for place, steps in zip(places, numbers, strict=True)):
        current = [steps[place] for place, steps in zip(places, numbers, strict=True)]
        until = min(step.end for step in current)
        yield (max(step.start for step in current), until), tuple(step.number for step in current)
        places = [place + (step.end == until) for place, step in zip(places, current, strict=True)]

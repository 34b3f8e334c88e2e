"""The plan: how many agents have to be there, and who is to come."""

from __future__ import annotations

from dataclasses import dataclass

from service.hotline.spans import Span, Step, highest, stacked, together, union
from service.sla.instants import Instant


@dataclass(frozen=True, slots=True)
class Requirement:
    """At least so many `agents` for `queue` in [start, end). Of several at one moment the highest holds."""

    queue: str
    start: Instant
    end: Instant
    agents: int


@dataclass(frozen=True, slots=True)
class Shift:
    """`agent` is planned to work in [start, end); `queues` are those to be served, all when empty."""

    agent: str
    start: Instant
    end: Instant
    queues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shortfall:
    """In [start, end) fewer agents are `planned` than `required`."""

    start: Instant
    end: Instant
    required: int
    planned: int


@dataclass(frozen=True, slots=True)
class Roster:
    """Requirements and shifts in any order; at least `least` agents are required throughout: one, round the clock."""

    requirements: tuple[Requirement, ...] = ()
    shifts: tuple[Shift, ...] = ()
    least: int = 1

    def required(self, queue: str, start: Instant, end: Instant) -> tuple[Step, ...]:
        """How many agents `queue` needs at each moment of [start, end)."""
        bounds = [((each.start, each.end), each.agents) for each in self.requirements if each.queue == queue]
        return highest(self.least, bounds, start, end)

    def planned(self, queue: str, start: Instant, end: Instant) -> tuple[Step, ...]:
        """How many different agents are planned for `queue` at each moment of [start, end)."""
        spans: dict[str, list[Span]] = {}
        for shift in self.shifts:
            if not shift.queues or queue in shift.queues:
                spans.setdefault(shift.agent, []).append((shift.start, shift.end))
        return stacked((span for each in spans.values() for span in union(each)), start, end)

    def shortfalls(self, queue: str, start: Instant, end: Instant) -> tuple[Shortfall, ...]:
        """Where in [start, end) the plan itself leaves a gap, in order."""
        numbers = together(self.required(queue, start, end), self.planned(queue, start, end))
        return tuple(Shortfall(*span, *each) for span, each in numbers if each[1] < each[0])

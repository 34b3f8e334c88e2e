"""What is counted of calls: raw numbers, each with what it is a share of, so that every figure can be recomputed.

A call counts where and when it was offered: its leg in a queue belongs to the period [start, end) in which
`offered_at` lies, whenever it ended. So figures of one state of knowledge add up over periods and queues without
rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import Final

from service.hotline.calls import Call, Leg, Outcome
from service.hotline.ratio import Ratio
from service.sla.instants import NEVER, SECOND, Duration, Instant


@dataclass(frozen=True, slots=True)
class Rings:
    """So many rings as a length of time; on time is up to it, that instant included.

    Rings are no unit of time. The cycle of a telephone in the PRC is taken to be 5 s, 1 s of tone and 4 s of silence;
    `assumed` stays true until an owner has set the cycle.
    """

    number: int = 3
    cycle: Duration = 5 * SECOND
    assumed: bool = True

    @property
    def limit(self) -> Duration:
        """From the first tone to where the tone after the last ring would begin."""
        return self.number * self.cycle


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What counts as in time; a limit includes its own instant.

    `answer` is the limit of the service level, `pickup` that of the rings; who gives up by `short` had second
    thoughts.
    """

    answer: Duration = 20 * SECOND
    short: Duration = 5 * SECOND
    pickup: Rings = Rings()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Raw numbers of calls; ValueError when a part is larger than its whole, or less than nothing.

    `waited` is what the answered ones waited in all, in microseconds. `picked_up` of those `to_pick_up` were answered
    within the rings; `to_pick_up` leaves out who gave up, or still waits, within them. `rings_missed` is how often it
    rang at an agent in vain. Of whole calls, counted with their last leg: `ended_by_...`, `transfers`, `rated` with
    `stars` in sum, `strays`.
    """

    answered: int = 0
    answered_in_time: int = 0
    abandoned: int = 0
    abandoned_in_time: int = 0
    abandoned_short: int = 0
    missed: int = 0
    moved: int = 0
    waiting: int = 0
    waiting_late: int = 0
    waited: Duration = 0
    picked_up: int = 0
    to_pick_up: int = 0
    rings_missed: int = 0
    ended_by_caller: int = 0
    ended_by_agent: int = 0
    ended_by_system: int = 0
    transfers: int = 0
    rated: int = 0
    stars: int = 0
    strays: int = 0

    def __post_init__(self) -> None:
        for name in Counts.__dataclass_fields__:
            if getattr(self, name) < 0 and name != "stars":
                raise ValueError(f"{name} is {getattr(self, name)}: nothing is counted below 0")
        for part, whole in _PARTS:
            if getattr(self, part) > getattr(self, whole):
                told = f"{getattr(self, part)} of {getattr(self, whole)}"
                raise ValueError(f"{part} is {told} {whole}: a part is at most its whole")

    def __add__(self, other: Counts) -> Counts:
        sums = (mine + its for mine, its in zip(astuple(self), astuple(other), strict=True))
        return Counts(**dict(zip(Counts.__dataclass_fields__, sums, strict=True)))

    @property
    def offered(self) -> int:
        """Every call that reached the queue."""
        return self.answered + self.abandoned + self.missed + self.moved + self.waiting


_PARTS: Final = (
    ("answered_in_time", "answered"),
    ("abandoned_in_time", "abandoned"),
    ("abandoned_short", "abandoned"),
    ("waiting_late", "waiting"),
    ("picked_up", "to_pick_up"),
)


def count(
    calls: Iterable[Call],
    upto: Instant,
    *,
    queue: str | None = None,
    start: Instant = 0,
    end: Instant = NEVER,
    yardstick: Yardstick = Yardstick(),
) -> Counts:
    """The numbers of the calls offered in [start, end), in `queue` or in all.

    `calls` are as folded up to `upto`; who still waits then has waited until then.
    """
    sums = dict.fromkeys(Counts.__dataclass_fields__, 0)
    for call in calls:
        for place, leg in enumerate(call.legs):
            if start <= leg.offered_at < end and queue in (None, leg.queue):
                _add(sums, _of_leg(leg, upto, yardstick))
                if place == len(call.legs) - 1:
                    _add(sums, _of_call(call))
    return Counts(**sums)


def handling_time(
    calls: Iterable[Call], *, queue: str | None = None, start: Instant = 0, end: Instant = NEVER
) -> Ratio:
    """AHT: microseconds that agents had calls, over how many times they had one; begun in [start, end) and ended.

    Work after a call is not in it: it is told of agents, not of calls.
    """
    lengths = [
        each.end - each.start
        for call in calls
        for each in call.handlings
        if each.end is not None and start <= each.start < end and queue in (None, call.queue_of(each))
    ]
    return Ratio(sum(lengths), len(lengths))


def _add(sums: dict[str, int], numbers: dict[str, int]) -> None:
    for name, number in numbers.items():
        sums[name] += number


def _of_leg(leg: Leg, upto: Instant, yardstick: Yardstick) -> dict[str, int]:
    waited, is_picked_up_in_time = leg.waited(upto), leg.rang(upto) <= yardstick.pickup.limit
    is_in_time = waited <= yardstick.answer
    numbers = {leg.outcome.value: 1, "rings_missed": leg.unanswered}
    match leg.outcome:
        case Outcome.ANSWERED:
            numbers |= {"answered_in_time": is_in_time, "waited": waited}
            numbers |= {"picked_up": is_picked_up_in_time, "to_pick_up": 1}
        case Outcome.ABANDONED:
            numbers |= {"abandoned_in_time": is_in_time, "abandoned_short": waited <= yardstick.short}
            numbers |= {"to_pick_up": not is_picked_up_in_time}
        case Outcome.MISSED:
            numbers |= {"to_pick_up": 1}
        case Outcome.WAITING:
            numbers |= {"waiting_late": not is_in_time, "to_pick_up": not is_picked_up_in_time}
        case Outcome.MOVED:
            numbers |= {"to_pick_up": not is_picked_up_in_time}
    return numbers


def _of_call(call: Call) -> dict[str, int]:
    numbers = {"transfers": call.transfers, "strays": call.strays}
    if call.ended_by in {"caller", "agent", "system"}:
        numbers[f"ended_by_{call.ended_by}"] = 1
    if call.rating is not None:
        numbers |= {"rated": 1, "stars": call.rating}
    return numbers

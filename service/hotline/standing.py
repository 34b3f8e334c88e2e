"""How each queue stands: its calls and agents of the last while, who is there now, and the gaps of the plan."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from service.hotline.agents import Listening, Watch
from service.hotline.calls import Call
from service.hotline.coverage import Cover, Stretch, coverage, in_all
from service.hotline.figures import Counts, Yardstick, count
from service.hotline.levels import Mode
from service.hotline.occupancy import occupancy
from service.hotline.ratio import Ratio
from service.hotline.roster import Roster, Shortfall
from service.sla.instants import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be known: of the last `window`, and of the plan for the next `ahead`."""

    window: Duration
    ahead: Duration
    yardstick: Yardstick
    listening: Listening
    mode: Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One queue at an instant.

    `counts` are of the calls offered in the window, `cover` and `occupancy` of the window, `now` of its last moment.
    `gaps` is where the plan of the next hours has fewer agents than required; None without a plan.
    """

    queue: str
    counts: Counts
    occupancy: Ratio
    cover: Cover
    now: Stretch
    gaps: tuple[Shortfall, ...] | None


def standing(queue: str, calls: Collection[Call], watch: Watch, roster: Roster, asked: Asked) -> Standing:
    """How `queue` stands at `watch.upto`, up to which `calls` are folded.

    The facts that both are made of reach back beyond the window: to where the calls began that were then going on, and
    as far as what is known of an agent holds.
    """
    start, end = watch.upto - asked.window, watch.upto
    stretches = coverage(watch, roster, queue, start, end)
    has_plan = bool(roster.requirements or roster.shifts)
    return Standing(
        queue=queue,
        counts=count(calls, end, queue=queue, start=start, end=end, yardstick=asked.yardstick),
        occupancy=occupancy(calls, watch, start, end, queue),
        cover=in_all(stretches),
        now=stretches[-1],
        gaps=roster.shortfalls(queue, end, end + asked.ahead) if has_plan else None,
    )

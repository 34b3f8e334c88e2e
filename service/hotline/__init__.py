"""The arithmetic of a hotline: calls, agents and staff. Pure: no clock, no input or output, frozen values.

    facts of calls  ─▶ fold_calls ─▶ calls ─▶ count ─▶ Counts ─▶ service_level, abandonment, speed_of_answer ...
    facts of agents ─▶ watch ─▶ Watch ─▶ coverage against a Roster ─▶ covered, uncovered, unknown
    calls and Watch ─▶ occupancy
    Roster          ─▶ shortfalls of the plan
    Load and Goal   ─▶ staff_needed (Erlang C)

Every fold gives the same for every order and duplication of its facts. Every figure is a `Ratio` of whole numbers, so
that figures of disjoint periods add up without rest. What is not known is said to be unknown and never taken for
nothing. docs/hotline.md has each formula with its source.
"""

from service.hotline.agents import ON_DUTY, SIGNED_IN, Listening, State, Watch, watch
from service.hotline.calls import Call, Outcome, fold_calls
from service.hotline.coverage import Answer, Cover, coverage, in_all, on_duty
from service.hotline.erlang import Load, Outlook, outlook
from service.hotline.facts import AgentEvent, CallEvent
from service.hotline.figures import Counts, Rings, Yardstick, count, handling_time
from service.hotline.levels import (
    Mode,
    abandonment,
    ended_by_agent,
    missed_share,
    rating,
    service_level,
    speed_of_answer,
    within_rings,
)
from service.hotline.occupancy import occupancy
from service.hotline.ratio import Ratio
from service.hotline.roster import Requirement, Roster, Shift, Shortfall
from service.hotline.staffing import Goal, Staff, scheduled, staff_needed

__all__ = [
    "ON_DUTY", "SIGNED_IN", "AgentEvent", "Answer", "Call", "CallEvent", "Counts", "Cover", "Goal", "Listening",
    "Load", "Mode", "Outcome", "Outlook", "Ratio", "Requirement", "Rings", "Roster", "Shift", "Shortfall", "Staff",
    "State", "Watch", "Yardstick", "abandonment", "count", "coverage", "ended_by_agent", "fold_calls",
    "handling_time", "in_all", "missed_share", "occupancy", "on_duty", "outlook", "rating", "scheduled",
    "service_level", "speed_of_answer", "staff_needed", "watch", "within_rings",
]  # fmt: skip

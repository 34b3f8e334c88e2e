"""How many agents a goal needs, and how many have to be on the roster for it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from service.hotline.erlang import Load, Outlook, outlooks
from service.sla.instants import SECOND, Duration


@dataclass(frozen=True, slots=True)
class Goal:
    """What is wanted of a half hour, all of it at once.

    `level` of the calls answered `within` the limit, agents busy for at most `occupancy` of their time, and never fewer
    than `at_least` agents. Shares are exact fractions. ValueError when a share cannot be had: a level of 1 needs
    agents without end.
    """

    level: Fraction = Fraction(80, 100)
    within: Duration = 20 * SECOND
    occupancy: Fraction = Fraction(1)
    at_least: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.level < 1:
            raise ValueError(
                "the service level has to be below 100%: every call in time takes agents without end"
            )
        if not 0 < self.occupancy <= 1:
            raise ValueError("the occupancy has to be above 0% and at most 100%")
        if self.within < 0:
            raise ValueError("the limit for an answer is less than nothing")

    def is_met(self, outlook: Outlook) -> bool:
        """Whether this outlook is good enough. An outlook without a mean wait never is."""
        return (
            outlook.speed is not None
            and outlook.agents >= self.at_least
            and outlook.late <= 1 - self.level
            and outlook.occupancy <= self.occupancy
        )


@dataclass(frozen=True, slots=True)
class Staff:
    """The fewest agents that meet a goal, what to expect of them, and how many are to be `scheduled`."""

    outlook: Outlook
    scheduled: int

    @property
    def agents(self) -> int:
        """Agents who are signed in and take calls."""
        return self.outlook.agents


def staff_needed(load: Load, goal: Goal, shrinkage: Fraction = Fraction(0)) -> Staff:
    """The fewest agents that meet `goal` under `load`; ValueError when `shrinkage` is not in [0, 1)."""
    outlook = next(each for each in outlooks(load, goal.within) if goal.is_met(each))
    return Staff(outlook, scheduled(outlook.agents, shrinkage))


def scheduled(agents: int, shrinkage: Fraction) -> int:
    """Agents on the roster so that `agents` take calls when a share of `shrinkage` is away (leave, training, breaks).

    Rounded up, from exact fractions: 21 with 30% away are 30, not 31.
    """
    if not 0 <= shrinkage < 1:
        raise ValueError("shrinkage has to be at least 0% and below 100%")
    return ceil(agents / (1 - shrinkage))

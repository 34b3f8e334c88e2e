"""`slaclock hotline`: how a hotline stands, and its arithmetic without one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import click

from service.cli.hotline_options import CALLS, LENGTH, PERCENT, TARGET
from service.cli.hotline_status import status
from service.cli.moments import length
from service.cli.output import show, show_json, table
from service.sla.instants import SECOND, Duration

if TYPE_CHECKING:
    from service.hotline import Goal, Load, Outlook, Staff

#: So many numbers of agents fewer and more than needed are shown beside the one that is.
_FEWER: Final = 3
_MORE: Final = 2
_TENTH: Final[Duration] = SECOND // 10


@click.group()
def hotline() -> None:
    """Calls, agents, and how many are needed."""


hotline.add_command(status)


@hotline.command()
@click.option(
    "--calls", type=CALLS, multiple=True, required=True, help="Calls in an interval; may be repeated."
)
@click.option(
    "--handling",
    metavar="LENGTH",
    type=LENGTH,
    required=True,
    help="Mean handling time, after-call work included.",
)
@click.option("--target", type=TARGET, default="80/20", show_default=True, help="So much within so long.")
@click.option(
    "--occupancy", type=PERCENT, default="100%", help="How busy agents may be at most; 100% by default."
)
@click.option("--shrinkage", type=PERCENT, default="0%", help="Away though on the roster; 0% by default.")
@click.option(
    "--interval",
    metavar="LENGTH",
    type=LENGTH,
    default="30m",
    show_default=True,
    help="What the calls come in.",
)
@click.option(
    "--at-least",
    type=click.IntRange(0, 100_000),
    default=1,
    show_default=True,
    help="Never fewer than these.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def staff(
    calls: Sequence[Fraction],
    handling: Duration,
    target: tuple[Fraction, Duration],
    occupancy: Fraction,
    shrinkage: Fraction,
    interval: Duration,
    at_least: int,
    as_json: bool,
) -> None:
    """Tell how many agents are needed (Erlang C).

    With CALLS in each half hour, handled for LENGTH on average, so that the target is met. For one number of calls the
    table shows what a few agents fewer and more would come to; for several, one line each.
    """
    from service.hotline import Goal, Load, staff_needed

    try:
        goal = Goal(target[0], target[1], occupancy, at_least)
        loads = [Load(number, handling, interval) for number in calls]
        needed = [staff_needed(load, goal, shrinkage) for load in loads]
    except ValueError as error:
        raise click.UsageError(f"{error}") from None
    if as_json:
        show_json(_as_json(loads, needed, goal, shrinkage))
        return
    busy = "" if goal.occupancy == 1 else f", agents busy for at most {_percent(goal.occupancy)}"
    wanted = f"{_percent(goal.level)} answered within {length(goal.within)}{busy}"
    show(f"{length(handling)} a call, calls in {length(interval)}; {wanted}, {_percent(shrinkage)} away")
    heads = ["calls", "erlangs", "agents", "on roster", "in time", "mean wait", "wait at all", "busy"]
    table([*heads, ""], _rows(loads, needed, goal, shrinkage), right=heads)


def _rows(
    loads: Sequence[Load], needed: Sequence[Staff], goal: Goal, shrinkage: Fraction
) -> Iterator[list[str]]:
    if len(loads) > 1:
        yield from (
            _row(load, each.outlook, each.scheduled) for load, each in zip(loads, needed, strict=True)
        )
        return
    for outlook, on_roster in _around(loads[0], needed[0], goal, shrinkage):
        is_enough = outlook.agents == needed[0].agents
        yield [*_row(loads[0], outlook, on_roster), "needed" if is_enough else ""]


def _around(load: Load, needed: Staff, goal: Goal, shrinkage: Fraction) -> Iterator[tuple[Outlook, int]]:
    """What a few fewer and a few more would come to."""
    from itertools import islice

    from service.hotline import scheduled
    from service.hotline.erlang import outlooks

    first = max(0, needed.agents - _FEWER)
    for outlook in islice(outlooks(load, goal.within), first, needed.agents + _MORE + 1):
        yield outlook, scheduled(outlook.agents, shrinkage)


def _row(load: Load, outlook: Outlook, on_roster: int) -> list[str]:
    speed = outlook.speed
    return [
        f"{float(load.calls):,.10g}",
        f"{float(load.erlangs):,.2f}",
        f"{outlook.agents}",
        f"{on_roster}",
        _percent(outlook.level),
        "without end" if speed is None else length(round(speed / _TENTH) * _TENTH),
        _percent(outlook.waiting),
        _percent(outlook.occupancy),
    ]


def _percent(share: Fraction | float) -> str:
    """Two digits, so that 79.96% is not taken for 80%; none where there is nothing behind the point."""
    return f"{100 * float(share):.2f}".removesuffix(".00") + "%"


def _as_json(
    loads: Sequence[Load], needed: Sequence[Staff], goal: Goal, shrinkage: Fraction
) -> dict[str, Any]:
    return {
        "handling_us": loads[0].handling,
        "interval_us": loads[0].interval,
        "target": {"level": float(goal.level), "within_us": goal.within},
        "max_occupancy": float(goal.occupancy),
        "shrinkage": float(shrinkage),
        "at_least": goal.at_least,
        "intervals": [
            {
                "calls": float(load.calls),
                "erlangs": float(load.erlangs),
                **_expected(each.outlook, each.scheduled),
                "around": [_expected(*other) for other in _around(load, each, goal, shrinkage)],
            }
            for load, each in zip(loads, needed, strict=True)
        ],
    }


def _expected(outlook: Outlook, on_roster: int) -> dict[str, Any]:
    return {
        "agents": outlook.agents,
        "scheduled": on_roster,
        "level": outlook.level,
        "waiting": outlook.waiting,
        "speed_us": None if outlook.speed is None else round(outlook.speed),
        "occupancy": float(outlook.occupancy),
    }

"""`slaclock calendar`: arithmetic with working time, without a ticket."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar
from zoneinfo import ZoneInfo

import click

from service.cli.files import POLICY, read_calendars
from service.cli.moments import SPAN, UTC, WRITTEN, Written, away, clockwise, length, told
from service.cli.output import show, show_json
from service.cli.stretches import rows_of, show_rows, stretch_line
from service.cli.wall import now

if TYPE_CHECKING:
    from service.sla.hours import Hours
    from service.sla.timeline import Hold, Timeline

F = TypeVar("F", bound=Callable[..., Any])

ROUND_THE_CLOCK: Final = "24x7"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The hours to reckon with, where wall times are read, and the zones in which answers are shown."""

    name: str
    hours: Hours
    zone: ZoneInfo
    shown: tuple[ZoneInfo, ...]


@click.group()
def calendar() -> None:
    """Add and measure working time.

    The calendar is one of a policy file, or round the clock. A time without an offset is wall time of the calendar;
    round the clock, of the first --zone.
    """


def _common(command: F) -> F:
    options = (
        click.option("--policy", metavar="FILE", type=POLICY, help="The policy file that has the calendar."),
        click.option(
            "--calendar", "name", metavar="NAME", default=ROUND_THE_CLOCK, show_default=True, help="Which."
        ),
        click.option("--start", metavar="TIME", type=WRITTEN, required=True, help="From when on."),
        click.option(
            "--hold", "holds", type=SPAN, multiple=True, help="Time that does not count; may be repeated."
        ),
        click.option(
            "--zone", "zones", metavar="ZONE", multiple=True, help="Show times in this zone; may be repeated."
        ),
        click.option(
            "--stretches", is_flag=True, help="Show what counts and what does not, with a running total."
        ),
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@calendar.command()
@_common
@click.option("--budget", metavar="LENGTH", required=True, help="Such as 24h, 8h30m, 5 calendar_days.")
@click.option(
    "--boundary",
    type=click.Choice(["close", "next_open"]),
    default="close",
    show_default=True,
    help="Where a budget used up at closing time is due.",
)
def due(
    policy: Path | None,
    name: str,
    start: Written,
    holds: Sequence[tuple[Written, Written | None]],
    zones: tuple[str, ...],
    stretches: bool,
    as_json: bool,
    budget: str,
    boundary: str,
) -> None:
    """Tell when a budget is used up that begins to run at START."""
    from service.wire import times

    chosen = _chosen(policy, name, zones)
    timeline = _timeline(chosen, start, holds, budget=budget, boundary=boundary)
    instant = timeline.due(timeline.target.budget)
    rows = [] if instant is None else rows_of(timeline, instant, mark=instant)
    if as_json:
        answer = {
            "start": times.write(timeline.start),
            "due": None if instant is None else times.write(instant),
        }
        show_json(
            {"calendar": name, **answer, **({"stretches": [*map(stretch_line, rows)]} if stretches else {})}
        )
        return
    if stretches:
        show_rows(rows, chosen.shown[0])
        show()
    if instant is None:
        show("none: a hold that has not ended comes first, or it lies beyond 2199")
        return
    for zone in chosen.shown:
        show(f"{told(instant, zone)}  {zone.key}")
    show(away(instant, now()))


@calendar.command()
@_common
@click.option("--end", metavar="TIME", type=WRITTEN, required=True, help="Until when, this instant excluded.")
def worked(
    policy: Path | None,
    name: str,
    start: Written,
    holds: Sequence[tuple[Written, Written | None]],
    zones: tuple[str, ...],
    stretches: bool,
    as_json: bool,
    end: Written,
) -> None:
    """Tell how much working time lies between START and END."""
    from service.wire import times

    chosen = _chosen(policy, name, zones)
    timeline = _timeline(chosen, start, holds, budget="1s", boundary="close")
    until = end.instant(chosen.zone)
    if until < timeline.start:
        raise click.UsageError("END lies before START")
    account = timeline.account(until)
    rows = rows_of(timeline, until)
    if as_json:
        span = {"start": times.write(timeline.start), "end": times.write(until)}
        parts = {"counted_us": account.counted, "held_us": account.held, "outside_us": account.outside}
        show_json(
            {
                "calendar": name,
                **span,
                **parts,
                **({"stretches": [*map(stretch_line, rows)]} if stretches else {}),
            }
        )
        return
    if stretches:
        show_rows(rows, chosen.shown[0])
        show()
    held = f", held {clockwise(account.held)}" if holds else ""
    show(
        f"{clockwise(account.counted)}  ({length(account.counted)}){held}, outside {clockwise(account.outside)}"
    )


def _chosen(policy: Path | None, name: str, zones: Sequence[str]) -> Chosen:
    from service.sla.calendars import hours_of
    from service.sla.hours import ALWAYS

    shown = tuple(_zone(text) for text in zones)
    if name == ROUND_THE_CLOCK:
        return Chosen(name, ALWAYS, (*shown, UTC)[0], shown or (UTC,))
    if policy is None:
        raise click.UsageError(f"calendar `{name}` needs the policy file that has it: add --policy FILE")
    known = read_calendars(policy)
    if name not in known:
        told_known = ", ".join((ROUND_THE_CLOCK, *known))
        raise click.UsageError(f"`{name}` is no calendar of {policy}: it has {told_known}")
    return Chosen(name, hours_of(known[name]), known[name].zone, shown or (known[name].zone,))


def _zone(text: str) -> ZoneInfo:
    from service.rules.times import zone

    try:
        return zone(text)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _timeline(
    chosen: Chosen,
    start: Written,
    holds: Sequence[tuple[Written, Written | None]],
    *,
    budget: str,
    boundary: str,
) -> Timeline:
    """The clock of a target that is nothing but this budget and accepts every hold."""
    from service.rules.lengths import length as read
    from service.sla.policy import ANY_REASON, Boundary, Target
    from service.sla.timeline import Timeline

    try:
        amount = read(budget)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    target = Target(
        id="",
        start=(),
        stop=(),
        cancel=(),
        budget=amount.amount,
        unit=amount.unit,
        hours=chosen.hours,
        zone=chosen.zone,
        boundary=Boundary(boundary),
        accepts=frozenset({ANY_REASON}),
    )
    return Timeline(target, start.instant(chosen.zone), _holds(holds, chosen.zone))


def _holds(holds: Sequence[tuple[Written, Written | None]], zone: ZoneInfo) -> tuple[Hold, ...]:
    from service.cli.holds import read_holds

    return read_holds([("", *hold) for hold in holds], zone)

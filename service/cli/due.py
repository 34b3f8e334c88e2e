"""`slaclock due`: when a promise begun at some instant would be due, without a ticket."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from service.cli.files import POLICY, read_policy
from service.cli.holds import read_holds
from service.cli.moments import SPAN, UTC, WRITTEN, Written, away, told
from service.cli.output import show_json, table
from service.cli.program import Problem
from service.cli.wall import now

if TYPE_CHECKING:
    from service.sla.instants import Instant
    from service.sla.policy import Policy, Rung, Target
    from service.sla.promise import Course
    from service.sla.timeline import Timeline


class HoldType(click.ParamType["tuple[str, tuple[Written, Written | None]]"]):
    """`REASON=FROM/TO`."""

    name = "reason=from/to"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, tuple[Written, Written | None]]:
        """Read it."""
        if isinstance(value, tuple):
            return value
        reason, equals, span = value.partition("=")
        if not equals:
            self.fail(f"`{value}` names no reason: write REASON=FROM/TO", param, ctx)
        return reason, SPAN.convert(span, param, ctx)


class AttributeType(click.ParamType["tuple[str, str]"]):
    """`KEY=VALUE`."""

    name = "key=value"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Read it."""
        if isinstance(value, tuple):
            return value
        key, equals, text = value.partition("=")
        if not equals or not key:
            self.fail(f"`{value}` is no attribute: write KEY=VALUE", param, ctx)
        return key, text


@dataclass(frozen=True, slots=True)
class Dated:
    """A target with its due, None while a hold is open, and the rungs of a promise that nothing stops."""

    target: Target
    start: Instant
    due: Instant | None
    rungs: tuple[tuple[Rung, Instant], ...]


@click.command()
@click.option("--policy", metavar="FILE", type=POLICY, required=True, help="Policy file.")
@click.option("--target", "wanted", metavar="ID", multiple=True, help="Only this target; may be repeated.")
@click.option(
    "--start",
    metavar="TIME",
    type=WRITTEN,
    required=True,
    help="When the clock starts; without offset, target's zone.",
)
@click.option("--attr", "attributes", type=AttributeType(), multiple=True, help="An attribute of the ticket.")
@click.option("--hold", "holds", type=HoldType(), multiple=True, help="A hold; without TO it has not ended.")
@click.option("--utc", is_flag=True, help="Show times in UTC.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def due(
    policy: Path,
    wanted: tuple[str, ...],
    start: Written,
    attributes: tuple[tuple[str, str], ...],
    holds: tuple[tuple[str, tuple[Written, Written | None]], ...],
    utc: bool,
    as_json: bool,
) -> None:
    """Tell when a promise begun at START would be due, and when its warnings and escalations would be said.

    Every target that applies to the attributes given, or those named.
    """
    targets = _chosen(read_policy(policy), wanted, dict(attributes))
    dated = [_dated(target, start, holds) for target in targets]
    if as_json:
        show_json([_as_json(one) for one in dated])
        return
    reference = now()
    rows = [row for one in dated for row in _rows(one, UTC if utc else one.target.zone, reference)]
    table(["target", "what", "name", "to", "at", ""], rows)


def _chosen(policy: Policy, wanted: Sequence[str], attributes: dict[str, Any]) -> list[Target]:
    from service.sla.promise import holds_true

    known = {target.id: target for target in policy.targets}
    missing = [name for name in wanted if name not in known]
    if missing:
        raise click.UsageError(f"`{missing[0]}` is no target of {policy.id}: it has {', '.join(known)}")
    chosen = [known[name] for name in wanted] or list(policy.targets)
    if wanted and not attributes:
        return chosen
    applying = [target for target in chosen if holds_true(target.applies, attributes)]
    if not applying:
        asked = sorted({where.attribute for target in chosen for where in target.applies})
        raise Problem(f"no target applies to these attributes; targets ask for {', '.join(asked)} (--attr)")
    return applying


def _dated(
    target: Target, start: Written, holds: Sequence[tuple[str, tuple[Written, Written | None]]]
) -> Dated:
    from service.sla.ladder import steps
    from service.sla.timeline import Timeline, accepted

    given = read_holds([(reason, *span) for reason, span in holds], target.zone)
    timeline = Timeline(target, start.instant(target.zone), accepted(given, target))
    course = _unstopped(timeline)
    return Dated(target, timeline.start, course.due, tuple(steps(course)))


def _unstopped(timeline: Timeline) -> Course:
    from service.sla.instants import NEVER
    from service.sla.promise import Course
    from service.sla.statements import State

    due = timeline.due(timeline.target.budget)
    return Course(
        target=timeline.target,
        started_by=("", ""),
        timeline=timeline,
        due=due,
        state=State.OPEN if due is None else State.BREACHED,
        in_force=((timeline.start, NEVER),),
        arrivals=(),
        ended_by=None,
        remarks=(),
    )


def _rows(dated: Dated, zone: ZoneInfo, reference: Instant) -> Iterator[list[str]]:
    lines = [(at, rung.kind.value, rung.name, rung.role) for rung, at in dated.rungs]
    if dated.due is None:
        yield [dated.target.id, "due", "", "", "-", "not known while it is on hold"]
    else:
        lines.append((dated.due, "due", "", ""))
    for instant, what, name, role in sorted(lines):
        yield [dated.target.id, what, name, role, told(instant, zone), away(instant, reference)]


def _as_json(dated: Dated) -> dict[str, Any]:
    from service.wire import times

    return {
        "target": dated.target.id,
        "clause": dated.target.clause,
        "start": times.write(dated.start),
        "due": None if dated.due is None else times.write(dated.due),
        "rungs": [
            {"kind": rung.kind.value, "name": rung.name, "role": rung.role, "at": times.write(at)}
            for rung, at in dated.rungs
        ],
    }

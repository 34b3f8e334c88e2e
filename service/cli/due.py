"""`slaclock due`: when a promise begun at some instant would be due, without a ticket."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from service.cli.files import POLICY, read_policy
from service.cli.holds import Reasoned, ReasonedType, read_exclusions, read_holds
from service.cli.moments import UTC, WRITTEN, Written, away, told
from service.cli.output import show_json, table
from service.cli.program import Problem
from service.cli.wall import now

if TYPE_CHECKING:
    from service.sla.course import Course
    from service.sla.instants import Instant
    from service.sla.policy import Policy, Rung, Target
    from service.sla.timeline import Circumstances


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
    """A target with the course of a promise that nothing stops, and its rungs."""

    target: Target
    course: Course
    rungs: tuple[tuple[Rung, Instant], ...]

    @property
    def due(self) -> Instant | None:
        """When it is due; None when that is not known."""
        return self.course.due

    @property
    def is_provisional(self) -> bool:
        """Whether the due lies beyond what the calendar knows."""
        return self.due is not None and self.course.timeline.is_provisional(self.due)

    @property
    def why(self) -> str:
        """Why there is no due."""
        from service.cli.words import gate_text
        from service.sla.instants import NEVER

        if self.due is not None:
            return ""
        if self.course.timeline.clock == NEVER:
            return f"not known before {gate_text(self.target.gate)}: --gate tells when"
        if self.course.is_paused:
            return "not known while time stands still: a hold or an exclusion has not ended"
        return "it lies outside 1970 to 2199"


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
@click.option(
    "--gate",
    metavar="TIME",
    type=WRITTEN,
    help="When the last precondition happened, for targets with a gate.",
)
@click.option(
    "--hold", "holds", type=ReasonedType(), multiple=True, help="A hold; without TO it has not ended."
)
@click.option(
    "--exclude", "exclusions", type=ReasonedType(), multiple=True, help="An exclusion of the ticket's area."
)
@click.option("--utc", is_flag=True, help="Show times in UTC.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def due(
    policy: Path,
    wanted: tuple[str, ...],
    start: Written,
    attributes: tuple[tuple[str, str], ...],
    gate: Written | None,
    holds: tuple[Reasoned, ...],
    exclusions: tuple[Reasoned, ...],
    utc: bool,
    as_json: bool,
) -> None:
    """Tell when a promise begun at START would be due, and when its warnings and escalations would be said.

    Every target that applies to the attributes given, or those named.
    """
    targets = _chosen(read_policy(policy), wanted, dict(attributes))
    if gate is not None and not any(target.gate for target in targets):
        raise click.UsageError("none of these targets has a gate: leave --gate out")
    dated = [_dated(target, start, gate, holds, exclusions) for target in targets]
    if as_json:
        show_json([_as_json(one) for one in dated])
        return
    reference = now()
    rows = [row for one in dated for row in _rows(one, UTC if utc else one.target.calendar.zone, reference)]
    table(["target", "what", "name", "to", "at", ""], rows)


def _chosen(policy: Policy, wanted: Sequence[str], attributes: dict[str, Any]) -> list[Target]:
    from service.sla.ticket import holds_true

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
    target: Target,
    start: Written,
    gate: Written | None,
    holds: Sequence[Reasoned],
    exclusions: Sequence[Reasoned],
) -> Dated:
    from service.sla.instants import EARLIEST, NEVER
    from service.sla.ladder import steps
    from service.sla.pauses import pauses_of
    from service.sla.timeline import Circumstances

    zone = target.calendar.zone
    opened = EARLIEST
    if target.gate:
        opened = NEVER if gate is None else gate.instant(zone)
    pauses = pauses_of(read_holds(holds, zone), read_exclusions(exclusions, zone), target)
    course = _unstopped(target, start.instant(zone), Circumstances(opened, pauses))
    return Dated(target, course, tuple((step.rung, step.at) for step in steps(course)))


def _unstopped(target: Target, start: Instant, circumstances: Circumstances) -> Course:
    from service.sla.course import Course
    from service.sla.instants import NEVER
    from service.sla.statements import State
    from service.sla.terms import Terms
    from service.sla.timeline import Timeline

    timeline = Timeline(target, start, circumstances, target.calendar.latest)
    due = timeline.due(target.budget)
    return Course(
        target=target,
        started_by=("", ""),
        begun=start,
        timeline=timeline,
        due=due,
        state=State.OPEN if due is None else State.BREACHED,
        in_force=((start, NEVER),),
        terms=Terms(),
        decide_at=due,
        ended_by=None,
        ended_at=start,
        remarks=(),
    )


def _rows(dated: Dated, zone: ZoneInfo, reference: Instant) -> Iterator[list[str]]:
    lines = [(at, rung.kind.value, rung.name, rung.role) for rung, at in dated.rungs]
    if dated.due is None:
        yield [dated.target.id, "due", "", "", "-", dated.why]
    else:
        lines.append((dated.due, "due", "", ""))
    for instant, what, name, role in sorted(lines):
        note = f", provisional: {_known(dated.target)}" if what == "due" and dated.is_provisional else ""
        yield [
            dated.target.id,
            what,
            name,
            role,
            told(instant, zone),
            f"{away(instant, reference)}{note}",
        ]


def _known(target: Target) -> str:
    """How far the calendar of the target is known, in words."""
    return f"{target.calendar.name} is known until {target.calendar.versions[-1].known_until} only"


def _as_json(dated: Dated) -> dict[str, Any]:
    from service.wire import times

    line = {
        "target": dated.target.id,
        "clause": dated.target.clause,
        "start": times.write(dated.course.start),
        "due": None if dated.due is None else times.write(dated.due),
        "provisional": dated.is_provisional,
        "rungs": [
            {"kind": rung.kind.value, "name": rung.name, "role": rung.role, "at": times.write(at)}
            for rung, at in dated.rungs
        ],
    }
    return {**line, "why": dated.why} if dated.why else line

"""The warnings and the ladder of a target: what is wrong with them, and their core values."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from service.rules import kinds
from service.rules.errors import Finding, Path
from service.rules.hints import NEEDED
from service.rules.lengths import MAX_DAYS, Length, Step
from service.rules.shapes import OverrideShape, Owner, RungShape, TargetShape
from service.sla.chain import HOLDER
from service.sla.instants import DAY
from service.sla.policy import Rung, Stated, Unit
from service.sla.statements import Kind

#: Where the rungs of a target or of a variant of it stand, of which each needs its moment.
_PLACES: Final = ("warn", "ladder")


def missing(holder: TargetShape | OverrideShape, path: Path) -> Iterator[Finding]:
    """The rungs that do not say when they are said, of a target or a variant of one."""
    for key in _PLACES:
        for position, rung in enumerate(getattr(holder, key) or ()):
            if rung is not None and not rung.model_fields_set & {"at", "urges"}:
                yield (*path, key, position, "at"), NEEDED["at"]


def findings(target: TargetShape, path: Path) -> Iterator[Finding]:
    """Everything wrong with the rungs of `target`, which has its budget, beyond the shape of single values."""
    for position, rung in enumerate(target.warn or ()):
        if rung is not None and _is_late(rung):
            told = f"`{rung.at}` is no warning, which comes before the due: put it on the `ladder`"
            yield (*path, "warn", position, "at"), told
        elif rung is not None:
            yield from _misplaced(rung, target, (*path, "warn", position))
    for position, step in enumerate(target.ladder or ()):
        if step is not None:
            yield from _misplaced(step, target, (*path, "ladder", position))
    yield from _blaming(target, path)
    yield from _backwards(target, path)
    yield from _said_twice(target, path)


def build(target: TargetShape) -> tuple[Rung, ...]:
    """The core values of the rungs of a target without findings, by amount. A warning that names no role is for the holder."""
    if target.budget is None:
        raise ValueError("a target without a budget has no rungs")
    rungs = [
        Rung(
            name=_name(rung, kind),
            kind=kind,
            amount=None if rung.at is None else _used_up(target, rung.at, target.budget),
            role=rung.role or HOLDER,
            urges=rung.urges or 0,
        )
        for kind, _, rung in _all(target, ())
    ]
    return tuple(sorted(rungs, key=lambda rung: (rung.amount is None, rung.amount or 0)))


def _all(target: TargetShape, path: Path) -> Iterator[tuple[Kind, Path, RungShape]]:
    for position, rung in enumerate(target.warn or ()):
        if rung is not None and (rung.at is not None or rung.urges is not None):
            yield Kind.WARNING, (*path, "warn", position), rung
    for position, step in enumerate(target.ladder or ()):
        if step is not None and (step.at is not None or step.urges is not None):
            yield Kind.ESCALATION, (*path, "ladder", position), step


def _name(rung: RungShape, kind: Kind) -> str:
    """The rung's own name, or one made from its definition: `warn 2h before`, `due window_head`."""
    if rung.name is not None:
        return rung.name
    parts = ("warn" if kind is Kind.WARNING else "", _moment(rung), rung.role or "")
    return " ".join(part for part in parts if part)


def _moment(rung: RungShape) -> str:
    """When it is said: `2h before`, `3 urges`, `due or 3 urges`."""
    urges = "" if rung.urges is None else f"{rung.urges} {'urge' if rung.urges == 1 else 'urges'}"
    return " or ".join(part for part in ("" if rung.at is None else str(rung.at), urges) if part)


def _is_late(rung: RungShape) -> bool:
    at = rung.at
    return at is not None and at.before is None and (at.percent is None or at.percent >= 100)


def _used_up(target: TargetShape, at: Step, budget: Length) -> int:
    """How much of the budget is used up at the step; ValueError with a sentence when it does not fit the target."""
    kind, away = kinds.stated(target), at.before or at.after
    if kind is not None and at.percent is not None:
        raise ValueError(f"`{at}` of a due that an event states is no instant: write for example `2h before`")
    if kind is Stated.PROMISED and away is not None and away.unit is not Unit.TIME:
        raise ValueError(f"`{at}` counts days, and a promised due has no budget in days: write hours")
    return at.used_up(budget)


def _amount(rung: RungShape | None, target: TargetShape) -> int | None:
    if rung is None or rung.at is None or target.budget is None:
        return None
    try:
        return _used_up(target, rung.at, target.budget)
    except ValueError:
        return None


def _blaming(target: TargetShape, path: Path) -> Iterator[Finding]:
    """Steps at or after the due of a deadline that is the customer's own."""
    if target.owner is not Owner.CUSTOMER:
        return
    for position, step in enumerate(target.ladder or ()):
        if step is not None and (_is_late(step) or step.model_fields_set & {"at", "urges"} == {"urges"}):
            told = "the deadline is the customer's own, and nobody is blamed for it: its steps are warnings before the due"
            yield (*path, "ladder", position, "at" if step.at else "urges"), told


def _misplaced(rung: RungShape, target: TargetShape, path: Path) -> Iterator[Finding]:
    budget = target.budget
    if rung.at is None or budget is None:
        return
    try:
        amount = _used_up(target, rung.at, budget)
    except ValueError as error:
        yield (*path, "at"), str(error)
        return
    longest = MAX_DAYS * DAY if budget.unit is Unit.TIME else MAX_DAYS
    if amount <= 0 and kinds.stated(target) is None:
        told = f"`{rung.at}` is as long as the budget of {budget} or longer, and would be said at the start: shorten it"
        yield (*path, "at"), told
    elif abs(amount - budget.amount) > longest:
        side = "after" if amount > budget.amount else "before"
        yield (*path, "at"), f"`{rung.at}` lies more than ten years {side} the due: shorten it"


def _backwards(target: TargetShape, path: Path) -> Iterator[Finding]:
    known = [
        (position, rung.at, amount)
        for position, rung in enumerate(target.ladder or ())
        if rung is not None and (amount := _amount(rung, target)) is not None
    ]
    for (_, before, earlier), (position, at, later) in pairwise(known):
        if later < earlier:
            told = f"the ladder goes back in time: `{at}` comes before `{before}` above it: put the steps in order"
            yield (*path, "ladder", position, "at"), told


def _said_twice(target: TargetShape, path: Path) -> Iterator[Finding]:
    names: set[str] = set()
    moments: set[tuple[Kind, int | str, str | None]] = set()
    for kind, place, rung in _all(target, path):
        moment = _moment(rung) if rung.at is None else _amount(rung, target)
        key = "urges" if rung.at is None else "at"
        name = _name(rung, kind)
        if moment is not None and (kind, moment, rung.role or HOLDER) in moments:
            told = (
                f"`{rung.at or moment}` is the instant of a step above, to the same role: keep one of the two"
            )
            yield (*place, key), told
        elif name in names:
            told = f"`{name}` is the name of a step above: give this one another `name`"
            yield (*place, "name" if rung.name else key), told
        if moment is not None:
            moments.add((kind, moment, rung.role or HOLDER))
        names.add(name)

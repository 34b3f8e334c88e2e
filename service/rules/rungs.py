"""The warnings and the ladder of a target: what is wrong with them, and their core values."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from service.rules.errors import Finding, Path
from service.rules.lengths import MAX_DAYS, Length
from service.rules.shapes import RungShape, TargetShape
from service.sla.instants import DAY
from service.sla.policy import Rung, Unit
from service.sla.statements import Kind


def findings(target: TargetShape, path: Path) -> Iterator[Finding]:
    """Everything wrong with the rungs of `target` beyond the shape of single values."""
    for position, rung in enumerate(target.warn or ()):
        if rung is not None and _is_late(rung):
            told = f"`{rung.at}` is no warning, which comes before the due: put it on the `ladder`"
            yield (*path, "warn", position, "at"), told
        elif rung is not None:
            yield from _misplaced(rung, target.budget, (*path, "warn", position))
    for position, step in enumerate(target.ladder or ()):
        if step is not None:
            yield from _misplaced(step, target.budget, (*path, "ladder", position))
    yield from _backwards(target, path)
    yield from _said_twice(target, path)


def build(target: TargetShape) -> tuple[Rung, ...]:
    """The core values of the rungs of a target without findings, by amount."""
    if target.budget is None:
        raise ValueError("a target without a budget has no rungs")
    rungs = [
        Rung(
            name=_name(rung, kind),
            kind=kind,
            amount=0 if rung.at is None else rung.at.used_up(target.budget),
            role=rung.role or "",
        )
        for kind, _, rung in _all(target, ())
    ]
    return tuple(sorted(rungs, key=lambda rung: rung.amount))


def _all(target: TargetShape, path: Path) -> Iterator[tuple[Kind, Path, RungShape]]:
    for position, rung in enumerate(target.warn or ()):
        if rung is not None and rung.at is not None:
            yield Kind.WARNING, (*path, "warn", position), rung
    for position, step in enumerate(target.ladder or ()):
        if step is not None and step.at is not None:
            yield Kind.ESCALATION, (*path, "ladder", position), step


def _name(rung: RungShape, kind: Kind) -> str:
    """The rung's own name, or one made from its definition: `warn 2h before`, `due window_head`."""
    if rung.name is not None:
        return rung.name
    parts = ("warn" if kind is Kind.WARNING else "", str(rung.at), rung.role or "")
    return " ".join(part for part in parts if part)


def _is_late(rung: RungShape) -> bool:
    at = rung.at
    return at is not None and at.before is None and (at.percent is None or at.percent >= 100)


def _amount(rung: RungShape | None, budget: Length | None) -> int | None:
    if rung is None or rung.at is None or budget is None:
        return None
    try:
        return rung.at.used_up(budget)
    except ValueError:
        return None


def _misplaced(rung: RungShape, budget: Length | None, path: Path) -> Iterator[Finding]:
    if rung.at is None or budget is None:
        return
    try:
        amount = rung.at.used_up(budget)
    except ValueError as error:
        yield (*path, "at"), str(error)
        return
    longest = MAX_DAYS * DAY if budget.unit is Unit.TIME else MAX_DAYS
    if amount <= 0:
        told = f"`{rung.at}` is as long as the budget of {budget} or longer, and would be said at the start: shorten it"
        yield (*path, "at"), told
    elif amount - budget.amount > longest:
        yield (*path, "at"), f"`{rung.at}` lies more than ten years after the due: shorten it"


def _backwards(target: TargetShape, path: Path) -> Iterator[Finding]:
    known = [
        (position, rung.at, amount)
        for position, rung in enumerate(target.ladder or ())
        if rung is not None and (amount := _amount(rung, target.budget)) is not None
    ]
    for (_, before, earlier), (position, at, later) in pairwise(known):
        if later < earlier:
            told = f"the ladder goes back in time: `{at}` comes before `{before}` above it: put the steps in order"
            yield (*path, "ladder", position, "at"), told


def _said_twice(target: TargetShape, path: Path) -> Iterator[Finding]:
    names: set[str] = set()
    instants: set[tuple[Kind, int, str | None]] = set()
    for kind, place, rung in _all(target, path):
        amount = _amount(rung, target.budget)
        name = _name(rung, kind)
        if amount is not None and (kind, amount, rung.role) in instants:
            yield (
                (*place, "at"),
                f"`{rung.at}` is the instant of a step above, to the same role: keep one of the two",
            )
        elif name in names:
            told = f"`{name}` is the name of a step above: give this one another `name`"
            yield (*place, "name" if rung.name else "at"), told
        if amount is not None:
            instants.add((kind, amount, rung.role))
        names.add(name)

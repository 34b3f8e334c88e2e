"""What many promises have to come to: what is wrong with the `aggregates` of a file, and their core values."""

from __future__ import annotations

from collections.abc import Iterator

from service.rules import kinds
from service.rules.errors import Finding, Path
from service.rules.lengths import Length
from service.rules.shapes import AggregateShape, Owner, PolicyShape, TargetShape
from service.rules.values import suggested
from service.rules.variants import overridden
from service.sla.policy import Aggregate, Period, Unit


def findings(policy: PolicyShape) -> Iterator[Finding]:
    """Everything wrong with the aggregates of `policy` beyond the shape of single values."""
    if policy.aggregates == []:
        yield ("aggregates",), "holds no aggregate: leave it out"
    seen: set[tuple[str, Period]] = set()
    for position, shape in enumerate(policy.aggregates or ()):
        if shape is None:
            continue
        path: Path = ("aggregates", position)
        yield from _of_one(shape, policy, path)
        if shape.target is None or shape.period is None:
            continue
        if (shape.target, shape.period) in seen:
            yield path, f"`{shape.target}` has an aggregate for the {shape.period.value} above: write one"
        seen.add((shape.target, shape.period))


def _of_one(shape: AggregateShape, policy: PolicyShape, path: Path) -> Iterator[Finding]:
    if not shape.model_fields_set & {"mean", "maximum", "share"}:
        yield path, "asks for nothing: give `mean`, `maximum` or `share`"
    if _is_more(shape.mean, shape.maximum):
        yield (*path, "mean"), f"is more than the `maximum` of {shape.maximum}: swap them"
    if shape.target is None or policy.targets is None:
        return
    target = policy.targets.get(shape.target)
    if shape.target not in policy.targets:
        known = tuple(policy.targets)
        yield (
            (*path, "target"),
            f"`{shape.target}` is no target of this file: {suggested(shape.target, known)}",
        )
    elif target is not None:
        yield from _fit(shape, target, path)


def _is_more(one: Length | None, other: Length | None) -> bool:
    return one is not None and other is not None and one.unit is other.unit and one.amount > other.amount


def _fit(shape: AggregateShape, target: TargetShape, path: Path) -> Iterator[Finding]:
    """What of the aggregate does not fit the target that it is about."""
    if target.off:
        yield (
            (*path, "target"),
            f"`{shape.target}` is off and promises nothing: take the aggregate out, or `off`",
        )
    if target.owner is Owner.CUSTOMER:
        yield (
            (*path, "target"),
            f"`{shape.target}` is a deadline of the customer's own: nobody has to keep it",
        )
    for key, length in (("mean", shape.mean), ("maximum", shape.maximum)):
        strange = None if length is None else next((u for u in _units(target) if u is not length.unit), None)
        if strange is not None:
            told = "hours, minutes or seconds" if strange is Unit.TIME else strange.value
            yield (
                (*path, key),
                f"`{length}` and the budget of `{shape.target}` count differently: write {told}",
            )


def _units(target: TargetShape) -> Iterator[Unit]:
    """What the target and its variants count."""
    every = [target, *(overridden(target, other) for other in target.overrides or () if other is not None)]
    budgets = (kinds.with_budget(each).budget for each in every)
    return (budget.unit for budget in budgets if budget is not None)


def build(policy: PolicyShape) -> tuple[Aggregate, ...]:
    """The aggregates of `policy`, which has no findings."""
    return tuple(
        Aggregate(
            target=shape.target,
            period=shape.period,
            mean=_amount(shape.mean),
            maximum=_amount(shape.maximum),
            share=shape.share,
        )
        for shape in policy.aggregates or ()
        if shape is not None and shape.target is not None and shape.period is not None
    )


def _amount(length: Length | None) -> int | None:
    return None if length is None else length.amount

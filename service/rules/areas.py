"""Groups of areas: `areas` of a file gives several areas one name, which conditions on `area` can use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from service.rules.errors import Finding
from service.rules.event_shapes import Conditions, NegatedShape
from service.rules.shapes import OverrideShape, PolicyShape, TargetShape

#: The attribute of a ticket that says where it is, as exclusions know it too.
AREA: Final = "area"


def findings(policy: PolicyShape) -> Iterator[Finding]:
    """Everything wrong with the groups of areas."""
    groups = policy.areas or {}
    if policy.areas == {}:
        yield ("areas",), "holds no group: leave it out"
    for name, members in groups.items():
        if members == []:
            yield ("areas", name), "holds no area: name some, or leave it out"
        for place, area in enumerate(members or ()):
            if area in groups:
                yield ("areas", name, place), f"`{area}` is the name of a group: name its areas"


def expanded(policy: PolicyShape) -> PolicyShape:
    """`policy` with the areas themselves where a condition on `area` of a ticket names a group of them."""
    if not policy.areas or policy.targets is None:
        return policy
    targets = {name: _target(target, policy.areas) for name, target in policy.targets.items()}
    return policy.model_copy(update={"targets": targets})


def _target(target: TargetShape | None, groups: Mapping[str, list[str | None] | None]) -> TargetShape | None:
    if target is None:
        return None
    update: dict[str, object] = {}
    if target.applies is not None:
        update["applies"] = _conditions(target.applies, groups)
    if target.overrides is not None:
        update["overrides"] = [_override(override, groups) for override in target.overrides]
    return target.model_copy(update=update)


def _override(
    override: OverrideShape | None, groups: Mapping[str, list[str | None] | None]
) -> OverrideShape | None:
    if override is None or override.when is None:
        return override
    return override.model_copy(update={"when": _conditions(override.when, groups)})


def _conditions(conditions: Conditions, groups: Mapping[str, list[str | None] | None]) -> Conditions:
    named = conditions.get(AREA)
    if named is None:
        return conditions
    if isinstance(named, NegatedShape):
        return {**conditions, AREA: named.model_copy(update={"values": _areas(named.values, groups)})}
    return {**conditions, AREA: _areas(named, groups)}


def _areas(named: list[str | None] | None, groups: Mapping[str, list[str | None] | None]) -> list[str | None]:
    return [area for name in named or () for area in (groups.get(name or "") or [name])]

"""Variants of a target: what is wrong with its `overrides`, and which tickets each is for.

The first variant whose `when` fits a ticket wins, and the target itself is for those that none fits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from service.rules.errors import Finding, Path, field_of
from service.rules.happenings import conditions, conditions_trouble
from service.rules.shapes import OverrideShape, TargetShape
from service.sla.policy import Where

#: What a variant can say otherwise.
_KEYS: Final = tuple(key for key in OverrideShape.model_fields if key not in {"name", "when"})

#: What says how much time there is, of which a target has one.
_TIMES: Final = ("budget", "every", "promised")

#: What is of no use empty in a target, and says in a variant that it goes without.
_CAN_BE_TAKEN_OUT: Final[tuple[Path, ...]] = (("gate",), ("max_open",))

#: Everything wrong with one target, with paths from the target on.
Check = Callable[[TargetShape], Iterator[Finding]]


def findings(target: TargetShape, check: Check, path: Path) -> Iterator[Finding]:
    """Everything wrong with the overrides of `target`, which `check` is applied to with each of them."""
    if target.overrides == []:
        yield (*path, "overrides"), "holds no variant: leave it out"
    of_target = set(check(target)) if target.overrides else set()
    names: set[str] = set()
    earlier: set[frozenset[Where]] = set()
    for position, override in enumerate(target.overrides or ()):
        if override is None:
            continue
        place = (*path, "overrides", position)
        if override.name is not None and override.name in names:
            yield (*place, "name"), f"`{override.name}` is the name of a variant above: choose another"
        names |= {override.name or ""}
        yield from _when(override, earlier, place)
        if not override.model_fields_set & set(_KEYS):
            yield place, "says nothing that the target does not: give for example a `budget`, or leave it out"
        strange = [key for key in _TIMES if key in override.model_fields_set and _has_another(target, key)]
        for key in strange:
            yield (*place, key), f"the target has no `{key}` that this could take the place of: leave it out"
        if not strange:
            yield from _misfits(target, override, check, of_target, place)


def _misfits(
    target: TargetShape, override: OverrideShape, check: Check, of_target: set[Finding], path: Path
) -> Iterator[Finding]:
    """What is wrong with the target as the variant has it, and was not told of the target itself."""
    for within, told in check(overridden(target, override)):
        if _takes_out(target, override, within):
            continue
        if within and within[0] in override.model_fields_set:
            yield (*path, *within), told
        elif (within, told) not in of_target:
            yield path, f"with this, `{field_of(within)}` of the target does not fit: {told}"


def _takes_out(target: TargetShape, override: OverrideShape, within: Path) -> bool:
    """Whether nothing is wrong there but that the variant goes without what its target has."""
    if within not in _CAN_BE_TAKEN_OUT:
        return False
    return getattr(override, str(within[0])) in ([], {}) and bool(getattr(target, str(within[0])))


def _when(override: OverrideShape, earlier: set[frozenset[Where]], path: Path) -> Iterator[Finding]:
    yield from conditions_trouble(override.when, (*path, "when"))
    asked = frozenset(conditions(override.when))
    if asked and asked in earlier:
        yield (*path, "when"), "a variant above is for the same tickets, and the first that fits wins"
    earlier.add(asked)


def _has_another(target: TargetShape, key: str) -> bool:
    """Whether something else than `key` says how much time there is."""
    return key not in target.model_fields_set and bool(target.model_fields_set & set(_TIMES))


def overridden(target: TargetShape, override: OverrideShape) -> TargetShape:
    """`target` with what `override` says otherwise."""
    given = override.model_fields_set
    return target.model_copy(update={key: getattr(override, key) for key in _KEYS if key in given})


def variants(name: str, target: TargetShape) -> Iterator[tuple[str, TargetShape, tuple[Where, ...]]]:
    """The target called `name`, then its variants in order: each with its name and the tickets that it is for."""
    own = conditions(target.applies)
    overrides = [override for override in target.overrides or () if override is not None]
    asked = [conditions(override.when) for override in overrides]
    yield name, target, own + tuple(_not(each) for each in asked)
    for place, override in enumerate(overrides):
        passed = tuple(_not(each) for each in asked[:place])
        yield f"{name}/{override.name}", overridden(target, override), own + asked[place] + passed


def _not(conditions: tuple[Where, ...]) -> Where:
    """The condition that is true unless all of `conditions` are."""
    first, *others = conditions
    if not others:
        return replace(first, negated=not first.negated)
    base = next((each for each in conditions if not each.negated), Where(first.attribute, frozenset()))
    return Where(
        base.attribute, base.values, negated=True, also=tuple(x for x in conditions if x is not base)
    )

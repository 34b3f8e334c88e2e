"""What of a target decides its verdicts, by the key of a policy file that says it; where two targets differ in that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from service.sla.calendars import Calendar
from service.sla.policy import LastDay, Policy, Target, Unit

#: The fields of a core target that each key says. How much time there is, and from where, is one thing: `budget`.
FIELDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "applies": ("applies",),
        "start": ("start",),
        "gate": ("gate",),
        "stop": ("stop",),
        "cancel": ("cancel",),
        "budget": ("budget", "unit", "stated", "stated_by"),
        "hours": ("calendar",),
        "boundary": ("boundary",),
        "day_end": ("day_end",),
        "last_day": ("last_day",),
        "accepts": ("accepts",),
        "max_open": ("max_open",),
        "exclusions": ("exclusions",),
        "reopen": ("reopen",),
        "owner": ("customers",),
        "extension": ("extension",),
        "deemed": ("deemed",),
        "lapsed": ("lapsed",),
        "requires": ("requires",),
        "grace": ("grace",),
        "floor": ("floor",),
    }
)

#: Of alternatives the order means nothing.
_UNORDERED: Final[Mapping[str, Callable[[Any], object]]] = MappingProxyType(
    {
        "applies": frozenset,
        "start": frozenset,
        "stop": frozenset,
        "cancel": frozenset,
        "gate": lambda gate: frozenset(frozenset(each) for each in gate),
        "max_open": dict,
    }
)


def differing(before: Target, after: Target) -> tuple[str, ...]:
    """The keys in which the two say something else that may change a verdict, in the order of `FIELDS`."""
    return tuple(key for key in FIELDS if not are_equal(key, before, after))


def mixed(before: Target, after: Target, keys: Iterable[str]) -> Target:
    """`before` under the name of `after`, and with what `after` says for `keys`."""
    fields = [field for key in keys for field in FIELDS[key]]
    return replace(before, id=after.id, **{field: getattr(after, field) for field in fields})


def renamed(before: Policy, after: Policy) -> Mapping[str, str]:
    """Targets of `before` that stand in `after` under another name and promise the same: name to name.

    Only where one target comes into question on each side. Calendars of the same name are the same here.
    """
    kept = {target.id for target in before.targets} & {target.id for target in after.targets}
    gone = [target for target in before.targets if target.id not in kept]
    new = [target for target in after.targets if target.id not in kept]
    found: dict[str, str] = {}
    for target in gone:
        same = [other.id for other in new if _promise_the_same(target, other)]
        others = [other for other in gone if other is not target and _promise_the_same(target, other)]
        if len(same) == 1 and not others:
            found[target.id] = same[0]
    return MappingProxyType(found)


def _promise_the_same(before: Target, after: Target) -> bool:
    different = set(differing(before, after))
    if before.calendar.name == after.calendar.name:
        different.discard("hours")
    return not different


def same_calendar(before: Calendar, after: Calendar) -> bool:
    """Whether the two say the same, whatever they are called."""
    return (before.zone.key, before.versions) == (after.zone.key, after.versions)


def are_equal(key: str, before: Target, after: Target) -> bool:
    """Whether the two say the same for `key`, one of `FIELDS`."""
    if key == "hours":
        return _same_hours(before, after)
    form = _UNORDERED.get(key)
    pairs = ((getattr(before, field), getattr(after, field)) for field in FIELDS[key])
    return all(one == other if form is None else form(one) == form(other) for one, other in pairs)


def _same_hours(before: Target, after: Target) -> bool:
    by_calendar = LastDay.WORKING in (before.last_day, after.last_day)
    if {before.unit, after.unit} == {Unit.CALENDAR_DAYS} and not by_calendar:  # only the zone is read
        return before.calendar.zone.key == after.calendar.zone.key
    return same_calendar(before.calendar, after.calendar)

"""What a policy file says, target by target and in words, those that are off included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from service.rules import kinds
from service.rules.build import given
from service.rules.event_shapes import Condition, Conditions, EventShape, NegatedShape
from service.rules.happenings import values_of
from service.rules.lengths import Length
from service.rules.shapes import ROUND_THE_CLOCK, Owner, PolicyShape, TargetShape
from service.rules.variants import overridden
from service.rules.vocabulary import Words
from service.sla.instants import SECOND
from service.sla.policy import LastDay, Match, Stated, Unit

#: Where calendar days end.
_END: Final = {
    LastDay.SAME_TIME: "",
    LastDay.WHOLE: ", to the last day's end",
    LastDay.WORKING: ", to a working day's end",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One target, or one variant of the target `variant_of`, in words; what the file does not say is empty.

    `assumed_here` tells whether the reason of `assumed` stands at this very entry, and not at the target it varies.
    """

    id: str
    variant_of: str
    on: bool
    applies: str
    budget: str
    hours: str
    start: str
    gate: str
    stop: str
    clause: str
    regime: str
    assumed: str
    assumed_here: bool
    why: str
    set: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A policy file: who it is for, where its wall times are read, which event types it reads, and its targets."""

    policy: str
    version: str
    tenant: str
    source: str
    zone: ZoneInfo
    event_types: frozenset[str]
    entries: tuple[Entry, ...]


def outlined(policy: PolicyShape) -> Outline:
    """The outline of `policy`, whose shape has no errors and its checks no findings."""
    targets = {name: given(target) for name, target in given(policy.targets).items()}
    return Outline(
        policy=given(policy.policy),
        version=given(policy.version),
        tenant=given(policy.tenant),
        source=(policy.source and policy.source.document) or "",
        zone=given(policy.zone),
        event_types=Words(policy).readable,
        entries=tuple(entry for name, target in targets.items() for entry in _entries(name, target)),
    )


def _entries(name: str, target: TargetShape) -> Iterator[Entry]:
    yield _entry(name, "", target, target.applies, is_assumed=target.assumed is not None)
    for override in target.overrides or ():
        if override is not None:
            variant = overridden(target, override)
            is_assumed = override.assumed is not None
            yield _entry(f"{name}/{override.name}", name, variant, override.when, is_assumed=is_assumed)


def _entry(
    id_: str, variant_of: str, target: TargetShape, applies: Conditions | None, *, is_assumed: bool
) -> Entry:
    return Entry(
        id=id_,
        variant_of=variant_of,
        on=not target.off,
        applies=_conditions(applies) or ("" if variant_of else "every ticket"),
        budget=_budget(target),
        hours=_hours(target),
        start=_events(target.start) or _word(kinds.START),
        gate=_gate(target),
        stop=_events(target.stop),
        clause=target.clause or "",
        regime=target.regime or "",
        assumed=target.assumed or "",
        assumed_here=is_assumed,
        why=target.why or "",
        set=target.set or "",
    )


def _budget(target: TargetShape) -> str:
    if target.promised is not None:
        return f"until `{target.promised}`, as promised"
    if target.every is not None:
        return f"every {in_words(target.every)}"
    if target.budget is None:
        return ""
    words = in_words(target.budget) + _END[target.last_day or LastDay.SAME_TIME]
    words = f"{words} before `{target.before}`" if kinds.stated(target) is Stated.BEFORE else words
    return f"{words}, the customer's own" if target.owner is Owner.CUSTOMER else words


def in_words(length: Length) -> str:
    """A length as it is spoken: `8 hours 30 minutes`, `5 working days`, `1 second`."""
    if length.unit is not Unit.TIME:
        return _counted(length.amount, length.unit.removesuffix("s").replace("_", " "))
    seconds = length.amount // SECOND
    parts = ((seconds // 3600, "hour"), (seconds // 60 % 60, "minute"), (seconds % 60, "second"))
    return " ".join(_counted(number, unit) for number, unit in parts if number) or "0 seconds"


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _hours(target: TargetShape) -> str:
    """Where time counts; nothing for an instant that somebody promised."""
    if kinds.stated(target) is Stated.PROMISED:
        return ""
    if target.hours in {None, ROUND_THE_CLOCK}:
        return "round the clock"
    return f"days off of {target.hours}" if target.last_day is LastDay.WORKING else given(target.hours)


def _conditions(told: Conditions | None) -> str:
    return ", ".join(f"{name}: {_condition(condition)}" for name, condition in (told or {}).items())


def _condition(condition: Condition | None) -> str:
    """`gold or vip`, `not gold`, `neither gold nor vip`."""
    values = values_of(condition)
    if not isinstance(condition, NegatedShape):
        return " or ".join(values)
    return f"not {values[0]}" if len(values) == 1 else f"neither {' nor '.join(values)}"


def _events(events: Iterable[EventShape | None] | None) -> str:
    return " or ".join(_event(given(event)) for event in events or ())


def _event(event: EventShape) -> str:
    where = _conditions(event.where)
    return f"{event.event} ({where})" if where else given(event.event)


def _gate(target: TargetShape) -> str:
    told = [_events(given(entry).any) for entry in target.gate or ()]
    return " and ".join(f"({each})" if " or " in each and len(told) > 1 else each for each in told)


def _word(matches: Iterable[Match]) -> str:
    return " or ".join(match.type for match in matches)

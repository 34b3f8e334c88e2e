"""The core values of a file without findings."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

from service.rules import calendars, rungs
from service.rules.shapes import (
    ROUND_THE_CLOCK,
    EventShape,
    PolicyShape,
    Reopen,
    SourceShape,
    TargetShape,
)
from service.rules.values import ANY
from service.sla.calendars import Calendar, round_the_clock
from service.sla.policy import ANY_REASON, Boundary, Match, Meaning, Policy, Target, Where

T = TypeVar("T")

#: What begins a promise and what ends it without a verdict when a target does not say.
_START = (Match("opened"),)
_CANCEL = (Match("cancelled"),)


def calendars_of(policy: PolicyShape) -> dict[str, Calendar]:
    """The calendars of `policy` by name."""
    return {
        name: calendars.build(name, given(calendar), policy.zone)
        for name, calendar in (policy.calendars or {}).items()
    }


def build(policy: PolicyShape) -> Policy:
    """The policy that `policy` describes; its shape has no errors and its checks no findings."""
    known = calendars_of(policy)
    return Policy(
        id=given(policy.policy),
        version=given(policy.version),
        tenant=given(policy.tenant),
        effective_from=given(policy.effective_from),
        targets=tuple(
            _target(name, given(target), policy, known)
            for name, target in given(policy.targets).items()
        ),
        vocabulary=MappingProxyType(
            {
                name: Meaning(given(given(meaning).means), MappingProxyType(_present(given(meaning).rename)))
                for name, meaning in (policy.vocabulary or {}).items()
            }
        ),
        source=_source(policy.source),
    )


def _target(
    name: str,
    target: TargetShape,
    policy: PolicyShape,
    known: Mapping[str, Calendar],
) -> Target:
    budget = given(target.budget)
    calendar = known.get(target.hours or ROUND_THE_CLOCK)
    return Target(
        id=name,
        start=_matches(target.start) or _START,
        stop=_matches(target.stop),
        cancel=_CANCEL if target.cancel is None else _matches(target.cancel),
        budget=budget.amount,
        unit=budget.unit,
        calendar=calendar or round_the_clock(target.zone or given(policy.zone)),
        applies=_conditions(target.applies),
        boundary=target.boundary or Boundary.CLOSE,
        accepts=frozenset(ANY_REASON if reason == ANY else given(reason) for reason in target.accepts or ()),
        reopen=target.reopen is Reopen.NEW,
        rungs=rungs.build(target),
        grace=(policy.grace or 0) if target.grace is None else target.grace,
        floor=target.floor or 0,
        clause=target.clause or "",
        regime=target.regime or "",
        assumed=target.assumed or "",
    )


def _matches(events: list[EventShape | None] | None) -> tuple[Match, ...]:
    return tuple(Match(given(given(event).event), _conditions(given(event).where)) for event in events or ())


def _conditions(conditions: Mapping[str, list[str | None] | None] | None) -> tuple[Where, ...]:
    return tuple(
        Where(attribute, frozenset(given(value) for value in given(values)))
        for attribute, values in (conditions or {}).items()
    )


def _source(source: SourceShape | None) -> str:
    if source is None:
        return ""
    parts = (source.document, source.issued_by, source.issued_on, source.address, source.note)
    return "; ".join(part for part in parts if part)


def _present(values: Mapping[str, T | None] | None) -> dict[str, T]:
    return {key: given(value) for key, value in (values or {}).items()}


def given(value: T | None) -> T:
    """`value`, which is there because nothing was cut out of the file."""
    if value is None:
        raise ValueError("a value is missing from a file that had no errors")
    return value

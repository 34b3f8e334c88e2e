"""The core values of a file without findings."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

from service.rules import aggregates, calendars, kinds, rungs, sources
from service.rules.happenings import matches
from service.rules.lengths import Length
from service.rules.shapes import (
    ROUND_THE_CLOCK,
    Owner,
    PolicyShape,
    Reopen,
    SourceShape,
    TargetShape,
)
from service.rules.values import ANY
from service.rules.variants import variants
from service.sla.calendars import Calendar, round_the_clock
from service.sla.policy import ANY_REASON, Boundary, DayEnd, LastDay, Limit, Meaning, Policy, Target, Where

T = TypeVar("T")


def calendars_of(policy: PolicyShape, files: Mapping[str, Calendar]) -> dict[str, Calendar]:
    """The calendars of `policy` by name; those of other files are in `files`."""
    return {
        name: files[name] if calendar.file else calendars.build(name, calendar, calendar.zone or policy.zone)
        for name, calendar in _present(policy.calendars).items()
    }


def build(policy: PolicyShape, files: Mapping[str, Calendar]) -> Policy:
    """The policy that `policy` describes; its shape has no errors and its checks no findings."""
    known = calendars_of(policy, files)
    return Policy(
        id=given(policy.policy),
        version=given(policy.version),
        tenant=given(policy.tenant),
        effective_from=given(policy.effective_from),
        targets=tuple(
            _target(id_, shape, applies, policy, known)
            for name, target in given(policy.targets).items()
            if not given(target).off
            for id_, shape, applies in variants(name, given(target))
        ),
        vocabulary=MappingProxyType(
            {
                name: Meaning(given(given(meaning).means), MappingProxyType(_present(given(meaning).rename)))
                for name, meaning in (policy.vocabulary or {}).items()
            }
        ),
        sources=sources.build(policy),
        source=_source(policy.source),
        adopt_from=policy.adopt_from,
        aggregates=aggregates.build(policy),
    )


def _target(
    id_: str,
    shape: TargetShape,
    applies: tuple[Where, ...],
    policy: PolicyShape,
    known: Mapping[str, Calendar],
) -> Target:
    target = kinds.with_budget(shape)
    budget = given(target.budget)
    calendar = known.get(target.hours or ROUND_THE_CLOCK)
    return Target(
        id=id_,
        start=kinds.start(target),
        stop=matches(target.stop),
        cancel=kinds.cancel(target),
        budget=budget.amount,
        unit=budget.unit,
        calendar=calendar or round_the_clock(target.zone or given(policy.zone)),
        applies=applies,
        gate=tuple(matches(given(entry).any) for entry in target.gate or ()),
        boundary=target.boundary or Boundary.CLOSE,
        day_end=target.day_end or DayEnd.MIDNIGHT,
        last_day=target.last_day or LastDay.SAME_TIME,
        accepts=_reasons(target.accepts),
        max_open=MappingProxyType(
            {_reason(reason): _limit(limit) for reason, limit in _present(target.max_open).items()}
        ),
        exclusions=_reasons(
            target.exclusions if "exclusions" in target.model_fields_set else policy.exclusions
        ),
        reopen=target.reopen is Reopen.NEW,
        extension=kinds.extension(target.extension),
        deemed=kinds.deemed(target.deemed),
        lapsed=kinds.lapsed(target.lapsed),
        stated=kinds.stated(target),
        stated_by=target.promised or target.before or "",
        customers=target.owner is Owner.CUSTOMER,
        requires=sources.required(policy, target),
        rungs=rungs.build(target),
        grace=(policy.grace or 0) if target.grace is None else target.grace,
        floor=target.floor or 0,
        clause=target.clause or "",
        regime=target.regime or "",
        assumed=target.assumed or "",
    )


def _reasons(reasons: list[str | None] | None) -> frozenset[str]:
    return frozenset(_reason(given(reason)) for reason in reasons or ())


def _reason(reason: str) -> str:
    return ANY_REASON if reason == ANY else reason


def _limit(length: Length) -> Limit:
    return Limit(length.amount, length.unit)


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

"""Promises counted together by target and by the local month of their due, or over one span."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from service.backtest.causes import About
from service.sla.instants import Instant, at_wall
from service.sla.policy import Aggregate, Period, Policy, Rules, Target, Unit
from service.sla.statements import Kind, Promise, Statement
from service.sla.tally import Held, Month, Tally, covers, held, month_of, one

#: (month, None for a whole span; target; what its budget counts)
Group: TypeAlias = tuple[Month | None, str, Unit]


@dataclass(frozen=True, slots=True)
class Kept:
    """An aggregate, the period that it was held against (a month, or a year with month 0), and what came of it.

    `is_final` unless something may still be performed, or the period is not over.
    """

    period: Month
    held: Held
    tally: Tally
    unit: Unit
    is_final: bool


class Tallies:
    """What is counted so far. With a `span`, half-open, only dues in it, and not by month."""

    def __init__(self, rules: Rules, span: tuple[Instant | None, Instant | None] | None = None) -> None:
        """Nothing is counted yet."""
        self.groups: dict[Group, Tally] = {}
        self.without_due: Counter[str] = Counter()
        self._rules = rules
        self._span = span
        self._targets = {
            (policy.version, target.id): target for policy in rules.versions for target in policy.targets
        }
        self._latest = {target.id: target for policy in rules.versions for target in policy.targets}

    def add(
        self,
        promises: Iterable[Promise],
        verdicts: Mapping[About, Statement],
        revised: Collection[About] = frozenset(),
    ) -> None:
        """Count the promises of a ticket, which has these `verdicts`; of `revised` ones something else was said before."""
        for promise in promises:
            about = (promise.target, promise.started_by)
            self._count(promise, verdicts.get(about), revised=about in revised)

    def _count(self, promise: Promise, verdict: Statement | None, *, revised: bool) -> None:
        target = self._target(promise, verdict)
        if promise.due is None:
            self.without_due[promise.target] += 1
        elif self._is_in(promise.due):
            zone = self._latest.get(promise.target, target).calendar.zone
            month = None if self._span is not None else month_of(promise.due, zone)
            group = (month, promise.target, target.unit)
            tally = one(promise.state, _used(verdict, target), revised=revised)
            self.groups[group] = self.groups.get(group, Tally()) + tally

    def _target(self, promise: Promise, verdict: Statement | None) -> Target:
        """The rule by which it was decided; for want of a verdict the newest."""
        decided = None if verdict is None else self._targets.get((verdict.version, promise.target))
        return decided or self._latest[promise.target]

    def _is_in(self, due: Instant) -> bool:
        begin, end = self._span or (None, None)
        return (begin is None or due >= begin) and (end is None or due < end)

    def kept(self, upto: Instant) -> Iterator[Kept]:
        """Every aggregate of every period that has a promise, the periods in order."""
        months = sorted({month for month, _, _ in self.groups if month is not None})
        for kind, periods in (
            (Period.MONTH, months),
            (Period.YEAR, sorted({(year, 0) for year, _ in months})),
        ):
            for period in periods:
                for aggregate in self._asked(period):
                    if aggregate.period is kind:
                        yield from self._held(aggregate, period, upto)

    def _asked(self, period: Month) -> tuple[Aggregate, ...]:
        """Those of the version that is in force at the end of the period."""
        first, *others = self._rules.versions
        chosen: Policy = first
        for policy in others:
            zone = policy.targets[0].calendar.zone
            if policy.effective_from < at_wall(_after(period), 0, zone):
                chosen = policy
        return chosen.aggregates

    def _held(self, aggregate: Aggregate, period: Month, upto: Instant) -> Iterator[Kept]:
        target = self._latest.get(aggregate.target)
        if target is None:
            return
        fitting = [
            tally
            for (month, name, unit), tally in self.groups.items()
            if _is_within(month, period) and covers(aggregate, name) and unit is target.unit
        ]
        if fitting:
            tally = sum(fitting, Tally())
            end = at_wall(_after(period), 0, target.calendar.zone)
            is_final = tally.is_final and end <= upto
            yield Kept(period, held(aggregate, tally), tally, target.unit, is_final)


def verdicts_of(statements: Iterable[Statement]) -> dict[About, Statement]:
    """The verdicts among statements in force about one ticket, by the promise that they are about."""
    return {(each.target, each.started_by): each for each in statements if each.kind is Kind.VERDICT}


def _is_within(month: Month | None, period: Month) -> bool:
    return month is not None and (month == period or (period[1] == 0 and month[0] == period[0]))


def _after(period: Month) -> date:
    """The first date after a month, or after a year with month 0."""
    year, month = period
    return date(year + 1, 1, 1) if month in (0, 12) else date(year, month + 1, 1)


def _used(verdict: Statement | None, target: Target) -> int | None:
    """What was counted until the verdict, in the target's unit."""
    if verdict is None:
        return None
    return verdict.account.counted if target.unit is Unit.TIME else verdict.account.days

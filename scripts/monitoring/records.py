"""Recording rules: ages, and the share of promises that were broken, over the windows of the burn alerts; service levels."""

from __future__ import annotations

from typing import Final

from scripts.monitoring import hotline
from scripts.monitoring.alert import Record

#: Of 100 promises at least so many are to be kept; what may be broken is the budget that burns.
GOAL: Final = 95
_BUDGET: Final = 1 - GOAL / 100

#: Windows over which shares are recorded.
WINDOWS: Final = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")

#: Outcomes of promises that were kept. `settled` is what becomes of `deemed`.
_KEPT: Final = 'outcome=~"met|early|deemed"'

#: The target of the canary, which is broken on purpose.
NO_CANARY: Final = 'target!="slaclock-canary"'


def broken(window: str) -> str:
    """Breaches a second, by target."""
    return f'sum by (target) (rate(sla_breaches_total{{{NO_CANARY},status="in_force"}}[{window}]))'


def decided(window: str) -> str:
    """Promises kept or broken a second, by target."""
    return f"(sum by (target) (rate(sla_verdicts_total{{{_KEPT}}}[{window}])) + {broken(window)})"


def share(window: str) -> str:
    """The share of broken ones."""
    return f"{broken(window)} / {decided(window)}"


def burns(factor: float) -> str:
    """A share that uses the budget up `factor` times as fast as it lasts, rounded for people to read."""
    return f"{min(0.99, factor * _BUDGET):.2f}"


def age(gauge: str) -> str:
    """Seconds since the instant that a gauge tells; nothing while it tells 0."""
    return f"time() - (max({gauge}) > 0)"


RECORDS: Final = (
    Record("sla:watermark_age:seconds", age("sla_watermark_timestamp_seconds")),
    Record("sla:due_age:seconds", age("sla_tickets_due_oldest_timestamp_seconds")),
    Record("sla:outbox_age:seconds", age("sla_outbox_oldest_timestamp_seconds")),
    Record("sla:promises_open:max", "max by (target, state) (sla_promises_open)"),
    *(Record(f"sla:breach_share:rate{window}", share(window)) for window in WINDOWS),
    *hotline.RECORDS,
)

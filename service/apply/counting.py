"""What a transaction has said and decided becomes metrics, whoever ran it."""

from __future__ import annotations

from service.apply.outcome import Applied, Woken
from service.metrics import Metrics
from service.sla.instants import SECOND


def count_said(metrics: Metrics, done: Applied | Woken) -> None:
    """Count statements, what they decided, and roles that nobody fills."""
    metrics.no_roles(done.unfilled)
    metrics.said_of_people(done.repeats)
    metrics.said({(kind.value, withdrawn): count for (kind, withdrawn), count in done.said.items()})
    decided = done.decided
    overdue = (each / SECOND for each in decided.overdue)
    metrics.decided(decided.breaches, decided.verdicts, decided.remaining, overdue)

"""Rules as Prometheus reads them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scripts.monitoring.alert import Alert
from scripts.monitoring.records import RECORDS


def record_groups() -> dict[str, Any]:
    """The recording rules."""
    rules = [{"record": each.name, "expr": each.expr} for each in RECORDS]
    return {"groups": [{"name": "slaclock-records", "rules": rules}]}


def alert_groups(group: str, alerts: Iterable[Alert]) -> dict[str, Any]:
    """The alerts of one file."""
    return {"groups": [{"name": f"slaclock-{group}", "rules": [_rule(alert) for alert in alerts]}]}


def _rule(alert: Alert) -> dict[str, Any]:
    return {
        "alert": alert.name,
        "expr": alert.expr,
        "for": alert.wait,
        "labels": alert.labels,
        "annotations": alert.annotations,
    }

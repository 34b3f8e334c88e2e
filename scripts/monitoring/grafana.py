"""The same alerts as Grafana's provisioning reads them, for installations where Grafana evaluates them itself."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, Final

from scripts.monitoring.alert import Alert

#: The uid of the data source, as deploy/grafana provisions it.
DATASOURCE: Final = "prometheus"
#: Grafana's own data source for expressions.
EXPRESSION: Final = "__expr__"
_NAMESPACE: Final = uuid.UUID("6e6b6f0c-5b0e-5a53-9f0e-6f1d6d1a7c11")


def provisioned(group: str, alerts: Iterable[Alert]) -> dict[str, Any]:
    """One group of alerts, evaluated every minute."""
    rules = [_rule(alert) for alert in alerts]
    return {
        "apiVersion": 1,
        "groups": [
            {"orgId": 1, "name": f"slaclock-{group}", "folder": "slaclock", "interval": "1m", "rules": rules}
        ],
    }


def _rule(alert: Alert) -> dict[str, Any]:
    uid = uuid.uuid5(_NAMESPACE, alert.name).hex[:24]
    return {
        "uid": f"slaclock-{uid}",
        "title": alert.name,  # Grafana takes the label `alertname` from it
        "condition": "fires",
        "data": [
            {
                "refId": "query",
                "relativeTimeRange": {"from": 600, "to": 0},
                "datasourceUid": DATASOURCE,
                "model": {"refId": "query", "expr": alert.expr, "instant": True, "range": False},
            },
            {
                "refId": "fires",
                "relativeTimeRange": {"from": 0, "to": 0},
                "datasourceUid": EXPRESSION,
                # The expression filters: a series is there while it fires, whatever its value.
                "model": {"refId": "fires", "type": "math", "expression": "is_number($query)"},
            },
        ],
        "for": alert.wait,
        "noDataState": "OK",
        "execErrState": "Error",
        "labels": alert.labels,
        "annotations": alert.annotations,
    }

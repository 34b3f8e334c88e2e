"""Dashboards as Grafana reads them (schemaVersion 39): panels are told in order and laid out from left to right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

WIDTH: Final = 24
SOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}


@dataclass(frozen=True, slots=True)
class Query:
    """PromQL and how its series are named in the legend."""

    expr: str
    legend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A panel. `kind`: timeseries, stat, table, bargauge or heatmap; `unit` as Grafana names it; sizes in grid units."""

    title: str
    queries: tuple[Query, ...]
    kind: str = "timeseries"
    unit: str = "short"
    description: str = ""
    wide: int = 8
    high: int = 8
    stacked: bool = False

    def model(self, number: int, x: int, y: int) -> dict[str, Any]:
        """What Grafana reads, at a place of the grid."""
        is_now = self.kind in {"stat", "table", "bargauge"}
        custom = {"stacking": {"mode": "normal"}, "fillOpacity": 20} if self.stacked else {}
        return {
            "id": number,
            "type": self.kind,
            "title": self.title,
            "description": self.description,
            "datasource": SOURCE,
            "gridPos": {"x": x, "y": y, "w": self.wide, "h": self.high},
            "fieldConfig": {"defaults": {"unit": self.unit, "custom": custom}, "overrides": []},
            "options": {"reduceOptions": {"calcs": ["lastNotNull"]}}
            if self.kind in {"stat", "bargauge"}
            else {},
            "targets": [
                {
                    "refId": chr(ord("A") + place),
                    "datasource": SOURCE,
                    "expr": query.expr,
                    "legendFormat": query.legend or "__auto",
                    "instant": is_now,
                    "range": not is_now,
                    "format": _format(self.kind),
                }
                for place, query in enumerate(self.queries)
            ],
        }


def _format(kind: str) -> str:
    return kind if kind in {"table", "heatmap"} else "time_series"


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A dashboard. `variables` are asked for as labels of a metric: name -> metric."""

    uid: str
    title: str
    description: str
    panels: tuple[Panel, ...]
    variables: dict[str, str] = field(default_factory=dict)

    def model(self) -> dict[str, Any]:
        """What Grafana reads."""
        return {
            "uid": self.uid,
            "title": self.title,
            "description": self.description,
            "tags": ["slaclock"],
            "schemaVersion": 39,
            "editable": False,
            "time": {"from": "now-6h", "to": "now"},
            "refresh": "30s",
            "templating": {"list": [*self._variables()]},
            "panels": [
                panel.model(number, x, y) for number, (panel, x, y) in enumerate(self._places(), start=1)
            ],
        }

    def _variables(self) -> Iterator[dict[str, Any]]:
        yield {"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Data source"}
        for name, metric in self.variables.items():
            yield {
                "name": name,
                "type": "query",
                "label": name.capitalize(),
                "datasource": SOURCE,
                "query": f"label_values({metric}, {name})",
                "refresh": 2,
                "multi": True,
                "includeAll": True,
                "allValue": ".*",
            }

    def _places(self) -> Iterator[tuple[Panel, int, int]]:
        x = y = tallest = 0
        for panel in self.panels:
            if x + panel.wide > WIDTH:
                x, y, tallest = 0, y + tallest, 0
            yield panel, x, y
            x, tallest = x + panel.wide, max(tallest, panel.high)

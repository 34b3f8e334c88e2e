"""Panels and queries that several dashboards have."""

from __future__ import annotations

from scripts.monitoring.board import Panel, Query


def stat(title: str, expr: str, unit: str = "short", description: str = "") -> Panel:
    queries = (Query(expr),)
    return Panel(
        title=title, queries=queries, kind="stat", unit=unit, description=description, wide=4, high=4
    )


def rate(metric: str, by: str, legend: str, where: str = "") -> Query:
    return Query(f"sum by ({by}) (rate({metric}{where}[$__rate_interval]))", legend)


def quantile(metric: str, share: float) -> Query:
    expr = f"histogram_quantile({share}, sum by (le) (rate({metric}_bucket[$__rate_interval])))"
    return Query(expr, f"{share:.0%}")

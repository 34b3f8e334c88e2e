"""Metrics: declared once, counted and shown by each process."""

from service.metrics.catalogue import CATALOGUE, SECTIONS
from service.metrics.declared import Configured, Kind, Label, Metric, Scope
from service.metrics.family import Family
from service.metrics.hotline_shown import HotlineMetrics
from service.metrics.sets import FROZEN, HORIZONS, KINDS, MOST, OTHER, OUTCOMES, RESULTS, STANDS, STATUSES
from service.metrics.shown import CONTENT_TYPE, InForce, Metrics

__all__ = [
    "CATALOGUE",
    "CONTENT_TYPE",
    "FROZEN",
    "HORIZONS",
    "KINDS",
    "MOST",
    "OTHER",
    "OUTCOMES",
    "RESULTS",
    "SECTIONS",
    "STANDS",
    "STATUSES",
    "Configured",
    "Family",
    "HotlineMetrics",
    "InForce",
    "Kind",
    "Label",
    "Metric",
    "Metrics",
    "Scope",
]

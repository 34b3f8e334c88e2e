"""What is said about a metric when it is declared."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The types of Prometheus."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Scope(StrEnum):
    """Whose a value is, and so what may be done with the values of several processes."""

    PROCESS = "process"  # each process counts its own: `sum`
    FLEET = "fleet"  # counted in the database, the same in every process that shows it: `max`, never `sum`


class Configured(StrEnum):
    """Sets of label values that come from settings or from registered policies and calendars."""

    ROLE = "role"
    REASON = "parked reason"
    OUT = "output topic"
    IN = "input topic"
    SHARED = "input topic that may be missing"
    TENANT = "tenant"
    TARGET = "target"
    SOURCE = "required source"
    CALENDAR = "calendar that ends"
    POLICY = "policy"
    VERSION = "policy version in force"
    RELEASE = "release"
    QUEUE = "queue"
    SETTING = "setting"


@dataclass(frozen=True, slots=True)
class Label:
    """A label and its values: a closed set, or one that is configured."""

    name: str
    values: tuple[str, ...] | Configured


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric. `name` as it is exported, with the `_total` of a counter; `unit` of its value.

    `roles` are those whose processes export it; empty: every process does. Every series of `labels` exists from the start
    unless `sparse`: then those exist that there is something to be said of.
    """

    name: str
    kind: Kind
    unit: str
    meaning: str
    labels: tuple[Label, ...] = ()
    roles: tuple[str, ...] = ()
    scope: Scope = Scope.PROCESS
    buckets: tuple[float, ...] = ()
    sparse: bool = False

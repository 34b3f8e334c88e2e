"""The series of one metric: those of its product and no others."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import Final, Generic, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from service.metrics.declared import Configured, Kind, Label, Metric
from service.metrics.sets import MOST, OTHER

M = TypeVar("M", Counter, Gauge, Histogram)


class Values:
    """What is configured, by set; at most `MOST` of each, and everything else is `OTHER`."""

    def __init__(self) -> None:
        self._sets: dict[Configured, tuple[str, ...]] = {}

    def put(self, which: Configured, values: Iterable[str]) -> bool:
        """Whether the set is another than before. It is ordered by name, so that every process leaves out the same."""
        chosen = tuple(sorted(set(values))[:MOST])
        changed = self._sets.get(which, ()) != chosen
        self._sets[which] = chosen
        return changed

    def known(self, label: Label) -> tuple[str, ...]:
        """The values of `label` that have series of their own."""
        return label.values if isinstance(label.values, tuple) else self._sets.get(label.values, ())

    def of(self, label: Label, value: str) -> str:
        """`value`, or what it is counted as."""
        return value if value in self.known(label) else OTHER


class Family(Generic[M]):
    """A metric with labels."""

    def __init__(self, declared: Metric, metric: M, values: Values) -> None:
        self._declared: Final = declared
        self._metric: M = metric
        self._values = values
        self.begin()

    def labels(self, *told: str) -> M:
        """The series of these values, in the order of the declared labels."""
        named = zip(self._declared.labels, told, strict=True)
        found: M = self._metric.labels(*(self._values.of(label, value) for label, value in named))
        return found

    def total(self) -> float:
        """The sum over all series."""
        return sum(
            sample.value
            for family in self._metric.collect()
            for sample in family.samples
            if sample.name == self._declared.name
        )

    def begin(self) -> None:
        """Make every series that there has to be from the start. Those that are there stay as they are."""
        if not self._declared.sparse:
            for told in product(*(self._values.known(label) for label in self._declared.labels)):
                self._metric.labels(*told)

    def again(self) -> None:
        """Forget what was shown, and begin. For gauges: a counter would lose what it has counted."""
        self._metric.clear()
        self.begin()

    def rests_on(self, which: Configured) -> bool:
        """Whether one of its labels has that set."""
        return any(label.values is which for label in self._declared.labels)


def counter(declared: Metric, registry: CollectorRegistry | None) -> Counter:
    """The counter that is declared; without a registry it counts and is not shown."""
    assert declared.kind is Kind.COUNTER, declared.name
    return Counter(
        declared.name.removesuffix("_total"), declared.meaning, _names(declared), registry=registry
    )


def gauge(declared: Metric, registry: CollectorRegistry | None) -> Gauge:
    """The same of a gauge."""
    assert declared.kind is Kind.GAUGE, declared.name
    return Gauge(declared.name, declared.meaning, _names(declared), registry=registry)


def histogram(declared: Metric, registry: CollectorRegistry | None) -> Histogram:
    """The same of a histogram."""
    assert declared.kind is Kind.HISTOGRAM, declared.name
    return Histogram(
        declared.name, declared.meaning, _names(declared), buckets=declared.buckets, registry=registry
    )


def _names(declared: Metric) -> list[str]:
    return [label.name for label in declared.labels]

"""docs/metrics.md: the catalogue for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from scripts.monitoring.alerts import ALERTS
from service.metrics import HORIZONS, MOST, SECTIONS, Label, Metric, Scope

_HEAD: Final = f"""# Metrics

Made of `service/metrics/catalogue.py` by `make metrics`.

A metric is shown by the processes whose roles export it. **Sum**: each process counts its own, take `sum` over
processes. **Max**: it is counted in the database, and equal in every process that shows it; take `max`, never `sum`. Only
the clock role shows these. Instants are exported as they are, and ages reckoned in PromQL (`time() - max(...)`), so that a
process that is stuck does not show an age that stands still.

Labels come from the settings, from registered policies and calendars, or from closed sets; never from tickets, people
or texts. A value that is in no set is counted as `other`, and so is what goes beyond {MOST} values of a configured set, by
name. Every series exists from the start with 0, as soon as the policies are read; only those marked + come with what they
tell of. Processes look for new policies every `GAUGES_SECONDS`.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *_tables(), *_alerts()])


def _tables() -> Iterator[str]:
    for title, metrics in SECTIONS.items():
        yield f"## {title}\n"
        yield "| metric | type, unit | roles | over processes | |\n|---|---|---|---|---|"
        yield from (_row(metric) for metric in metrics)
        yield ""
    yield "## Labels\n"
    yield "| label | of | values |\n|---|---|---|"
    for label, names in _labels().items():
        yield f"| `{label.name}` | {', '.join(f'`{name}`' for name in names)} | {_values(label)} |"
    yield ""


def _row(metric: Metric) -> str:
    labels = ",".join(label.name for label in metric.labels)
    name = f"`{metric.name}{{{labels}}}`" if labels else f"`{metric.name}`"
    over = "max" if metric.scope is Scope.FLEET else "sum"
    marked = f"{name} +" if metric.sparse else name
    return (
        f"| {marked} | {metric.kind.value}, {metric.unit} | {', '.join(metric.roles) or 'all'} | {over} | "
        f"{metric.meaning} |"
    )


def _labels() -> dict[Label, list[str]]:
    found: dict[Label, list[str]] = {}
    for metrics in SECTIONS.values():
        for metric in metrics:
            for label in metric.labels:
                found.setdefault(label, []).append(metric.name)
    return found


def _values(label: Label) -> str:
    if label.values == tuple(HORIZONS):
        return ", ".join(f"`{name}`" for name in HORIZONS) + "; each holds the nearer ones"
    if isinstance(label.values, tuple):
        return ", ".join(f"`{value}`" for value in label.values)
    return f"configured: {label.values.value}"


def _alerts() -> Iterator[str]:
    yield "## Alerts\n"
    yield "| alert | severity | after | |\n|---|---|---|---|"
    for alerts in ALERTS.values():
        for alert in alerts:
            yield f"| `{alert.name}` | {alert.severity} | {alert.wait} | {alert.meaning} |"
    yield ""

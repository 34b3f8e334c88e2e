"""Every metric, declared once: docs/metrics.md, alerts and dashboards are made from this or held against it.

Labels come from the configuration or from closed sets, never from tickets, people or texts.
"""

from __future__ import annotations

from typing import Final

from service.metrics.declared import Configured, Kind, Label, Metric
from service.metrics.heard import RECORDS, TIME
from service.metrics.hotline import CALLS, COVERAGE
from service.metrics.kit import CANARY, TENANT, counted, gauge, instant, waits
from service.metrics.said import OUTPUT, PROMISES

CANARIES: Final = (
    instant(
        name="sla_canary_fired_timestamp_seconds",
        meaning="The due of the latest canary whose breach this process saw acknowledged by the broker; 0 before the first.",
        roles=CANARY,
    ),
    waits(
        name="sla_canary_delay_seconds",
        meaning="From the due of a canary until this process, which opened it, saw that its breach was acknowledged.",
        roles=CANARY,
    ),
)

PROCESS: Final = (
    counted(
        name="sla_role_failures_total",
        unit="turns",
        meaning="Failed turns of a role.",
        labels=(Label("role", Configured.ROLE),),
    ),
    instant(
        name="sla_gauges_timestamp_seconds",
        meaning="When the gauges of the database were last counted: when it stands still, so do they.",
    ),
    Metric(
        name="sla_build_info",
        kind=Kind.GAUGE,
        unit="always 1",
        meaning="The release that runs.",
        labels=(Label("version", Configured.RELEASE),),
        sparse=True,
    ),
    gauge(
        name="sla_policy_info",
        unit="always 1",
        meaning="The version of each tenant's policy that is in force for tickets opened now.",
        labels=(TENANT, Label("policy", Configured.POLICY), Label("version", Configured.VERSION)),
        sparse=True,
    ),
)

#: By the question that they answer.
SECTIONS: Final = {
    "Promises": PROMISES,
    "Records": RECORDS,
    "Time and judging": TIME,
    "Output": OUTPUT,
    "Canary": CANARIES,
    "Calls": CALLS,
    "Coverage": COVERAGE,
    "Processes": PROCESS,
}

CATALOGUE: Final = {metric.name: metric for section in SECTIONS.values() for metric in section}

"""What most declarations begin with."""

from __future__ import annotations

from functools import partial
from typing import Final

from service.metrics.declared import Configured, Kind, Label, Metric, Scope
from service.metrics.sets import RESULTS, WAITS

INGEST: Final = ("ingest",)
CLOCK: Final = ("clock",)
RELAY: Final = ("relay",)
CANARY: Final = ("canary",)
JUDGES: Final = ("ingest", "clock")

counted = partial(Metric, kind=Kind.COUNTER)
gauge = partial(Metric, kind=Kind.GAUGE, roles=CLOCK, scope=Scope.FLEET)
instant = partial(gauge, unit="seconds since 1970")
number = partial(gauge, unit="count")
waits = partial(Metric, kind=Kind.HISTOGRAM, unit="seconds", buckets=WAITS)

TARGET: Final = Label("target", Configured.TARGET)
TENANT: Final = Label("tenant", Configured.TENANT)
RESULT: Final = Label("result", RESULTS)

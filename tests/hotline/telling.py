"""Facts told shortly, instants in seconds; how hard properties are tried."""

import os
from itertools import count

from hypothesis import HealthCheck, settings

from service.hotline import AgentEvent, CallEvent

S = 1_000_000
#: CORE_EXAMPLES=50000 asks for so many random examples a property, chosen anew each run; without it a run is
#: repeatable.
_LONG_RUN = int(os.environ.get("CORE_EXAMPLES", "0"))
TRIED = settings(
    max_examples=_LONG_RUN or 150,
    derandomize=not _LONG_RUN,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
_numbers = count()


def call(type_, at, name="c", **more):
    """A fact about a call."""
    if "rang_at" in more:
        more["rang_at"] *= S
    more.setdefault("id", f"e{next(_numbers)}")
    return CallEvent(call=name, source="pbx", type=type_, at=at * S, **more)


def agent(type_, at, name="a", source="acd", **more):
    """A fact about an agent."""
    more.setdefault("id", f"e{next(_numbers)}")
    return AgentEvent(agent=name, source=source, type=type_, at=at * S, **more)

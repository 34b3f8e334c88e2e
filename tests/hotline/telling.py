"""Facts told shortly; instants in seconds."""

from itertools import count

from service.hotline import AgentEvent, CallEvent

S = 1_000_000
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

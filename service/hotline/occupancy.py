"""How busy agents were: handling / (handling + available).

Handling is the time in which an agent has a call, whatever the agent's state, and wrap-up. Available is the time in
which an agent is ready and has none. Time not ready without a call is neither. Only time in which the agent is surely
signed in is looked at: where a source was silent there is no figure rather than a wrong one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from service.hotline.agents import Presence, State, Watch
from service.hotline.calls import Call
from service.hotline.ratio import Ratio
from service.hotline.spans import Span, overlap, rest, total, union
from service.sla.instants import Instant


def occupancy(
    calls: Iterable[Call], watch: Watch, start: Instant, end: Instant, queue: str | None = None
) -> Ratio:
    """Microseconds of handling, over those of handling and available, in [start, end).

    Of `queue`: of the agents while they serve it, whatever calls they have. A handling that lasts goes on to
    `watch.upto`.
    """
    with_call: dict[str, list[Span]] = {}
    for call in calls:
        for each in call.handlings:
            span = each.start, watch.upto if each.end is None else each.end
            with_call.setdefault(each.agent, []).append(span)
    here: dict[str, list[Presence]] = {}
    for presence in watch.presences:
        if presence.is_sure and (queue is None or presence.serves(queue)):
            here.setdefault(presence.agent, []).append(presence)
    parts = (_of_agent(here[agent], union(with_call.get(agent, ())), (start, end)) for agent in sorted(here))
    return sum(parts, start=Ratio(0, 0))


def _of_agent(presences: Sequence[Presence], with_call: Sequence[Span], window: Span) -> Ratio:
    def spans(*states: State) -> tuple[Span, ...]:
        found = union((each.start, each.end) for each in presences if each.state in states)
        return overlap(found, (window,))

    working = union((*overlap(with_call, spans(*State)), *spans(State.WRAP_UP)))
    available = overlap(spans(State.READY), rest(with_call, *window))
    handling = total(working)
    return Ratio(handling, handling + total(available))

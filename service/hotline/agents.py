"""Facts about agents, folded: who was in which state when, and how sure that is.

Nobody on duty and nothing heard look alike on a bus. So silence is told apart: a source that has said nothing for a
while is *silent*, and what its agents do then is not known. An agent of whom nothing was heard for longer than anybody
works is not known either: a sign-out can be lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby, pairwise

from service.hotline.facts import AgentEvent, agents_in_order
from service.hotline.spans import Span, overlap, rest, union
from service.sla.instants import HOUR, MINUTE, Duration, Instant


class State(StrEnum):
    """What an agent who is signed in does."""

    READY = "ready"  # takes calls, or has one
    WRAP_UP = "wrap_up"  # not ready because of the call before
    NOT_READY = "not_ready"


#: The states in which an agent takes calls, or works on one.
ON_DUTY = frozenset({State.READY, State.WRAP_UP})
SIGNED_IN = frozenset(State)


@dataclass(frozen=True, slots=True)
class Listening:
    """What is made of hearing nothing. The lengths are assumptions until an owner has set them.

    A source is silent from `silence` after its last fact until its next. What is known of an agent holds for `shift`
    after the last fact about that agent. `sources` have to be heard, each of them, and only what they say is sure; left
    empty, those that ever spoke. The reasons in `wrap_up` are work on the call before.
    """

    silence: Duration = 10 * MINUTE
    shift: Duration = 16 * HOUR
    sources: tuple[str, ...] = ()
    wrap_up: frozenset[str] = frozenset({"wrap_up"})


@dataclass(frozen=True, slots=True)
class Presence:
    """`agent` was in `state` in [start, end), says `source`. `queues` are those served, all when empty."""

    agent: str
    source: str
    start: Instant
    end: Instant
    state: State
    queues: tuple[str, ...]
    is_sure: bool = True

    def serves(self, queue: str) -> bool:
        """Whether calls of `queue` come to this agent."""
        return not self.queues or queue in self.queues


@dataclass(frozen=True, slots=True)
class Watch:
    """What is known of all agents up to `upto`.

    `presences` are disjoint for each agent; the sure ones lie in what was heard of their source. In `silent` one of the
    sources, or every one when none was ever heard, said nothing; disjoint and in order, within [0, upto).
    """

    presences: tuple[Presence, ...]
    silent: tuple[Span, ...]
    upto: Instant


def watch(events: Iterable[AgentEvent], upto: Instant, listening: Listening) -> Watch:
    """The facts up to `upto`, folded; the same for every permutation and duplication of `events`."""
    ordered = agents_in_order(events, upto)
    heard = {
        source: _heard([event.at for event in ordered if event.source == source], upto, listening.silence)
        for source in listening.sources or sorted({event.source for event in ordered})
    }
    silent = union(span for spans in heard.values() for span in rest(spans, 0, upto))
    by_agent = sorted((event for event in ordered if event.agent), key=lambda event: event.agent)
    presences = [
        piece
        for _, facts in groupby(by_agent, key=lambda event: event.agent)
        for presence in _presences(list(facts), upto, listening)
        for piece in _pieces(presence, heard.get(presence.source, ()))
    ]
    return Watch(tuple(presences), silent if heard else ((0, upto),), upto)


def _heard(instants: Iterable[Instant], upto: Instant, silence: Duration) -> tuple[Span, ...]:
    return union((at, min(at + silence, upto)) for at in instants)


def _presences(facts: Sequence[AgentEvent], upto: Instant, listening: Listening) -> Iterator[Presence]:
    """One agent's, cut where it is too long ago to be sure; some may be empty."""
    state: State | None = None
    queues: tuple[str, ...] = ()
    ends = [*(later.at for _, later in pairwise(facts)), upto]
    for fact, end in zip(facts, ends, strict=True):
        state = _state_after(state, fact, listening)
        queues = fact.queues or (() if fact.type == "signed_in" else queues)
        if state is None:
            continue
        forgotten = min(end, fact.at + listening.shift)
        for start, until, is_sure in ((fact.at, forgotten, True), (forgotten, end, False)):
            yield Presence(fact.agent, fact.source, start, until, state, queues, is_sure)


def _state_after(state: State | None, fact: AgentEvent, listening: Listening) -> State | None:
    match fact.type:
        case "signed_out":
            return None
        case "signed_in":
            return state or State.NOT_READY
        case "ready":
            return State.READY
        case "not_ready" if state is not None:
            return State.WRAP_UP if fact.reason in listening.wrap_up else State.NOT_READY
        case _:
            return state


def _pieces(presence: Presence, heard: Sequence[Span]) -> Iterator[Presence]:
    """What there is of it: sure only where the source was heard."""
    whole = (presence.start, presence.end)
    known = overlap(heard, (whole,)) if presence.is_sure else ()
    cuts = [(start, end, True) for start, end in known]
    cuts += [(start, end, False) for start, end in rest(known, *whole)]
    for start, end, is_sure in sorted(cuts):
        yield Presence(presence.agent, presence.source, start, end, presence.state, presence.queues, is_sure)

"""What happened at the hotline: facts about calls and about agents, of one tenant, as their publisher stated them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from service.sla.instants import Instant

#: In the order in which facts of one call, instant, source and sequence number are read.
CALL_FACTS: Final[tuple[str, ...]] = (
    "offered",
    "missed",
    "answered",
    "transferred",
    "abandoned",
    "hung_up",
    "rated",
)

#: The same for facts about agents: who signs out and in at one instant is in.
AGENT_FACTS: Final[tuple[str, ...]] = ("alive", "signed_out", "signed_in", "not_ready", "ready")

#: Who hung up, when the fact says so.
PARTIES: Final[tuple[str, ...]] = ("caller", "agent", "system")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEvent:
    """A fact about a call. Unique by (source, id); `at` is when it happened, not when it was heard of.

    `offered`      the call reached `queue`
    `missed`       it rang at `agent` and nobody took it; without an agent: nobody at all took the call, which is over
    `answered`     `agent` took it
    `transferred`  `agent` passed it on, to `queue`, or straight to a person when that is empty
    `abandoned`    the caller gave up
    `hung_up`      the call ended, `by` one of `PARTIES`
    `rated`        the caller gave `rating`

    `rang_at` of any of them: when the telephone that was to be taken began to ring; None when that is not known.
    """

    call: str
    source: str
    id: str
    type: str
    at: Instant
    seq: int = 0
    queue: str = ""
    agent: str = ""
    by: str = ""
    rang_at: Instant | None = None
    rating: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentEvent:
    """A fact about an agent. Unique by (source, id).

    `signed_in`   on duty, but takes no calls yet. `queues` here or in a later fact: those served, all when empty
    `ready`       takes calls; says that the agent is signed in, too
    `not_ready`   takes none, for `reason`; of somebody who is not signed in it changes nothing
    `signed_out`  gone
    `alive`       nothing has changed with the agent; without one, the source says that it is there
    """

    source: str
    id: str
    type: str
    at: Instant
    agent: str = ""
    seq: int = 0
    queues: tuple[str, ...] = ()
    reason: str = ""


class Fact(Protocol):
    """What both kinds have."""

    @property
    def source(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def at(self) -> Instant: ...
    @property
    def seq(self) -> int: ...


F = TypeVar("F", bound=Fact)

_CALLS: Final = {word: place for place, word in enumerate(CALL_FACTS)}
_AGENTS: Final = {word: place for place, word in enumerate(AGENT_FACTS)}


def calls_in_order(events: Iterable[CallEvent], upto: Instant) -> tuple[CallEvent, ...]:
    """Facts about calls up to `upto`, that instant included, each once, ordered as `_in_order` says."""
    return _in_order(events, upto, _CALLS)


def agents_in_order(events: Iterable[AgentEvent], upto: Instant) -> tuple[AgentEvent, ...]:
    """The same of facts about agents."""
    return _in_order(events, upto, _AGENTS)


def _in_order(events: Iterable[F], upto: Instant, places: Mapping[str, int]) -> tuple[F, ...]:
    """Ordered by (at, source, seq, type, id), and of one (source, id) the first only; unknown types are left out.

    The same for every permutation and duplication.
    """
    known = (event for event in events if event.type in places and event.at <= upto)
    unique: dict[tuple[str, str], F] = {}
    for event in sorted(known, key=lambda one: (one.at, one.source, one.seq, places[one.type], one.id)):
        unique.setdefault((event.source, event.id), event)
    return tuple(unique.values())

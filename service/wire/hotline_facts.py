"""From events of the hotline's topic to the facts that figures are made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from service.hotline.facts import AgentEvent, CallEvent
from service.hotline.roster import Requirement, Roster, Shift
from service.sla.events import Event, Json, as_instant, as_text, key_of, named_by

#: What stands for every queue that is not among those that were configured.
OTHER: Final = "other"


@dataclass(frozen=True, slots=True)
class Queues:
    """The queues that figures are told of apart, a closed set; all others together are `OTHER`."""

    names: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """Every name that a figure can have."""
        return (*self.names, *({OTHER} - set(self.names)))

    @property
    def covered(self) -> tuple[str, ...]:
        """Those that have to be covered: the configured ones; all together when there are none."""
        return self.names or (OTHER,)

    def of(self, told: str) -> str:
        """The name under which `told` is counted; nothing is no queue."""
        return told if not told or told in self.names else OTHER


def calls_told(events: Iterable[Event], queues: Queues) -> list[CallEvent]:
    """Facts about calls."""
    return [
        CallEvent(
            call=event.ticket,
            source=event.source,
            id=event.id,
            type=event.type.removeprefix("call."),
            at=event.at,
            seq=event.seq,
            queue=queues.of(_text(event, "queue")),
            agent=_text(event, "agent"),
            by=_text(event, "by"),
            rang_at=as_instant(event.attributes.get("rang_at")),
            rating=_number(event.attributes.get("rating")),
        )
        for event in events
    ]


def agents_told(events: Iterable[Event], queues: Queues) -> list[AgentEvent]:
    """Facts about agents. Who is alive and is the source itself is no agent."""
    return [
        AgentEvent(
            source=event.source,
            id=event.id,
            type=event.type.removeprefix("agent."),
            at=event.at,
            agent="" if event.type == "agent.alive" and event.ticket == event.source else event.ticket,
            seq=event.seq,
            queues=_served(event, queues),
            reason=_text(event, "reason"),
        )
        for event in events
    ]


def roster_told(events: Iterable[Event], queues: Queues, least: int) -> Roster:
    """The roster that facts tell of; what is voided is not in it, whichever came first."""
    told = list(events)
    voided = {named_by(event) for event in told if event.type == "roster.voided"}
    requirements, shifts = [], []
    for event in told:
        start, end = (as_instant(event.attributes.get(name)) for name in ("from", "to"))
        if key_of(event) in voided or start is None or end is None:
            continue
        if event.type == "roster.required":
            agents = _number(event.attributes.get("agents")) or 0
            requirements.append(Requirement(queues.of(event.ticket), start, end, agents))
        else:
            shifts.append(Shift(event.ticket, start, end, _served(event, queues)))
    return Roster(tuple(requirements), tuple(shifts), least)


def _served(event: Event, queues: Queues) -> tuple[str, ...]:
    told = event.attributes.get("queues")
    names = told if isinstance(told, list) else [told]
    return tuple(dict.fromkeys(queues.of(name) for name in names if isinstance(name, str)))


def _text(event: Event, name: str) -> str:
    return as_text(event.attributes.get(name)) or ""


def _number(value: Json) -> int | None:
    return value if type(value) is int else None

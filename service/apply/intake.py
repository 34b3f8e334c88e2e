"""Every event once: what of the arriving events is new, what was there, and what does not fit. No input or output."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Final
from uuid import UUID, uuid5

from service.sla.events import Event, EventKey
from service.sla.instants import Instant
from service.store.events import Kept, Origin, Past, read_attributes, write_attributes
from service.store.keys import TicketKey
from service.wire.records import Accepted, Reason

#: Who records a `voided` event when an operator lets one event replace another.
OPERATOR: Final = "slaclock/operator"

#: The name space of the ids of those events; it never changes, or one release would void twice.
_VOIDS: Final = UUID("0d3f0e5e-7b0a-5d0f-9c5e-3a0c7a2b9d41")


@dataclass(frozen=True, slots=True)
class Misfit:
    """An event that can be read and not be applied."""

    accepted: Accepted
    reason: Reason
    detail: str


@dataclass(slots=True)
class Intake:
    """`new` events by ticket in the order of arrival; `duplicates` have no effect."""

    new: dict[TicketKey, list[Kept]] = field(default_factory=dict)
    duplicates: list[Accepted] = field(default_factory=list)
    misfits: list[Misfit] = field(default_factory=list)


def ticket_of(event: Event) -> TicketKey:
    """Where an event of a ticket counts once."""
    return event.tenant, event.ticket


def of_tenant(event: Event) -> TicketKey:
    """Where an event that many tickets share counts once, whatever it is about."""
    return event.tenant, ""


def take_in(
    arrivals: Iterable[Accepted],
    pasts: Mapping[TicketKey, Past],
    most: int | None,
    place_of: Callable[[Event], TicketKey] = ticket_of,
) -> Intake:
    """Sort `arrivals` against what is stored in their places, by default tickets, and against each other.

    Equal key and digest is a duplicate, another digest does not fit, and neither does a new event of a ticket that
    has `most` already (None: any number). What is new is noted in `pasts`.
    """
    intake = Intake()
    for one in arrivals:
        key = place_of(one.event)
        past = pasts[key]
        stored = past.digests.get((one.event.source, one.event.id))
        if stored is None:
            if most is not None and len(past.digests) >= most:
                intake.misfits.append(Misfit(one, Reason.TOO_MANY_EVENTS, f"the ticket has {most} events"))
            else:
                intake.new.setdefault(key, []).append(_note(past, one.event, one))
        elif stored == one.digest or _replacement(one) in past.digests:
            intake.duplicates.append(one)
        else:
            detail = f"event {one.event.id} is known with other content"
            intake.misfits.append(Misfit(one, Reason.ID_REUSED, detail))
    return intake


def replaced(one: Accepted, past: Past, *, by: str, why: str, at: Instant) -> list[Kept]:
    """What lets `one` take the place of the stored event with its key: the voiding of that event, and itself.

    `one` gets an id of its own, made of its content, because the voided one keeps the key. Earlier replacements of
    that event are voided as well. Voids are events of `OPERATOR` with ids made of what they void.
    """
    published = (one.event.source, one.event.id)
    kept = [
        _note(past, _void(one.event, key, by=by, why=why, at=at))
        for key in (published, *past.replacements.get(published, ()))
        if (OPERATOR, _void_id(one.event, key)) not in past.digests
    ]
    event = replace(one.event, id=_replacement(one)[1])
    return [*kept, _note(past, event, one, stands_for=one.event.id)]


def own(past: Past, event: Event) -> Kept:
    """`event`, which the service records itself and no record brings; noted in `past`."""
    return _note(past, event)


def _note(past: Past, event: Event, one: Accepted | None = None, stands_for: str | None = None) -> Kept:
    """`event` as it will be read back: what is judged now is what will be judged later."""
    attributes = write_attributes(event.attributes)
    stored = replace(event, attributes=read_attributes(attributes))
    digest = one.digest if one else sha256(attributes).digest()
    record = one.record if one else None
    past.digests[event.source, event.id] = digest
    origin = None if record is None else Origin(record.topic, record.part, record.offset, record.timestamp)
    if record is not None:
        past.recorded[event.source, event.id] = record.timestamp
    return Kept(stored, attributes, digest, origin, stands_for, one.trace if one else None)


def _replacement(one: Accepted) -> EventKey:
    """The key under which `one` is stored when it replaces the event that has its own."""
    return one.event.source, f"{one.digest.hex()[:32]}:{one.event.id}"[:255]


def _void_id(event: Event, voided: EventKey) -> str:
    return str(uuid5(_VOIDS, "\x1f".join((event.tenant, event.ticket, *voided))))


def _void(event: Event, voided: EventKey, *, by: str, why: str, at: Instant) -> Event:
    source, id_ = voided
    return Event(
        tenant=event.tenant,
        ticket=event.ticket,
        source=OPERATOR,
        id=_void_id(event, voided),
        type="voided",
        at=at,
        attributes={"event": id_, "source": source, "reason": why, "by": by},
    )

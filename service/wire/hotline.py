"""What is said of calls, agents and rosters: the events of the hotline's topic.

The subject is the call, the agent, or what the roster's fact is about. A call can have promises like a ticket: `as_ticket`
is how the rules see its facts. Its name there cannot be that of a ticket, whatever numbers both are given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from service.hotline.facts import AGENT_FACTS, PARTIES
from service.sla.events import Event, Json
from service.wire.attributes import (
    NAMES_ANOTHER,
    Read,
    check_attributes,
    identified,
    instant,
    integer,
    names,
    text,
)
from service.wire.attribution import attributed, context_of
from service.wire.facts import content_of, digest, identities
from service.wire.records import Accepted, Reason, Record
from service.wire.types import name_in
from service.wire.unfit import Unfit, shown
from service.wire.values import identifier

#: What stands before the name of a call where tickets are named, and before its facts among types of events.
OF_CALLS: Final = "call:"
_FACT: Final = "call_"


def _party(name: str, value: Json) -> None:
    if value not in PARTIES:
        raise Unfit(Reason.BAD_DATA, f"{name} {shown(value)} is none of {', '.join(PARTIES)}")


def _number(name: str, value: Json) -> None:
    integer(name, value)
    if not 0 <= int(str(value)) <= _MOST:
        raise Unfit(Reason.BAD_DATA, f"{name} {value} is not 0 to {_MOST}")


#: Agents that a requirement may ask for, and the largest mark.
_MOST: Final = 100_000

_RANG: Final = (("rang_at", instant, False),)
_SERVED: Final = (("queues", names, False),)
_SPAN: Final = (("from", instant, True), ("to", instant, True))

#: Attributes that are read, by type: (name, its check, it must be there).
READ: Final[Read] = MappingProxyType(
    {
        "call.offered": (("queue", identified, True), *_RANG),
        "call.missed": (("agent", identified, False), *_RANG),
        "call.answered": (("agent", identified, True), *_RANG),
        "call.transferred": (("agent", identified, False), ("queue", identified, False)),
        "call.abandoned": _RANG,
        "call.hung_up": (("by", _party, False),),
        "call.rated": (("rating", _number, True),),
        "call.called_back": (("agent", identified, False),),
        **{f"agent.{name}": _SERVED for name in AGENT_FACTS},
        "agent.not_ready": (("reason", text, False), *_SERVED),
        "roster.shift": (*_SPAN, *_SERVED),
        "roster.required": (*_SPAN, ("agents", _number, True)),
        "roster.voided": NAMES_ANOTHER,
    }
)

#: What policies can name: the facts of calls as types of events.
CALL_TYPES: Final = frozenset(_FACT + name.removeprefix("call.") for name in READ if name.startswith("call."))


def hotline_event_of(attributes: Mapping[str, Json], data: Json, *, tenant: str) -> Event:
    """The fact in CloudEvents context attributes and `data`, its type like `call.offered`; `Unfit` when there is none.

    Its `ticket` is the subject. `tenant` is whose it is when the attributes do not say.
    """
    said = identities(attributes, tenant)
    type_ = name_in(said.type, "", READ)
    if is_call(type_):
        identifier("subject", OF_CALLS + said.subject)
    seq, told = content_of(data)
    check_attributes(type_, told, READ)
    return Event(
        tenant=said.tenant,
        ticket=said.subject,
        source=said.source,
        id=said.id,
        type=type_,
        at=said.at,
        seq=seq,
        attributes=told,
    )


def is_call(type_: str) -> bool:
    """Whether a fact of this type is about a call."""
    return type_.startswith("call.")


def as_ticket(one: Accepted) -> Accepted:
    """A fact of a call as the rules see it: of a ticket named `call:` and the call, of the type `call_` and its name."""
    event = one.event
    seen = replace(event, ticket=OF_CALLS + event.ticket, type=_FACT + event.type.removeprefix("call."))
    return replace(one, event=seen, digest=digest(seen))


def may_be_a_call(record: Record, max_bytes: int) -> bool:
    """Whether a record that was refused may be about a call: unless its type says otherwise."""
    told = context_of(record, max_bytes).get("type")
    return not (isinstance(told, str) and told.startswith(("slaclock.agent.", "slaclock.roster.")))


def call_in_doubt(record: Record, tenant: str, max_bytes: int) -> tuple[str | None, str | None]:
    """Tenant and call, as tickets are named, of a record that was refused; None for what cannot be told."""
    owner, subject = attributed(record, tenant, max_bytes)
    if subject is None or not may_be_a_call(record, max_bytes):
        return owner, None
    return owner, OF_CALLS + subject

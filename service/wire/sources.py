"""What is said of sources, the systems that state events: the events of the sources topic.

The subject is the source that is spoken of, as its events have it; who speaks may be another.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from service.sla.events import Event, Json
from service.wire.attributes import NAMES_ANOTHER, Read, check_attributes, flag, identified, instant, text
from service.wire.facts import content_of, identities
from service.wire.types import name_in

#: Attributes that are read, by type: (name, its check, it must be there).
READ: Final[Read] = MappingProxyType(
    {
        "alive": (("complete_to", instant, True),),
        "outage": (
            ("outage", identified, False),
            ("from", instant, False),
            ("to", instant, False),
            ("reason", text, True),
            ("by", text, False),
        ),
        "outage_ended": (
            ("outage", identified, True),
            ("to", instant, False),
            ("recovered", flag, False),
            ("reason", text, False),
            ("by", text, False),
        ),
        "voided": NAMES_ANOTHER,
    }
)


def source_event_of(attributes: Mapping[str, Json], data: Json, *, tenant: str) -> Event:
    """The event about a source in CloudEvents context attributes and `data`; `Unfit` when there is none.

    Its `ticket` is the source that is spoken of. `tenant` is whose it is when the attributes do not say.
    """
    said = identities(attributes, tenant)
    type_ = name_in(said.type, "source", READ)
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

"""What is said on behalf of areas: the events of the areas topic, which bear on many tickets.

The subject is the name of the exclusion. It is put among the attributes, where the core reads it, so that leaving it
out there and repeating it is the same fact.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from service.sla.events import SHARED, Event, Json
from service.wire.attributes import check_attributes
from service.wire.facts import OF_AREAS_ONLY, content_of, identities
from service.wire.records import Reason
from service.wire.types import name_in
from service.wire.unfit import Unfit, shown

#: What the types of such events begin with.
OF_AREAS: Final = "slaclock.area."


def area_event_of(attributes: Mapping[str, Json], data: Json, *, tenant: str) -> Event:
    """The event of areas in CloudEvents context attributes and `data`; `Unfit` when there is none.

    Its `ticket` is the name of the exclusion. `tenant` is whose event it is when the attributes do not say.
    """
    said = identities(attributes, tenant)
    return area_fact(
        tenant=said.tenant,
        name=said.subject,
        source=said.source,
        id=said.id,
        type=name_in(said.type, "area", SHARED),
        at=said.at,
        data=data,
    )


def area_fact(*, tenant: str, name: str, source: str, id: str, type: str, at: int, data: Json) -> Event:  # noqa: A002
    """The event about the exclusion `name` with these identities and with `seq` and `attributes` from `data`."""
    if type not in SHARED:
        raise Unfit(Reason.UNKNOWN_TYPE, f"type {shown(type)} is none of {', '.join(SHARED)}")
    seq, attributes = content_of(data)
    if type in OF_AREAS_ONLY:
        attributes = _named(name, attributes)
    check_attributes(type, attributes)
    return Event(
        tenant=tenant, ticket=name, source=source, id=id, type=type, at=at, seq=seq, attributes=attributes
    )


def _named(name: str, attributes: Mapping[str, Json]) -> Mapping[str, Json]:
    given = attributes.get("exclusion")
    if given is not None and given != name:
        detail = f"data.attributes.exclusion {shown(given)} is not the subject {shown(name)}"
        raise Unfit(Reason.BAD_DATA, detail)
    return {**attributes, "exclusion": name}

"""What is said of the organisation: the events of the directory topic.

The subject is whom or what a fact is about. It is put among the attributes, where the core reads it, so that leaving it
out there and repeating it is the same fact.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from service.sla.events import DIRECTORY, Event, Json
from service.wire.attributes import (
    NAMES_ANOTHER,
    Read,
    check_attributes,
    flag,
    identified,
    instant,
    integer,
    text,
)
from service.wire.facts import content_of, identities
from service.wire.records import Reason
from service.wire.types import name_in
from service.wire.unfit import Unfit, shown

#: What the types of such events begin with.
OF_DIRECTORY: Final = "slaclock.directory."

#: The attribute that repeats the subject.
SUBJECT: Final = MappingProxyType({"person": "person", "unit": "unit", "area": "area", "duty": "unit"})

#: Attributes that the core reads, by type: (name, its check, it must be there).
READ: Final[Read] = MappingProxyType(
    {
        "person": (
            ("person", identified, False),
            ("unit", identified, False),
            ("rank", integer, False),
            ("active", flag, False),
            ("from", instant, False),
        ),
        "unit": (
            ("unit", identified, False),
            ("kind", text, False),
            ("parent", identified, False),
            ("head", identified, False),
            ("from", instant, False),
        ),
        "area": (
            ("area", identified, False),
            ("owner", identified, False),
            ("unit", identified, False),
            ("households", integer, False),
            ("per_owner", integer, False),
            ("from", instant, False),
        ),
        "duty": (
            ("unit", identified, False),
            ("person", identified, True),
            ("to", instant, False),
            ("from", instant, False),
        ),
        "voided": NAMES_ANOTHER,
    }
)


def directory_event_of(attributes: Mapping[str, Json], data: Json, *, tenant: str) -> Event:
    """The event about the organisation in CloudEvents context attributes and `data`; `Unfit` when there is none.

    Its `ticket` is the subject. `tenant` is whose event it is when the attributes do not say.
    """
    said = identities(attributes, tenant)
    return directory_fact(
        tenant=said.tenant,
        subject=said.subject,
        source=said.source,
        id=said.id,
        type=name_in(said.type, "directory", DIRECTORY),
        at=said.at,
        data=data,
    )


def directory_fact(
    *,
    tenant: str,
    subject: str,
    source: str,
    id: str,  # noqa: A002
    type: str,  # noqa: A002
    at: int,
    data: Json,
) -> Event:
    """The event about `subject` with these identities, of a type in `DIRECTORY`, and with `seq` and `attributes` from `data`."""
    seq, told = content_of(data)
    if type in SUBJECT:
        told = _named(SUBJECT[type], subject, told)
    check_attributes(type, told, READ)
    return Event(
        tenant=tenant, ticket=subject, source=source, id=id, type=type, at=at, seq=seq, attributes=told
    )


def _named(attribute: str, subject: str, told: Mapping[str, Json]) -> Mapping[str, Json]:
    given = told.get(attribute)
    if given is not None and given != subject:
        detail = f"data.attributes.{attribute} {shown(given)} is not the subject {shown(subject)}"
        raise Unfit(Reason.BAD_DATA, detail)
    return {**told, attribute: subject}

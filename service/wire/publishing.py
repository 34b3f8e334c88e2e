"""An event becomes a record of an input topic: what a publisher does, for the demo, benchmarks and tests."""

from __future__ import annotations

from typing import Final

import msgspec

from service.sla.events import Event, Json
from service.wire import times
from service.wire.records import Outgoing

_ENCODER: Final = msgspec.json.Encoder()
_BINARY: Final = b"application/json"
_STRUCTURED: Final = (("content-type", b"application/cloudevents+json; charset=UTF-8"),)

#: What an event is about: part of its type.
TICKET: Final = "ticket"
AREA: Final = "area"
SOURCE: Final = "source"
DIRECTORY: Final = "directory"
#: The types of such events name what they are about themselves: `call.offered`.
HOTLINE: Final = ""


def publish_binary(event: Event, about: str = TICKET) -> Outgoing:
    """`event` in binary mode. Its `ticket` is the subject: about areas the name of the exclusion."""
    context = _context(event, about)
    headers = tuple((f"ce_{name}", value.encode()) for name, value in context.items())
    value = _ENCODER.encode(_data(event))
    return Outgoing(event.ticket.encode(), value, (*headers, ("content-type", _BINARY)), event.id)


def publish_structured(event: Event, about: str = TICKET) -> Outgoing:
    """`event` in structured mode."""
    document = {**_context(event, about), "datacontenttype": "application/json", "data": _data(event)}
    return Outgoing(event.ticket.encode(), _ENCODER.encode(document), _STRUCTURED, event.id)


def _context(event: Event, about: str) -> dict[str, str]:
    return {
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": f"slaclock.{about}{'.' if about else ''}{event.type}.v1",
        "time": times.write(event.at),
        "subject": event.ticket,
        "tenant": event.tenant,
    }


def _data(event: Event) -> dict[str, Json]:
    return {"seq": event.seq, "attributes": dict(event.attributes)}

"""An event becomes a record of the tickets topic: what a publisher does, for the demo, benchmarks and tests."""

from __future__ import annotations

from typing import Final

import msgspec

from service.sla.events import Event, Json
from service.wire import times
from service.wire.records import Outgoing

_ENCODER: Final = msgspec.json.Encoder()
_BINARY: Final = b"application/json"
_STRUCTURED: Final = (("content-type", b"application/cloudevents+json; charset=UTF-8"),)


def publish_binary(event: Event) -> Outgoing:
    """`event` in binary mode."""
    context = _context(event)
    headers = tuple((f"ce_{name}", value.encode()) for name, value in context.items())
    value = _ENCODER.encode(_data(event))
    return Outgoing(event.ticket.encode(), value, (*headers, ("content-type", _BINARY)), event.id)


def publish_structured(event: Event) -> Outgoing:
    """`event` in structured mode."""
    document = {**_context(event), "datacontenttype": "application/json", "data": _data(event)}
    return Outgoing(event.ticket.encode(), _ENCODER.encode(document), _STRUCTURED, event.id)


def _context(event: Event) -> dict[str, str]:
    return {
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": f"slaclock.ticket.{event.type}.v1",
        "time": times.write(event.at),
        "subject": event.ticket,
        "tenant": event.tenant,
    }


def _data(event: Event) -> dict[str, Json]:
    return {"seq": event.seq, "attributes": dict(event.attributes)}

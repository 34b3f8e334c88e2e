"""Records and events to test with."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from service.sla.events import Event, Json
from service.sla.instants import DAY, SECOND, Instant, instant_of
from service.wire.incoming import decode, decode_area, decode_source
from service.wire.records import Accepted, Reason, Record, Refused
from service.wire.unfit import Unfit

#: The timestamp of records, and when their events happened.
HEARD = instant_of(datetime(2026, 3, 10, tzinfo=UTC))
HAPPENED = "2026-03-02T09:10:00+08:00"

PATIENT = settings(deadline=None)

BIGGEST = (1 << 63) - 1

#: Texts that the contract allows inside data.
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
#: Ids, sources, tickets and tenants.
IDENTIFIERS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60)


def jsons(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """JSON values with keys and texts from `texts` and numbers within the contract's bounds."""
    leaves = st.none() | st.booleans() | st.integers(-BIGGEST - 1, BIGGEST) | texts
    numbers = st.floats(-(2.0**62), 2.0**62, allow_nan=False)
    return st.recursive(
        leaves | numbers,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
        max_leaves=20,
    )


#: What the contract allows as a value of an attribute, and what it does not.
ALLOWED = jsons(TEXTS)
ANY = jsons(st.text(max_size=20) | TEXTS)


def event(**changed: Any) -> Event:
    given: dict[str, Any] = {
        "tenant": "harbour",
        "ticket": "SR-1",
        "source": "desk",
        "id": "e-1",
        "type": "opened",
        "at": HEARD - 3 * DAY,
        "seq": 3,
        "attributes": {"priority": "2", "parts": [1, 0.5, None, True, {"深": "水"}]},
    }
    return Event(**(given | changed))


def document(**changed: Json) -> dict[str, Json]:
    """A structured-mode event; a member set to `...` is left out."""
    given: dict[str, Json] = {
        "specversion": "1.0",
        "id": "e-1",
        "source": "desk",
        "type": "slaclock.ticket.opened.v1",
        "time": HAPPENED,
        "subject": "SR-1",
        "tenant": "harbour",
        "data": {"seq": 1, "attributes": {"priority": "2"}},
    }
    return {name: value for name, value in (given | changed).items() if value is not ...}


def structured(value: object, key: bytes | None = b"SR-1", timestamp: Instant = HEARD) -> Record:
    """A record of the event `value`; bytes are taken as they are."""
    written = value if isinstance(value, bytes | None) else json.dumps(value).encode()
    headers = (("content-type", b"application/cloudevents+json"),)
    return Record("tickets.events.v1", 3, 41, timestamp, key, written, headers)


def binary(value: object, key: bytes | None = b"SR-1", **changed: object) -> Record:
    """A record with the event's attributes as headers and `value` as its data; an attribute `...` is left out."""
    context = {name: given for name, given in document(**changed).items() if name != "data"}
    headers = tuple(
        (f"ce_{name}", given if isinstance(given, bytes | None) else str(given).encode())
        for name, given in context.items()
    )
    written = value if isinstance(value, bytes | None) else json.dumps(value).encode()
    return Record("tickets.events.v1", 3, 41, HEARD, key, written, headers)


def read(record: Record, *, max_bytes: int = 1 << 18) -> Accepted | Refused:
    return decode(record, tenant="default", ahead=60 * SECOND, max_bytes=max_bytes)


def read_area(record: Record, *, max_bytes: int = 1 << 18) -> Accepted | Refused:
    return decode_area(record, tenant="default", ahead=60 * SECOND, max_bytes=max_bytes)


def read_source(record: Record, *, max_bytes: int = 1 << 18) -> Accepted | Refused:
    return decode_source(record, tenant="default", ahead=60 * SECOND, max_bytes=max_bytes)


def accepted(record: Record) -> Event:
    found = read(record)
    assert isinstance(found, Accepted), found
    return found.event


def refused(record: Record, *, max_bytes: int = 1 << 18) -> Refused:
    found = read(record, max_bytes=max_bytes)
    assert isinstance(found, Refused), found
    assert found.record is record
    assert len(found.detail) <= 500
    assert found.detail.isprintable()
    return found


def why(record: Record) -> Reason:
    return refused(record).reason


def refusal_of(call: Callable[[], object]) -> Unfit | None:
    """How `call` is refused; None when it is not."""
    try:
        call()
    except Unfit as refusal:
        return refusal
    return None

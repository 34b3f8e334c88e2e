"""Both modes against the CloudEvents project's own package."""

from __future__ import annotations

from typing import Any

import pytest
from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka, to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given
from hypothesis import strategies as st

from service.sla.events import Event
from service.sla.instants import EARLIEST, instant_of, moment_of
from service.wire import times
from service.wire.attributes import READ
from service.wire.outgoing import encode
from service.wire.publishing import publish_binary, publish_structured
from service.wire.records import Outgoing, Record
from tests.wire.making import ALLOWED, HEARD, IDENTIFIERS, TEXTS, accepted, event
from tests.wire.test_outgoing import SAIDS

#: Types of which the engine reads attributes have tests of their own.
OWN_TYPES = st.from_regex(r"[a-z][a-z0-9_]{0,30}", fullmatch=True).filter(lambda name: name not in READ)
EVENTS = st.builds(
    Event,
    tenant=IDENTIFIERS,
    ticket=IDENTIFIERS,
    source=IDENTIFIERS,
    id=IDENTIFIERS,
    type=OWN_TYPES,
    at=st.integers(EARLIEST, HEARD),
    seq=st.integers(0, (1 << 63) - 1),
    attributes=st.dictionaries(TEXTS, ALLOWED, max_size=5),
)


def as_cloudevent(told: Event) -> CloudEvent:
    context = {
        "id": told.id,
        "source": told.source,
        "type": f"slaclock.ticket.{told.type}.v1",
        "time": moment_of(told.at),
        "subject": told.ticket,
        "tenant": told.tenant,
        "datacontenttype": "application/json",
    }
    return CloudEvent(context, {"seq": told.seq, "attributes": dict(told.attributes)})


def by_subject(told: BaseCloudEvent) -> str | None:
    return told.get_subject()


def as_record(message: KafkaMessage) -> Record:
    assert isinstance(message.key, str)
    headers = tuple(message.headers.items())
    return Record("tickets.events.v1", 0, 0, HEARD, message.key.encode(), message.value, headers)


def as_message(outgoing: Outgoing) -> KafkaMessage:
    return KafkaMessage(dict(outgoing.headers), outgoing.key, outgoing.value)


@given(EVENTS)
def test_what_their_package_writes_is_read(told: Event) -> None:
    for write in (to_binary, to_structured):
        message = write(as_cloudevent(told), JSONFormat(), by_subject)

        assert accepted(as_record(message)) == told


@given(EVENTS)
def test_their_package_reads_what_is_written(told: Event) -> None:
    for write in (publish_binary, publish_structured):
        found = from_kafka(as_message(write(told)), JSONFormat())

        assert found.get_id() == told.id
        assert found.get_source() == told.source
        assert found.get_type() == f"slaclock.ticket.{told.type}.v1"
        assert found.get_subject() == found.get_extension("partitionkey") == told.ticket
        assert found.get_extension("tenant") == told.tenant
        assert found.get_data() == {"seq": told.seq, "attributes": told.attributes}
        moment = found.get_time()
        assert moment is not None
        assert instant_of(moment) == told.at


@given(EVENTS)
def test_what_is_published_is_read_back(told: Event) -> None:
    for write in (publish_binary, publish_structured):
        sent = write(told)

        assert accepted(Record("t", 0, 0, HEARD, sent.key, sent.value, sent.headers)) == told


def test_a_time_without_microseconds_is_read_as_their_package_writes_it() -> None:
    told = event(at=times.read("2026-03-02T00:00:00Z"))

    assert accepted(as_record(to_binary(as_cloudevent(told), JSONFormat(), by_subject))) == told


@given(SAIDS, st.integers(EARLIEST, HEARD))
def test_their_package_reads_statements(said: Any, decided_at: int) -> None:
    outgoing = encode(said, cause=None, watermark=None, decided_at=decided_at)
    found = from_kafka(as_message(outgoing), JSONFormat())

    assert found.get_id() == outgoing.event_id
    assert found.get_source() == "slaclock"
    assert found.get_type() == f"slaclock.statement.{said.statement.kind}.v1"
    assert found.get_subject() == said.statement.ticket
    assert found.get_datacontenttype() == "application/json"


@pytest.mark.parametrize("write", [publish_binary, publish_structured])
def test_a_record_is_keyed_by_its_ticket(write: Any) -> None:
    assert write(event(ticket="号-7")).key == "号-7".encode()

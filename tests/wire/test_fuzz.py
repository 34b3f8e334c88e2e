"""Whatever arrives, the decoder answers: accepted, or refused with a bounded detail that a database can hold."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from service.sla.instants import EARLIEST, LATEST
from service.wire.records import Accepted, Record
from tests.wire.making import ANY, HEARD, document, read

NAMES = (
    st.sampled_from(
        [
            "content-type",
            "Content-Type",
            "ce_id",
            "ce_source",
            "ce_type",
            "ce_time",
            "ce_subject",
            "ce_tenant",
            "ce_specversion",
            "ce_",
            "CE_id",
            "other",
        ]
    )
    | st.text()
)
VALUES = (
    st.none()
    | st.binary()
    | st.sampled_from(
        [b"1.0", b"application/cloudevents+json", b"application/json", b"SR-1", b"slaclock.ticket.held.v1"]
    )
    | st.sampled_from([b"2026-03-02T09:10:00Z", b"application/cloudevents"])
)
ODD = (
    ANY
    | st.text()
    | st.sampled_from(["SR-1", "", "\0", "\ud800", "x" * 300, "号" * 200, 1 << 70, float("nan"), ...])
)


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """A good event with some members replaced, perhaps cut or with a byte changed."""
    changed = draw(st.dictionaries(st.sampled_from(list(document())), ODD, max_size=3))
    text = json.dumps(document(**changed), ensure_ascii=draw(st.booleans()))
    value = bytearray(text.encode("utf-8", "surrogatepass"))
    if draw(st.booleans()) and value:
        value[draw(st.integers(0, len(value) - 1))] = draw(st.integers(0, 255))
    return bytes(value[: draw(st.integers(0, len(value)))] if draw(st.booleans()) else value)


def check(record: Record) -> None:
    found = read(record, max_bytes=2000)
    if isinstance(found, Accepted):
        event = found.event
        told = [event.tenant, event.ticket, event.source, event.id]
        assert EARLIEST <= event.at < LATEST
        assert len(found.digest) == 32
        json.dumps(dict(event.attributes), allow_nan=False).encode()
    else:
        told = [text for text in (found.tenant, found.ticket) if text is not None]
        assert len(found.detail) <= 500
        assert found.detail.isprintable()
        found.detail.encode()
    for text in told:
        assert 0 < len(text) <= 255
        assert len(text.encode()) <= 512
        assert "\0" not in text


@settings(max_examples=500, deadline=None)
@given(st.none() | st.binary(), st.none() | st.binary(), st.lists(st.tuples(NAMES, VALUES), max_size=10))
def test_random_bytes(key: bytes | None, value: bytes | None, headers: list[Any]) -> None:
    check(Record("t", 0, 0, HEARD, key, value, tuple(headers)))


@settings(max_examples=1000, deadline=None)
@given(documents(), st.sampled_from([b"SR-1", b"", None, b"\xff", b"0"]))
def test_broken_events_in_structured_mode(value: bytes, key: bytes | None) -> None:
    check(Record("t", 0, 0, HEARD, key, value, (("content-type", b"application/cloudevents+json"),)))


@settings(max_examples=500, deadline=None)
@given(documents(), st.lists(st.tuples(NAMES, VALUES), max_size=2))
def test_broken_events_in_binary_mode(value: bytes, more: list[Any]) -> None:
    context = tuple((f"ce_{name}", str(text).encode()) for name, text in document().items() if name != "data")
    check(Record("t", 0, 0, HEARD, b"SR-1", value, (*context, *more)))

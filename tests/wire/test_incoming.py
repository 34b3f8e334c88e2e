from __future__ import annotations

from typing import Any

import pytest

from service.sla.instants import MINUTE, SECOND
from service.wire import times
from service.wire.incoming import decode
from service.wire.records import Accepted, Reason, Record
from service.wire.strict import LEVELS
from tests.wire.making import HAPPENED, HEARD, accepted, binary, document, read, refused, structured, why

DATA: Any = {"seq": 1, "attributes": {"priority": "2"}}


def test_both_modes_read_the_same_event() -> None:
    event = accepted(structured(document()))

    assert event == accepted(binary(DATA))
    assert event.at == times.read(HAPPENED)
    assert (event.tenant, event.ticket, event.source, event.id) == ("harbour", "SR-1", "desk", "e-1")
    assert (event.type, event.seq, event.attributes) == ("opened", 1, {"priority": "2"})


def test_the_mode_is_told_by_the_content_type_alone() -> None:
    record = structured(document())
    for content_type in (
        b"application/cloudevents+json; charset=UTF-8",
        b"Application/CloudEvents+JSON",
        b"  application/cloudevents+json ;x=y",
    ):
        told = Record(
            "t", 0, 0, HEARD, b"SR-1", record.value, (("Content-Type", content_type), ("ce_id", b"other"))
        )
        assert accepted(told).id == "e-1"


def test_names_of_headers_are_read_in_any_case() -> None:
    record = binary(DATA)
    loud = tuple((name.upper(), value) for name, value in record.headers)

    assert accepted(Record("t", 0, 0, HEARD, b"SR-1", record.value, loud)) == accepted(record)


def test_other_headers_are_not_read() -> None:
    record = binary(DATA)
    noise = (("trace", b"\xff"), ("trace", b"\xfe"), ("kafka_x", None), ("ce_comment", None))

    assert accepted(Record("t", 0, 0, HEARD, b"SR-1", record.value, record.headers + noise))


def test_what_is_not_known_is_ignored() -> None:
    data = {**DATA, "later": {"x": [1]}}

    assert accepted(structured(document(data=data, traceparent="00-1", sequence=7))).seq == 1
    assert accepted(binary(data, partitionkey="p")).seq == 1


def test_the_default_tenant_is_taken_when_none_is_given() -> None:
    assert accepted(structured(document(tenant=...))).tenant == "default"
    assert accepted(structured(document(tenant=None))).tenant == "default"
    assert accepted(binary(DATA, tenant=...)).tenant == "default"


@pytest.mark.parametrize("data", [{}, {"seq": None, "attributes": None}, {"attributes": {}}, {"seq": 0}])
def test_data_may_be_empty(data: Any) -> None:
    event = accepted(structured(document(data=data)))

    assert (event.seq, dict(event.attributes)) == (0, {})


def test_an_id_may_have_255_characters() -> None:
    longest = "x" * 255

    assert accepted(structured(document(id=longest))).id == longest
    assert accepted(structured(document(subject="号" * 170), key=("号" * 170).encode())).ticket == "号" * 170


@pytest.mark.parametrize(("levels", "fits"), [(LEVELS, True), (LEVELS + 1, False)])
def test_data_may_be_nested_as_deep_in_either_mode(levels: int, fits: bool) -> None:
    inner: Any = []
    for _ in range(levels - 3):
        inner = [inner]
    data: Any = {"attributes": {"deep": inner}}

    assert isinstance(read(structured(document(data=data))), Accepted) == fits
    assert isinstance(read(binary(data)), Accepted) == fits


REFUSALS: list[tuple[Reason, str, Record]] = [
    (Reason.NULL_VALUE, "no value", structured(None)),
    (Reason.NULL_VALUE, "no value", binary(None)),
    (Reason.NOT_JSON, "character 0", structured(b"")),
    (Reason.NOT_JSON, "character 0", binary(b"")),
    (Reason.NOT_JSON, "UTF-8 at byte 0", structured(b"\xff\xfe")),
    (Reason.NOT_JSON, "schema id 7", structured(b"\0\0\0\0\x07{}")),
    (Reason.NOT_JSON, "schema id 7", binary(b"\0\0\0\0\x07{}")),
    (Reason.NOT_JSON, "NaN", structured(b'{"data":NaN}')),
    (Reason.BAD_DATA, "no object", structured([document()])),
    (Reason.BAD_DATA, "data is null", structured(document(data=...))),
    (Reason.BAD_DATA, "data is an array", structured(document(data=[]))),
    (Reason.BAD_DATA, "data is a text", binary("x")),
    (Reason.BAD_DATA, "data is a boolean", binary(True)),
    (Reason.BAD_DATA, "data_base64", structured(document(data=..., data_base64="e30="))),
    (Reason.BAD_DATA, "attributes is an array", binary({"attributes": []})),
    (Reason.BAD_DATA, "'id' is given twice", structured(b'{"id":1,"id":2}')),
    (Reason.BAD_DATA, "seq -1", binary({"seq": -1})),
    (Reason.BAD_DATA, "seq True", binary({"seq": True})),
    (Reason.BAD_DATA, "seq 1.5", binary({"seq": 1.5})),
    (Reason.BAD_DATA, "seq '1'", binary({"seq": "1"})),
    (Reason.BAD_DATA, "2^63", binary({"seq": 1 << 63})),
    (Reason.BAD_DATA, "U+0000", binary({"attributes": {"note": "a\0"}})),
    (Reason.BAD_DATA, "U+0000", structured(document(extension="a\0"))),
    (Reason.BAD_DATA, "needs data.attributes.event", binary({}, type="slaclock.ticket.voided.v1")),
    (
        Reason.BAD_DATA,
        "event is a number",
        binary({"attributes": {"event": 7}}, type="slaclock.ticket.voided.v1"),
    ),
    (
        Reason.BAD_DATA,
        "source has 0 characters",
        binary({"attributes": {"event": "e", "source": ""}}, type="slaclock.ticket.voided.v1"),
    ),
    (
        Reason.BAD_DATA,
        "reason is a number",
        binary({"attributes": {"reason": 7}}, type="slaclock.ticket.held.v1"),
    ),
    (
        Reason.BAD_DATA,
        "reason is an array",
        binary({"attributes": {"reason": ["x"]}}, type="slaclock.ticket.resumed.v1"),
    ),
    (Reason.NOT_UTF8_HEADER, "'ce_id'", binary(DATA, id=b"\xff")),
    (Reason.NOT_UTF8_HEADER, "'ce_comment'", binary(DATA, comment=b"\xff")),
    (Reason.MISSING_ATTRIBUTE, "specversion, id, source, type, time, subject", structured({})),
    (Reason.MISSING_ATTRIBUTE, "time", structured(document(time=...))),
    (Reason.MISSING_ATTRIBUTE, "time", structured(document(time=None))),
    (Reason.MISSING_ATTRIBUTE, "id, source", binary(DATA, id=..., source=...)),
    (Reason.MISSING_ATTRIBUTE, "content-type", Record("t", 0, 0, HEARD, b"SR-1", b"{}", ())),
    (Reason.BAD_ATTRIBUTE, "specversion '0.3'", binary(DATA, specversion="0.3")),
    (Reason.BAD_ATTRIBUTE, "specversion 1", structured(document(specversion=1))),
    (Reason.BAD_ATTRIBUTE, "id has 0", binary(DATA, id="")),
    (Reason.BAD_ATTRIBUTE, "id is a number", structured(document(id=7))),
    (Reason.BAD_ATTRIBUTE, "id has 256", binary(DATA, id="x" * 256)),
    (Reason.BAD_ATTRIBUTE, "source has 256", structured(document(source="x" * 256))),
    (Reason.BAD_ATTRIBUTE, "tenant has 0", structured(document(tenant=""))),
    (Reason.BAD_ATTRIBUTE, "subject has 0", structured(document(subject=""))),
    (Reason.BAD_ATTRIBUTE, "512 bytes", binary(DATA, id="号" * 171)),
    (Reason.BAD_ATTRIBUTE, "control", binary(DATA, id="a\0b")),
    (Reason.BAD_ATTRIBUTE, "control", structured(document(source="a\nb"))),
    (
        Reason.BAD_ATTRIBUTE,
        "not application/cloudevents+json",
        Record("t", 0, 0, HEARD, b"SR-1", b"[]", (("content-type", b"application/cloudevents-batch+json"),)),
    ),
    (
        Reason.BAD_ATTRIBUTE,
        "not application/cloudevents+json",
        Record("t", 0, 0, HEARD, b"SR-1", b"", (("content-type", b"application/cloudevents+avro"),)),
    ),
    (Reason.BAD_ATTRIBUTE, "'text/plain'", structured(document(datacontenttype="text/plain"))),
    (Reason.BAD_ATTRIBUTE, "of the data is not JSON", structured(document(datacontenttype=7))),
    (
        Reason.BAD_ATTRIBUTE,
        "of the data is not JSON",
        Record(
            "t", 0, 0, HEARD, b"SR-1", b"", (*binary(DATA).headers, ("content-type", b"application/avro"))
        ),
    ),
    (
        Reason.BAD_ATTRIBUTE,
        "'ce_id' is given twice",
        Record("t", 0, 0, HEARD, b"SR-1", b"{}", (*binary(DATA).headers, ("ce_id", b"e-1"))),
    ),
    (Reason.NAIVE_TIME, "no UTC offset", binary(DATA, time="2026-03-02T09:10:00")),
    (Reason.BAD_TIME, "24:00", structured(document(time="2026-03-02T24:00:00Z"))),
    (Reason.BAD_TIME, "time is a number", structured(document(time=1772442600))),
    (Reason.BAD_TIME, "RFC 3339", binary(DATA, time="")),
    (Reason.TIME_OUT_OF_RANGE, "outside 1970", binary(DATA, time="1969-12-31T23:59:59Z")),
    (Reason.AHEAD_OF_RECORD, "after the record's own", binary(DATA, time="2026-03-10T00:01:00.000001Z")),
    (Reason.UNKNOWN_TYPE, "'com.example.opened'", binary(DATA, type="com.example.opened")),
    (Reason.UNKNOWN_TYPE, "not slaclock", binary(DATA, type="slaclock.ticket.Opened.v1")),
    (Reason.UNKNOWN_TYPE, "not slaclock", binary(DATA, type="slaclock.ticket.opened.v01")),
    (Reason.UNKNOWN_TYPE, "not slaclock", binary(DATA, type="slaclock.ticket.opened")),
    (Reason.UNKNOWN_TYPE, "not slaclock", binary(DATA, type="slaclock.statement.breach.v1")),
    (Reason.UNKNOWN_VERSION, "only version 1", binary(DATA, type="slaclock.ticket.opened.v2")),
    (Reason.UNKNOWN_VERSION, "only version 1", structured(document(type="slaclock.ticket.opened.v10"))),
    (Reason.NULL_KEY, "no key", structured(document(), key=None)),
    (Reason.NULL_KEY, "no key", binary(DATA, key=b"")),
    (Reason.KEY_MISMATCH, "b'SR-2'", structured(document(), key=b"SR-2")),
    (Reason.KEY_MISMATCH, "xff", structured(document(), key=b"\xff")),
    (Reason.KEY_MISMATCH, "SR-1", structured(document(), key=b'"SR-1"')),
]


@pytest.mark.parametrize(
    ("reason", "detail", "record"), REFUSALS, ids=[f"{reason}-{detail}" for reason, detail, _ in REFUSALS]
)
def test_refuses(reason: Reason, detail: str, record: Record) -> None:
    refusal = refused(record)

    assert refusal.reason == reason
    assert detail in refusal.detail


def test_a_value_may_have_so_many_bytes_and_no_more() -> None:
    record = structured(document())
    assert record.value is not None
    size = len(record.value)

    assert isinstance(read(record, max_bytes=size), Accepted)
    refusal = refused(record, max_bytes=size - 1)
    assert (refusal.reason, refusal.detail) == (Reason.TOO_LARGE, f"{size} bytes, more than {size - 1}")


def test_every_reason_that_the_decoder_gives_is_tested() -> None:
    given_by_apply = {Reason.UNKNOWN_POLICY, Reason.ID_REUSED, Reason.TOO_MANY_EVENTS, Reason.NOT_JUDGED}

    assert {reason for reason, _, _ in REFUSALS} | {Reason.TOO_LARGE} == set(Reason) - given_by_apply


def test_a_little_ahead_is_tolerated() -> None:
    assert accepted(structured(document(time="2026-03-10T00:01:00Z"))).at == HEARD + 60 * SECOND
    assert why(structured(document(time="2026-03-10T00:01:00.000001Z"))) == Reason.AHEAD_OF_RECORD


def test_a_release_reads_what_was_ahead() -> None:
    record = structured(document(time="2026-03-10T00:09:00Z"))

    assert isinstance(decode(record, tenant="default", ahead=9 * MINUTE, max_bytes=9999), Accepted)


def test_a_fault_of_ours_is_a_refusal_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("service.wire.incoming.opened", broken)
    refusal = refused(structured(document()))

    assert (refusal.reason, refusal.detail) == (Reason.BAD_DATA, "not readable: ZeroDivisionError")
    assert refusal.ticket == "SR-1"

from __future__ import annotations

import json

import pytest

from service.wire.records import Record
from tests.wire.making import HEARD, binary, document, refused, structured

TRUNCATED = json.dumps(document()).encode()[:-5]
WITHOUT_TENANT = json.dumps(document(tenant=...)).encode()[:-5]


def whose(record: Record, *, max_bytes: int = 1 << 18) -> tuple[str | None, str | None]:
    refusal = refused(record, max_bytes=max_bytes)
    return refusal.tenant, refusal.ticket


def test_a_readable_envelope_tells_both() -> None:
    assert whose(structured(document(data=[]))) == ("harbour", "SR-1")
    assert whose(binary(b"junk")) == ("harbour", "SR-1")
    assert whose(binary(b"junk", tenant=...)) == ("default", "SR-1")
    assert whose(binary(None)) == ("harbour", "SR-1")


def test_the_subject_outranks_the_key() -> None:
    assert whose(structured(document(), key=b"SR-2")) == ("harbour", "SR-1")
    assert whose(structured(document(), key=None)) == ("harbour", "SR-1")


def test_the_key_tells_the_ticket_when_the_value_cannot() -> None:
    assert whose(structured(b"junk")) == ("default", "SR-1")
    assert whose(structured(document(subject=...))) == ("harbour", "SR-1")
    assert whose(structured(document(subject="a\nb"))) == ("harbour", "SR-1")
    assert whose(binary({}, subject=b"\xff")) == ("harbour", "SR-1")


@pytest.mark.parametrize("key", [None, b"", b"\xff", b"a\0", b"x" * 256])
def test_a_key_that_is_no_ticket_tells_nothing(key: bytes | None) -> None:
    assert whose(structured(b"junk", key=key)) == ("default", None)


def test_a_tenant_in_a_broken_value_is_found() -> None:
    assert whose(structured(TRUNCATED)) == ("harbour", "SR-1")
    assert whose(structured(b'{"tenant" : "h\\u0061rbour", "data": ')) == ("harbour", "SR-1")
    assert whose(structured(json.dumps(document()).encode()), max_bytes=10) == ("harbour", "SR-1")
    assert whose(structured(WITHOUT_TENANT)) == ("default", "SR-1")


@pytest.mark.parametrize(
    "value",
    [
        b'{"tenant":"a", "tenant":"b"',
        b'{"tenant":"',
        b'{"tenant":"har',
        b'{"tenant":7,',
        b'{"tenant":"\xff",',
        json.dumps(document(tenant=["x"])).encode(),
        json.dumps(document(tenant="")).encode(),
        json.dumps(document(tenant="x" * 256)).encode(),
    ],
)
def test_a_tenant_that_cannot_be_read_is_not_the_default_one(value: bytes) -> None:
    assert whose(structured(value)) == (None, "SR-1")


def test_a_tenant_header_that_cannot_be_read_is_not_the_default_one() -> None:
    assert whose(binary({}, tenant=b"\xff")) == (None, "SR-1")
    doubled = (*binary({}).headers, ("ce_tenant", b"other"))
    assert whose(Record("t", 0, 0, HEARD, b"SR-1", b"{}", doubled)) == (None, "SR-1")


def test_a_format_that_is_not_read_is_looked_through_all_the_same() -> None:
    headers = (("content-type", b"application/cloudevents+avro"),)

    assert whose(Record("t", 0, 0, HEARD, b"SR-1", b"\x01", headers)) == ("default", "SR-1")
    assert whose(Record("t", 0, 0, HEARD, b"SR-1", b'"tenant":"harbour"', headers)) == ("harbour", "SR-1")


def test_without_any_header_the_key_is_all() -> None:
    assert whose(Record("t", 0, 0, HEARD, b"SR-1", b"\x00", ())) == ("default", "SR-1")

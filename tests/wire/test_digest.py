"""Equal digests mean equal content. Digests are stored, so their form is frozen."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.sla.instants import SECOND
from service.wire.facts import digest
from service.wire.records import Accepted, Record
from tests.wire.making import ALLOWED, HEARD, TEXTS, binary, document, event, read, structured


def of(record: Record) -> bytes:
    found = read(record)
    assert isinstance(found, Accepted), found
    return found.digest


def test_the_form_is_frozen() -> None:
    told = event(attributes={"z": [1, -7, 0.1, 1e-7, True, None], "a": {"y": '深\n"\\\u2028😀\x7f', "x": {}}})
    form = (
        '["opened",1772841600000000,3,'
        '{"a":{"x":{},"y":"深\\n\\"\\\\\u2028😀\x7f"},"z":[1,-7,0.1,1e-7,true,null]}]'
    )

    assert digest(told) == sha256(form.encode()).digest()
    assert digest(event(attributes={}, seq=0)) == sha256(b'["opened",1772841600000000,0,{}]').digest()


def test_neither_mode_nor_spelling_nor_identity_counts() -> None:
    plain = of(structured(document()))
    data: Any = {"attributes": {"priority": "2"}, "seq": 1.0, "more": 1}

    assert of(binary(data)) == plain
    assert of(structured(document(time="2026-03-02T01:10:00.0000009Z"))) == plain
    assert of(structured(document(id="other", source="other", tenant="other", traceparent="x"))) == plain
    assert (
        of(structured(b" " + (structured(document()).value or b"").replace(b"priority", b"\\u0070riority")))
        == plain
    )
    assert of(structured(document(subject="S"), key=b"S", timestamp=HEARD + SECOND)) == plain


@pytest.mark.parametrize(
    "changed",
    [
        {"type": "slaclock.ticket.noted.v1"},
        {"time": "2026-03-02T01:10:00.000001Z"},
        {"data": {"seq": 2, "attributes": {"priority": "2"}}},
        {"data": {"seq": 1, "attributes": {"priority": 2}}},
        {"data": {"seq": 1, "attributes": {"priority": None}}},
        {"data": {"seq": 1, "attributes": {}}},
        {"data": {"seq": 1, "attributes": {"priority": "2", "x": None}}},
    ],
)
def test_everything_said_counts(changed: dict[str, Any]) -> None:
    assert of(structured(document(**changed))) != of(structured(document()))


@pytest.mark.parametrize(("one", "other"), [(1, 1.0), (100, 1e2), (0, -0.0)])
def test_numbers_count_by_value(one: float, other: float) -> None:
    assert of(binary({"attributes": {"n": one}})) == of(binary({"attributes": {"n": other}}))
    assert of(binary({"attributes": {"n": one}})) != of(binary({"attributes": {"n": True}}))


@given(st.dictionaries(TEXTS, ALLOWED, min_size=2))
def test_the_order_of_keys_does_not_count(attributes: dict[str, Any]) -> None:
    turned = dict(reversed(attributes.items()))

    assert digest(event(attributes=attributes)) == digest(event(attributes=turned))

"""What is said of sources: decoder, schemas, examples and documentation against each other."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.sla.events import Json
from service.wire.facts import REQUIRED
from service.wire.publishing import SOURCE, publish_binary, publish_structured
from service.wire.records import Accepted, Reason, Record, Refused
from service.wire.sources import READ
from tests.wire.contracts import (
    BEYOND_SCHEMAS,
    EXAMPLES,
    FAR_AHEAD,
    ODD,
    README,
    SCHEMAS,
    VALIDATORS,
    event_in,
    record_of,
)
from tests.wire.making import ANY, HEARD, accepted, binary, document, event, read_source, structured

SOURCES = [name for name in EXAMPLES if name.startswith("source.")]
MEMBERS = [*document(), "datacontenttype", "data_base64", "extension"]
ENOUGH: dict[str, dict[str, Json]] = {
    "alive": {"complete_to": "2026-03-02T09:10:00Z"},
    "outage": {"reason": "disk full"},
    "outage_ended": {"outage": "o-1"},
    "voided": {"event": "s-1"},
}


def told(name: str = "outage", attributes: Json = None, **changed: Any) -> dict[str, Any]:
    """A structured-mode event about the source `//crm`."""
    given: dict[str, Any] = {"type": f"slaclock.source.{name}.v1", "subject": "//crm"}
    given["data"] = {"attributes": ENOUGH[name] if attributes is None else attributes}
    return document(**(given | changed))


def schema_of(value: Any) -> Any:
    name = str(value.get("type")).removeprefix("slaclock.")
    return VALIDATORS.get(name if name.startswith("source.") else "", VALIDATORS["source-event.v1"])


def test_every_type_is_known() -> None:
    assert set(READ) == set(ENOUGH)


@pytest.mark.parametrize("name", SOURCES)
def test_decoder_and_schema_accept_the_example(name: str) -> None:
    found = read_source(record_of(EXAMPLES[name]))

    assert isinstance(found, Accepted), found
    assert f"source.{found.event.type}.v1" == name.rpartition(".")[0]
    schema_of(event_in(EXAMPLES[name])).validate(event_in(EXAMPLES[name]))


@pytest.mark.parametrize("name", [name for name in SOURCES if name.endswith(".binary")])
def test_examples_of_both_modes_are_the_same_fact(name: str) -> None:
    one = read_source(record_of(EXAMPLES[name]))
    other = read_source(record_of(EXAMPLES[name.replace(".binary", ".structured")]))

    assert isinstance(one, Accepted)
    assert isinstance(other, Accepted)
    assert (one.event, one.digest) == (other.event, other.digest)


@pytest.mark.parametrize("publish", [publish_binary, publish_structured])
def test_what_we_publish_is_read_as_it_was(publish: Any) -> None:
    said = event(ticket="//crm", type="outage", attributes={"outage": "o", "reason": "x"})
    out = publish(said, SOURCE)
    found = read_source(Record("s", 0, 0, HEARD, out.key, out.value, out.headers))

    assert isinstance(found, Accepted), found
    assert found.event == said


def test_an_owners_own_words_on_tickets_are_none_of_these() -> None:
    """A ticket may have an event called `outage`, of which nothing is read."""
    assert accepted(binary({"attributes": {"reason": 7}}, type="slaclock.ticket.outage.v1")).type == "outage"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (told(type="slaclock.ticket.opened.v1"), Reason.UNKNOWN_TYPE),
        (told(type="slaclock.area.excluded.v1"), Reason.UNKNOWN_TYPE),
        (told(type="slaclock.source.gone.v1"), Reason.UNKNOWN_TYPE),
        (told(type="slaclock.source.outage.v2"), Reason.UNKNOWN_VERSION),
        (told(attributes={}), Reason.BAD_DATA),
        (told("alive", {"complete_to": "soon"}), Reason.BAD_DATA),
        (told("outage_ended", {"outage": "o", "recovered": "yes"}), Reason.BAD_DATA),
        (told(subject=...), Reason.MISSING_ATTRIBUTE),
        (told(time="2026-03-10T00:01:00.000001Z"), Reason.AHEAD_OF_RECORD),
    ],
)
def test_what_is_refused_is_attributed_to_no_ticket(value: Any, reason: Reason) -> None:
    found = read_source(structured(value))

    assert isinstance(found, Refused)
    assert (found.reason, found.ticket) == (reason, None)


def agree(value: dict[str, Any]) -> None:
    try:
        written = json.dumps(value).encode()
    except ValueError:
        return
    found = read_source(structured(written, timestamp=FAR_AHEAD))
    if isinstance(found, Accepted):
        schema_of(value).validate(value)
    elif found.reason not in BEYOND_SCHEMAS:
        assert not schema_of(value).is_valid(value), found


@pytest.mark.parametrize("member", MEMBERS)
def test_schema_and_decoder_agree_on_each_member(member: str) -> None:
    for odd in [*ODD, *(f"slaclock.source.{name}.v1" for name in READ), ...]:
        agree(told(**{member: odd}))


@pytest.mark.parametrize("name", READ)
def test_schema_and_decoder_agree_on_data(name: str) -> None:
    for odd in ODD:
        agree(told(name, data=odd))
        agree(told(name, data={"attributes": odd}))
        agree(told(name, data={"seq": odd, "attributes": ENOUGH[name]}))
        for attribute, _, _ in READ[name]:
            agree(told(name, ENOUGH[name] | {attribute: odd}))


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(st.sampled_from(MEMBERS), ANY | st.sampled_from(ODD) | st.just(...), max_size=3),
    st.sampled_from(sorted(READ)),
)
def test_schema_and_decoder_agree_on_odd_events(changed: dict[str, Any], name: str) -> None:
    agree(told(name, **changed))


@pytest.mark.parametrize("required", REQUIRED)
def test_required_attributes_are_the_same_in_schema_and_decoder(required: str) -> None:
    assert required in SCHEMAS["source-event.v1"]["required"]
    assert isinstance(read_source(structured(told(**{required: ...}))), Refused)


def test_what_the_engine_reads_is_in_schemas_and_page() -> None:
    section = README.partition("## Publishing about sources\n")[2].partition("\n## ")[0]
    for name, attributes in READ.items():
        data = SCHEMAS[f"source.{name}.v1"]["properties"]["data"]["properties"]["attributes"]

        assert set(data["properties"]) == {attribute for attribute, _, _ in attributes}
        assert data["required"] == [attribute for attribute, _, needed in attributes if needed]
        (row,) = re.findall(rf"^\| `{name}` .*$", section, re.MULTILINE)
        assert all(f"`{attribute}`" in row for attribute, _, _ in attributes)

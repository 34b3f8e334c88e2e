"""What is said on behalf of areas: decoder, schemas, examples and documentation against each other."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.sla.events import SHARED, Json
from service.sla.instants import DAY, MINUTE, SECOND
from service.sla.pauses import exclusions_of
from service.wire.attributes import READ
from service.wire.facts import REQUIRED
from service.wire.publishing import AREA, publish_binary, publish_structured
from service.wire.records import Accepted, Reason, Record, Refused
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
from tests.wire.making import ANY, HEARD, IDENTIFIERS, binary, document, event, read, read_area, structured

AREAS = [name for name in EXAMPLES if name.startswith("area.")]
MEMBERS = [*document(), "datacontenttype", "data_base64", "extension"]
ENOUGH: dict[str, dict[str, Json]] = {
    "excluded": {"area": "harbour"},
    "exclusion_withdrawn": {},
    "voided": {"event": "a-1"},
}


def told(name: str = "excluded", attributes: Json = None, **changed: Any) -> dict[str, Any]:
    """A structured-mode event about the exclusion `storm`."""
    given: dict[str, Any] = {"type": f"slaclock.area.{name}.v1", "subject": "storm"}
    given["data"] = {"attributes": ENOUGH[name] if attributes is None else attributes}
    return document(**(given | changed))


def refusal(record: Record, **how: Any) -> tuple[Reason, str]:
    found = read_area(record, **how)
    assert isinstance(found, Refused), found
    return found.reason, found.detail


def schema_of(value: Any) -> Any:
    name = str(value.get("type")).removeprefix("slaclock.")
    return VALIDATORS.get(name if name.startswith("area.") else "", VALIDATORS["area-event.v1"])


# --- the examples -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", AREAS)
def test_decoder_and_schema_accept_the_example(name: str) -> None:
    found = read_area(record_of(EXAMPLES[name]))

    assert isinstance(found, Accepted), found
    assert f"area.{found.event.type}.v1" == name.rpartition(".")[0]
    schema_of(event_in(EXAMPLES[name])).validate(event_in(EXAMPLES[name]))


@pytest.mark.parametrize("name", [name for name in AREAS if name.endswith(".binary")])
def test_examples_of_both_modes_are_the_same_fact(name: str) -> None:
    one = read_area(record_of(EXAMPLES[name]))
    other = read_area(record_of(EXAMPLES[name.replace(".binary", ".structured")]))

    assert isinstance(one, Accepted)
    assert isinstance(other, Accepted)
    assert (one.event, one.digest) == (other.event, other.digest)


def test_the_examples_tell_one_story() -> None:
    """Declared for a day and six hours, withdrawn, and the withdrawal taken back."""
    facts = [read_area(record_of(EXAMPLES[f"area.{name}.v1.binary"])) for name in SHARED]
    events = [fact.event for fact in facts if isinstance(fact, Accepted)]
    (exclusion,) = exclusions_of([one for one in events if one.type == "excluded"])

    assert [one.type for one in events] == list(SHARED)
    assert events[2].attributes["event"] == events[1].id
    assert exclusion.end - exclusion.start == DAY + 6 * 60 * MINUTE
    assert exclusion.areas == {"harbour district", "old town"}


@pytest.mark.parametrize("publish", [publish_binary, publish_structured])
def test_what_we_publish_is_read_as_it_was(publish: Any) -> None:
    said = event(ticket="storm", type="excluded", attributes={"exclusion": "storm", "area": ["a", "b"]})
    out = publish(said, AREA)
    found = read_area(Record("a", 0, 0, HEARD, out.key, out.value, out.headers))

    assert isinstance(found, Accepted), found
    assert found.event == said


# --- what is read -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["excluded", "exclusion_withdrawn"])
def test_the_subject_is_the_name_of_the_exclusion(name: str) -> None:
    """Left out among the attributes, null there or repeated: the same fact."""
    ways = [{}, {"exclusion": None}, {"exclusion": "storm"}]
    found = [read_area(structured(told(name, ENOUGH[name] | way))) for way in ways]

    assert [one.event.attributes["exclusion"] for one in found if isinstance(one, Accepted)] == ["storm"] * 3
    assert len({one.digest for one in found if isinstance(one, Accepted)}) == 1


@pytest.mark.parametrize("given_", ["flood", "", 7, ["storm"]])
@pytest.mark.parametrize("name", ["excluded", "exclusion_withdrawn"])
def test_another_name_than_the_subject_is_refused(name: str, given_: Json) -> None:
    reason, detail = refusal(structured(told(name, ENOUGH[name] | {"exclusion": given_})))

    assert reason == Reason.BAD_DATA
    assert detail.endswith("is not the subject 'storm'")


def test_what_voids_has_no_name_among_its_attributes() -> None:
    found = read_area(structured(told("voided")))

    assert isinstance(found, Accepted)
    assert found.event.attributes == {"event": "a-1"}


@pytest.mark.parametrize("key", [None, b"", b"storm", b"anything", b"\xff"])
def test_the_key_of_the_record_is_free(key: bytes | None) -> None:
    assert isinstance(read_area(structured(told(), key=key)), Accepted)


def test_a_declaration_may_be_about_the_future_and_may_not_come_from_there() -> None:
    """`from` is what counts; `time` is when it was said."""
    ahead = told(time="2026-03-10T00:01:00.000001Z")
    planned = told(attributes={"area": "harbour", "from": "2027-01-01T00:00:00Z"})

    assert refusal(structured(ahead))[0] == Reason.AHEAD_OF_RECORD
    assert isinstance(read_area(structured(ahead, timestamp=HEARD + SECOND)), Accepted)
    assert isinstance(read_area(structured(planned)), Accepted)


# --- what is refused --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["excluded", "exclusion_withdrawn"])
def test_as_a_fact_about_a_ticket_it_is_refused_with_a_sentence(name: str) -> None:
    kind = f"slaclock.ticket.{name}.v1"
    found = read(binary({"attributes": ENOUGH[name]}, type=kind))

    assert isinstance(found, Refused)
    assert (found.reason, found.ticket) == (Reason.UNKNOWN_TYPE, "SR-1")
    assert found.detail == (
        f"{name} is said of areas, not of tickets: publish slaclock.area.{name}.v1 on the topic of areas"
    )
    assert not VALIDATORS["ticket-event.v1"].is_valid(document(type=kind))


@pytest.mark.parametrize(
    "kind", ["slaclock.ticket.opened.v1", "slaclock.area.noted.v1", "slaclock.area.excluded"]
)
def test_a_type_that_nobody_knows_is_refused(kind: str) -> None:
    reason, detail = refusal(structured(told(type=kind)))

    assert reason == Reason.UNKNOWN_TYPE
    assert "slaclock.area.exclusion_withdrawn.v1" in detail


def test_another_version_is_refused() -> None:
    assert refusal(structured(told(type="slaclock.area.excluded.v2")))[0] == Reason.UNKNOWN_VERSION


@pytest.mark.parametrize(
    ("record", "reason", "tenant"),
    [
        (structured(b"{"), Reason.NOT_JSON, "default"),
        (structured(None), Reason.NULL_VALUE, "default"),
        (structured(told(attributes={})), Reason.BAD_DATA, "harbour"),
        (structured(told(attributes={"area": "a", "from": "soon"})), Reason.BAD_DATA, "harbour"),
        (structured(told(subject="")), Reason.BAD_ATTRIBUTE, "harbour"),
        (replace(binary({}), headers=(("ce_id", b"\xff"),)), Reason.NOT_UTF8_HEADER, "default"),
    ],
)
def test_a_refusal_is_attributed_to_no_ticket(record: Record, reason: Reason, tenant: str) -> None:
    found = read_area(record)

    assert isinstance(found, Refused)
    assert (found.reason, found.tenant, found.ticket) == (reason, tenant, None)


def test_a_value_that_is_too_large_is_refused() -> None:
    assert refusal(structured(told()), max_bytes=10)[0] == Reason.TOO_LARGE


# --- decoder, schema and page agree -----------------------------------------------------------------------------


def agree(value: dict[str, Any]) -> None:
    try:
        written = json.dumps(value).encode()
    except ValueError:
        return
    found = read_area(structured(written, timestamp=FAR_AHEAD))
    if isinstance(found, Accepted):
        schema_of(value).validate(value)
    elif found.reason not in BEYOND_SCHEMAS and "is not the subject" not in found.detail:
        assert not schema_of(value).is_valid(value), found


@pytest.mark.parametrize("member", MEMBERS)
def test_schema_and_decoder_agree_on_each_member(member: str) -> None:
    for odd in [*ODD, *(f"slaclock.area.{name}.v1" for name in SHARED), ...]:
        agree(told(**{member: odd}))


@pytest.mark.parametrize("name", SHARED)
def test_schema_and_decoder_agree_on_data(name: str) -> None:
    for odd in ODD:
        agree(told(name, data=odd))
        agree(told(name, data={"attributes": odd}))
        agree(told(name, data={"seq": odd, "attributes": ENOUGH[name]}))
        for attribute, _, _ in READ[name]:
            agree(told(name, ENOUGH[name] | {attribute: odd}))
            agree(told(name, ENOUGH[name] | {attribute: [odd]}))
            agree(told(name, ENOUGH[name] | {attribute: ["a", odd]}))


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(st.sampled_from(MEMBERS), ANY | st.sampled_from(ODD) | st.just(...), max_size=3),
    st.sampled_from(SHARED),
)
def test_schema_and_decoder_agree_on_odd_events(changed: dict[str, Any], name: str) -> None:
    agree(told(name, **changed))


@settings(max_examples=200, deadline=None)
@given(IDENTIFIERS, IDENTIFIERS, st.lists(IDENTIFIERS, min_size=1, max_size=4))
def test_schema_and_decoder_agree_on_good_events(subject: str, source: str, areas: list[str]) -> None:
    for area in (areas, areas[0]):
        value = told(attributes={"area": area, "exclusion": subject}, subject=subject, source=source)

        assert schema_of(value).is_valid(value)
        assert isinstance(read_area(structured(value)), Accepted)


@pytest.mark.parametrize("required", REQUIRED)
def test_required_attributes_are_the_same_in_schema_and_decoder(required: str) -> None:
    assert required in SCHEMAS["area-event.v1"]["required"]
    assert isinstance(read_area(structured(told(**{required: ...}))), Refused)


def test_what_the_engine_reads_is_in_schemas_and_page() -> None:
    section = README.partition("## Publishing about areas\n")[2].partition("\n## ")[0]
    for name in SHARED:
        data = SCHEMAS[f"area.{name}.v1"]["properties"]["data"]["properties"]["attributes"]
        needed = [
            attribute for attribute, _, is_needed in READ[name] if is_needed and attribute != "exclusion"
        ]

        assert set(data["properties"]) == {attribute for attribute, _, _ in READ[name]}
        assert data.get("required", []) == needed
        (row,) = re.findall(rf"^\| `{name}` .*$", section, re.MULTILINE)
        assert all(f"`{attribute}`" in row for attribute, _, _ in READ[name] if attribute != "exclusion")

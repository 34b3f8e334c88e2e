"""Decoder, schemas, examples and documentation against each other."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from service.metrics import FROZEN
from service.sla.events import DIRECTORY, SHARED, VOCABULARY
from service.sla.evidence import Link
from service.sla.instants import SECOND
from service.sla.statements import Kind, Said, State
from service.wire import notices, times
from service.wire.attributes import READ
from service.wire.facts import REQUIRED
from service.wire.files import PLAIN
from service.wire.hotline import READ as READ_OF_THE_HOTLINE
from service.wire.outgoing import decode_output, encode, is_statement
from service.wire.people import decode_repeat, encode_repeat
from service.wire.records import Accepted, Reason, Refused
from service.wire.sources import READ as READ_OF_SOURCES
from service.wire.trace import trace_of
from tests.wire.contracts import (
    BEYOND_SCHEMAS,
    CONTRACTS,
    EXAMPLES,
    FAR_AHEAD,
    ODD,
    README,
    SCHEMAS,
    VALIDATORS,
    event_in,
    record_of,
)
from tests.wire.making import ALLOWED, ANY, IDENTIFIERS, binary, document, read, structured

TICKETS = [name for name in EXAMPLES if name.startswith("ticket.")]
REPEATS = [name for name in EXAMPLES if name.startswith("statement.repeat.")]
STATEMENTS = [name for name in EXAMPLES if name.startswith("statement.") and name not in REPEATS]


def schema_of(value: Any) -> Draft202012Validator:
    """The schema of the event's own type, or that of all events."""
    told = value.get("type") if isinstance(value, dict) else None
    name = told.removeprefix("slaclock.") if isinstance(told, str) else ""
    return VALIDATORS.get(name, VALIDATORS["ticket-event.v1"])


def fits(value: Any) -> bool:
    return schema_of(value).is_valid(value)


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_are_schemas(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name]["title"]
    assert SCHEMAS[name]["description"]


def test_every_message_has_its_schema() -> None:
    inputs = {f"ticket.{name}.v1" for name in VOCABULARY} | {f"area.{name}.v1" for name in SHARED}
    inputs |= {f"directory.{name}.v1" for name in DIRECTORY} | {
        f"source.{name}.v1" for name in READ_OF_SOURCES
    }
    inputs |= {f"{name}.v1" for name in READ_OF_THE_HOTLINE}
    told = {"notice.frozen.v1", "notice.moving.v1", "notice.stopped.v1"}
    outputs = {f"statement.{kind}.v1" for kind in Kind} | {"statement.repeat.v1"} | told

    assert set(SCHEMAS) == inputs | outputs | {
        "ticket-event.v1",
        "area-event.v1",
        "source-event.v1",
        "directory-event.v1",
        "hotline-event.v1",
        "statement.v1",
    }


def test_every_message_has_its_examples() -> None:
    inputs = [*(f"ticket.{name}" for name in VOCABULARY), *(f"area.{name}" for name in SHARED)]
    inputs += [f"directory.{name}" for name in DIRECTORY] + [f"source.{name}" for name in READ_OF_SOURCES]
    inputs += READ_OF_THE_HOTLINE
    modes = {f"{name}.v1.{mode}" for name in inputs for mode in ("binary", "structured")}
    held = {
        f"statement.{kind}.v1.{status}"
        for kind in (Kind.WARNING, Kind.BREACH, Kind.ESCALATION)
        for status in ("in_force", "withdrawn")
    }
    outcomes = SCHEMAS["statement.verdict.v1"]["properties"]["data"]["properties"]["outcome"]["enum"]
    verdicts = {f"statement.verdict.v1.{name}" for name in (*outcomes, "withdrawn")}

    held |= {f"statement.repeat.v1.{status}" for status in ("in_force", "withdrawn")}
    assert modes | held | verdicts <= set(EXAMPLES)
    assert set(outcomes) <= set(State)


@pytest.mark.parametrize("name", TICKETS)
def test_decoder_and_schema_accept_the_example_of_an_event(name: str) -> None:
    found = read(record_of(EXAMPLES[name]))

    assert isinstance(found, Accepted), found
    assert f"ticket.{found.event.type}.v1" == name.rpartition(".")[0]
    schema_of(event_in(EXAMPLES[name])).validate(event_in(EXAMPLES[name]))


@pytest.mark.parametrize("name", [name for name in TICKETS if name.endswith(".binary")])
def test_examples_of_both_modes_are_the_same_event(name: str) -> None:
    one = read(record_of(EXAMPLES[name]))
    other = read(record_of(EXAMPLES[name.replace(".binary", ".structured")]))

    assert isinstance(one, Accepted)
    assert isinstance(other, Accepted)
    assert (one.event, one.digest) == (other.event, other.digest)


@pytest.mark.parametrize("name", STATEMENTS)
def test_the_example_of_a_statement_is_what_is_sent(name: str) -> None:
    example = EXAMPLES[name]
    value = example["value"]
    statement, rev, withdrawn = decode_output(json.dumps(value).encode())
    circumstances = value["data"]["said"]
    cause, addressed = circumstances["cause"], circumstances.get("addressed")
    link = None
    if addressed is not None:
        link = Link(statement.role, addressed["person"], addressed.get("reason", ""))
    outgoing = encode(
        Said(statement=statement, rev=rev, withdrawn=withdrawn, addressed=link),
        cause=None if cause is None else (cause["source"], cause["id"]),
        watermark=None if circumstances["watermark"] is None else times.read(circumstances["watermark"]),
        decided_at=times.read(circumstances["decided_at"]),
        announce=circumstances.get("announce", True),
        provisional="provisional" in circumstances,
        trace=trace_of(record_of(example).headers, {}),
    )

    assert msgspec.json.decode(outgoing.value) == value
    assert outgoing.key.decode() == example["key"]
    assert {header: text.decode() for header, text in outgoing.headers} == example["headers"]
    assert withdrawn == (value["data"]["status"] == "withdrawn")
    VALIDATORS[f"statement.{statement.kind}.v1"].validate(value)


@pytest.mark.parametrize("name", REPEATS)
def test_the_example_of_a_repeat_is_what_is_sent(name: str) -> None:
    example = EXAMPLES[name]
    said, circumstances = (
        decode_repeat(json.dumps(example["value"]).encode()),
        example["value"]["data"]["said"],
    )
    cause = circumstances["cause"]
    outgoing = encode_repeat(
        said,
        cause=None if cause is None else (cause["source"], cause["id"]),
        watermark=times.read(circumstances["watermark"]),
        decided_at=times.read(circumstances["decided_at"]),
    )

    assert msgspec.json.decode(outgoing.value) == example["value"]
    assert (outgoing.key.decode(), outgoing.event_id) == (example["key"], example["value"]["id"])
    assert {header: text.decode() for header, text in outgoing.headers} == example["headers"]
    VALIDATORS["statement.repeat.v1"].validate(example["value"])
    assert not VALIDATORS["statement.v1"].is_valid(example["value"])
    assert not is_statement(outgoing.value)
    schema = SCHEMAS["statement.repeat.v1"]["properties"]["data"]
    assert set(example["value"]["data"]) == set(schema["required"]) == set(schema["properties"])


@pytest.mark.parametrize("name", STATEMENTS)
def test_the_account_of_an_example_adds_up(name: str) -> None:
    statement, _, _ = decode_output(json.dumps(EXAMPLES[name]["value"]).encode())
    account = statement.account
    parts = account.gated + account.outside + account.excluded + account.held + account.counted

    assert parts == statement.at - statement.start


@pytest.mark.parametrize("name", [name for name in STATEMENTS if name.endswith(".traced")])
def test_the_holders_of_an_example_add_up_to_its_account(name: str) -> None:
    data = EXAMPLES[name]["value"]["data"]
    spans = sorted((span["from"], span["to"]) for holder in data["holders"] for span in holder["spans"])

    assert [start for start, _ in spans] == [data["start"], *(end for _, end in spans[:-1])]
    assert spans[-1][1] == data["at"]
    for column in ("gated_us", "outside_us", "excluded_us", "held_us", "counted_us"):
        assert sum(holder[column] for holder in data["holders"]) == data["account"][column]


@pytest.mark.parametrize("name", STATEMENTS)
def test_nothing_is_sent_that_the_schema_does_not_name(name: str) -> None:
    value = EXAMPLES[name]["value"]
    common, own = SCHEMAS["statement.v1"], SCHEMAS[value["type"].removeprefix("slaclock.")]

    assert set(value) == set(common["required"]) == set(common["properties"])
    data = common["properties"]["data"]
    assert set(data["required"]) == set(data["properties"])
    assert set(value["data"]) <= set(data["properties"]) | set(own["properties"]["data"]["properties"])
    assert set(value["data"]["said"]) <= set(data["properties"]["said"]["properties"])
    assert _unnamed(value["data"], own["properties"]["data"]["properties"]) == []
    assert set(value["data"]["account"]) == set(data["properties"]["account"]["properties"])


def _unnamed(value: Any, properties: Any) -> list[str]:
    """The members of `value`, at any depth, that the schemas of holders, chain and evidence do not name."""
    found: list[str] = []
    pending = [
        (name, value[name], properties[name]) for name in ("holders", "chain", "evidence") if name in value
    ]
    while pending:
        place, inner, schema = pending.pop()
        while "$ref" in schema:
            schema = SCHEMAS["statement.v1"]["$defs"][schema["$ref"].rpartition("/")[2]]
        if isinstance(inner, list):
            pending += [(place, each, schema["items"]) for each in inner]
        elif isinstance(inner, dict):
            known = schema["properties"]
            found += [f"{place}.{name}" for name in inner.keys() - known.keys()]
            pending += [(f"{place}.{name}", inner[name], known[name]) for name in inner.keys() & known.keys()]
    return found


@pytest.mark.parametrize("name", STATEMENTS)
@pytest.mark.parametrize("kind", Kind)
def test_a_statement_fits_the_schema_of_its_kind_only(name: str, kind: Kind) -> None:
    valid = VALIDATORS[f"statement.{kind}.v1"].is_valid(EXAMPLES[name]["value"])

    assert valid == name.startswith(f"statement.{kind}.")


def test_the_examples_of_notices_are_what_is_sent() -> None:
    """Half an hour, two minutes and half a second after ten past nine."""
    said = times.read("2026-03-02T09:10:00Z")
    frozen = notices.frozen(
        reason="shared_parked",
        record="areas.events.v1:0:17",
        since=said,
        now=said + 61 * SECOND,
        watermark=said - 400_000,
    )
    moving = notices.moving(since=said, now=said + 1_950_500_000, watermark=said + 1_950_500_000)
    stopped = notices.stopped(since=said, now=said + 1_950_500_000, watermark=said - 400_000)
    told = {"notice.frozen.v1": frozen, "notice.moving.v1": moving, "notice.stopped.v1": stopped}
    for name, out in told.items():
        example = EXAMPLES[name]

        assert msgspec.json.decode(out.value) == example["value"]
        assert (out.key.decode(), out.event_id) == (example["key"], example["value"]["id"])
        assert {header: text.decode() for header, text in out.headers} == example["headers"]
        VALIDATORS[name].validate(example["value"])
        assert not is_statement(out.value)
    assert set(SCHEMAS["notice.frozen.v1"]["properties"]["data"]["properties"]["reason"]["enum"]) == set(
        FROZEN
    )
    assert is_statement(json.dumps(EXAMPLES["statement.breach.v1.in_force"]["value"]).encode())


@pytest.mark.parametrize("required", REQUIRED)
def test_required_attributes_are_the_same_in_schema_and_decoder(required: str) -> None:
    assert required in SCHEMAS["ticket-event.v1"]["required"]
    assert not fits(document(**{required: ...}))
    assert isinstance(read(structured(document(**{required: ...}))), Refused)


def test_what_the_engine_reads_is_in_schemas_and_readme() -> None:
    section = README.partition("## Publishing events\n")[2].partition("\n## ")[0]
    for name in READ.keys() & set(VOCABULARY):
        attributes = READ[name]
        data = SCHEMAS[f"ticket.{name}.v1"]["properties"]["data"]["properties"]["attributes"]

        assert set(data["properties"]) == {attribute for attribute, _, _ in attributes}
        assert data.get("required", []) == [attribute for attribute, _, needed in attributes if needed]
        (row,) = re.findall(rf"^\| `{name}` .*$", section, re.MULTILINE)
        assert all(f"`{attribute}`" in row for attribute, _, _ in attributes)


def test_the_readme_names_every_type_reason_and_field() -> None:
    for word in (*VOCABULARY, *Reason, *Kind, *REQUIRED, *PLAIN, "in_force", "withdrawn"):
        assert f"`{word}`" in README or f'"{word}"' in README or f"status: {word}" in README, word


def test_links_of_the_readme_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)

    assert len(links) > 5
    assert [link for link in links if "://" not in link and not (CONTRACTS / link).exists()] == []


# --- what the schema accepts the decoder accepts, and the other way round ---------------------------------------

MEMBERS = [*document(), "datacontenttype", "data_base64", "extension"]


def agree(value: dict[str, Any]) -> None:
    try:
        written = json.dumps(value).encode()
    except ValueError:
        return
    subject = value.get("subject")
    key = subject.encode("utf-8", "replace") if isinstance(subject, str) else b"SR-1"
    found = read(structured(written, key=key, timestamp=FAR_AHEAD))
    if isinstance(found, Accepted):
        schema_of(value).validate(value)
    elif found.reason not in BEYOND_SCHEMAS:
        assert not fits(value), found


@pytest.mark.parametrize("member", MEMBERS)
def test_schema_and_decoder_agree_on_each_member(member: str) -> None:
    for odd in [*ODD, ...]:
        agree(document(**{member: odd}))


@pytest.mark.parametrize("name", [*sorted(READ.keys() & set(VOCABULARY)), "opened", "own"])
def test_schema_and_decoder_agree_on_data(name: str) -> None:
    kind = f"slaclock.ticket.{name}.v1"
    for odd in ODD:
        agree(document(type=kind, data=odd))
        agree(document(type=kind, data={"attributes": odd}))
        enough = {"event": "e", "version": "1", "extension": "x"}
        agree(document(type=kind, data={"seq": odd, "attributes": enough}))
        for attribute in (
            "event",
            "source",
            "reason",
            "by",
            "start",
            "version",
            "replace",
            "other",
            "due",
            "at",
            "until",
            "extension",
            "rank",
        ):
            agree(document(type=kind, data={"attributes": {**enough, attribute: odd}}))


@settings(max_examples=500, deadline=None)
@given(
    st.dictionaries(st.sampled_from(MEMBERS), ANY | st.sampled_from(ODD) | st.just(...), max_size=3),
    st.sampled_from([*VOCABULARY, "own"]),
)
def test_schema_and_decoder_agree_on_odd_events(changed: dict[str, Any], name: str) -> None:
    agree(document(**{"type": f"slaclock.ticket.{name}.v1", **changed}))


@settings(max_examples=200, deadline=None)
@given(
    IDENTIFIERS,
    IDENTIFIERS,
    st.dictionaries(IDENTIFIERS, ALLOWED, max_size=5),
    st.sampled_from([*VOCABULARY, "own"]),
)
def test_schema_and_decoder_agree_on_good_events(
    ticket: str, source: str, attributes: Any, name: str
) -> None:
    fitting = {"reason": "waiting", "version": "2", "replace": True, "start": "2026-03-02T09:10:00Z"}
    fitting |= {"extension": "x-1", "rank": 3, "by": "24h", "until": "2026-03-02T09:10:00Z", "source": "desk"}
    fitting |= {"due": "2026-03-02T09:10:00Z", "at": "2026-03-02T09:10:00Z"}
    data = {"attributes": {"event": "e-0", **attributes, **fitting}}
    kind = f"slaclock.ticket.{name}.v1"
    value = document(type=kind, subject=ticket, source=source, data=data)

    assert fits(value)
    assert isinstance(read(structured(value, key=ticket.encode())), Accepted)
    told = binary(data, key=ticket.encode(), type=kind, subject=ticket, source=source)
    assert isinstance(read(told), Accepted)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (document(time="2026-02-30T00:00:00Z"), Reason.BAD_TIME),
        (document(time="2026-03-02T09:10:60Z"), Reason.BAD_TIME),
        (document(time="1969-12-31T23:59:59Z"), Reason.TIME_OUT_OF_RANGE),
        (document(time="2199-12-31T23:59:59Z"), Reason.AHEAD_OF_RECORD),
        (document(id="号" * 255), Reason.BAD_ATTRIBUTE),
    ],
)
def test_what_schemas_cannot_see(value: Any, reason: Reason) -> None:
    found = read(structured(value))

    assert fits(value)
    assert isinstance(found, Refused)
    assert found.reason == reason


def test_a_content_type_is_read_in_any_case_which_the_schema_cannot_say() -> None:
    value = document(datacontenttype="Application/JSON")

    assert isinstance(read(structured(value)), Accepted)
    assert not fits(value)

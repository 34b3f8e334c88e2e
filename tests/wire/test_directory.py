"""The directory topic: decoder, schemas and examples of it, and what is refused."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from service.sla.directory import Area, Directory, Duty, Person, Unit
from service.sla.events import DIRECTORY
from service.sla.instants import SECOND
from service.wire.directory import READ
from service.wire.incoming import decode_directory
from service.wire.publishing import DIRECTORY as ABOUT
from service.wire.publishing import publish_binary, publish_structured
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
from tests.wire.making import HEARD, document, structured

NAMES = [name for name in EXAMPLES if name.startswith("directory.")]


def read(record: Record) -> Accepted | Refused:
    return decode_directory(record, tenant="default", ahead=60 * SECOND, max_bytes=1 << 18)


def fact(kind: str, subject: str = "u-1", /, **attributes: Any) -> dict[str, Any]:
    return document(type=f"slaclock.directory.{kind}.v1", subject=subject, data={"attributes": attributes})


def found(value: dict[str, Any]) -> Accepted | Refused:
    return read(structured(value, key=b"any"))


@pytest.mark.parametrize("name", NAMES)
def test_decoder_and_schema_accept_the_example(name: str) -> None:
    one, other = (
        read(record_of(EXAMPLES[f"{name.rpartition('.')[0]}.{mode}"])) for mode in ("binary", "structured")
    )

    assert isinstance(one, Accepted), one
    assert isinstance(other, Accepted), other
    assert (one.event, one.digest) == (other.event, other.digest)
    assert f"directory.{one.event.type}.v1" == name.rpartition(".")[0]
    VALIDATORS[name.rpartition(".")[0]].validate(event_in(EXAMPLES[name]))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_published_is_read(name: str) -> None:
    one = read(record_of(EXAMPLES[name]))
    assert isinstance(one, Accepted)
    for publish in (publish_binary, publish_structured):
        out = publish(one.event, ABOUT)
        again = read(Record("d", 0, 0, HEARD, out.key, out.value, out.headers))
        assert isinstance(again, Accepted)
        assert (again.event, again.digest) == (one.event, one.digest)


def test_the_core_reads_what_is_told() -> None:
    told = [
        fact("person", "u-1", unit="desk", rank=2, active=False),
        fact("unit", "desk", kind="team", parent="house", head="u-1"),
        fact("area", "north", owner="u-1", unit="desk", households=4500, per_owner=3000),
        fact("duty", "desk", person="u-2", to="2026-03-01T09:10:00Z"),
    ]
    events = []
    for number, value in enumerate(told):
        one = found({**value, "id": f"d-{number}"})
        assert isinstance(one, Accepted), one
        events.append(one.event)
    directory = Directory.of(events)

    assert [fact.said for fact in directory.persons["u-1"]] == [Person("desk", 2, False)]
    assert [fact.said for fact in directory.units["desk"]] == [Unit("team", "house", "u-1")]
    assert [fact.said for fact in directory.areas["north"]] == [Area("u-1", "desk", 4500, 3000)]
    assert [fact.said for fact in directory.duties["desk"]] == [Duty("u-2", 1772356200 * SECOND)]


@pytest.mark.parametrize(
    ("kind", "attribute"), [("person", "person"), ("unit", "unit"), ("area", "area"), ("duty", "unit")]
)
def test_the_subject_repeated_or_left_out_is_the_same_fact(kind: str, attribute: str) -> None:
    other = {"person": "u-2"} if kind == "duty" else {}
    left_out, repeated = found(fact(kind, "s", **other)), found(fact(kind, "s", **other, **{attribute: "s"}))
    contradicted = found(fact(kind, "s", **other, **{attribute: "t"}))

    assert isinstance(left_out, Accepted)
    assert isinstance(repeated, Accepted)
    assert left_out.digest == repeated.digest
    assert left_out.event.attributes[attribute] == left_out.event.ticket == "s"
    assert isinstance(contradicted, Refused)
    assert contradicted.reason is Reason.BAD_DATA


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (fact("duty"), Reason.BAD_DATA),
        (fact("person", rank="2"), Reason.BAD_DATA),
        (fact("person", active=1), Reason.BAD_DATA),
        (fact("unit", head=7), Reason.BAD_DATA),
        (fact("area", households=1.5), Reason.BAD_DATA),
        ({**fact("person"), "data": {"attributes": {"from": "2026-03-01"}}}, Reason.BAD_DATA),
        (fact("voided"), Reason.BAD_DATA),
        (fact("team"), Reason.UNKNOWN_TYPE),
        (document(), Reason.UNKNOWN_TYPE),
        (document(type="slaclock.directory.person.v2"), Reason.UNKNOWN_VERSION),
    ],
)
def test_what_does_not_fit_is_refused_and_bears_on_no_ticket(value: dict[str, Any], reason: Reason) -> None:
    one = found(value)

    assert isinstance(one, Refused), one
    assert one.reason is reason
    assert (one.tenant, one.ticket) == ("harbour", None)


@pytest.mark.parametrize("kind", DIRECTORY)
def test_schema_and_decoder_agree(kind: str) -> None:
    validator = VALIDATORS[f"directory.{kind}.v1"]
    enough = {"person": "u-2"} if kind == "duty" else {"event": "d-0"} if kind == "voided" else {}
    for odd in ODD:
        values = [document(type=f"slaclock.directory.{kind}.v1", data={"attributes": odd})]
        values += [
            fact(kind, **{**enough, name: odd}) for name in (*(each for each, _, _ in READ[kind]), "other")
        ]
        for value in values:
            try:
                written = json.dumps(value).encode()
            except ValueError:
                continue
            one = read(structured(written, timestamp=FAR_AHEAD))
            if isinstance(one, Accepted):
                validator.validate(value)
            elif one.reason not in BEYOND_SCHEMAS and "is not the subject" not in one.detail:
                assert not validator.is_valid(value), one


def test_what_is_read_is_in_schemas_and_readme() -> None:
    section = README.partition("## Publishing about the organisation\n")[2].partition("\n## ")[0]
    for name, attributes in READ.items():
        data = SCHEMAS[f"directory.{name}.v1"]["properties"]["data"]["properties"]["attributes"]

        assert set(data["properties"]) == {attribute for attribute, _, _ in attributes}
        assert data.get("required", []) == [attribute for attribute, _, needed in attributes if needed]
        (row,) = re.findall(rf"^\| `{name}` .*$", section, re.MULTILINE)
        assert all(f"`{attribute}`" in row or attribute == "from" for attribute, _, _ in attributes)
    assert "`from`" in section

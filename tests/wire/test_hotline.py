"""The hotline's topic: decoder, schemas and examples of it, what is refused, and what figures and rules are given."""

from __future__ import annotations

import json
from typing import Any

import pytest

from service.hotline import AgentEvent, CallEvent, Requirement, Shift
from service.hotline.facts import AGENT_FACTS, CALL_FACTS
from service.sla.events import VOCABULARY
from service.sla.instants import SECOND
from service.wire import times
from service.wire.hotline import CALL_TYPES, READ, as_ticket, may_be_a_call
from service.wire.hotline_facts import OTHER, Queues, agents_told, calls_told, roster_told
from service.wire.incoming import decode_hotline
from service.wire.publishing import HOTLINE, publish_binary, publish_structured
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
from tests.wire.making import HAPPENED, HEARD, document, structured

ABOUT = ("call.", "agent.", "roster.")
NAMES = [name for name in EXAMPLES if name.startswith(ABOUT)]
NEEDED: dict[str, dict[str, Any]] = {
    "call.offered": {"queue": "faults"},
    "call.answered": {"agent": "u-1"},
    "call.rated": {"rating": 4},
    "roster.shift": {"from": HAPPENED, "to": HAPPENED},
    "roster.required": {"from": HAPPENED, "to": HAPPENED, "agents": 2},
    "roster.voided": {"event": "h-0"},
}


def read(record: Record) -> Accepted | Refused:
    return decode_hotline(record, tenant="default", ahead=60 * SECOND, max_bytes=1 << 18)


def fact(kind: str, subject: str = "c-1", /, **attributes: Any) -> dict[str, Any]:
    return document(type=f"slaclock.{kind}.v1", subject=subject, data={"attributes": attributes})


def found(value: dict[str, Any], key: bytes | None = b"c-1") -> Accepted | Refused:
    return read(structured(value, key=key))


def event(kind: str, subject: str = "c-1", /, **attributes: Any) -> Any:
    one = found(fact(kind, subject, **attributes), subject.encode())
    assert isinstance(one, Accepted), one
    return one.event


@pytest.mark.parametrize("name", NAMES)
def test_decoder_and_schema_accept_the_example(name: str) -> None:
    one, other = (
        read(record_of(EXAMPLES[f"{name.rpartition('.')[0]}.{mode}"])) for mode in ("binary", "structured")
    )

    assert isinstance(one, Accepted), one
    assert isinstance(other, Accepted), other
    assert (one.event, one.digest) == (other.event, other.digest)
    assert f"{one.event.type}.v1" == name.rpartition(".")[0]
    VALIDATORS[name.rpartition(".")[0]].validate(event_in(EXAMPLES[name]))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_published_is_read(name: str) -> None:
    one = read(record_of(EXAMPLES[name]))
    assert isinstance(one, Accepted)
    for publish in (publish_binary, publish_structured):
        out = publish(one.event, HOTLINE)
        again = read(Record("d", 0, 0, HEARD, out.key, out.value, out.headers))
        assert isinstance(again, Accepted)
        assert (again.event, again.digest) == (one.event, one.digest)


def test_every_fact_that_figures_know_is_read() -> None:
    known = {f"call.{name}" for name in CALL_FACTS} | {f"agent.{name}" for name in AGENT_FACTS}
    assert known < set(READ)
    assert {f"call_{name.removeprefix('call.')}" for name in READ if name.startswith("call.")} == CALL_TYPES
    assert not CALL_TYPES & set(VOCABULARY)  # a transferred call is no transferred ticket


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (fact("call.offered"), Reason.BAD_DATA),
        (fact("call.answered", agent=7), Reason.BAD_DATA),
        (fact("call.answered", agent="u-1", rang_at="soon"), Reason.BAD_DATA),
        (fact("call.hung_up", by="nobody"), Reason.BAD_DATA),
        (fact("call.rated", rating="5"), Reason.BAD_DATA),
        (fact("call.rated", rating=-1), Reason.BAD_DATA),
        (fact("call.rated", rating=True), Reason.BAD_DATA),
        (fact("agent.ready", queues=[]), Reason.BAD_DATA),
        (fact("agent.not_ready", reason=3), Reason.BAD_DATA),
        (fact("roster.shift", to=HAPPENED), Reason.BAD_DATA),
        (fact("roster.required", **{"from": HAPPENED, "to": HAPPENED, "agents": 100_001}), Reason.BAD_DATA),
        (fact("roster.voided"), Reason.BAD_DATA),
        (fact("call.vanished"), Reason.UNKNOWN_TYPE),
        (document(), Reason.UNKNOWN_TYPE),
        (document(type="slaclock.call.abandoned.v2"), Reason.UNKNOWN_VERSION),
        (fact("call.abandoned", "c" * 251), Reason.BAD_ATTRIBUTE),
    ],
)
def test_what_does_not_fit_is_refused(value: dict[str, Any], reason: Reason) -> None:
    one = read(structured(value, key=value["subject"].encode()))

    assert isinstance(one, Refused), one
    assert one.reason is reason
    is_call = ".call." in value["type"] or ".ticket." in value["type"]
    assert one.tenant == "harbour"
    assert one.ticket == (f"call:{value['subject']}" if is_call else None)


def test_the_key_of_a_call_is_the_call_and_others_are_free() -> None:
    none, other = (found(fact("call.abandoned"), key) for key in (None, b"c-2"))
    assert isinstance(none, Refused)
    assert isinstance(other, Refused)
    assert (none.reason, other.reason) == (Reason.NULL_KEY, Reason.KEY_MISMATCH)
    assert isinstance(found(fact("agent.ready", "u-1"), None), Accepted)
    assert isinstance(found(fact("roster.required", "faults", **NEEDED["roster.required"]), b"x"), Accepted)


def test_what_cannot_be_read_at_all_is_of_the_call_in_its_key_and_may_be_of_any_without() -> None:
    with_key, without = read(structured(b"{", key=b"c-7")), read(structured(b"{", key=None))
    assert isinstance(with_key, Refused)
    assert isinstance(without, Refused)
    assert (with_key.ticket, without.ticket) == ("call:c-7", None)
    assert may_be_a_call(without.record, 1 << 18)
    agents = structured(fact("agent.ready", "u-1", queues=[]), key=None)
    assert not may_be_a_call(agents, 1 << 18)
    assert may_be_a_call(structured(fact("call.offered")), 1 << 18)


def test_a_call_is_a_ticket_of_a_name_that_no_ticket_has() -> None:
    one = found(fact("call.missed", agent="u-1"))
    assert isinstance(one, Accepted)
    seen = as_ticket(one)

    assert (seen.event.ticket, seen.event.type, seen.event.at) == ("call:c-1", "call_missed", one.event.at)
    assert seen.event.attributes == {"agent": "u-1"}
    assert seen.digest != one.digest  # the type is part of what is said
    assert seen.digest == as_ticket(one).digest


@pytest.mark.parametrize("kind", READ)
def test_schema_and_decoder_agree(kind: str) -> None:
    validator = VALIDATORS[f"{kind}.v1"]
    enough = NEEDED.get(kind, {})
    for odd in ODD:
        values = [document(type=f"slaclock.{kind}.v1", data={"attributes": odd})]
        values += [document(type=f"slaclock.{kind}.v1", data=odd)]
        values += [
            fact(kind, "SR-1", **{**enough, name: odd})
            for name in (*(each for each, _, _ in READ[kind]), "other")
        ]
        for value in values:
            try:
                written = json.dumps(value).encode()
            except ValueError:
                continue
            one = read(structured(written, timestamp=FAR_AHEAD))
            if isinstance(one, Accepted):
                validator.validate(value)
            elif one.reason not in BEYOND_SCHEMAS:
                assert not validator.is_valid(value), (one, value)


def test_what_is_read_is_in_schemas_and_readme() -> None:
    page = README.partition("## Publishing about the hotline")[2].partition("\n## ")[0]
    for kind, attributes in READ.items():
        data = SCHEMAS[f"{kind}.v1"]["properties"]["data"]["properties"]["attributes"]
        assert set(data["properties"]) == {name for name, _, _ in attributes}
        assert set(data.get("required", ())) == {name for name, _, is_needed in attributes if is_needed}
        assert f"`{kind}`" in page
        for name, _, _ in attributes:
            assert f"`{name}`" in page


def test_facts_of_calls_as_figures_have_them() -> None:
    told = [
        event("call.offered", queue="faults", rang_at="2026-03-02T09:10:00Z"),
        event("call.offered", queue="sales"),
        event("call.transferred", agent="u-1"),
        event("call.hung_up", by="agent"),
        event("call.rated", rating=4),
    ]
    offered, elsewhere, passed_on, ended, rated = calls_told(told, Queues(("faults",)))

    assert offered == CallEvent(
        call="c-1", source="desk", id="e-1", type="offered", at=times.read(HAPPENED), queue="faults",
        rang_at=times.read("2026-03-02T09:10:00Z"),
    )  # fmt: skip
    assert elsewhere.queue == OTHER
    assert (passed_on.queue, passed_on.agent) == ("", "u-1")  # to a person, not to some other queue
    assert (ended.type, ended.by, rated.rating) == ("hung_up", "agent", 4)


def test_facts_of_agents_as_figures_have_them() -> None:
    told = [
        event("agent.signed_in", "u-1", queues=["faults", "sales", "rent"]),
        event("agent.ready", "u-1", queues="faults"),
        event("agent.not_ready", "u-1", reason="wrap_up"),
        event("agent.alive", "u-1"),
        event("agent.alive", "desk"),
    ]
    signed_in, ready, not_ready, agent, source = agents_told(told, Queues(("faults",)))

    assert signed_in == AgentEvent(
        source="desk", id="e-1", type="signed_in", at=times.read(HAPPENED), agent="u-1", queues=("faults", OTHER)
    )  # fmt: skip
    assert (ready.queues, not_ready.queues, not_ready.reason) == (("faults",), (), "wrap_up")
    assert (agent.agent, source.agent) == ("u-1", "")  # the source itself speaks of no agent


def test_the_roster_is_what_was_told_and_not_voided() -> None:
    span = {"from": "2026-03-02T00:00:00Z", "to": "2026-03-02T08:00:00Z"}
    start, end = (times.read(each) for each in span.values())
    told = [
        event("roster.voided", "u-1", event="gone"),
        event("roster.required", "faults", **span, agents=3),
        event("roster.shift", "u-2", **span, queues=["faults"]),
    ]
    gone = found({**fact("roster.shift", "u-1", **span), "id": "gone"}, None)
    assert isinstance(gone, Accepted)
    for order in ([*told, gone.event], [gone.event, *told]):
        roster = roster_told(order, Queues(("faults",)), 2)

        assert roster.requirements == (Requirement("faults", start, end, 3),)
        assert roster.shifts == (Shift("u-2", start, end, ("faults",)),)
        assert roster.least == 2


def test_queues_are_a_closed_set() -> None:
    assert Queues(("a", "b")).all == ("a", "b", OTHER)
    assert Queues((OTHER,)).all == (OTHER,)
    assert Queues(("a",)).covered == ("a",)
    assert Queues().covered == Queues().all == (OTHER,)

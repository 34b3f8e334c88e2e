from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid5

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.sla.evidence import (
    Circumstance,
    Evidence,
    HandOvers,
    Link,
    Plea,
    Share,
    ToldLate,
    Uncounted,
    Way,
)
from service.sla.instants import EARLIEST, LATEST
from service.sla.statements import Account, Kind, Said, State, Statement
from service.wire.ledger import is_bare, load_statement, store_statement
from service.wire.outgoing import decode_output, encode
from tests.wire.making import IDENTIFIERS, TEXTS

INSTANTS = st.integers(EARLIEST, LATEST - 1)
EVENT_KEYS = st.tuples(TEXTS, TEXTS)
AMOUNTS = st.integers(0, LATEST)
KEYS = st.lists(EVENT_KEYS, max_size=3).map(tuple)
MOMENTS = st.lists(INSTANTS, max_size=3).map(tuple)
COUNTS = st.none() | st.integers(0, 10_000)


def some(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(strategy, max_size=2).map(tuple)


SHARES = st.builds(
    Share,
    person=TEXTS,
    team=TEXTS,
    spans=some(st.tuples(INSTANTS, INSTANTS)),
    wall=AMOUNTS,
    gated=AMOUNTS,
    outside=AMOUNTS,
    excluded=AMOUNTS,
    held=AMOUNTS,
    counted=AMOUNTS,
)
LINKS = st.builds(Link, TEXTS, TEXTS, TEXTS, TEXTS)
EVIDENCE = st.builds(
    Evidence,
    calendar=TEXTS,
    calendar_since=TEXTS,
    uncounted=some(st.builds(Uncounted, INSTANTS, INSTANTS, TEXTS, TEXTS)),
    pleas=some(st.builds(Plea, EVENT_KEYS, INSTANTS, TEXTS, st.none() | INSTANTS)),
    urges=MOMENTS,
    second_requests=MOMENTS,
    households=COUNTS,
    per_owner=COUNTS,
    hand_overs=st.builds(HandOvers, KEYS, KEYS, KEYS, KEYS),
    circumstances=some(st.builds(Circumstance, EVENT_KEYS, TEXTS, INSTANTS, TEXTS, TEXTS)),
    told_late=some(st.builds(ToldLate, EVENT_KEYS, TEXTS, INSTANTS, INSTANTS)),
    document=TEXTS,
    would_change=some(
        st.builds(
            Way,
            what=TEXTS,
            events=some(TEXTS),
            reasons=some(TEXTS),
            followed_by=some(TEXTS),
            unless=some(TEXTS),
            within=AMOUNTS,
            rank=AMOUNTS,
        )
    ),
)
STATEMENTS = st.builds(
    Statement,
    id=st.uuids().map(str),
    kind=st.sampled_from(Kind),
    tenant=TEXTS,
    ticket=IDENTIFIERS,
    target=TEXTS,
    name=TEXTS,
    started_by=EVENT_KEYS,
    at=INSTANTS,
    policy=TEXTS,
    version=TEXTS,
    clause=TEXTS,
    regime=TEXTS,
    start=INSTANTS,
    due=st.none() | INSTANTS,
    account=st.builds(
        Account,
        gated=AMOUNTS,
        outside=AMOUNTS,
        excluded=AMOUNTS,
        held=AMOUNTS,
        counted=AMOUNTS,
        days=st.integers(0, 10_000),
    ),
    outcome=st.just("") | st.sampled_from(State).map(str),
    reason=TEXTS,
    event=st.none() | EVENT_KEYS,
    role=TEXTS,
    remarks=st.lists(TEXTS, max_size=3).map(tuple),
    holders=some(SHARES),
    chain=some(LINKS),
    evidence=st.none() | EVIDENCE,
)
SAIDS = st.builds(Said, statement=STATEMENTS, rev=st.integers(1, 1 << 31), withdrawn=st.booleans())


@given(SAIDS, st.none() | EVENT_KEYS, st.none() | INSTANTS, INSTANTS)
def test_what_is_said_is_read_back(
    said: Said, cause: tuple[str, str] | None, watermark: int | None, decided_at: int
) -> None:
    outgoing = encode(said, cause=cause, watermark=watermark, decided_at=decided_at)

    assert decode_output(outgoing.value) == (said.statement, said.rev, said.withdrawn)
    assert outgoing.key == said.statement.ticket.encode()
    assert outgoing == encode(said, cause=cause, watermark=watermark, decided_at=decided_at)


@given(SAIDS)
def test_the_event_id_is_that_of_the_statement_and_its_revision(said: Said) -> None:
    outgoing = encode(said, cause=None, watermark=None, decided_at=0)

    assert outgoing.event_id == str(uuid5(UUID(said.statement.id), str(said.rev)))
    assert msgspec.json.decode(outgoing.value)["id"] == outgoing.event_id


@given(SAIDS, EVENT_KEYS, INSTANTS, INSTANTS)
def test_circumstances_stand_apart(
    said: Said, cause: tuple[str, str], watermark: int, decided_at: int
) -> None:
    one = msgspec.json.decode(encode(said, cause=cause, watermark=watermark, decided_at=decided_at).value)
    other = msgspec.json.decode(encode(said, cause=None, watermark=None, decided_at=0).value)
    for document in (one, other):
        del document["time"], document["data"]["said"]

    assert one == other


@given(SAIDS, INSTANTS)
def test_what_nobody_is_told_differs_in_its_circumstances_only(said: Said, decided_at: int) -> None:
    one = msgspec.json.decode(encode(said, cause=None, watermark=None, decided_at=decided_at).value)
    quiet = encode(said, cause=None, watermark=None, decided_at=decided_at, announce=False)
    other = msgspec.json.decode(quiet.value)

    assert "announce" not in one["data"]["said"]
    assert other["data"]["said"].pop("announce") is False
    assert one == other
    assert decode_output(quiet.value) == (said.statement, said.rev, said.withdrawn)


@given(SAIDS, LINKS)
def test_who_was_addressed_what_is_pending_and_what_is_provisional_are_circumstances(
    said: Said, link: Link
) -> None:
    def told(**given: bool) -> dict[str, object]:
        out = encode(replace(said, addressed=link), cause=None, watermark=None, decided_at=0, **given)
        assert decode_output(out.value) == (said.statement, said.rev, said.withdrawn)
        found: dict[str, object] = msgspec.json.decode(out.value)["data"]["said"]
        return found

    addressed = {"person": link.person} | ({"reason": link.reason} if link.reason else {})
    assert told()["addressed"] == addressed
    is_pending = said.statement.kind is Kind.BREACH and not said.withdrawn
    assert told().get("review") == ("statement_pending" if is_pending else None)
    assert "provisional" not in told()
    assert told(provisional=True).get("provisional") == ("directory" if said.statement.chain else None)


@given(STATEMENTS)
def test_the_ledger_gives_back_what_it_was_given(statement: Statement) -> None:
    stored = store_statement(statement)

    assert load_statement(stored) == statement
    assert load_statement(stored.decode()) == statement
    assert not is_bare(stored)


def test_the_ledger_reads_what_was_stored_before_a_field_was_added() -> None:
    stored = (
        b'{"id":"a","kind":"breach","tenant":"t","ticket":"k","target":"r","name":"breach","started_by":["s","e"],'
        b'"at":5,"policy":"p","version":"1","clause":"","regime":"","start":0,"due":5,"account":{"counted":5}}'
    )
    statement = load_statement(stored)

    assert statement.started_by == ("s", "e")
    assert statement.account == Account(counted=5)
    assert statement.remarks == ()
    assert (statement.holders, statement.chain, statement.evidence) == ((), (), None)
    assert is_bare(stored)
    assert is_bare(stored.replace(b'"policy":"p"', rb'"policy":"\"chain\":"'))


@pytest.mark.parametrize("value", [b"", b"{}", b"\xff", b'{"specversion":"1.0"}'])
def test_what_is_no_statement_is_an_error(value: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_output(value)

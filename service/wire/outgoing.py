"""A statement becomes a record of the statements topic, and back.

Structured-mode CloudEvents: one JSON object a record, so that a consumer needs no header. What is said stands apart
from the circumstances of saying it (`said`): only the former is compared.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID, uuid5

import msgspec

from service.sla.events import EventKey
from service.sla.evidence import Link
from service.sla.instants import Duration, Instant
from service.sla.statements import Account, Kind, Said, Statement
from service.wire import times
from service.wire.attached import (
    Filled,
    Holding,
    Key,
    holdings_of,
    links_of,
    roles_of,
    shares_of,
)
from service.wire.proofs import Proofs, evidence_of, proofs_of
from service.wire.records import Outgoing
from service.wire.trace import Trace

SOURCE: Final = "slaclock"
IN_FORCE: Final = "in_force"
WITHDRAWN: Final = "withdrawn"

#: Of a breach: before anything is decided the person has to be heard.
PENDING: Final = "statement_pending"

#: What may still change who fills the roles of a chain.
DIRECTORY: Final = "directory"

_HEADERS: Final = (("content-type", b"application/cloudevents+json; charset=UTF-8"),)


class _Pinned(msgspec.Struct, frozen=True, gc=False):
    id: str
    version: str


class _Account(msgspec.Struct, frozen=True, gc=False):
    gated_us: Duration
    outside_us: Duration
    excluded_us: Duration
    held_us: Duration
    counted_us: Duration
    days: int


class _Addressed(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    person: str
    reason: str = ""


class _Circumstances(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    cause: Key | None
    watermark: str | None
    decided_at: str
    announce: bool = True
    addressed: _Addressed | None = None
    review: str = ""
    provisional: str = ""


class _Data(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    statement: str
    rev: int
    status: str
    kind: Kind
    name: str
    tenant: str
    ticket: str
    target: str
    policy: _Pinned
    clause: str
    regime: str
    started_by: Key
    start: str
    due: str | None
    at: str
    account: _Account
    remarks: tuple[str, ...]
    said: _Circumstances
    outcome: str = ""
    reason: str = ""
    event: Key | None = None
    role: str = ""
    holders: tuple[Holding, ...] = ()
    chain: tuple[Filled, ...] = ()
    evidence: Proofs | None = None


class _Envelope(msgspec.Struct, frozen=True, gc=False):
    specversion: str
    id: str
    source: str
    type: str
    time: str
    subject: str
    tenant: str
    datacontenttype: str
    data: _Data


_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder(_Envelope)


def encode(
    said: Said,
    *,
    cause: EventKey | None,
    watermark: Instant | None,
    decided_at: Instant,
    announce: bool = True,
    provisional: bool = False,
    trace: Trace | None = None,
) -> Outgoing:
    """The record that says `said`; its key is the ticket.

    `cause` is the event that made it necessary, None when time alone did. `watermark` is the W it was judged at, None
    while nothing is proved. `decided_at` is the clock's reading. Without `announce` nobody is to be told. `provisional`:
    not all of the directory was known; it is told where there is a chain. `trace`: the one that the cause's record
    belongs to; it stands in the headers only.
    """
    statement = said.statement
    event_id = str(uuid5(UUID(statement.id), str(said.rev)))
    decided = times.write(decided_at)
    envelope = _Envelope(
        specversion="1.0",
        id=event_id,
        source=SOURCE,
        type=f"slaclock.statement.{statement.kind.value}.v1",
        time=decided,
        subject=statement.ticket,
        tenant=statement.tenant,
        datacontenttype="application/json",
        data=_data(
            said,
            _Circumstances(
                _key(cause),
                _time(watermark),
                decided,
                announce,
                _addressed(said.addressed),
                PENDING if statement.kind is Kind.BREACH and not said.withdrawn else "",
                DIRECTORY if provisional and statement.chain else "",
            ),
        ),
    )
    headers = _HEADERS if trace is None else (*_HEADERS, *trace.headers)
    return Outgoing(statement.ticket.encode(), _ENCODER.encode(envelope), headers, event_id)


class _Typed(msgspec.Struct, frozen=True, gc=False):
    type: str


_TYPED: Final = msgspec.json.Decoder(_Typed)
_ABOUT_TICKETS: Final = frozenset(f"slaclock.statement.{kind.value}.v1" for kind in Kind)


def is_statement(value: bytes) -> bool:
    """Whether `value` of a record of the statements topic says something about a ticket; people and notices are there too."""
    return _TYPED.decode(value).type in _ABOUT_TICKETS


def decode_output(value: bytes) -> tuple[Statement, int, bool]:
    """The statement in `value` of a record made by `encode`, its revision, and whether it is withdrawn.

    `msgspec.ValidationError` when it is something else.
    """
    data = _DECODER.decode(value).data
    account = data.account
    statement = Statement(
        id=data.statement,
        kind=data.kind,
        tenant=data.tenant,
        ticket=data.ticket,
        target=data.target,
        name=data.name,
        started_by=(data.started_by.source, data.started_by.id),
        at=times.read(data.at),
        policy=data.policy.id,
        version=data.policy.version,
        clause=data.clause,
        regime=data.regime,
        start=times.read(data.start),
        due=None if data.due is None else times.read(data.due),
        account=Account(
            gated=account.gated_us,
            outside=account.outside_us,
            excluded=account.excluded_us,
            held=account.held_us,
            counted=account.counted_us,
            days=account.days,
        ),
        outcome=data.outcome,
        reason=data.reason,
        event=None if data.event is None else (data.event.source, data.event.id),
        role=data.role,
        remarks=data.remarks,
        holders=shares_of(data.holders),
        chain=links_of(data.chain),
        evidence=None if data.evidence is None else evidence_of(data.evidence),
    )
    return statement, data.rev, data.status == WITHDRAWN


def _data(said: Said, circumstances: _Circumstances) -> _Data:
    statement, account = said.statement, said.statement.account
    return _Data(
        statement=statement.id,
        rev=said.rev,
        status=WITHDRAWN if said.withdrawn else IN_FORCE,
        kind=statement.kind,
        name=statement.name,
        tenant=statement.tenant,
        ticket=statement.ticket,
        target=statement.target,
        policy=_Pinned(statement.policy, statement.version),
        clause=statement.clause,
        regime=statement.regime,
        started_by=Key(*statement.started_by),
        start=times.write(statement.start),
        due=_time(statement.due),
        at=times.write(statement.at),
        account=_Account(
            account.gated, account.outside, account.excluded, account.held, account.counted, account.days
        ),
        remarks=statement.remarks,
        said=circumstances,
        outcome=statement.outcome,
        reason=statement.reason,
        event=_key(statement.event),
        role=statement.role,
        holders=holdings_of(statement.holders),
        chain=roles_of(statement.chain),
        evidence=None if statement.evidence is None else proofs_of(statement.evidence),
    )


def _addressed(link: Link | None) -> _Addressed | None:
    return None if link is None else _Addressed(link.person, link.reason)


def _key(key: EventKey | None) -> Key | None:
    return None if key is None else Key(*key)


def _time(instant: Instant | None) -> str | None:
    return None if instant is None else times.write(instant)

"""A statement about a person becomes a record of the statements topic; its key is the person."""

from __future__ import annotations

from typing import Final
from uuid import UUID, uuid5

import msgspec

from service.sla.events import EventKey
from service.sla.instants import Instant
from service.sla.repeats import REPEAT, Repeat, SaidRepeat
from service.wire import times
from service.wire.attached import Key
from service.wire.outgoing import IN_FORCE, SOURCE, WITHDRAWN
from service.wire.records import Outgoing
from service.wire.trace import Trace

TYPE: Final = "slaclock.statement.repeat.v1"

_HEADERS: Final = (("content-type", b"application/cloudevents+json; charset=UTF-8"),)


class _Circumstances(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    cause: Key | None
    watermark: str | None
    decided_at: str
    announce: bool = True


class _Data(msgspec.Struct, frozen=True, gc=False):
    statement: str
    rev: int
    status: str
    kind: str
    rule: str
    tenant: str
    person: str
    since: str
    at: str
    breaches: tuple[str, ...]
    said: _Circumstances


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


def encode_repeat(
    said: SaidRepeat,
    *,
    cause: EventKey | None,
    watermark: Instant | None,
    decided_at: Instant,
    announce: bool = True,
    trace: Trace | None = None,
) -> Outgoing:
    """The record that says `said`; the circumstances are those of the breach that made it necessary."""
    repeat = said.repeat
    event_id = str(uuid5(UUID(repeat.id), str(said.rev)))
    decided = times.write(decided_at)
    told = _Circumstances(
        None if cause is None else Key(*cause),
        None if watermark is None else times.write(watermark),
        decided,
        announce,
    )
    envelope = _Envelope(
        specversion="1.0",
        id=event_id,
        source=SOURCE,
        type=TYPE,
        time=decided,
        subject=repeat.person,
        tenant=repeat.tenant,
        datacontenttype="application/json",
        data=_Data(
            statement=repeat.id,
            rev=said.rev,
            status=WITHDRAWN if said.withdrawn else IN_FORCE,
            kind=REPEAT,
            rule=REPEAT,
            tenant=repeat.tenant,
            person=repeat.person,
            since=times.write(repeat.since),
            at=times.write(repeat.at),
            breaches=repeat.breaches,
            said=told,
        ),
    )
    headers = _HEADERS if trace is None else (*_HEADERS, *trace.headers)
    return Outgoing(repeat.person.encode(), _ENCODER.encode(envelope), headers, event_id)


def decode_repeat(value: bytes) -> SaidRepeat:
    """What `value` of a record made by `encode_repeat` says; `msgspec.ValidationError` when it is something else."""
    data = _DECODER.decode(value).data
    repeat = Repeat(
        id=data.statement,
        tenant=data.tenant,
        person=data.person,
        since=times.read(data.since),
        at=times.read(data.at),
        breaches=data.breaches,
    )
    return SaidRepeat(repeat, data.rev, data.status == WITHDRAWN)

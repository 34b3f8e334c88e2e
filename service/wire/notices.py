"""What is said about the service itself: that the watermark stands still, that it moves again, that nobody was at work."""

from __future__ import annotations

from typing import Final
from uuid import UUID, uuid5

import msgspec

from service.sla.instants import Duration, Instant
from service.wire import times
from service.wire.outgoing import SOURCE
from service.wire.records import Outgoing

FROZEN: Final = "slaclock.notice.frozen.v1"
MOVING: Final = "slaclock.notice.moving.v1"
STOPPED: Final = "slaclock.notice.stopped.v1"

#: The key of every notice; no ticket is meant.
KEY: Final = b"slaclock.notice"

#: The name space of the ids; it never changes, or a repeated notice would be another.
_NOTICES: Final = UUID("3c1d1f55-0f2e-5c0e-9a5e-6a3a8a1f4c21")

_HEADERS: Final = (("content-type", b"application/cloudevents+json; charset=UTF-8"),)


class _Data(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    since: str
    watermark: str | None
    reason: str = ""
    record: str = ""
    until: str = ""
    length_us: Duration = 0


class _Envelope(msgspec.Struct, frozen=True, gc=False):
    specversion: str
    id: str
    source: str
    type: str
    time: str
    datacontenttype: str
    data: _Data


_ENCODER: Final = msgspec.json.Encoder()


def frozen(*, reason: str, record: str, since: Instant, now: Instant, watermark: Instant | None) -> Outgoing:
    """W has stood still since `since`, as is known `now`. `record` is the place of the one that holds it, if one does."""
    data = _Data(since=times.write(since), watermark=_time(watermark), reason=reason, record=record)
    return _notice(FROZEN, since, now, data)


def moving(*, since: Instant, now: Instant, watermark: Instant | None) -> Outgoing:
    """W moves again `now`; it has stood still since `since`."""
    return _ended(MOVING, since, now, watermark)


def stopped(*, since: Instant, now: Instant, watermark: Instant | None) -> Outgoing:
    """No process has proved anything since `since`; `now` one does."""
    return _ended(STOPPED, since, now, watermark)


def _ended(kind: str, since: Instant, now: Instant, watermark: Instant | None) -> Outgoing:
    data = _Data(
        since=times.write(since), watermark=_time(watermark), until=times.write(now), length_us=now - since
    )
    return _notice(kind, since, now, data)


def _notice(kind: str, since: Instant, now: Instant, data: _Data) -> Outgoing:
    id_ = str(uuid5(_NOTICES, f"{kind} {since}"))
    envelope = _Envelope(
        specversion="1.0",
        id=id_,
        source=SOURCE,
        type=kind,
        time=times.write(now),
        datacontenttype="application/json",
        data=data,
    )
    return Outgoing(KEY, _ENCODER.encode(envelope), _HEADERS, id_)


def _time(instant: Instant | None) -> str | None:
    return None if instant is None else times.write(instant)

"""That W stands still, that it moves again, and that the service has stood is told once each: with the proof itself."""

from __future__ import annotations

from typing import Final

from service.sla.instants import Duration, Instant
from service.store import Tx, freezes, outbox
from service.store.freezes import Stood
from service.store.outbox import Message
from service.wire import notices
from service.wire.records import Outgoing

#: They are about no ticket; of one bucket, so that they go out in their order.
_BUCKET: Final = 0


async def notify(tx: Tx, *, topic: str, after: Duration) -> None:
    """In the transaction that has settled W: tell that it has stood still for `after`, or moves again after that.

    And that nobody had looked after it for long before.
    """
    if (stopped := await freezes.take_stopped(tx)) is not None:
        out = notices.stopped(since=stopped.since, now=stopped.until, watermark=stopped.proved)
        await _tell(tx, topic, out, stopped.until)
    if (stood := await freezes.take_stood(tx, after=after)) is not None:
        await _tell(tx, topic, _said(stood), stood.until)


async def _tell(tx: Tx, topic: str, out: Outgoing, now: Instant) -> None:
    message = Message(
        bucket=_BUCKET, topic=topic, key=out.key, value=out.value, headers=out.headers, created_at=now
    )
    await outbox.add(tx, [message])


def _said(stood: Stood) -> Outgoing:
    reason, _, record = stood.reason.partition(" ")
    if not reason:
        return notices.moving(since=stood.since, now=stood.until, watermark=stood.proved)
    return notices.frozen(
        reason=reason, record=record, since=stood.since, now=stood.until, watermark=stood.proved
    )

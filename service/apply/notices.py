"""That W stands still, and that it moves again, is told once each: through the outbox, with the proof itself."""

from __future__ import annotations

from typing import Final

from service.sla.instants import Duration
from service.store import Tx, freezes, outbox
from service.store.freezes import Stood
from service.store.outbox import Message
from service.wire import notices
from service.wire.records import Outgoing

#: They are about no ticket; of one bucket, so that they go out in their order.
_BUCKET: Final = 0


async def notify(tx: Tx, *, topic: str, after: Duration) -> None:
    """In the transaction that has settled W: tell that it has stood still for `after`, or moves again after that."""
    stood = await freezes.take_stood(tx, after=after)
    if stood is None:
        return
    out = _said(stood)
    message = Message(
        bucket=_BUCKET, topic=topic, key=out.key, value=out.value, headers=out.headers, created_at=stood.until
    )
    await outbox.add(tx, [message])


def _said(stood: Stood) -> Outgoing:
    reason, _, record = stood.reason.partition(" ")
    if not reason:
        return notices.moving(since=stood.since, now=stood.until, watermark=stood.proved)
    return notices.frozen(
        reason=reason, record=record, since=stood.since, now=stood.until, watermark=stood.proved
    )

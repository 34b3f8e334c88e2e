"""Outbox to bus: send what was decided, forget what the broker has acknowledged. Never opens a payload.

At least once, in order for each ticket: rows are read oldest first under a lock on their buckets, sent in one
chain a partition, and deleted after the acknowledgement. A death in between sends the same bytes again.

The lock ends with the transaction, and the server ends a transaction that stands idle. A process that was frozen
meanwhile must not send when it wakes up: somebody else has, and perhaps newer revisions since, and the last word
about a breach is the one that compaction keeps. So nothing is begun to be sent later than `hold_seconds` after the
rows were asked for.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from service.bus.publish import Row, Sent
from service.loop import told, uptime
from service.metrics import Metrics
from service.store import Database, outbox

#: A row that the topic refuses is tried again after 1, 2, 4 ... seconds, at most this many.
_LONGEST_PAUSE: Final = 300.0

log = structlog.stdlib.get_logger("slaclock.relay")

#: Called after each step of a turn with its name: taken, sent, deleted, committed.
AfterStep = Callable[[str], object]


class Sender(Protocol):
    """What the relay needs of a producer."""

    async def send(self, rows: Iterable[Row], *, until: float) -> Sent: ...


@dataclass(slots=True)
class _Refused:
    tries: int
    again_at: float


class Relay:
    """Takes turns over the shards of the outbox."""

    def __init__(
        self,
        db: Database,
        sender: Sender,
        metrics: Metrics,
        *,
        shards: int,
        batch: int,
        tries: int,
        hold_seconds: float = 15.0,
        uptime: Callable[[], float] = uptime,
        after_step: AfterStep = lambda _: None,
    ) -> None:
        """`hold_seconds`: how long the rows of a turn are surely ours; less than the database lets a session idle."""
        self._db = db
        self._sender = sender
        self._metrics = metrics
        self._shards = shards
        self._batch = batch
        self._tries = tries
        self._hold_seconds = hold_seconds
        self._uptime = uptime
        self._after_step = after_step
        self._refused: dict[tuple[str, bytes], _Refused] = {}

    async def step(self) -> bool:
        """One batch of each shard; whether there may be more to do. Raises what the database raises, and RelayError
        when the broker takes nothing.
        """
        moved = [await self._shard(shard) for shard in range(self._shards)]
        return any(moved)

    async def _shard(self, shard: int) -> bool:
        until = self._uptime() + self._hold_seconds
        async with self._db.transaction() as tx:
            rows = self._flowing(await outbox.take(tx, shard, self._shards, self._batch + len(self._refused)))
            if not rows:
                return False
            self._after_step("taken")
            sent = await self._sender.send(rows, until=until)
            self._after_step("sent")
            if sent.acknowledged:
                await outbox.delete(tx, sent.acknowledged)
                self._after_step("deleted")
        self._after_step("committed")
        self._count(rows, sent)
        moved = bool(sent.acknowledged or sent.refused or sent.smaller)
        if sent.trouble and not moved:
            raise RelayError(sent.trouble)
        return moved

    def _flowing(self, rows: Sequence[outbox.Row]) -> list[outbox.Row]:
        """`rows` without those that wait for one refused before them: order within a key is kept."""
        now = self._uptime()
        waiting = {place for place, refused in self._refused.items() if refused.again_at > now}
        return [row for row in rows if (row.topic, row.key) not in waiting] if waiting else list(rows)

    def _count(self, rows: Sequence[outbox.Row], sent: Sent) -> None:
        by_id = {row.id: row for row in rows}
        done = [by_id[id_] for id_ in sent.acknowledged]
        for topic, count in Counter(row.topic for row in done).items():
            self._metrics.sent.labels(topic).inc(count)
        if self._refused:
            for row in done:
                self._refused.pop((row.topic, row.key), None)
        for id_ in sent.refused:
            self._refuse(by_id[id_])

    def _refuse(self, row: outbox.Row) -> None:
        known = self._refused.get((row.topic, row.key))
        tries = known.tries + 1 if known else 1
        pause = min(2.0 ** (tries - 1), _LONGEST_PAUSE)
        self._refused[row.topic, row.key] = _Refused(tries, self._uptime() + pause)
        if tries == self._tries:
            self._metrics.quarantined.labels(row.topic).inc()
            log.error("record_refused", topic=row.topic, outbox_id=row.id, size=len(row.value), tries=tries)


class RelayError(Exception):
    """The broker took nothing; the message says why."""


async def drain(relay: Relay, seconds: float) -> None:
    """Send what is waiting, for at most `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            while await relay.step():
                pass
    except Exception as error:  # noqa: BLE001 - what stays is sent by the next process
        log.info("outbox_left", error=told(error))

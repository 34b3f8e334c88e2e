"""The service on the replay's clock: set up, fed with the recording, and read back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from service.app import App
from service.apply.registration import register_policy
from service.bus.admin import CREATED, EXISTS, TopicShape, create_topics
from service.bus.connection import client_options
from service.bus.contents import contents
from service.bus.publish import Producer, Row
from service.demo.compare import Spoken, spoken
from service.demo.recording import Recording
from service.demo.replay import ReplayClock, Sending, portions
from service.settings import Settings
from service.sla.events import Event
from service.sla.instants import Instant
from service.store import Database, Tx, migrations, outbox, policies, progress, statements, tickets
from service.wire.publishing import AREA, TICKET, publish_binary

_PARTITIONS: Final = 4
#: Kafka deletes by the timestamps of records, and these are of 2016.
_KEEP: Final = {"retention.ms": "-1"}
_STEPS_PER_SECOND: Final = 10
_SETTLE_SECONDS: Final = 180.0
_READ_SECONDS: Final = 120.0


class LineError(Exception):
    """The line could not be set up, or did not come to rest; the message says what."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A record to publish, as a producer takes it; `stamp` in milliseconds."""

    id: int
    topic: str
    key: bytes
    value: bytes
    headers: Sequence[tuple[str, bytes]]
    stamp: int


class Line:
    """One run of the service, in this process, on `clock`."""

    def __init__(self, settings: Settings, recording: Recording) -> None:
        self.settings = settings
        self.recording = recording
        self.clock = ReplayClock(recording.start)
        self.app = App(settings, clocks=self.clock, database_now=self._now)
        self.tickets: set[str] = set()
        self._published = 0
        self._shared = {_key(event) for event in recording.shared}
        self._database = Database.open(
            settings.database_url.get_secret_value(), pool_size=1, application="slaclock demo"
        )

    async def _now(self) -> Instant:
        return self.clock.wall()

    async def set_up(self) -> None:
        """Schema, policy, topics. Raises LineError, and what store and bus raise when they are away."""
        await migrations.upgrade(self.settings.database_url.get_secret_value())
        async with self._database.transaction() as tx:
            await self._refuse_a_used_database(tx)
            recording = self.recording
            await register_policy(
                tx, recording.policy, recording.document, recording.calendars, at=self.clock.wall()
            )
        names = (self.settings.tickets_topic, self.settings.areas_topic, self.settings.statements_topic)
        shapes = {name: TopicShape(_PARTITIONS, config=_KEEP) for name in names}
        shapes[self.settings.breaches_topic] = TopicShape(
            _PARTITIONS, config={"cleanup.policy": "compact", "retention.ms": "-1"}
        )
        answers = await create_topics(client_options(self.settings), shapes)
        bad = {name: code for name, code in answers.items() if code not in {CREATED, EXISTS}}
        if bad:
            raise LineError(f"the broker did not make the topics; Kafka error codes: {bad}")

    async def _refuse_a_used_database(self, tx: Tx) -> None:
        if await policies.tenants(tx):
            raise LineError("the database is in use: it has policies; give the demo an empty one")

    async def replay(self, sendings: list[Sending], seconds: float, shown: Callable[[], None]) -> None:
        """Publish `sendings` over about `seconds`. The clock moves on only over what the broker has acknowledged."""
        producer = Producer(
            client_options(self.settings),
            idempotent=self.settings.idempotent_producer,
            batch_bytes=262_144,
            ack_seconds=30,
            stamp=_stamp,
            lone_last=not self.settings.idempotent_producer,  # then it is the embedded broker
        )
        began = time.monotonic()
        steps = max(1, round(seconds * _STEPS_PER_SECOND))
        try:
            for step, (end, portion) in enumerate(
                portions(sendings, self.recording.start, self.recording.until, steps), start=1
            ):
                await self._publish(producer, portion)
                self.clock.advance(end)
                shown()
                await asyncio.sleep(max(0.0, began + step * seconds / steps - time.monotonic()))
        finally:
            await producer.abandon()

    async def _publish(self, producer: Producer, portion: list[Sending]) -> None:
        letters = [self._letter(sending) for sending in portion]
        while letters:
            sent = await producer.send(letters)
            if sent.refused:
                raise LineError(f"the broker refuses events: {sent.trouble}")
            done = set(sent.acknowledged)
            letters = [letter for letter in letters if letter.id not in done]
            if letters:
                await asyncio.sleep(0.2)

    def _letter(self, sending: Sending) -> Letter:
        self._published += 1
        is_shared = _key(sending.event) in self._shared
        if not is_shared:
            self.tickets.add(sending.event.ticket)
        out = publish_binary(sending.event, AREA if is_shared else TICKET)
        return Letter(
            self._published,
            self.settings.areas_topic if is_shared else self.settings.tickets_topic,
            out.key,
            out.value,
            out.headers,
            sending.when // 1_000,
        )

    async def come_up(self) -> None:
        """Wait until the service has proved its first W: it then reads every partition."""
        await self._until(lambda at, _due, _waiting: at is not None, lambda: None)

    async def rest(self, shown: Callable[[], None]) -> None:
        """Wait until W has reached the end, every due ticket is judged and everything said is on the topic."""
        await self._until(
            lambda at, due, waiting: at == self.recording.until and not due and not waiting, shown
        )

    async def _until(
        self, reached: Callable[[Instant | None, int, int], bool], shown: Callable[[], None]
    ) -> None:
        state = ""
        bound = time.monotonic() + _SETTLE_SECONDS
        while time.monotonic() < bound:
            async with self._database.transaction() as tx:
                watermark = await progress.watermark(tx)
                due = (await tickets.backlog(tx)).due
                waiting = (await outbox.waiting(tx)).count
            if reached(watermark.at, due, waiting):
                return
            state = f"watermark {watermark.at} ({watermark.frozen or 'moving'}), {due} due, {waiting} to send"
            shown()
            await asyncio.sleep(0.2)
        raise LineError(f"the line did not get there in {_SETTLE_SECONDS:.0f} s: {state}")

    async def spoken(self) -> Spoken:
        """What the statements topic says."""
        async with self._database.transaction() as tx:
            least = await statements.count(tx)
        read = contents(
            client_options(self.settings),
            self.settings.statements_topic,
            timeout=_READ_SECONDS,
            least=least,
        )
        return spoken([value async for value in read])

    async def close(self) -> None:
        await self._database.close()


def _key(event: Event) -> tuple[str, str, str]:
    return event.ticket, event.source, event.id


def _stamp(row: Row) -> int | None:
    return row.stamp if isinstance(row, Letter) else None

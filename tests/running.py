"""A whole process of the service inside a test, with clocks that the test holds."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from service.app import App
from service.bus.connection import client_options
from service.rules import read
from service.settings import Settings, load
from service.sla.events import Event
from service.sla.instants import DAY, HOUR, MINUTE, SECOND, Instant
from service.sla.statements import Statement
from service.store import Database, outbox, policies, progress, tickets
from service.store.policies import Version
from service.wire import AREA, SOURCE, Outgoing, decode_output, is_statement, publish_binary
from tests.parts import Topics, unique

START: Instant = 16_892 * DAY  # 2016-04-01T00:00:00Z

POLICY = """
policy: line
version: "1"
effective_from: 2000-01-01T00:00:00Z
tenant: default
zone: UTC
targets:
  answer:
    stop: replied
    budget: 1h
    exclusions: [weather]
    warn: 50%
    ladder:
      - {at: 30m after, role: head}
"""


class HeldClock:
    """Wall, monotonic and database clock in one; it stands still until a test moves it."""

    def __init__(self, now: Instant = START) -> None:
        self.now = now
        self.database_ahead = 0
        self.wall_ahead = 0

    def wall(self) -> Instant:
        return self.now + self.wall_ahead

    def monotonic(self) -> int:
        return self.now

    async def database_now(self) -> Instant:
        return self.now + self.wall_ahead + self.database_ahead


@dataclass
class Bench:
    """Topics, a database with a policy, a clock, and what is needed to publish and to read."""

    settings: Settings
    clock: HeldClock
    sent: int = 0
    _producer: AIOKafkaProducer | None = None
    apps: list[App] = field(default_factory=list)

    def app(self, **changes: Any) -> App:
        app = App(
            self.settings.model_copy(update=changes), clocks=self.clock, database_now=self.clock.database_now
        )
        self.apps.append(app)
        return app

    async def publish(self, events: Iterable[Event], part: int | None = None) -> None:
        """Publish as the clock stands, and wait for every acknowledgement."""
        self.sent += await self._publish(self.settings.tickets_topic, map(publish_binary, events), part)

    async def declare(self, *events: Event) -> None:
        """The same for events of areas; the `ticket` of each is the name of the exclusion."""
        outs = [publish_binary(event, AREA) for event in events]
        await self._publish(self.settings.areas_topic, outs, 0)

    async def report(self, *events: Event) -> None:
        """The same for events about sources; the `ticket` of each is the source that is spoken of."""
        await self._publish(
            self.settings.sources_topic, [publish_binary(event, SOURCE) for event in events], 0
        )

    async def _publish(self, topic: str, outs: Iterable[Outgoing], part: int | None) -> int:
        if self._producer is None:
            self._producer = AIOKafkaProducer(**client_options(self.settings), acks="all")
            await self._producer.start()
        waiting = [
            await self._producer.send(
                topic,
                key=out.key,
                value=out.value,
                headers=list(out.headers),
                timestamp_ms=self.clock.now // 1000,
                partition=part,
            )
            for out in outs
        ]
        await asyncio.gather(*waiting)
        return len(waiting)

    async def close(self) -> None:
        if self._producer is not None:
            await self._producer.stop()

    async def revisions(self, topic: str | None = None) -> list[tuple[Statement, int, bool]]:
        """What is said about tickets on the statements topic now, in order within a partition."""
        return [decode_output(value) for value in await self.values(topic) if is_statement(value)]

    async def values(self, topic: str | None = None) -> list[bytes]:
        """The values of all records on the statements topic now, in order within a partition."""
        name = topic or self.settings.statements_topic
        consumer = AIOKafkaConsumer(**client_options(self.settings), auto_offset_reset="earliest")
        await consumer.start()
        try:
            await consumer.topics()
            cluster = await consumer._client.fetch_all_metadata()
            parts = [TopicPartition(name, part) for part in sorted(cluster.partitions_for_topic(name))]
            consumer.assign(parts)
            ends = await consumer.end_offsets(parts)
            found: list[bytes] = []
            while any([await consumer.position(part) < end for part, end in ends.items()]):
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    found += [record.value for record in records]
            return found
        finally:
            await consumer.stop()

    async def in_force(self) -> dict[str, Statement]:
        """Statements in force by id: the highest revision unless it withdraws."""
        newest: dict[str, tuple[int, bool, Statement]] = {}
        for statement, rev, withdrawn in await self.revisions():
            if statement.id not in newest or newest[statement.id][0] < rev:
                newest[statement.id] = (rev, withdrawn, statement)
        return {id_: statement for id_, (_, withdrawn, statement) in newest.items() if not withdrawn}

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Database]:
        db = Database.open(self.settings.database_url.get_secret_value(), pool_size=1)
        try:
            yield db
        finally:
            await db.close()

    async def watermark(self) -> progress.Watermark:
        async with self.database() as db, db.transaction() as tx:
            return await progress.watermark(tx)

    async def is_busy(self) -> bool:
        """Whether a ticket is due by W, or a statement waits to be sent."""
        async with self.database() as db, db.transaction() as tx:
            return bool((await tickets.backlog(tx)).due or (await outbox.waiting(tx)).count)

    async def positions(self) -> dict[int, int]:
        async with self.database() as db, db.transaction() as tx:
            return {
                row.part: row.next_offset
                for row in await progress.positions(tx)
                if row.topic == self.settings.tickets_topic
            }


async def bench(
    topics: Topics, dsn: str, *, partitions: int = 3, rules: str = POLICY, **changes: Any
) -> Bench:
    """New topics, the policy `rules` registered, settings for a quick test."""
    tickets = await topics.create("tickets", partitions, retention_ms="-1")
    statements = await topics.create("statements", 3, retention_ms="-1")
    breaches = await topics.create("breaches", 1, retention_ms="-1")
    given = {
        "database_url": dsn,
        "kafka_bootstrap": topics.bootstrap,
        "tickets_topic": tickets,
        "statements_topic": statements,
        "breaches_topic": breaches,
        "group": unique("group"),
        "probe_interval_ms": 50,
        "relay_idle_ms": 20,
        "gauges_seconds": 0.2,
        "retry_most_seconds": 1,
        "http_port": 0,
        **changes,
    }
    made = Bench(load({}, **given), HeldClock())
    policy = read(rules, name="line")
    version = Version(policy.id, policy.version, policy.effective_from, rules, START)
    async with made.database() as db, db.transaction() as tx:
        await policies.register(tx, policy.tenant, version)
    return made


@asynccontextmanager
async def running(*apps: App) -> AsyncIterator[None]:
    """The apps run inside the block and stop in order at its end."""
    stops = [asyncio.Event() for _ in apps]
    tasks = [asyncio.create_task(app.run(stop)) for app, stop in zip(apps, stops, strict=True)]
    try:
        yield
    finally:
        for stop in stops:
            stop.set()
        statuses = await asyncio.gather(*tasks)
    assert set(statuses) <= {0}, statuses


async def until(condition: Callable[[], Any], seconds: float = 20, every: float = 0.05) -> Any:
    """Wait for `condition` (awaited when it is a coroutine) to be true, and give what it gave."""
    async with asyncio.timeout(seconds):
        while True:
            found = condition()
            if asyncio.iscoroutine(found):
                found = await found
            if found:
                return found
            await asyncio.sleep(every)


def opened(ticket: str, at: Instant, **attributes: Any) -> Event:
    return told(ticket, "opened", at, **attributes)


def replied(ticket: str, at: Instant) -> Event:
    return told(ticket, "replied", at)


def excluded(name: str, at: Instant, **attributes: Any) -> Event:
    """For the weather, unless `reason` says otherwise."""
    return told(name, "excluded", at, **({"reason": "weather"} | attributes))


def told(ticket: str, type_: str, at: Instant, **attributes: Any) -> Event:
    return Event(
        tenant="default", ticket=ticket, source="test", id=f"{ticket}-{type_}-{at}", type=type_, at=at,
        attributes=attributes,
    )  # fmt: skip


__all__ = [
    "DAY", "HOUR", "MINUTE", "POLICY", "SECOND", "START", "Bench", "HeldClock", "bench", "contextlib",
    "excluded", "opened", "replied", "running", "told", "until",
]  # fmt: skip

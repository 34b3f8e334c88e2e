"""What a night on call is played with: the service in parts that come and go, a shell, and a page.

The service, a broker and a database are real; the clock is held, and each command is told what time it is.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from textwrap import fill
from uuid import uuid4

from aiokafka import AIOKafkaProducer
from sqlalchemy import text

from service.app import App
from service.bus.admin import TopicShape, create_topics
from service.bus.connection import client_options
from service.rules import read
from service.settings import STANDARD, Role, Settings, load
from service.sla.instants import HOUR, Instant
from service.store import Database, outbox, parked, policies, tickets
from service.store.policies import Version
from service.wire import times
from tests.line.shell import Shell
from tests.running import DAY, Bench, HeldClock, until

#: Ten in the evening in Shanghai.
EVENING: Instant = 16_892 * DAY + 14 * HOUR

POLICY = """
policy: harbour
version: "2016-1"
effective_from: 2016-01-01T00:00:00+08:00
tenant: default
zone: Asia/Shanghai
targets:
  answer: {stop: replied, budget: 1h, warn: 50%}
  repair: {stop: resolved, budget: 8h}
"""

#: The queue of calls that is told of.
QUEUE = "faults"

KEPT = {"retention.ms": "-1"}


@dataclass
class Night:
    """The service in parts that come and go, and the page as far as it is written."""

    bench: Bench
    names: dict[str, str]
    shell: Shell
    lines: list[str] = field(default_factory=list)
    parts: dict[Role, App] = field(default_factory=dict)
    _running: dict[Role, tuple[asyncio.Event, asyncio.Task[int]]] = field(default_factory=dict)

    @property
    def clock(self) -> HeldClock:
        return self.bench.clock

    async def start(self, *roles: Role) -> None:
        for role in roles:
            app = self.parts[role] = self.bench.app(roles=(role,))
            stop = asyncio.Event()
            self._running[role] = stop, asyncio.create_task(app.run(stop))

    async def end(self, *roles: Role) -> None:
        for role in roles:
            stop, task = self._running.pop(role)
            stop.set()
            assert await task == 0

    async def close(self) -> None:
        await self.end(*self._running)
        await self.bench.close()
        await self.shell.close()

    def say(self, *paragraphs: str) -> None:
        for each in paragraphs:
            self.lines += ["", each if each.startswith("#") else fill(each, 125, break_on_hyphens=False)]

    async def run(self, *words: str, shown: str | None = None) -> str:
        """Run a command as of now and put it and its output on the page; what it printed.

        `shown` stands on the page instead of it.
        """
        at = (
            ("--at", times.write(self.clock.now))
            if words[0] in _AS_OF or words[:2] == ("hotline", "status")
            else ()
        )
        status, out, err = await self.shell.run(*words, *at)
        assert not err, err
        told = self._named(out)
        ending = f"(exit status {status})\n" if status else ""
        command = self._named(shown or " ".join(f'"{word}"' if " " in word else word for word in words))
        self.lines += ["", f"```console\n$ slaclock {command}\n{told}{ending}```"]
        return told

    def _named(self, told: str) -> str:
        """With the names that a service has that is not one of many tests."""
        for name, own in self.names.items():
            told = told.replace(own, _usual(name))
        told = told.replace(self.bench.settings.group, "slaclock")
        return told.replace(self.bench.settings.kafka_bootstrap, "kafka:9092")

    async def at(self, now: Instant) -> None:
        """The clock shows `now`, and W has come there."""
        self.clock.now = now
        await until(lambda: self._is_proved(now))

    async def _is_proved(self, now: Instant) -> bool:
        stands = await self.bench.watermark()
        return stands.at == now and not stands.frozen and not await self._is_due()

    async def _is_due(self) -> bool:
        async with self.bench.database() as db, db.transaction() as tx:
            return bool((await tickets.backlog(tx)).due)

    async def stands(self, reason: str) -> bool:
        return (await self.bench.watermark()).reason == reason

    async def has_sent_all(self) -> bool:
        async with self.bench.database() as db, db.transaction() as tx:
            return not (await outbox.waiting(tx)).count

    async def has_probed(self) -> bool:
        return (await self.bench.watermark()).probed_at == self.clock.now

    async def has_parked(self) -> bool:
        async with self.bench.database() as db, db.transaction() as tx:
            return bool(await parked.standing(tx))

    @asynccontextmanager
    async def left_open(self, ticket: str) -> AsyncIterator[None]:
        """Somebody's transaction holds the ticket."""
        db = Database.open(
            self.bench.settings.database_url.get_secret_value(), pool_size=1, idle_timeout_s=600
        )
        try:
            async with db.transaction() as tx:
                await tx.run(text("SELECT FROM ticket WHERE ticket = :ticket FOR UPDATE"), {"ticket": ticket})
                yield
        finally:
            await db.close()

    async def publish_garbage(self, ticket: str) -> None:
        producer = AIOKafkaProducer(**client_options(self.bench.settings), acks="all")
        await producer.start()
        try:
            await producer.send_and_wait(
                self.bench.settings.tickets_topic,
                key=ticket.encode(),
                value=f'{{"ticket_id": "{ticket}", "type": "replied"'.encode(),
                headers=[("content-type", b"application/cloudevents+json"), ("ce_tenant", b"default")],
                timestamp_ms=self.clock.now // 1_000,
            )
        finally:
            await producer.stop()


_TOPICS = ("tickets", "areas", "sources", "directory", "hotline", "statements", "breaches")


def _usual(name: str) -> str:
    return Settings.model_fields[f"{name}_topic"].default


def _like(name: str) -> str:
    """A name no other test has, as long as `name`, so that tables line up with either."""
    return uuid4().hex[: len(name)]


#: Commands that can be told what time it is.
_AS_OF = frozenset({"status", "near", "breaches", "top", "doctor", "watermark"})


@asynccontextmanager
async def night(bootstrap: str, dsn: str) -> AsyncIterator[Night]:
    """Topics as they should be, the policy, and every role running."""
    names = {name: _like(_usual(name)) for name in _TOPICS}
    given = {f"{name}_topic": own for name, own in names.items()}
    settings = load(
        {},
        database_url=dsn,
        kafka_bootstrap=bootstrap,
        group=_like("slaclock"),
        probe_interval_ms=50,
        relay_idle_ms=20,
        retry_most_seconds=1,
        http_port=0,
        database_lock_seconds=1,
        freeze_notice_seconds=3_600,
        hotline_queues=QUEUE,
        hotline_look_seconds=0.2,
        **given,
    )
    shapes = {
        names["tickets"]: TopicShape(3, config=KEPT),
        names["hotline"]: TopicShape(1, config=KEPT),
        names["statements"]: TopicShape(3, config=KEPT),
        names["breaches"]: TopicShape(1, config={"cleanup.policy": "compact"}),
    }
    await create_topics(client_options(settings), shapes)
    made = Night(Bench(settings, HeldClock(EVENING)), names, await Shell.open(settings, names))
    policy = read(POLICY, name="night")
    version = Version(policy.id, policy.version, policy.effective_from, POLICY, EVENING)
    async with made.bench.database() as db, db.transaction() as tx:
        await policies.register(tx, policy.tenant, version)
    await made.start(*STANDARD)
    try:
        yield made
    finally:
        await made.close()

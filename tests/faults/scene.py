"""A stage for one fault: topics, a database, a clock, a publisher, workers and a witness."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from service.bus.ends import Probe
from service.sla.events import Event
from service.sla.instants import Instant
from service.store import Database, policies
from service.wire import publish_binary, publish_structured, times
from tests import parts
from tests.faults import truth
from tests.faults.crew import Crew, Nursery, until
from tests.faults.scenario import POLICY, TENANT, Scenario, Sending, the_rules
from tests.faults.timepiece import SharedClock
from tests.faults.truth import Evidence

#: Quick to notice the dead and to try again: a test has seconds where production has minutes.
SETTINGS = {
    "tenant": TENANT,
    "http_port": 0,
    "log_level": "info",
    "kafka_session_ms": 1_500,
    "kafka_heartbeat_ms": 400,
    "kafka_rebalance_ms": 4_000,
    "kafka_retry_backoff_ms": 100,
    "kafka_request_ms": 5_000,
    "kafka_metadata_max_age_ms": 2_000,
    "batch_records": 150,
    "batch_wait_ms": 20,
    "hint_commit_seconds": 1,
    "refence_seconds": 1,
    "probe_interval_ms": 60,
    "probe_seconds": 3,
    "wake_batch": 100,
    "gauges_seconds": 0.3,
    "relay_idle_ms": 20,
    "relay_batch": 200,
    "relay_ack_seconds": 6,
    "database_connect_seconds": 5,
    "database_lock_seconds": 3,
    "database_statement_seconds": 5,
    "database_idle_seconds": 3,
    "drain_seconds": 4,
    "shutdown_seconds": 20,
    "retry_first_seconds": 0.05,
    "retry_most_seconds": 1,
}


#: What asyncpg raises when the server goes away under it; the last in the middle of cancelling a statement.
_AWAY = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


@dataclass
class Publisher:
    """Sends events stamped with the instants of their publication; the clock moves once they are acknowledged."""

    bootstrap: str
    topic: str
    clock: SharedClock
    sent: list[Sending] = field(default_factory=list)
    _producer: AIOKafkaProducer | None = None

    async def publish(self, sendings: Sequence[Sending], end: Instant, *, seconds: float = 90.0) -> None:
        """All of `sendings`, in order within each ticket, whatever the broker does; then the clock shows `end`."""
        async with asyncio.timeout(seconds):
            while not await self._sent(sendings):
                await self.close()  # what was sent is sent again: a repetition the service has to bear
                await asyncio.sleep(0.2)
        self.sent.extend(sendings)
        self.clock.advance(end)

    async def record(
        self, key: bytes | None, value: bytes | None, when: Instant, headers: Sequence[tuple[str, bytes]] = (),
        part: int | None = None,
    ) -> tuple[int, int]:  # fmt: skip
        """Any record at all; its partition and offset."""
        producer = await self._connected()
        kept = await producer.send_and_wait(
            self.topic, value, key=key, partition=part, timestamp_ms=when // 1_000, headers=list(headers)
        )
        return kept.partition, kept.offset

    async def _sent(self, sendings: Sequence[Sending]) -> bool:
        try:
            await self._send(sendings)
        except (KafkaError, OSError):
            return False
        return True

    async def _send(self, sendings: Sequence[Sending]) -> None:
        producer = await self._connected()
        waiting = []
        for sending in sendings:
            write = publish_structured if len(sending.event.id) % 2 else publish_binary
            out = write(sending.event)
            waiting.append(
                await producer.send(
                    self.topic,
                    out.value,
                    key=out.key,
                    timestamp_ms=sending.when // 1_000,
                    headers=list(out.headers),
                )
            )
        await asyncio.gather(*waiting)

    async def _connected(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self.bootstrap, acks="all", enable_idempotence=True, retry_backoff_ms=100,
                request_timeout_ms=8_000, linger_ms=5,
            )  # fmt: skip
            try:
                await producer.start()
            except BaseException:
                await producer.stop()
                raise
            self._producer = producer
        return self._producer

    async def close(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            closing = asyncio.ensure_future(producer.stop())
            await asyncio.wait({closing}, timeout=3)
            if not closing.done():
                closing.cancel()
            with suppress(Exception, asyncio.CancelledError):
                await closing


class Witness:
    """Looks at the database all the time: W and the positions never go back, and W never runs ahead of the clock."""

    def __init__(self, dsn: str, clock: SharedClock) -> None:
        self._dsn = dsn
        self._clock = clock
        self._positions: dict[tuple[str, int], tuple[int, int]] = {}
        self.watermark: Instant | None = None
        self.frozen = ""
        self.reasons: set[str] = set()
        self.complaints: list[str] = []
        self.looks = 0
        self._task = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        while True:
            try:
                connection = await asyncpg.connect(self._dsn.replace("+asyncpg", ""), timeout=5)
            except _AWAY:
                await asyncio.sleep(0.1)
                continue
            try:
                while True:
                    await self._look(connection)
                    await asyncio.sleep(0.03)
            except _AWAY:
                await asyncio.sleep(0.1)
            finally:
                connection.terminate()

    async def _look(self, connection: asyncpg.Connection) -> None:
        at, frozen = await connection.fetchrow("SELECT at, frozen FROM watermark", timeout=5)
        positions = await connection.fetch("SELECT topic, part, epoch, next_offset FROM progress", timeout=5)
        self.looks += 1
        if self.watermark is not None and (at is None or at < self.watermark):
            self.complaints.append(f"W went back from {self.watermark} to {at}")
        if at is not None and at > (now := self._clock.now):
            self.complaints.append(f"W = {at} is ahead of the clock, {now}")
        for topic, part, *stands in positions:
            before = self._positions.get((topic, part), (0, 0))
            if any(new < old for new, old in zip(stands, before, strict=True)):
                self.complaints.append(
                    f"{topic}/{part} went back from (epoch, offset) {before} to {tuple(stands)}"
                )
            self._positions[topic, part] = tuple(stands)
        self.watermark, self.frozen = at, frozen
        self.reasons.add(frozen)

    @property
    def applied(self) -> int:
        """Records applied, of all partitions."""
        return sum(offset for _, offset in self._positions.values())

    async def close(self) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task


@dataclass
class Scene:
    """See the module. `portions` are what is still to be published."""

    scenario: Scenario
    bootstrap: str
    dsn: str
    folder: Path
    tickets: str
    statements: str
    breaches: str
    group: str
    clock: SharedClock
    publisher: Publisher
    crew: Crew
    witness: Witness
    portions: list[tuple[Instant, tuple[Sending, ...]]] = field(default_factory=list)
    _beside: list[asyncio.Task[None]] = field(default_factory=list)

    # --- going on ----------------------------------------------------------------------------------

    def cut(self, count: int) -> None:
        """Divide the scenario into `count` portions."""
        self.portions = self.scenario.portions(count)

    async def go_on(self, portions: int = 1) -> None:
        """Publish the next portions; the clock follows."""
        for _ in range(portions):
            if self.portions:
                end, sendings = self.portions.pop(0)
                await self.publisher.publish(sendings, end)

    async def say(self, *events: Event, when: Instant) -> None:
        """Publish `events` at `when`, beside the scenario; the clock shows `when` afterwards."""
        await self.publisher.publish([Sending(when, event) for event in events], when)

    async def wait(self, instant: Instant, seconds: float = 30.0) -> None:
        """Let the clock go on to `instant` and W follow."""
        self.clock.advance(instant)
        assert await self.watermark_follows(seconds), self.words()

    async def play(self, pause: Callable[[], Awaitable[object]] | None = None) -> None:
        """Publish the rest, portion by portion, at the pace at which W follows."""
        while self.portions:
            await self.go_on()
            await (pause() if pause else self.watermark_follows(2.0))

    def play_on(self, pause: float) -> asyncio.Task[None]:
        """Publish the rest beside what the test does, `pause` seconds between portions."""
        self._beside.append(asyncio.create_task(self.play(lambda: asyncio.sleep(pause))))
        return self._beside[-1]

    async def close(self) -> None:
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)
        await self.witness.close()
        await self.crew.end()
        await self.publisher.close()

    async def watermark_follows(self, seconds: float) -> bool:
        """Wait until W has reached the clock, for at most `seconds`; whether it has."""
        goal = self.clock.now
        try:
            await until(lambda: (self.witness.watermark or 0) >= goal, seconds)
        except AssertionError:
            return False
        return True

    async def rest(self, seconds: float = 60.0) -> None:
        """Wait until everything is applied, decided and sent: W at the clock, nothing due, an empty outbox."""
        end = time.monotonic() + seconds
        stands = "nothing is known"
        while time.monotonic() < end:
            with suppress(*_AWAY):
                stands = await self._unrest() or await self._unread()
                if not stands:
                    return
            await asyncio.sleep(0.05)
        raise AssertionError(f"no rest after {seconds} s: {stands}\n{self.words()}")

    async def _unread(self) -> str:
        ends = await self.ends()
        applied = dict(map(tuple, await self.ask("SELECT part, next_offset FROM progress")))
        return "" if applied == ends else f"applied to {applied} of {ends}"

    async def _unrest(self) -> str:
        row = await self.ask(
            "SELECT at, frozen, (SELECT count(*) FROM outbox),"
            " (SELECT count(*) FROM ticket WHERE wake_at < w.at AND unjudged IS NULL),"
            " (SELECT count(*) FROM ticket WHERE unjudged IS NOT NULL),"
            " (SELECT count(*) FROM parked WHERE state = 'parked' AND reason = 'ahead_of_record' AND occurred_at < w.at)"
            " FROM watermark w"
        )
        at, frozen, waiting, due, unjudged, early = row[0]
        if at == self.clock.now and not (frozen or waiting or due or unjudged or early):
            return ""
        shown = "-" if at is None else times.write(at)
        return (
            f"W {shown} of {times.write(self.clock.now)}, frozen {frozen!r}, {waiting} in the outbox, {due} due,"
            f" {unjudged} unjudged, {early} to be released; progress {[tuple(r) for r in await self.ask('SELECT part, epoch, next_offset, wm FROM progress ORDER BY part')]}"
        )

    async def ends(self) -> dict[int, int]:
        """Where each partition of the tickets topic ends now."""
        probe = Probe({"bootstrap_servers": self.bootstrap}, timeout=10)
        try:
            extents = await probe.extents([self.tickets])
        finally:
            await probe.close()
        return {part: extent.end for part, extent in extents[self.tickets].items()}

    async def ask(self, question: str, *arguments: object) -> list[asyncpg.Record]:
        """Rows of a statement on a connection of its own."""
        connection = await asyncpg.connect(self.dsn.replace("+asyncpg", ""), timeout=10)
        try:
            return await connection.fetch(question, *arguments, timeout=20)
        finally:
            await connection.close(timeout=5)

    # --- judging -----------------------------------------------------------------------------------

    async def evidence(self) -> Evidence:
        return await truth.gather(self.dsn, self.bootstrap, self.statements, self.breaches)

    async def complaints(self, *, events: Iterable[Event] | None = None, strict: bool = True) -> list[str]:
        """What is wrong at rest. `strict`: also whether every single revision was true when it was said."""
        evidence = await self.evidence()
        assert evidence.statements, "nothing was said at all"
        given = self.scenario.events if events is None else tuple(events)
        found = truth.complaints(evidence, given, the_rules(), self.clock.now)
        if strict:
            found += truth.untruths(evidence, self.scenario.arrivals, the_rules())
        return found + self.witness.complaints

    async def verify(self, **how: object) -> Evidence:
        """Fails with what differs."""
        found = await self.complaints(**how)
        assert not found, truth.told(found, self.words)
        return await self.evidence()

    def words(self) -> str:
        return f"seed {self.scenario.seed}; clock {self.clock.now}, W {self.witness.watermark} {self.witness.frozen!r}, was {sorted(self.witness.reasons)}\n{self.crew.words()}"


@asynccontextmanager
async def scene(
    nursery: Nursery,
    bootstrap: str,
    dsn: str,
    folder: Path,
    scenario: Scenario,
    *,
    partitions: int = 4,
    service_bootstrap: str | None = None,
    service_dsn: str | None = None,
    **settings: object,
) -> AsyncIterator[Scene]:
    """A scene on a broker and a migrated database; `service_...` is how the workers reach them (through a proxy)."""
    topics = parts.Topics(bootstrap)
    names = {
        "tickets_topic": await topics.create("tickets", partitions, retention_ms="-1"),
        "statements_topic": await topics.create("statements", 3, retention_ms="-1"),
        "breaches_topic": await topics.create("breaches", 2, retention_ms="-1"),
    }
    clock = SharedClock.made(folder / "clock", scenario.start)
    await _register(dsn)
    given = SETTINGS | names | {
        "kafka_bootstrap": service_bootstrap or bootstrap,
        "database_url": service_dsn or dsn,
        "group": (group := parts.unique("group")),
    } | settings  # fmt: skip
    environment = {f"SLACLOCK_{name.upper()}": str(value) for name, value in given.items()}
    crew = Crew(nursery, folder, environment | {"SLACLOCK_TEST_CLOCK": str(folder / "clock")})
    publisher = Publisher(bootstrap, names["tickets_topic"], clock)
    witness = Witness(dsn, clock)
    stage = Scene(
        scenario, bootstrap, dsn, folder, names["tickets_topic"], names["statements_topic"], names["breaches_topic"], group,
        clock, publisher, crew, witness,
    )  # fmt: skip
    try:
        yield stage
    finally:
        await stage.close()


async def _register(dsn: str) -> None:
    policy = the_rules().versions[0]
    db = Database.open(dsn, pool_size=1)
    try:
        async with db.transaction() as tx:
            version = policies.Version(policy.id, policy.version, policy.effective_from, POLICY, 0)
            await policies.register(tx, policy.tenant, version)
    finally:
        await db.close()

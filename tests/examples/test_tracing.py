"""The reference consumer as a process, behind the service and on its own."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from uuid import UUID

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError
from sqlalchemy.ext.asyncio import create_async_engine

from examples.tracing import store
from tests import running as line_of
from tests.parts import unique
from tests.running import HOUR, MINUTE, START, bench, opened, replied, running, told

pytestmark = pytest.mark.line

ROOT = Path(__file__).parents[2]
BREACH = json.loads((ROOT / "docs/contracts/examples/statement.breach.v1.in_force.json").read_text())["value"]


async def until(condition):
    """As of all tests of the line, with the patience that the start of a process needs on a busy machine."""
    return await line_of.until(condition, 60)


RULES = """
policy: line
version: "1"
effective_from: 2000-01-01T00:00:00Z
tenant: default
zone: UTC
targets:
  answer:
    clause: "4.3"
    stop: replied
    budget: 1h
    accepts: [waiting for customer]
"""


@dataclass
class Tracer:
    """`python -m examples.tracing` with a topic, a group and a database of its own."""

    bootstrap: str
    topic: str
    dsn: str
    group: str = field(default_factory=lambda: unique("tracing"))
    process: subprocess.Popen | None = None
    statements: str = ""

    async def connect(self) -> asyncpg.Connection:
        return await asyncpg.connect(self.dsn.replace("+asyncpg", ""))

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "TRACING_DATABASE_URL": self.dsn,
            "TRACING_KAFKA_BOOTSTRAP": self.bootstrap,
            "TRACING_BREACHES_TOPIC": self.topic,
            "TRACING_STATEMENTS_TOPIC": self.statements,
            "TRACING_GROUP": self.group,
            "TRACING_SESSION_MS": "2000",
        }

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "examples.tracing", "run"], cwd=ROOT, env=self.environment
        )

    def end(self, number: signal.Signals = signal.SIGKILL) -> int:
        """Send the process this signal and wait for its end; the status."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(30)

    def listed(self, *more: str, command: str = "cases") -> list[str]:
        called = [sys.executable, "-m", "examples.tracing", command, *more]
        done = subprocess.run(
            called, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=60, check=True
        )
        assert done.stderr == "", done.stderr
        return done.stdout.splitlines()

    @asynccontextmanager
    async def kept(self):
        """A connection to the tables, which are there."""
        engine = create_async_engine(self.dsn)
        try:
            await store.create(engine)
            async with engine.connect() as tx:
                yield tx
        finally:
            await engine.dispose()

    async def cases(self) -> dict[str, list[str]]:
        """The steps of each case, by breach."""
        async with self.kept() as tx:
            return {
                str(case.latest.statement): [f"{step} {breach.rev}" for step, breach in case.steps]
                for case in await store.cases(tx)
            }

    async def steps(self) -> list[str]:
        """Of the only case there is."""
        found = list((await self.cases()).values())
        return found[0] if found else []


@pytest.fixture
def tracer_of(topics, empty_database):
    made: list[Tracer] = []

    def make(topic: str) -> Tracer:
        made.append(Tracer(topics.bootstrap, topic, empty_database))
        return made[-1]

    yield make
    for tracer in made:
        if tracer.process is not None and tracer.process.poll() is None:
            tracer.end()


async def has(tracer: Tracer, *steps: str) -> bool:
    return await tracer.steps() == list(steps)


async def test_a_case_follows_what_becomes_known(topics, database, tracer_of):
    """Breach; a proof of the answer comes late; the proof was wrong; then a hold is found that moves the due."""
    line = await bench(topics, database, rules=RULES)
    tracer = tracer_of(line.settings.breaches_topic)
    tracer.start()
    async with running(line.app()):
        await line.publish([opened("t1", START)])
        line.clock.now = START + 2 * HOUR
        await until(lambda: has(tracer, "opened 1"))
        assert tracer.listed()[0].startswith(
            "open | t1 | answer | 4.3 | due 2016-04-01 01:00:00 +0000 | opened "
        )

        proof = replied("t1", START + 40 * MINUTE)
        await line.publish([proof])
        await until(lambda: has(tracer, "opened 1", "closed 2"))
        assert tracer.listed() == []
        assert tracer.listed("--all")[0].startswith("closed | t1 | answer | ")

        tracer.end()
        await line.publish(
            [told("t1", "voided", START + 2 * HOUR, event=proof.id, reason="another ticket's")]
        )
        tracer.start()
        await until(lambda: has(tracer, "opened 1", "closed 2", "reopened 3"))

        await line.publish([
            told("t1", "held", START + 50 * MINUTE, reason="waiting for customer"),
            told("t1", "resumed", START + 70 * MINUTE),
        ])  # fmt: skip
        # Each of the two may be judged by itself: while the hold is open nothing is due.
        await until(lambda: due_is(tracer, "2016-04-01 01:20:00"))
    assert (await tracer.steps())[:3] == ["opened 1", "closed 2", "reopened 3"]
    assert tracer.listed()[0].startswith("open | ")
    assert tracer.end(signal.SIGTERM) == 0
    await line.close()


async def test_what_is_said_of_a_person_follows_the_breaches(topics, database, tracer_of):
    """Two breaches in the hands of p1; the first turns out to have been answered in time; that proof was wrong."""
    line = await bench(topics, database, rules=RULES)
    tracer = tracer_of(line.settings.breaches_topic)
    tracer.statements = line.settings.statements_topic
    tracer.start()
    async with running(line.app()):
        await line.publish([opened("t1", START, to="p1"), opened("t2", START + HOUR, to="p1")])
        line.clock.now = START + 3 * HOUR
        await until(lambda: repeats_are(tracer, 1))
        (said,) = tracer.listed(command="people")
        assert said.startswith("p1 | 2 from 2015-04-01 00:00:00 +0000 to 2016-04-01 02:00:00 +0000 | ")

        proof = replied("t1", START + 40 * MINUTE)
        await line.publish([proof])
        await until(lambda: repeats_are(tracer, 0))
        assert tracer.listed(command="people") == []
        await line.publish([told("t1", "voided", START + 3 * HOUR, event=proof.id)])
        await until(lambda: repeats_are(tracer, 1))
    assert tracer.listed(command="people") == [said]
    assert tracer.end(signal.SIGTERM) == 0
    await line.close()


async def repeats_are(tracer: Tracer, number: int) -> bool:
    async with tracer.kept() as tx:
        return len(await store.people(tx)) == number


async def due_is(tracer: Tracer, told: str) -> bool:
    async with tracer.kept() as tx:
        (case,) = await store.cases(tx)
    return case.is_open and f"{case.latest.due:%Y-%m-%d %H:%M:%S}" == told


# --- without the service ---------------------------------------------------------------------------


def record(breach: int, rev: int) -> tuple[bytes, bytes]:
    """Key and value: revision 2 withdraws."""
    status = "withdrawn" if rev == 2 else "in_force"
    data = BREACH["data"] | {"statement": str(UUID(int=breach)), "rev": rev, "status": status}
    return data["statement"].encode(), json.dumps(BREACH | {"data": data}).encode()


async def send(tracer: Tracer, *records: tuple[bytes | None, bytes | None], **more) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=tracer.bootstrap, acks="all")
    await producer.start()
    try:
        waiting = [await producer.send(tracer.topic, key=key, value=value, **more) for key, value in records]
        await asyncio.gather(*waiting)
    finally:
        await producer.stop()


async def known(tracer: Tracer) -> int:
    return sum(map(len, (await tracer.cases()).values()))


async def test_killed_again_and_again_amid_disorder_and_repetition(topics, tracer_of):
    tracer = tracer_of(await topics.create("breaches", 3, cleanup_policy="compact"))
    random = Random(7)
    records = [record(breach, rev) for breach in range(1, 101) for rev in (1, 2, 3)]
    records += random.sample(records, 150)
    random.shuffle(records)
    for wave in range(0, len(records), 150):
        tracer.start()
        await send(tracer, *records[wave : wave + 150])
        before = len(set(records[:wave]))
        await until(lambda: is_more(tracer, before))  # noqa: B023 - used before it changes
        tracer.end()
    tracer.start()
    await until(lambda: is_more(tracer, 299))

    assert await tracer.cases() == {
        str(UUID(int=breach)): ["opened 1", "closed 2", "reopened 3"] for breach in range(1, 101)
    }


async def is_more(tracer: Tracer, count: int) -> bool:
    async with tracer.kept() as tx:
        return sum(len(case.revisions) for case in await store.cases(tx)) > count


async def committed(tracer: Tracer) -> int:
    consumer = AIOKafkaConsumer(bootstrap_servers=tracer.bootstrap, group_id=tracer.group)
    await consumer.start()
    try:
        return await consumer.committed(TopicPartition(tracer.topic, 0)) or 0
    finally:
        await consumer.stop()


async def test_nothing_is_committed_to_kafka_before_it_is_kept(topics, tracer_of):
    tracer = tracer_of(await topics.create("breaches", 1))
    tracer.start()
    await send(tracer, record(1, 1))
    await until(lambda: has(tracer, "opened 1"))
    await until(lambda: is_committed(tracer, 1))

    blocker = await tracer.connect()
    async with blocker.transaction():
        await blocker.execute("LOCK TABLE tracing.revision IN SHARE MODE")
        await send(tracer, record(1, 2))
        await until(lambda: is_waited_for(blocker))
        tracer.end()
        assert await committed(tracer) == 1
    await blocker.close()

    tracer.start()
    await until(lambda: has(tracer, "opened 1", "closed 2"))


async def is_committed(tracer: Tracer, count: int) -> bool:
    return await committed(tracer) == count


async def is_waited_for(blocker: asyncpg.Connection) -> bool:
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'tracing.revision'::regclass"
    return await blocker.fetchval(waiting) > 0


async def test_a_database_whose_connections_die_loses_nothing(topics, tracer_of):
    tracer = tracer_of(await topics.create("breaches", 1))
    tracer.start()
    for rev, steps in enumerate((["opened 1"], ["opened 1", "closed 2"]), 1):
        await send(tracer, record(1, rev))
        await until(lambda: has(tracer, *steps))  # noqa: B023 - used before it changes
        connection = await tracer.connect()
        ended = await connection.fetchval(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert ended >= 1
        await connection.close()
    await send(tracer, record(1, 3))
    await until(lambda: has(tracer, "opened 1", "closed 2", "reopened 3"))


async def test_what_cannot_be_read_is_kept_apart_and_told(topics, tracer_of):
    tracer = tracer_of(await topics.create("breaches", 1))
    tracer.start()
    await send(tracer, (b"x", b"\xff"), (None, b"{}"), headers=[("odd", b"\xff")])
    await send(tracer, (b"x", b'{"type": "slaclock.statement.breach.v1", "data": {}}'), record(1, 1))

    await until(lambda: has(tracer, "opened 1"))

    async with tracer.kept() as tx:
        assert await store.unread(tx) == 3
    with pytest.raises(AssertionError, match="3 records could not be read"):
        tracer.listed()


async def test_two_consumers_that_begin_together(topics, tracer_of):
    first = tracer_of(await topics.create("breaches", 2))
    second = tracer_of(first.topic)
    second.group = first.group
    first.start()
    second.start()
    await until(lambda: members(first, 2))
    await send(first, *(record(breach, 1) for breach in range(1, 41)))

    await until(lambda: is_more(first, 39))
    assert await first.cases() == {str(UUID(int=breach)): ["opened 1"] for breach in range(1, 41)}
    assert [first.end(signal.SIGTERM), second.end(signal.SIGTERM)] == [0, 0]


async def members(tracer: Tracer, count: int) -> bool:
    """Whether the group has settled with so many members."""
    admin = AIOKafkaAdminClient(bootstrap_servers=tracer.bootstrap)
    await admin.start()
    try:
        (answer,) = await admin.describe_consumer_groups([tracer.group])
        _, _, state, _, _, there, *_ = answer.groups[0]
        return (state, len(there)) == ("Stable", count)
    except GroupCoordinatorNotAvailableError:
        return False  # the broker makes its topic of offsets for the first group
    finally:
        await admin.close()


async def test_processes_that_make_the_tables_together_wait_for_each_other(empty_database):
    engines = [create_async_engine(empty_database) for _ in range(8)]
    try:
        await asyncio.gather(*(store.create(engine) for engine in engines))
    finally:
        await asyncio.gather(*(engine.dispose() for engine in engines))

"""A night on call, played: `python -m tests.line.night` writes docs/night-on-call.md anew.

The service, a broker and a database are real; the clock is held, and each command is told what time it is.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import fill
from typing import Self
from uuid import uuid4

from aiokafka import AIOKafkaProducer
from sqlalchemy import text

from service.app import App
from service.bus.admin import TopicShape, create_topics
from service.bus.connection import client_options
from service.demo.parts import postgres
from service.rules import read
from service.settings import STANDARD, Role, Settings, load
from service.sla.instants import HOUR, MINUTE, SECOND, Instant
from service.store import Database, outbox, parked, policies, tickets
from service.store.migrations import upgrade
from service.store.policies import Version
from service.wire import times
from tests import parts
from tests.running import DAY, Bench, HeldClock, opened, replied, until

PAGE = Path(__file__).parents[2] / "docs/night-on-call.md"

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

KEPT = {"retention.ms": "-1"}


#: Runs the commands of its input one after the other, in a process of their own that is started once.
_SHELL = """
import json, sys
from click.testing import CliRunner
from service.cli import slaclock
for line in sys.stdin:
    done = CliRunner().invoke(slaclock, json.loads(line))
    print(json.dumps([done.exit_code, done.stdout, done.stderr]), flush=True)
"""


@dataclass
class Shell:
    """Where commands are run, with the settings of the night."""

    child: asyncio.subprocess.Process

    @classmethod
    async def open(cls, settings: Settings, names: dict[str, str]) -> Self:
        own = {f"SLACLOCK_{name.upper()}_TOPIC": topic for name, topic in names.items()} | {
            "SLACLOCK_DATABASE_URL": settings.database_url.get_secret_value(),
            "SLACLOCK_KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
            "SLACLOCK_GROUP": settings.group,
        }
        pipe = asyncio.subprocess.PIPE
        command = (sys.executable, "-c", _SHELL)
        return cls(
            await asyncio.create_subprocess_exec(*command, env=os.environ | own, stdin=pipe, stdout=pipe)
        )

    async def run(self, *words: str) -> tuple[int, str, str]:
        """Exit status, what was printed, and what was said on stderr."""
        assert self.child.stdin is not None
        assert self.child.stdout is not None
        self.child.stdin.write(json.dumps(words).encode() + b"\n")
        async with asyncio.timeout(60):
            status, out, err = json.loads(await self.child.stdout.readline())
        return status, out, err

    async def close(self) -> None:
        assert self.child.stdin is not None
        self.child.stdin.close()
        async with asyncio.timeout(30):
            await self.child.wait()


@dataclass
class Night:
    """The service in parts that come and go, and the page as far as it is written."""

    bench: Bench
    names: dict[str, str]
    shell: Shell
    lines: list[str] = field(default_factory=list)
    _running: dict[Role, tuple[asyncio.Event, asyncio.Task[int]]] = field(default_factory=dict)

    @property
    def clock(self) -> HeldClock:
        return self.bench.clock

    async def start(self, *roles: Role) -> None:
        for role in roles:
            app: App = self.bench.app(roles=(role,))
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
        at = ("--at", times.write(self.clock.now)) if words[0] in _AS_OF else ()
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

    async def waiting(self) -> int:
        async with self.bench.database() as db, db.transaction() as tx:
            return (await outbox.waiting(tx)).count

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


_TOPICS = ("tickets", "areas", "sources", "directory", "statements", "breaches")


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
        **given,
    )
    shapes = {
        names["tickets"]: TopicShape(3, config=KEPT),
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


async def played(bootstrap: str, dsn: str) -> str:
    """The page."""
    async with night(bootstrap, dsn) as made:
        made.lines.append("# A night on call")
        made.say(_ABOUT)
        await _ten(made)
        await _frozen(made)
        await _unsent(made)
        await _parked(made)
        return "\n".join(made.lines) + "\n"


_ABOUT = """Three things that go wrong, each with the alert, the commands of its [runbook](runbooks/README.md) and what they
print. `python -m tests.line.night` plays it on a real broker and a real database and writes this page; a test plays it again
and holds the page against what comes. The clock is held, so commands were told the time with `--at`, which is left out
here; names of topics and of the broker are those of a service that runs alone."""


async def _ten(made: Night) -> None:
    made.say("## 22:00. All is well", "Two tickets were opened.")
    await made.bench.publish([opened("报修-101", EVENING), opened("报修-102", EVENING)])
    await made.at(EVENING + SECOND)
    await until(lambda: _is_none(made))
    await made.run("status")


async def _is_none(made: Night) -> bool:
    return await made.waiting() == 0


async def _frozen(made: Night) -> None:
    made.say(
        "## 22:30. A partition stands: SlaWatermarkFrozen",
        "Somebody has left a transaction open that holds a ticket. The reply to 报修-101 comes in at 22:30 and cannot be applied, so "
        "nothing behind it in its partition can. At 22:33 [SlaWatermarkFrozen](runbooks/SlaWatermarkFrozen.md) fires.",
    )
    await made.at(EVENING + 30 * MINUTE)
    async with made.left_open("报修-101"):
        await made.bench.publish([replied("报修-101", EVENING + 30 * MINUTE)])
        made.clock.now = EVENING + 30 * MINUTE + 30 * SECOND
        await until(lambda: made.stands("behind"))
        made.clock.now = EVENING + 33 * MINUTE
        await until(lambda: _probed(made))
        await made.run("status")
        made.say("Which partition, and how many records? `doctor` looks at the broker as well.")
        await made.run("doctor")
        made.say(
            "Broker, topics and consumers are well: what is not applied hangs in the database. The log of ingest says `slice_failed` with a "
            "lock time-out; `pg_stat_activity` shows who is `idle in transaction`. That session is ended."
        )
    await made.at(EVENING + 34 * MINUTE)
    await made.run("watermark", "show")
    await until(lambda: _is_none(made))
    await made.run("status")


async def _probed(made: Night) -> bool:
    return (await made.bench.watermark()).probed_at == made.clock.now


async def _unsent(made: Night) -> None:
    made.say(
        "## 23:00. Nobody sends: SlaOutboxOld",
        "The relay has died. At 23:00 the answer to 报修-102 is due and does not come; the breach is decided and kept, and nobody hears of "
        "it. Some minutes later [SlaOutboxOld](runbooks/SlaOutboxOld.md) fires.",
    )
    await made.end(Role.RELAY)
    await made.at(EVENING + HOUR + MINUTE)
    await made.at(EVENING + HOUR + 4 * MINUTE)
    await made.run("status")
    made.say("What has been said and not heard:")
    await made.run("breaches", "--since", "8h")
    made.say("The relay is started again.")
    await made.start(Role.RELAY)
    await until(lambda: _is_none(made))
    await made.at(EVENING + HOUR + 5 * MINUTE)
    await made.run("status")


async def _parked(made: Night) -> None:
    made.say(
        "## 23:20. A record that nobody can read: SlaRecordsParked",
        "The desk publishes half a record about 报修-101. It is parked, and the ticket is in doubt: "
        "[SlaRecordsParked](runbooks/SlaRecordsParked.md).",
    )
    made.clock.now = EVENING + 80 * MINUTE
    await made.publish_garbage("报修-101")
    await until(lambda: _has_parked(made))
    await made.at(EVENING + 80 * MINUTE + SECOND)
    await until(lambda: _is_none(made))
    await made.run("status")
    told = await made.run("parked", "list")
    place = next(word for line in told.splitlines() for word in line.split() if word.startswith("tickets."))
    own = place.replace("tickets.events.v1", made.names["tickets"])
    await made.run("parked", "show", own)
    made.say(
        "Until when has that to be decided? The desk says that it has sent the reply again, whole and under another id, so the record goes."
    )
    await made.run("near", "--within", "8h")
    await made.run("parked", "drop", own, "--reason", "published again under another id")
    await until(lambda: _is_none(made))
    await made.run("status")


async def _has_parked(made: Night) -> bool:
    async with made.bench.database() as db, db.transaction() as tx:
        return bool(await parked.standing(tx))


async def _main() -> str:
    with parts.kafka() as kafka, postgres() as server:
        await upgrade(server.dsn)
        return await played(kafka.bootstrap, server.dsn)


if __name__ == "__main__":
    PAGE.write_text(asyncio.run(_main()), encoding="utf-8")

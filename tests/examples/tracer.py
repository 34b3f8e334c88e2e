"""The reference consumer as a process of a test."""

import os
import signal
import subprocess
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from sqlalchemy.ext.asyncio import create_async_engine

from examples.tracing import store
from tests import running
from tests.parts import unique

ROOT = Path(__file__).parents[2]

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


async def until(condition):
    """As of all tests of the line, with the patience that the start of a process needs on a busy machine."""
    return await running.until(condition, 60)


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


async def has(tracer: Tracer, *steps: str) -> bool:
    return await tracer.steps() == list(steps)

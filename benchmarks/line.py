"""The whole line on Apache Kafka and Postgres with fsync, all on this machine and in one process.

    .venv/bin/python -m benchmarks.line [--copies 3] [--due 100000]

`sustained`: the recorded month of the demo, several copies of it, published before the service starts; events a second
from its start until all of them are applied, and until everything said is acknowledged on the topics.
`due at once`: so many promises due at one instant; seconds from the moment the clock passes it until their breaches and
escalations are acknowledged on the topics.
"""

import argparse
import asyncio
import dataclasses
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from pydantic import SecretStr

from service import rules
from service.app import logs
from service.demo.line import Line
from service.demo.parts import postgres
from service.demo.recording import Recording, load
from service.demo.replay import Sending
from service.settings import Settings
from service.sla.events import Event
from service.sla.instants import HOUR, SECOND
from tests.parts import kafka

POLICY = """
policy: burst
version: "1"
effective_from: 2024-01-01T00:00:00Z
tenant: burst
zone: UTC
targets:
  restore:
    stop: resolved
    budget: 4h
    ladder:
      - {at: due, role: window_head}
"""
OPENED = 1_709_283_600 * SECOND


def settings(database: str, bootstrap: str) -> Settings:
    run = uuid4().hex[:8]
    return Settings(
        database_url=SecretStr(database),
        kafka_bootstrap=bootstrap,
        group=f"bench-{run}",
        tickets_topic=f"bench-{run}.tickets",
        statements_topic=f"bench-{run}.statements",
        breaches_topic=f"bench-{run}.breaches",
        http_port=0,
        gauges_seconds=3_600,
        behind_seconds=86_400,
    )


@contextmanager
def database() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="slaclock-bench-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        with postgres(Path(folder) / "data", fsync=True) as part:
            yield part.dsn


async def published(line: Line, recording: Recording) -> None:
    await line.set_up()
    await line.replay([Sending(event.at, event) for event in recording.events], 0.1, lambda: None)


async def sustained(bootstrap: str, copies: int) -> None:
    month = load()
    events = tuple(
        dataclasses.replace(event, ticket=f"{event.ticket}-{copy}")
        for copy in range(copies)
        for event in month.events
    )
    recording = dataclasses.replace(month, events=tuple(sorted(events, key=lambda event: event.at)))
    with database() as url:
        line = Line(settings(url, bootstrap), recording)
        await published(line, recording)
        stop, began = asyncio.Event(), time.monotonic()
        serving = asyncio.ensure_future(line.app.run(stop))
        value = line.app.metrics.registry.get_sample_value
        while (value("sla_events_total", {"result": "applied"}) or 0) < len(  # noqa: ASYNC110 - looks from outside
            events
        ) and time.monotonic() - began < 600:
            await asyncio.sleep(0.05)
        applied = time.monotonic() - began
        await line.rest(lambda: None)
        rested = time.monotonic() - began
        stop.set()
        await serving
        await line.close()
    print(
        f"sustained: {len(events):,} events applied in {applied:.1f} s = {len(events) / applied:,.0f}/s; "
        f"all said and acknowledged after {rested:.1f} s",
        flush=True,
    )


async def due_at_once(bootstrap: str, count: int) -> None:
    events = tuple(
        Event(tenant="burst", ticket=f"T{number}", source="bench", id=f"e{number}", type="opened", at=OPENED)
        for number in range(count)
    )
    policy = rules.read(POLICY, name="burst")
    recording = Recording(events, policy, POLICY, OPENED + HOUR)
    with database() as url:
        line = Line(settings(url, bootstrap), recording)
        await published(line, recording)
        stop = asyncio.Event()
        serving = asyncio.ensure_future(line.app.run(stop))
        await line.rest(lambda: None)
        line.recording = dataclasses.replace(recording, until=OPENED + 5 * HOUR)
        line.clock.advance(line.recording.until)
        began = time.monotonic()
        await line.rest(lambda: None)
        took = time.monotonic() - began
        said = line.app.metrics.registry.get_sample_value(
            "sla_statements_total", {"kind": "breach", "status": "in_force"}
        )
        stop.set()
        await serving
        await line.close()
    print(
        f"due at once: {count:,} promises, {said:,.0f} breaches and as many escalations acknowledged in {took:.1f} s",
        flush=True,
    )


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--copies", type=int, default=3)
    arguments.add_argument("--due", type=int, default=100_000)
    chosen = arguments.parse_args()
    logs.configure(style="people", level="error", same_per_minute=5)
    with kafka() as broker:
        asyncio.run(sustained(broker.bootstrap, chosen.copies))
        asyncio.run(due_at_once(broker.bootstrap, chosen.due))


if __name__ == "__main__":
    main()

"""The real program: started, asked, stopped."""

import asyncio
import json
import os
import signal
import sys
import time
from contextlib import asynccontextmanager

import pytest

from service.demo.parts import free_ports
from tests.running import START, bench, opened, until

pytestmark = pytest.mark.line


@pytest.fixture
async def line(topics, database):
    made = await bench(topics, database)
    yield made
    await made.close()


class Program:
    def __init__(self, process, port):
        self.process = process
        self.port = port
        self.lines = []

    async def ask(self, path):
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return 0, ""
        writer.write(f"GET {path} HTTP/1.1\r\n\r\n".encode())
        answer = (await reader.read()).decode()
        writer.close()
        return int(answer.split()[1]), answer.partition("\r\n\r\n")[2]

    async def is_ready(self):
        return (await self.ask("/ready"))[0] == 200

    async def end(self, number=signal.SIGTERM):
        """(exit status, seconds, log lines) after a signal."""
        began = time.monotonic()
        self.process.send_signal(number)
        _, errors = await asyncio.wait_for(self.process.communicate(), 40)
        return self.process.returncode, time.monotonic() - began, self.lines + errors.decode().splitlines()

    async def says(self, text):
        """Wait for a line of the log with `text`."""
        async with asyncio.timeout(20):
            while line := await self.process.stderr.readline():
                self.lines.append(line.decode())
                if text in self.lines[-1]:
                    return
        raise AssertionError(f"ended without {text}: {self.lines}")


@asynccontextmanager
async def program(line, **changes):
    (port,) = free_ports(1)
    settings = line.settings
    environ = {
        "SLACLOCK_DATABASE_URL": settings.database_url.get_secret_value(),
        "SLACLOCK_KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
        "SLACLOCK_TICKETS_TOPIC": settings.tickets_topic,
        "SLACLOCK_STATEMENTS_TOPIC": settings.statements_topic,
        "SLACLOCK_BREACHES_TOPIC": settings.breaches_topic,
        "SLACLOCK_GROUP": settings.group,
        "SLACLOCK_HTTP_PORT": str(port),
        "SLACLOCK_PROBE_INTERVAL_MS": "100",
        **{f"SLACLOCK_{name.upper()}": str(value) for name, value in changes.items()},
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "service", "serve",
        env=os.environ | environ, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield Program(process, port)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def test_it_gets_ready_works_and_ends_in_order(line):
    async with program(line) as running:
        await until(running.is_ready)
        assert (await running.ask("/live"))[0] == 200
        line.clock.now = time.time_ns() // 1000
        await line.publish([opened("a", line.clock.now)])

        async def applied():
            return 'sla_events_total{result="applied"} 1.0' in (await running.ask("/metrics"))[1]

        await until(applied)
        status, seconds, lines = await running.end()

    events = [json.loads(line)["event"] for line in lines]
    assert status == 0
    assert seconds < 5
    assert events[0] == "started"
    assert "stopping" in events
    assert events[-1] == "stopped"


async def test_without_database_and_broker_it_lives_waits_and_can_be_stopped(line):
    nowhere = {"database_url": "postgresql://nobody@127.0.0.1:1/none", "kafka_bootstrap": "127.0.0.1:1"}
    async with program(line, **nowhere) as running:
        await until(lambda: lives(running))
        status, body = await running.ask("/ready")
        assert status == 503
        assert set(json.loads(body)["wrong"]) == {"broker", "database"}
        await running.says("not_ready")
        status, seconds, lines = await running.end(signal.SIGINT)

    assert status == 0
    assert seconds < 5
    assert any("not_ready" in line for line in lines)


async def lives(running):
    return (await running.ask("/live"))[0] == 200


async def test_topics_that_are_missing_are_named_until_they_are_there(line):
    async with program(line, statements_topic="no.such.topic") as running:
        await until(lambda: lives(running))

        async def named():
            return "no.such.topic" in (await running.ask("/ready"))[1]

        await until(named)
        await running.says("topics do not exist")
        _, _, lines = await running.end()

    assert any("topics do not exist" in line and "no.such.topic" in line for line in lines)


async def test_an_empty_database_is_refused_with_a_sentence(line, empty_database):
    async with program(line, database_url=empty_database) as running:
        _, errors = await asyncio.wait_for(running.process.communicate(), 20)

    assert running.process.returncode == 1
    assert "run `slaclock migrate` first" in errors.decode()
    assert "Traceback" not in errors.decode()


async def test_bad_settings_end_it_with_status_2(line):
    async with program(line, probe_interval_ms="soon", no_such="1") as running:
        _, errors = await asyncio.wait_for(running.process.communicate(), 20)

    assert running.process.returncode == 2
    assert len(errors.decode().splitlines()) == 1
    assert "SLACLOCK_PROBE_INTERVAL_MS" in errors.decode()
    assert "SLACLOCK_NO_SUCH" in errors.decode()


async def test_the_end_is_bounded_when_the_broker_hangs(line, real_kafka):
    async with program(line, drain_seconds=1, shutdown_seconds=12) as running:
        await until(running.is_ready)
        await line.publish([opened("a", START)])
        real_kafka.freeze()
        try:
            status, seconds, _ = await running.end()
        finally:
            real_kafka.thaw()

    assert status == 0
    assert seconds < 11

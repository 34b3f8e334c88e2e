"""The check against the service itself: the same lines as a file and as records of the topic."""

import asyncio
import json
from collections import Counter

import pytest
from aiokafka import AIOKafkaProducer

from service.bus.connection import client_options
from service.cli import wall
from service.wire.times import read as instant
from tests.cli.calling import call
from tests.cli.test_events_check import NOW, REFUSED, event
from tests.running import bench, running, until

pytestmark = pytest.mark.line

MOST = 3

#: Of these the last is one too many; the service's default tenant is the one that has a policy.
MORE = [
    event(tenant=...),
    event(tenant=..., time="2026-03-02T01:10:00Z"),
    event(tenant="default", data={"seq": 2}),
    event(tenant="unknown"),
    *(event(tenant=..., id=f"e-{number}") for number in (2, 3, 4)),
]


def lines_of_cloudevents() -> list[str]:
    """What this suite knows to be refused in structured mode, and what hangs on other lines."""
    plain = ("event_id", "ticket_id", "occurred_at")
    refused = [text for text, _, _ in REFUSED if not any(f'"{name}"' in text for name in plain)]
    return [text for text in refused if len(text) < 1_000_000] + MORE


async def publish(line, lines: list[str]) -> None:
    """Each line as the value of a record in structured mode, its subject the key."""
    producer = AIOKafkaProducer(**client_options(line.settings), acks="all")
    await producer.start()
    try:
        for text in lines:
            await producer.send_and_wait(
                line.settings.tickets_topic,
                key=key_of(text),
                value=text.encode(),
                headers=[("content-type", b"application/cloudevents+json")],
                partition=0,
                timestamp_ms=line.clock.now // 1000,
            )
    finally:
        await producer.stop()


def key_of(text: str) -> bytes:
    try:
        document = json.loads(text)
    except ValueError:
        return b"?"
    subject = document.get("subject") if isinstance(document, dict) else None
    return subject.encode() if isinstance(subject, str) and subject else b"?"


def counted(app, name: str, label: str) -> Counter:
    samples = (sample for metric in app.metrics.registry.collect() for sample in metric.samples)
    return Counter({
        sample.labels[label]: int(sample.value) for sample in samples if sample.name == name and sample.value
    })  # fmt: skip


async def test_the_service_does_with_each_line_what_the_check_says(topics, database, monkeypatch, tmp_path):
    lines = lines_of_cloudevents()
    line = await bench(topics, database, max_events_per_ticket=MOST)
    line.clock.now = instant(NOW)
    app = line.app()
    async with running(app):
        await publish(line, lines)
        await until(lambda: counted(app, "sla_events_total", "result").total() == len(lines))
    await line.close()

    monkeypatch.setattr(wall, "now", lambda: line.clock.now)
    (tmp_path / "events.jsonl").write_text("".join(f"{text}\n" for text in lines))
    (tmp_path / "policy.yaml").write_text(RULES)
    result = await asyncio.to_thread(
        call, "events", "check", tmp_path / "events.jsonl", "--policy", tmp_path / "policy.yaml", "--json",
        SLACLOCK_MAX_EVENTS_PER_TICKET=str(MOST),
    )  # fmt: skip
    told = json.loads(result.stdout.splitlines()[-1])["summary"]

    assert counted(app, "sla_events_parked_total", "reason") == told["refused"]
    assert counted(app, "sla_events_total", "result") == {
        "applied": told["accepted"] - told["repeated"],
        "duplicate": told["repeated"],
        "parked": sum(told["refused"].values()),
    }
    assert (told["accepted"], told["repeated"]) == (4, 1)
    assert {"id_reused", "too_many_events", "unknown_policy", "ahead_of_record"} <= told["refused"].keys()


RULES = """
policy: line
version: "1"
effective_from: 2000-01-01T00:00:00Z
tenant: default
zone: UTC
targets:
  answer:
    stop: replied
    budget: 1h
"""

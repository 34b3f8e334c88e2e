"""The publisher of the examples against a real broker, the decoder and the service."""

import json
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from examples.publish import publish, record_of
from service.sla.events import Event
from service.sla.instants import SECOND
from service.wire import Accepted, Record, decode
from service.wire.times import read
from tests.running import HOUR, START, bench, running, until

ROOT = Path(__file__).parents[2]
SHANGHAI = ZoneInfo("Asia/Shanghai")

CHANGES = [
    {"ticket": "SR-1", "number": 1, "what": "opened", "when": "2026-03-02T09:10:00", "attributes": {"kind": "故障"}},
    {"ticket": "SR-1", "number": 2, "what": "assigned", "when": "2026-03-02T09:10:00"},
    {"ticket": "SR-2", "number": 1, "what": "opened", "when": "2026-03-02T01:30:00.250Z"},
    {"ticket": "SR-1", "number": 3, "what": "replied", "when": "2026-03-02T10:00:00+09:00"},
]  # fmt: skip


def event(ticket: str, number: int, type_: str, at: str, **attributes) -> Event:
    return Event(
        tenant="default", ticket=ticket, source="https://desk.example/tickets", id=f"{ticket}/{number}",
        type=type_, at=read(at), seq=number, attributes=attributes,
    )  # fmt: skip


EVENTS = [
    event("SR-1", 1, "opened", "2026-03-02T01:10:00Z", kind="故障"),
    event("SR-1", 2, "assigned", "2026-03-02T01:10:00Z"),
    event("SR-2", 1, "opened", "2026-03-02T01:30:00.25Z"),
    event("SR-1", 3, "replied", "2026-03-02T01:00:00Z"),
]


def test_a_record_by_hand():
    assert record_of(CHANGES[0], SHANGHAI) == (
        b"SR-1",
        b'{"seq": 1, "attributes": {"kind": "\\u6545\\u969c"}}',
        [
            ("ce_specversion", b"1.0"),
            ("ce_id", b"SR-1/1"),
            ("ce_source", b"https://desk.example/tickets"),
            ("ce_type", b"slaclock.ticket.opened.v1"),
            ("ce_time", b"2026-03-02T09:10:00+08:00"),
            ("ce_subject", b"SR-1"),
            ("content-type", b"application/json"),
        ],
    )


def published(topics, topic: str, *changes: dict) -> str:
    command = [sys.executable, "-m", "examples.publish", "--topic", topic, "--zone", "Asia/Shanghai"]
    done = subprocess.run(
        [*command, "--bootstrap", topics.bootstrap],
        input="".join(json.dumps(change, ensure_ascii=False) + "\n" for change in changes),
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return done.stdout


async def accepted_from(topics, topic: str, parts: int) -> list[Accepted]:
    """What the service reads of the topic, partition by partition."""
    consumer = AIOKafkaConsumer(bootstrap_servers=topics.bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        every = [TopicPartition(topic, part) for part in range(parts)]
        consumer.assign(every)
        ends = await consumer.end_offsets(every)
        found = []
        while sum(ends.values()) > len(found):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += [_read(record) for record in records]
        return found
    finally:
        await consumer.stop()


def _read(raw) -> Accepted:
    record = Record(
        raw.topic, raw.partition, raw.offset, raw.timestamp * 1000, raw.key, raw.value, tuple(raw.headers)
    )
    found = decode(record, tenant="default", ahead=60 * SECOND, max_bytes=1 << 18)
    assert isinstance(found, Accepted), found
    return found


@pytest.mark.line
async def test_what_is_published_is_accepted_and_publishing_again_changes_nothing(topics):
    topic = await topics.create("tickets", 3)

    assert published(topics, topic, *CHANGES) == "4\n"
    once = await accepted_from(topics, topic, 3)
    assert published(topics, topic, *CHANGES) == "4\n"
    twice = await accepted_from(topics, topic, 3)

    assert sorted((each.event for each in once), key=EVENTS.index) == EVENTS
    assert sorted(each.digest for each in twice) == sorted([each.digest for each in once] * 2)
    of_one = [each for each in once if each.event.ticket == "SR-1"]
    assert [each.event.seq for each in of_one] == [1, 2, 3]
    assert len({each.record.part for each in of_one}) == 1


@pytest.mark.line
async def test_the_service_takes_each_event_once(topics, database):
    line = await bench(topics, database)
    app = line.app()
    records = [
        record_of(
            {"ticket": "t1", "number": 1, "what": "opened", "when": "2016-04-01T00:00:00+00:00"}, SHANGHAI
        ),
        record_of({"ticket": "t1", "number": 2, "what": "replied", "when": "2016-04-01T08:20:00"}, SHANGHAI),
    ]
    async with running(app):
        for _ in range(2):
            await publish(records, bootstrap=topics.bootstrap, topic=line.settings.tickets_topic)
        line.clock.now = START + 2 * HOUR
        sample = app.metrics.registry.get_sample_value
        await until(lambda: sample("sla_events_total", {"result": "duplicate"}) == 2)
        found = await until(line.in_force)
    assert sample("sla_events_total", {"result": "applied"}) == 2
    assert sorted((s.kind.value, s.outcome, s.at - START) for s in found.values()) == [
        ("verdict", "met", HOUR // 3)
    ]
    await line.close()


@pytest.mark.line
async def test_more_records_than_wait_at_once(topics):
    topic = await topics.create("tickets", 2)
    changes = (CHANGES[0] | {"number": number} for number in range(1, 2502))

    count = await publish(
        (record_of(change, SHANGHAI) for change in changes), bootstrap=topics.bootstrap, topic=topic
    )

    found = await accepted_from(topics, topic, 2)
    assert count == len(found) == 2501
    assert [each.event.seq for each in found] == list(range(1, 2502))


async def test_a_broker_that_is_away_is_an_error():
    with pytest.raises(KafkaError):
        await publish([record_of(CHANGES[0], SHANGHAI)], bootstrap="127.0.0.1:1", topic="t")
